"""Which ports of a host accept connections, many at a time."""

import errno
import os
import resource
import selectors
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from checks.services._answer import ProbeError
from checks.services._connect import Address, reason
from checks.services._options import OptionsError

ALL_PORTS = range(1, 65536)
_MOST_AT_ONCE = len(ALL_PORTS)
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
    return states_from(host, {source: ports}, timeout=timeout)[source]


def states_from(
    host: str, wanted: Mapping[str, Sequence[int]], *, timeout: float
) -> Mapping[str, Mapping[int, State]]:
    """Try to connect to ports from several addresses, as `states` does from one."""
    found: dict[_Attempt, State] = {}
    with closing(_Attempts(host, timeout)) as attempts:
        left = iter([_Attempt(source, port) for source in wanted for port in wanted[source]])
        while True:
            for attempt in islice(left, attempts.room):
                attempts.begin(attempt)
            if not attempts.under_way:
                break
            found.update(attempts.ended())
    return {
        source: {port: found[_Attempt(source, port)] for port in ports}
        for source, ports in wanted.items()
    }


def state(place: Address, *, timeout: float, source: str = "") -> State:
    """Try one port."""
    return states(place.host, [place.port], timeout=timeout, source=source)[place.port]


def _host(host: str) -> tuple[int, str]:
    try:
        family, _, _, _, place = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise ProbeError(f"{host} is not known by name: {reason(error)}") from None
    return family, str(place[0])


class _Attempt(NamedTuple):
    source: str
    port: int


class _Attempts:
    """Connections under way to one host, of which each is given up after the same time."""

    def __init__(self, host: str, timeout: float) -> None:
        self._family, self._place = _host(host)
        self._timeout = timeout
        self._selector = selectors.DefaultSelector()
        self._links: dict[_Attempt, tuple[socket.socket, float]] = {}
        self._most = max(1, min(_MOST_AT_ONCE, _files() - _FILES_KEPT))
        self._known: dict[_Attempt, State] = {}

    @property
    def room(self) -> int:
        """How many more may be begun."""
        return self._most - len(self._links)

    @property
    def under_way(self) -> bool:
        """Whether any has not ended, or was not told yet."""
        return bool(self._links or self._known)

    def begin(self, attempt: _Attempt) -> None:
        """Begin one. Raises ProbeError where it cannot be tried."""
        place = Address(self._place, attempt.port)
        link = socket.socket(self._family, socket.SOCK_STREAM)
        link.setblocking(False)
        try:
            if attempt.source:
                # A port for each connection, not for each socket: there are fewer than we try.
                link.setsockopt(socket.IPPROTO_IP, _BIND_ADDRESS_NO_PORT, 1)
                link.bind((attempt.source, 0))
        except OSError as error:
            link.close()
            raise ProbeError(
                f"{place} cannot be tried from {attempt.source}: {reason(error)}"
            ) from None
        number = link.connect_ex(place)
        if number == errno.EINPROGRESS:
            self._links[attempt] = link, time.monotonic() + self._timeout
            self._selector.register(link, selectors.EVENT_WRITE, attempt)
            return
        link.close()
        if number == errno.ENETUNREACH:
            # Said at once, by this machine: nothing was sent, so nobody has filtered it.
            raise ProbeError(f"{place} cannot be tried: there is no way to it from here")
        self._known[attempt] = _meaning(number, place)

    def ended(self) -> Iterator[tuple[_Attempt, State]]:
        """Wait for some to end, and tell what became of them."""
        yield from self._known.items()
        self._known.clear()
        if not self._links:
            return
        _, first = next(iter(self._links.values()))
        for key, _ in self._selector.select(max(0.0, first - time.monotonic())):
            with self._taken(key.data) as link:
                number = link.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            yield key.data, _meaning(number, Address(self._place, key.data.port))
        now = time.monotonic()
        for late in [attempt for attempt, (_, end) in self._links.items() if end <= now]:
            self._taken(late).close()
            yield late, State.FILTERED

    def _taken(self, attempt: _Attempt) -> socket.socket:
        link, _ = self._links.pop(attempt)
        self._selector.unregister(link)
        return link

    def close(self) -> None:
        """Give up what is under way."""
        for link, _ in self._links.values():
            link.close()
        self._selector.close()


def _files() -> int:
    """How many files this process may open, after asking for as many as are granted."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_AT_ONCE + _FILES_KEPT
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
