"""Look at a Redis: does it answer, does it demand a password, is it closed to the outside world.

It is spoken to by its own protocol, RESP; nothing is written to it.
"""

import ssl
import time
from typing import Annotated

import msgspec
from msgspec import Meta

from readiness.services import _database
from readiness.services._answer import Finding, NotMeasuredError
from readiness.services._connect import Timed, TimedTLS, connect, encrypted, unreachable, within
from readiness.services._http import tls_context
from readiness.services._outside import Inside
from readiness.services._ports import State

_LONGEST = 1 << 20
_SCHEMES = ("redis", "rediss")
# What is said to whom has not given a password, or gave one where none is wanted.
_DEMANDED = ("NOAUTH", "WRONGPASS", "NOPERM")
_PROTECTED = "DENIED"


class Options(Inside, frozen=True, kw_only=True):
    """The options of this probe."""

    url: Annotated[
        str, Meta(description="`redis://:password@host:port`; rediss for TLS. Give it by --url-env")
    ]
    ca_file: Annotated[
        str, Meta(description="file of the certificate authority to trust, instead of the system's")
    ] = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. `exposed` is null where it is not said from where to try.

    `protected` says that it listens to outsiders only to send them away (its protected mode).
    `problems` counts no password and exposure.
    """

    peer: str
    version: str
    demands_password: bool
    exposed: bool | None
    protected: bool
    outside: State | None
    problems: int
    findings: list[Finding]


class RefusedError(Exception):
    """Redis answered with an error; the message is its own."""


class _Redis:
    """A connection to Redis."""

    def __init__(self, link: Timed | TimedTLS) -> None:
        self.link = link
        self.buffer = link.makefile("rb")

    def __enter__(self) -> "_Redis":
        return self

    def __exit__(self, *_: object) -> None:
        self.buffer.close()
        self.link.close()

    def ask(self, *words: str) -> str:
        """Send a command, return its answer. Raises RefusedError, OSError or ValueError."""
        parts = [f"*{len(words)}\r\n".encode()]
        for word in words:
            data = word.encode()
            parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
        self.link.sendall(b"".join(parts))
        line = self.buffer.readline(_LONGEST)
        if not line.endswith(b"\r\n"):
            raise ValueError("it closed the connection without an answer" if not line else "")
        kind, said = line[:1], line[1:-2].decode("utf-8", "replace")
        if kind == b"-":
            raise RefusedError(said)
        if kind == b"$" and said.isdecimal() and int(said) < _LONGEST:
            return self.buffer.read(int(said) + 2)[:-2].decode("utf-8", "replace")
        if kind in b"+:":
            return said
        raise ValueError("")


def measure(options: Options) -> Answer:
    """Log in and ask for the version; then try without a password, and from outside."""
    user = _database.login(options.url, _SCHEMES, 6379)
    with within(options.netns):
        peer, version = _log_in(options, user)
        demands = _demands_password(options, user)
    outside = options.outside_state(user.place)
    protected = outside is State.OPEN and _sends_away(options, user)
    exposed = False if protected else _database.is_exposed(outside)
    found = _database.problems(user.place, demands=demands, exposed=exposed)
    return Answer(
        peer=peer,
        version=version,
        demands_password=demands,
        exposed=exposed,
        protected=protected,
        outside=outside,
        problems=len(found),
        findings=found,
    )


def _open(options: Options, user: _database.Login, *, outside: bool = False) -> _Redis:
    place = options.from_outside(user.place) if outside else user.place
    source = options.outside_source if outside else options.source
    link = connect(place, timeout=options.timeout, source=source)
    link.deadline = time.monotonic() + options.timeout
    if user.scheme == "rediss":
        return _Redis(encrypted(link, tls_context(options.ca_file), place.host))
    return _Redis(link)


def _log_in(options: Options, user: _database.Login) -> tuple[str, str]:
    where = user.place
    try:
        with _open(options, user) as server:
            peer = str(server.link.peer)
            if user.password:
                server.ask("AUTH", *filter(None, (user.user, user.password)))
            if server.ask("PING") != "PONG":
                raise ValueError("")
            information = server.ask("INFO", "server")
    except RefusedError as error:
        said = str(error)
        if not user.password and said.startswith(_DEMANDED):
            # It is there and demands what nobody gave us: its version is its secret.
            return peer, ""
        raise NotMeasuredError(f"{where} refuses the login: {_word(said)}") from None
    except ValueError as error:
        raise NotMeasuredError(f"{where} does not speak as Redis does{_more(error)}") from None
    except OSError as error:
        raise unreachable(where, error, timeout=options.timeout) from None
    for line in information.splitlines():
        if line.startswith("redis_version:"):
            return peer, line.partition(":")[2]
    raise NotMeasuredError(f"{where} does not tell its version")


def _demands_password(options: Options, user: _database.Login) -> bool:
    try:
        with _open(options, user) as server:
            server.ask("PING")
    except RefusedError as error:
        if str(error).startswith((*_DEMANDED, _PROTECTED)):
            return True
        raise NotMeasuredError(f"{user.place} says {_word(str(error))} to PING") from None
    except ValueError as error:
        raise NotMeasuredError(f"{user.place} does not speak as Redis does{_more(error)}") from None
    except OSError as error:
        raise unreachable(user.place, error, timeout=options.timeout) from None
    return False


def _sends_away(options: Options, user: _database.Login) -> bool:
    """Whether it answers outsiders with nothing but that they are not wanted."""
    with within(options.outside_netns):
        try:
            with _open(options, user, outside=True) as server:
                server.ask("PING")
        except RefusedError as error:
            return str(error).startswith(_PROTECTED)
        except (OSError, ValueError, ssl.SSLError):
            return False
    return False


def _word(said: str) -> str:
    """Return the code of an error; the rest may repeat what was sent."""
    return said.split(" ", 1)[0]


def _more(error: ValueError) -> str:
    return f": {error}" if str(error) else ""
