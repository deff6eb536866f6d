"""Which ports of a host accept connections, many at a time."""

import errno
import os
import resource
import selectors
import socket
import time
from collections.abc import Sequence
from enum import StrEnum
from itertools import islice

from checks.services._answer import ProbeError
from checks.services._connect import Address, reason
from checks.services._options import OptionsError

ALL_PORTS = range(1, 65536)
_FILES_KEPT = 64
_BIND_ADDRESS_NO_PORT = 24  # ip(7); in `socket` from Python 3.12 on


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
    ports: dict[int, None] = {}
    for word in words:
        first, dash, last = word.partition("-")
        last = last if dash else first
        if not (first.isdecimal() and last.isdecimal() and word.isascii()):
            raise OptionsError(f"{word!r} is no port; write numbers and ranges: 22 8000-8010")
        low, high = int(first), int(last)
        if not 0 < low <= high < 65536:
            raise OptionsError(f"{word!r} is no port; they go from 1 to 65535")
        ports.update(dict.fromkeys(range(low, high + 1)))
    return tuple(ports)


def states(
    host: str, ports: Sequence[int], *, timeout: float, source: str = ""
) -> dict[int, State]:
    """Try to connect to each port, waiting at most `timeout` seconds for each.

    Raises ProbeError where a connection cannot even be tried.
    """
    family, address = _resolve(host)
    room = max(1, min(len(ALL_PORTS), _most_files() - _FILES_KEPT))
    known = dict.fromkeys(ports, State.FILTERED)
    waiting = iter(known)
    links: dict[socket.socket, float] = {}
    with selectors.DefaultSelector() as selector:
        try:
            while (batch := list(islice(waiting, room - len(links)))) or links:
                for port in batch:
                    link, number = _begun(family, Address(address, port), source)
                    if number in (0, errno.EINPROGRESS):
                        links[link] = time.monotonic() + timeout
                        selector.register(link, selectors.EVENT_WRITE, port)
                    else:
                        known[port] = _meaning(number, Address(address, port))
                        link.close()
                first_end = next(iter(links.values()), 0.0)
                for key, _ in selector.select(max(0.0, first_end - time.monotonic())):
                    assert isinstance(key.fileobj, socket.socket)  # noqa: S101 - see above
                    number = key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                    known[key.data] = _meaning(number, Address(address, key.data))
                    links[key.fileobj] = 0.0
                now = time.monotonic()
                for link in [link for link, end in links.items() if end <= now]:
                    del links[link]
                    selector.unregister(link)
                    link.close()
        finally:
            for link in links:
                link.close()
    return known


def state(place: Address, *, timeout: float, source: str = "") -> State:
    """Try one port."""
    return states(place.host, [place.port], timeout=timeout, source=source)[place.port]


def _resolve(host: str) -> tuple[int, str]:
    try:
        family, _, _, _, place = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise ProbeError(f"{host} is not known by name: {reason(error)}") from None
    return family, str(place[0])


def _begun(family: int, place: Address, source: str) -> tuple[socket.socket, int]:
    """Begin to connect; return the number of the error too. Raises ProbeError if it cannot be."""
    link = socket.socket(family, socket.SOCK_STREAM)
    link.setblocking(False)
    try:
        if source:
            # A port for each connection, not for each socket: there are fewer than we try.
            link.setsockopt(socket.IPPROTO_IP, _BIND_ADDRESS_NO_PORT, 1)
            link.bind((source, 0))
    except OSError as error:
        link.close()
        raise ProbeError(f"{place} cannot be tried from {source}: {reason(error)}") from None
    number = link.connect_ex(place)
    if number == errno.ENETUNREACH:
        link.close()
        # Said at once, by this machine: nothing was sent, so nobody has filtered it.
        raise ProbeError(f"{place} cannot be tried: there is no way to it from here")
    return link, number


def _most_files() -> int:
    """Return how many files this process may open, after asking for as many as are granted."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = len(ALL_PORTS) + _FILES_KEPT
    if soft not in (hard, resource.RLIM_INFINITY) and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else soft


def _meaning(number: int, place: Address) -> State:
    if number == 0:
        return State.OPEN
    if number == errno.ECONNREFUSED:
        return State.CLOSED
    if number in _PROHIBITED:
        return State.FILTERED
    raise ProbeError(f"{place} cannot be tried: {os.strerror(number)}")
