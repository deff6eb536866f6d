"""Connections: from where, to where, for how long; and how the ones that fail are told."""

import ctypes
import errno
import ipaddress
import os
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from checks.services._answer import ProbeError
from checks.services._options import OptionsError

_NEW_NETWORK = 0x40000000
_NAMESPACES = "/run/netns"


class Address(NamedTuple):
    """Where a service listens; written as `host:port`, an IPv6 address in brackets."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Return whether it is this machine's own, as it is written: no name is looked up."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def __str__(self) -> str:
        """`host:port`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def address(text: str, *, port: int | None = None) -> Address:
    """Read `host:port`, `[v6]:port`, or a host alone where a port is known.

    Raises OptionsError with what to write.
    """
    host, colon, digits = text.rpartition(":")
    if not colon or (":" in host and not host.startswith("[")) or text.endswith("]"):
        host, digits = text, "" if port is None else str(port)
    if not digits.isascii() or not digits.isdecimal() or not 0 < int(digits) < 65536 or not host:
        raise OptionsError(f"{text!r} is no address; write host:port")
    return Address(host.removeprefix("[").removesuffix("]"), int(digits))


def enter(name: str) -> None:
    """Move this process into a network namespace; "" is the one that it is in.

    Raises ProbeError, naming it, where that cannot be done: only root may.
    """
    if not name:
        return
    try:
        with open(os.path.join(_NAMESPACES, name), "rb") as namespace:
            _set_namespace(namespace.fileno())
    except OSError as error:
        why = f"the network namespace {name} cannot be entered: {reason(error)}"
        if error.errno == errno.EPERM:
            why += "; that is for root"
        raise ProbeError(why) from None


@contextmanager
def within(name: str) -> Iterator[None]:
    """Be in a network namespace for a while; sockets that are made there stay there.

    Raises ProbeError, as `enter` does.
    """
    if not name:
        yield
        return
    with open("/proc/self/ns/net", "rb") as own:
        enter(name)
        try:
            yield
        finally:
            _set_namespace(own.fileno())


def _set_namespace(descriptor: int) -> None:
    if hasattr(os, "setns"):
        os.setns(descriptor, _NEW_NETWORK)
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _NEW_NETWORK):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


class Timed(socket.socket):
    """A socket whose reads must all be over by one deadline; a slow drip does not reset it.

    `peer` is where it was connected to, `own` the address that it was connected from.
    """

    deadline = float("inf")
    peer = Address("", 0)
    own = ""

    def recv_into(self, *arguments: Any, **named: Any) -> int:
        """Receive, in the time that is left."""
        self.settimeout(left(self.deadline))
        return super().recv_into(*arguments, **named)

    def recv(self, *arguments: Any, **named: Any) -> bytes:
        """Receive, in the time that is left."""
        self.settimeout(left(self.deadline))
        return super().recv(*arguments, **named)


class TimedTLS(Timed, ssl.SSLSocket):
    """The same over TLS."""


def left(deadline: float) -> float:
    """Return the seconds until the deadline. Raises TimeoutError where none are left."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return min(seconds, 3600.0)


def connect(target: Address, *, timeout: float, source: str = "") -> Timed:
    """Connect within `timeout` seconds, which are also all the time that its reads have.

    Raises OSError: `ConnectionRefusedError`, `TimeoutError`, …
    """
    deadline = time.monotonic() + timeout
    failure: OSError = OSError(errno.EADDRNOTAVAIL, "it has no address")
    for family, kind, protocol, _, place in _resolve(target):
        link = Timed(family, kind, protocol)
        link.deadline = deadline
        try:
            link.settimeout(left(deadline))
            if source:
                link.bind((source, 0))
            link.connect(place)
            link.peer, link.own = Address(*place[:2]), link.getsockname()[0]
        except OSError as error:
            link.close()
            failure = error
        else:
            return link
    raise failure


def encrypted(link: Timed, context: ssl.SSLContext, host: str) -> TimedTLS:
    """Speak TLS over a connection, in the time that it has left.

    Raises OSError, as `connect` does; `link` is closed then.
    """
    context.sslsocket_class = TimedTLS
    try:
        link.settimeout(left(link.deadline))
        secure = context.wrap_socket(link, server_hostname=host)
    except OSError:
        link.close()
        raise
    assert isinstance(secure, TimedTLS)  # noqa: S101 - what the context was told to make
    secure.deadline, secure.peer, secure.own = link.deadline, link.peer, link.own
    return secure


def _resolve(target: Address) -> list[Any]:
    return socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)


def unreachable(where: object, error: OSError, *, timeout: float) -> ProbeError:
    """Return the error that says why nobody answered at an address."""
    if isinstance(error, ConnectionRefusedError):
        what = "refused the connection"
    elif isinstance(error, TimeoutError):
        what = f"did not answer within {timeout:g} s"
    elif isinstance(error, socket.gaierror):
        what = f"is not known by name: {reason(error)}"
    else:
        what = f"cannot be spoken to: {reason(error)}"
    return ProbeError(f"{where} {what}")


def reason(error: OSError) -> str:
    """Return what the system says of an error, in its own words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLEOFError | ssl.SSLSyscallError) or "[SYS]" in str(error):
        return "it hung up"
    if isinstance(error, ssl.SSLError):
        return str(error.reason or error).replace("_", " ").lower()
    return error.strerror or str(error) or type(error).__name__
