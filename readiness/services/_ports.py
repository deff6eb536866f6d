"""Which ports of a host accept connections, many at a time."""

import errno
import os
import select
import socket
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from functools import partial

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
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        tried = partial(_tried, family, timeout=timeout, source=source)
        return dict(
            zip(ports, pool.map(tried, [Address(place, port) for port in ports]), strict=True)
        )


def state(place: Address, *, timeout: float, source: str = "") -> State:
    """Try one port."""
    return states(place.host, [place.port], timeout=timeout, source=source)[place.port]


def _host(host: str) -> tuple[int, str]:
    try:
        family, _, _, _, place = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise ProbeError(f"{host} is not known by name: {reason(error)}") from None
    return family, str(place[0])


def _tried(family: int, place: Address, *, timeout: float, source: str) -> State:
    with socket.socket(family, socket.SOCK_STREAM) as link:
        link.setblocking(False)
        try:
            if source:
                link.bind((source, 0))
        except OSError as error:
            raise ProbeError(f"{place} cannot be tried from {source}: {reason(error)}") from None
        number = link.connect_ex(place)
        if number == errno.ENETUNREACH:
            # Said at once, by this machine: nothing was sent, so nobody has filtered it.
            raise ProbeError(f"{place} cannot be tried: there is no way to it from here")
        if number == errno.EINPROGRESS:
            if not select.select([], [link], [], timeout)[1]:
                return State.FILTERED
            number = link.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if number == 0:
        return State.OPEN
    if number == errno.ECONNREFUSED:
        return State.CLOSED
    if number in _PROHIBITED:
        return State.FILTERED
    raise ProbeError(f"{place} cannot be tried: {os.strerror(number)}")
