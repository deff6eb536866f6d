"""The probes as commands: how they are called, what they print, how they end."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, Any

import pytest
from msgspec import Meta

from checks.services import _connect, _options
from checks.services.__main__ import names
from checks.services._http import without_password
from tests.support.checking import plain_python

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


class Handler(BaseHTTPRequestHandler):
    """Answers by path, and tells what it was asked."""

    def do_GET(self) -> None:
        """`/to/PLACE` redirects there, `/round` to itself, `/big` is long, `/drip` never ends."""
        if self.path.startswith(("/to/", "/round")):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
            return
        if self.path == "/drip":
            self.drip()
            return
        asked = [self.command, self.path, dict(self.headers.items()), self.client_address[0]]
        body = b"x" * (5 * 2**20) if self.path == "/big" else json.dumps(asked).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "session=s3cret-cookie")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - as the base class names them

    def drip(self) -> None:
        """Send a header's letters one by one."""
        self.send_response(200)
        self.flush_headers()
        for _ in range(100):
            self.wfile.write(b"X")
            if self.server.stopping.wait(0.05):  # type: ignore[attr-defined]
                return

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[str]:
    """Serve on the loopback; yield the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.stopping = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.stopping.set()  # type: ignore[attr-defined]
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def place() -> Iterator[str]:
    """Where the server of this module listens."""
    with serving() as found:
        yield found


# --- the command line -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", names())
def test_every_probe_tells_its_options(name: str) -> None:
    """Help names each option with what it is, and goes to standard output."""
    done = probe(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    options = [line for line in done.stdout.splitlines() if line.startswith("  --")]
    assert len(options) >= 1
    assert all(len(line.split()) > 1 for line in options)


def test_all_probes_are_listed() -> None:
    """Help without a name lists every probe with its first line."""
    done = probe("--help")
    assert done.returncode == 0
    listed = [line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")]
    assert listed == names()


@pytest.mark.parametrize(
    ("arguments", "told"),
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
        (["http", "--url", "http://a", "--follow", "yes"], "write true or false"),
        (["http", "--url-env", "NOT_SET"], "the variable NOT_SET is not set"),
        (["http", "--url", "ftp://a/"], "'ftp://a/' is no URL"),
        (["http", "--url", "http://a:99999/"], "is no URL"),
        (["http", "--url", "http://a/ b"], "is no URL"),
        (["http", "--url", "http://a", "--connect", "b:c"], "'b:c' is no address"),
        (["http", "--url", "http://a", "--headers", "X"], "a header is not written `Name: value`"),
    ],
)
def test_a_wrong_command_line_ends_with_2(arguments: list[str], told: str) -> None:
    """Nothing is printed but one line that says what is wrong."""
    done = probe(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("not measured: ")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_project_cannot_stand_in_the_way(tmp_path: Path) -> None:
    """Modules in the folder where a probe runs are not imported."""
    for name in ("readiness.py", "json.py", "http.py", "ssl.py"):
        (tmp_path / name).write_text("raise SystemExit('imported')\n")
    assert probe("http", "--help", cwd=tmp_path).returncode == 0


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
    """It measures nothing, with status 3; its help needs none, and probes that need none go on."""
    python = plain_python(tmp_path)

    def run(more: str) -> subprocess.CompletedProcess[str]:
        command = [python, "-P", "-m", "readiness.probes", name, more]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert run("--help").returncode == 0
    done = run(option.format(place))
    told = f"not measured: No module named '{library}': pip install 'readiness[services]'\n"
    assert (done.returncode, done.stderr) == ((3, told) if library else (0, ""))


class Kinds(_options.ProbeOptions, frozen=True, kw_only=True):
    """One option of each kind."""

    must: Annotated[str, Meta(description="needed")]
    count: Annotated[int, Meta(ge=1)] = 1
    yes: bool = False
    words: _options.Words = ()
    lines: _options.Lines = ()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], {}),
        (["--count", "", "--words", "", "--yes", ""], {}),
        (["--count=3"], {"count": 3}),
        (["--yes", "true"], {"yes": True}),
        (["--words", " a  b "], {"words": ("a", "b")}),
        (["--lines", "a b\n\n c d \n"], {"lines": ("a b", "c d")}),
        (["--timeout", "0.5"], {"timeout": 0.5}),
        (["--words-env", "GIVEN"], {"words": ("x", "y")}),
    ],
)
def test_options_by_their_kind(arguments: list[str], expected: dict[str, object]) -> None:
    """The type of a field says how its option is read; empty is not given."""
    parsed = _options.parse(Kinds, ["--must", "it", *arguments], {"GIVEN": "x y"})
    assert parsed == Kinds(must="it", **expected)  # type: ignore[arg-type]


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
    told = answer("http", "--url", f"http://{place}/a?b=c", "--header", "Content-Length")
    assert (told["status"], told["peer"], told["redirects"]) == (200, place, 0)
    assert told["header"] == str(told["size"]) == str(len(told["body"]))
    assert json.loads(told["body"])[:2] == ["GET", "/a?b=c"]
    assert told["latency"] > 0
    assert "s3cret-cookie" not in json.dumps(told)


def test_http_sends_what_it_is_told(place: str) -> None:
    """Method, headers, and the user and password of the URL, which are not told again."""
    told = answer(
        *("http", "--url-env", "U", "--method", "POST", "--body", "x=1"),
        *("--headers", "X-A: 1\nUser-Agent: me"),
        U=f"http://me:s3cret@{place}/",
    )
    method, _, headers, _ = json.loads(told["body"])
    assert (method, headers["X-A"], headers["User-Agent"]) == ("POST", "1", "me")
    assert headers["Authorization"] == "Basic bWU6czNjcmV0"
    assert told["url"] == f"http://{place}/"


def test_http_connects_to_another_address_for_the_same_host(place: str) -> None:
    """The host name stays in the request; redirects to it go the same way."""
    told = answer(
        *("http", "--url", "http://football.test/to//there", "--connect", place, "--follow", "true")
    )
    assert json.loads(told["body"])[2]["Host"] == "football.test"
    assert (told["peer"], told["redirects"], told["url"]) == (
        *(place, 1),
        "http://football.test/there",
    )


def test_http_has_a_source_address(place: str) -> None:
    """The server sees the address that was asked for."""
    told = answer("http", "--url", f"http://{place}/", "--source", "127.0.0.66")
    assert json.loads(told["body"])[3] == "127.0.0.66"


def test_http_follows_a_redirect_only_when_asked(place: str) -> None:
    """A redirect is an answer of its own."""
    told = answer("http", "--url", f"http://{place}/to//there")
    assert (told["status"], told["location"], told["redirects"]) == (302, "/there", 0)


def test_http_gives_no_password_to_another_server(place: str) -> None:
    """What was meant for one server is not sent to the one that it redirects to."""
    with serving() as other:
        told = answer(
            *("http", "--url", f"http://{place}/to/http://{other}/x", "--follow", "true"),
            *("--headers", "Authorization: Bearer abc\nX-A: 1"),
        )
    headers = json.loads(told["body"])[2]
    assert headers["X-A"] == "1"
    assert "Authorization" not in headers


def test_http_does_not_run_in_circles(place: str) -> None:
    """Too many redirects are no measurement."""
    done = probe("http", "--url", f"http://{place}/round", "--follow", "true")
    assert done.returncode == 3
    assert "redirects more than 10 times" in done.stderr


def test_http_does_not_tell_half_a_body(place: str) -> None:
    """A body that was not read to its end has no text and no size."""
    told = answer("http", "--url", f"http://{place}/big")
    assert (told["status"], told["size"], told["body"]) == (200, None, None)


def test_a_slow_drip_does_not_outlast_the_time_limit(place: str) -> None:
    """The limit is for the whole answer, not for each byte."""
    done = probe("http", "--url", f"http://{place}/drip", "--timeout", "0.4")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"not measured: {place} did not answer within 0.4 s\n"


def closed() -> str:
    """An address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"


@contextmanager
def saying(*said: bytes, host: str = "127.0.0.1") -> Iterator[str]:
    """Say the same to everybody, whatever they want, one piece each time that they speak."""

    def serve() -> None:
        while True:
            try:
                link, _ = server.accept()
            except OSError:
                return
            with link, suppress(OSError):
                for piece in said:
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
    ("said", "told"),
    [
        (b"", "it closed the connection without an answer"),
        (b"+PONG\r\n\r\n", "does not speak HTTP: BadStatusLine +PONG"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", "its answer ended too early"),
    ],
)
def test_what_is_no_http_is_no_measurement(said: bytes, told: str) -> None:
    """A server that speaks another protocol, or breaks off, is told apart from one that is slow."""
    with saying(said) as where:
        done = probe("http", "--url", f"http://{where}/")
    assert (done.returncode, done.stdout) == (3, "")
    assert where in done.stderr
    assert told in done.stderr


NOWHERE: list[tuple[Callable[[], str], list[str], str]] = [
    (closed, [], "refused the connection"),
    (closed, ["--source", "192.0.2.1"], "cannot be spoken to: Cannot assign requested address"),
    (lambda: "nosuch.invalid:80", [], "is not known by name"),
    (lambda: "a:80", ["--netns", "nosuch"], "the network namespace nosuch cannot be entered"),
]


@pytest.mark.parametrize(("where", "more", "told"), NOWHERE, ids=[each[2] for each in NOWHERE])
def test_a_server_that_is_not_there_is_named(
    where: Callable[[], str], more: list[str], told: str
) -> None:
    """The one line names the address and what happened; nothing is on standard output."""
    place = where()
    done = probe("http", "--url", f"http://u:s3cret@{place}/", *more)
    assert (done.returncode, done.stdout) == (3, "")
    assert told in done.stderr
    assert place in done.stderr or "--netns" in more
    assert "s3cret" not in done.stderr
