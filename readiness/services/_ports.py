"""Which ports of a host accept connections, many at a time."""

import errno
import os
import selectors
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from readiness.services._answer import ProbeError
from readiness.services._connect import Address, reason
from readiness.services._options import OptionsError

_AT_ONCE = 200


class State(StrEnum):
    """What becomes of a connection: accepted, refused by the host, or nothing comes back."""

    OPEN = "open"
    CLOSED = "closed"
    FILTERED = "filtered"


# The network says so, or a firewall in its name.
_PROHIBITED = {
    *(errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EACCES, errno.EPERM, errno.ETIMEDOUT),
    errno.EHOSTDOWN,
}


def port_list(words: Sequence[str]) -> tuple[int, ...]:
    """Read ports and ranges, such as `22 8000-8010`. Raises OptionsError for anything else."""
    found: dict[int, None] = {}
    for word in words:
        first, dash, last = word.partition("-")
        last = last if dash else first
        if not (first.isdecimal() and last.isdecimal() and word.isascii()):
            raise OptionsError(f"{word!r} is no port; write numbers and ranges: 22 8000-8010")
        low, high = int(first), int(last)
        if not 0 < low <= high < 65536:
            raise OptionsError(f"{word!r} is no port; they go from 1 to 65535")
        found.update(dict.fromkeys(range(low, high + 1)))
    return tuple(found)


def states(
    host: str, ports: Sequence[int], *, timeout: float, source: str = ""
) -> Mapping[int, State]:
    """Try to connect to each port, waiting at most `timeout` seconds for each.

    Raises ProbeError where a connection cannot even be tried.
    """
    family, place = _host(host)
    found: dict[int, State] = {}
    for at in range(0, len(ports), _AT_ONCE):
        batch = ports[at : at + _AT_ONCE]
        found.update(_batch(family, place, batch, timeout, source))
    return {port: found[port] for port in ports}


def state(place: Address, *, timeout: float, source: str = "") -> State:
    """Try one port."""
    return states(place.host, [place.port], timeout=timeout, source=source)[place.port]


def _host(host: str) -> tuple[int, str]:
    try:
        family, _, _, _, place = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise ProbeError(f"{host} is not known by name: {reason(error)}") from None
    return family, str(place[0])


def _batch(
    family: int, host: str, ports: Sequence[int], timeout: float, source: str
) -> Iterator[tuple[int, State]]:
    end = time.monotonic() + timeout
    with selectors.DefaultSelector() as waiting:
        try:
            for port in ports:
                link = socket.socket(family, socket.SOCK_STREAM)
                number = _start(link, Address(host, port), source)
                if number == errno.EINPROGRESS:
                    waiting.register(link, selectors.EVENT_WRITE, port)
                    continue
                link.close()
                yield port, _state(number, Address(host, port))
            while waiting.get_map() and (left := end - time.monotonic()) > 0:
                for key, _ in waiting.select(left):
                    assert isinstance(key.fileobj, socket.socket)  # noqa: S101 - as registered
                    number = key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                    waiting.unregister(key.fileobj)
                    key.fileobj.close()
                    yield key.data, _state(number, Address(host, key.data))
            yield from ((key.data, State.FILTERED) for key in waiting.get_map().values())
        finally:
            for key in list(waiting.get_map().values()):
                assert isinstance(key.fileobj, socket.socket)  # noqa: S101 - as registered
                key.fileobj.close()


def _start(link: socket.socket, place: Address, source: str) -> int:
    link.setblocking(False)
    try:
        if source:
            link.bind((source, 0))
    except OSError as error:
        link.close()
        raise ProbeError(f"{place} cannot be tried from {source}: {reason(error)}") from None
    number = link.connect_ex(place)
    if number == errno.ENETUNREACH:
        # Said at once, by this machine: nothing was sent, so nobody has filtered it.
        link.close()
        raise ProbeError(f"{place} cannot be tried: there is no way to it from here")
    return number


def _state(number: int, place: Address) -> State:
    if number == 0:
        return State.OPEN
    if number == errno.ECONNREFUSED:
        return State.CLOSED
    if number in _PROHIBITED:
        return State.FILTERED
    raise ProbeError(f"{place} cannot be tried: {os.strerror(number)}")
