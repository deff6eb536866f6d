"""The probes as commands: how they are called, what they print, how they end."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from checks.services import _connect, _options
from checks.services._http import without_password
from tests.support.checking import plain_python
from tests.support.http_servers import Answering, serving
from tests.support.servers import free_port

ROOT = Path(__file__).parents[2]


def probe(*arguments: str, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a probe as a check file does."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "readiness.probes", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **env},
    )


def answer(*arguments: str, **env: str) -> dict[str, Any]:
    """Run a probe that measures; return what it printed."""
    done = probe(*arguments, **env)
    assert done.returncode == 0, done.stderr
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


class Handler(Answering):
    """Answers by path, and tells what it was asked."""

    def do_GET(self) -> None:  # noqa: N802 - as the base class names it
        """`/to/PLACE` redirects there, `/big` is long, `/drip` never ends."""
        if self.path.startswith("/to/"):
            self.answer(302, headers={"Location": self.path.removeprefix("/to/")})
        elif self.path == "/drip":
            self.drip()
        else:
            asked = [self.command, self.path, dict(self.headers.items()), self.client_address[0]]
            data = b"x" * (5 * 2**20) if self.path == "/big" else asked
            self.answer(200, data, {"Set-Cookie": "session=s3cret-cookie"})

    do_POST = do_GET  # noqa: N815 - as the base class names them

    def drip(self) -> None:
        """Send a header's letters one by one, as long as somebody waits for them."""
        self.send_response(200)
        self.flush_headers()
        with suppress(OSError):
            for _ in range(100):
                self.wfile.write(b"X")
                time.sleep(0.05)


@pytest.fixture(scope="module")
def place() -> Iterator[str]:
    """Where the server of this module listens."""
    with serving(Handler) as address:
        yield address


# --- the command line -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["nosuch"], "no probe is called 'nosuch'; there are "),
        (["http"], "--url must be given"),
        (["http", "--url", " "], "--url must be given"),
        (["http", "--url"], "--url needs a value"),
        (["http", "--nosuch", "1"], "'--nosuch' is no option; the options are "),
        (["http", "url"], "'url' is no option"),
        (["http", "--url", "http://a", "--url", "http://b"], "--url is given twice"),
        (["http", "--url", "http://a", "--timeout", "soon"], "--timeout: expected `float`"),
        (["http", "--url", "http://a", "--timeout", "0"], "--timeout: expected `float` > 0"),
        (["firewall", "--scan", "yes"], "write true or false"),
        (["http", "--url-env", "NOT_SET"], "the variable NOT_SET is not set"),
        (["http", "--url", "ftp://a/"], "'ftp://a/' is no URL"),
        (["http", "--url", "http://a:99999/"], "is no URL"),
        (["http", "--url", "http://a/ b"], "is no URL"),
        (["http", "--url", "http://a", "--connect", "b:c"], "'b:c' is no address"),
        (["http", "--url", "http://a", "--headers", "X"], "a header is not written `Name: value`"),
    ],
)
def test_a_wrong_command_line_ends_with_2(arguments: list[str], fault: str) -> None:
    """Nothing is printed but one line that says what is wrong."""
    done = probe(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("not measured: ")
    assert fault in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_project_cannot_stand_in_the_way(tmp_path: Path) -> None:
    """Modules in the folder where a probe runs are not imported."""
    for name in ("readiness.py", "json.py", "http.py", "ssl.py"):
        (tmp_path / name).write_text("raise SystemExit('imported')\n")
    assert "--url must be given" in probe("http", cwd=tmp_path).stderr


@pytest.mark.parametrize(
    ("name", "option", "library"),
    [
        ("postgres", "--url=postgresql://{}/a", "psycopg"),
        ("redis", "--url=redis://{}", "redis"),
        ("tls", "--host={}", "cryptography"),
        ("http", "--url=http://{}/", ""),
    ],
)
def test_a_probe_without_its_library_says_how_to_install_it(
    tmp_path: Path, place: str, name: str, option: str, library: str
) -> None:
    """It measures nothing, with status 3, and probes that need none go on."""
    python = plain_python(tmp_path)

    def run(more: str) -> subprocess.CompletedProcess[str]:
        command = [python, "-P", "-m", "readiness.probes", name, more]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done = run(option.format(place))
    told = f"not measured: No module named '{library}': pip install 'readiness[services]'\n"
    assert (done.returncode, done.stderr) == ((3, told) if library else (0, ""))


@pytest.mark.parametrize(
    ("text", "port", "expected"),
    [
        ("a:1", None, ("a", 1)),
        ("[::1]:80", None, ("::1", 80)),
        ("::1", 443, ("::1", 443)),
        ("[::1]", 443, ("::1", 443)),
        ("10.0.0.1", 443, ("10.0.0.1", 443)),
    ],
)
def test_addresses(text: str, port: int | None, expected: tuple[str, int]) -> None:
    """An address is a host and a port, IPv6 in brackets."""
    assert _connect.address(text, port=port) == expected


@pytest.mark.parametrize("text", ["a", ":80", "a:0", "a:65536", "a:x", "::1", ""])
def test_what_is_no_address(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(_options.OptionsError):
        _connect.address(text)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://u:p@a:1/b?token=c", "http://a:1/b"),
        ("https://a", "https://a"),
        ("redis://:p@a/0", "redis://a/0"),
        ("a/b", "a/b"),
    ],
)
def test_a_url_is_shown_without_its_secrets(url: str, shown: str) -> None:
    """Neither user nor password nor query."""
    assert without_password(url) == shown


# --- http -----------------------------------------------------------------------------------------


def test_http_tells_what_came_back(place: str) -> None:
    """Status, size, headers without cookies, and the peer."""
    printed = answer("http", "--url", f"http://{place}/a?b=c", "--header", "Content-Length")
    assert (printed["status"], printed["peer"]) == (200, place)
    assert printed["header"] == str(printed["size"]) == str(len(printed["body"]))
    assert json.loads(printed["body"])[:2] == ["GET", "/a?b=c"]
    assert printed["latency"] > 0
    assert "s3cret-cookie" not in json.dumps(printed)


def test_http_sends_what_it_is_told(place: str) -> None:
    """Method, headers, and the user and password of the URL, which are not told again."""
    printed = answer(
        *("http", "--url-env", "U", "--method", "POST", "--body", "x=1"),
        *("--headers", "X-A: 1\nUser-Agent: me"),
        U=f"http://me:s3cret@{place}/",
    )
    method, _, headers, _ = json.loads(printed["body"])
    assert (method, headers["X-A"], headers["User-Agent"]) == ("POST", "1", "me")
    assert headers["Authorization"] == "Basic bWU6czNjcmV0"
    assert printed["url"] == f"http://{place}/"


def test_http_connects_to_another_address_for_the_same_host(place: str) -> None:
    """The host name stays in the request."""
    printed = answer("http", "--url", "http://football.test/there", "--connect", place)
    assert json.loads(printed["body"])[2]["Host"] == "football.test"
    assert (printed["peer"], printed["url"]) == (place, "http://football.test/there")


def test_http_follows_no_redirect(place: str) -> None:
    """A redirect is an answer of its own."""
    printed = answer("http", "--url", f"http://{place}/to//there")
    assert (printed["status"], printed["location"]) == (302, "/there")


def test_http_does_not_tell_half_a_body(place: str) -> None:
    """A body that was not read to its end has no text and no size."""
    printed = answer("http", "--url", f"http://{place}/big")
    assert (printed["status"], printed["size"], printed["body"]) == (200, None, None)


def test_a_slow_drip_does_not_outlast_the_time_limit(place: str) -> None:
    """The limit is for the whole answer, not for each byte."""
    done = probe("http", "--url", f"http://{place}/drip", "--timeout", "0.4")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"not measured: {place} did not answer within 0.4 s\n"


@contextmanager
def saying(*replies: bytes, host: str = "127.0.0.1") -> Iterator[str]:
    """Say the same to everybody, whatever they want, one piece each time that they speak."""

    def serve() -> None:
        while True:
            try:
                link, _ = server.accept()
            except OSError:
                return
            with link, suppress(OSError):
                for piece in replies:
                    link.recv(4096)
                    link.sendall(piece)
                # Else what the other says next would have the connection reset.
                link.shutdown(socket.SHUT_WR)
                while link.recv(4096):
                    pass

    with socket.create_server((host, 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"{host}:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (b"", "it closed the connection without an answer"),
        (b"+PONG\r\n\r\n", "does not speak HTTP: BadStatusLine +PONG"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", "its answer ended too early"),
    ],
)
def test_what_is_no_http_is_no_measurement(reply: bytes, reason: str) -> None:
    """A server that speaks another protocol, or breaks off, is told apart from one that is slow."""
    with saying(reply) as where:
        done = probe("http", "--url", f"http://{where}/")
    assert (done.returncode, done.stdout) == (3, "")
    assert where in done.stderr
    assert reason in done.stderr


NOWHERE: list[tuple[Callable[[], str], list[str], str]] = [
    (lambda: f"127.0.0.1:{free_port()}", [], "refused the connection"),
    (
        lambda: f"127.0.0.1:{free_port()}",
        ["--source", "192.0.2.1"],
        "cannot be spoken to: Cannot assign requested address",
    ),
    (lambda: "nosuch.invalid:80", [], "is not known by name"),
    (lambda: "a:80", ["--netns", "nosuch"], "the network namespace nosuch cannot be entered"),
]


@pytest.mark.parametrize(("where", "more", "reason"), NOWHERE, ids=[each[2] for each in NOWHERE])
def test_a_server_that_is_not_there_is_named(
    where: Callable[[], str], more: list[str], reason: str
) -> None:
    """The one line names the address and what happened; nothing is on standard output."""
    place = where()
    done = probe("http", "--url", f"http://u:s3cret@{place}/", *more)
    assert (done.returncode, done.stdout) == (3, "")
    assert reason in done.stderr
    assert place in done.stderr or "--netns" in more
    assert "s3cret" not in done.stderr
