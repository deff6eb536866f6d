"""Which packets a firewall lets through: knocks from outside, heard behind it. For root.

A raw socket hears what comes in whether or not somebody listens at that port, and from an address
that no answer finds. So nothing needs to be listened at, and no time limit to be waited for.
"""

import errno
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, suppress
from enum import StrEnum
from ipaddress import IPv6Address, ip_network
from typing import NamedTuple

from checks.services._answer import ProbeError
from checks.services._connect import reason, within

_TRANSPARENT = 19  # ip(7): to send as another address
_CHECKSUM = 7  # ipv6(7): where the kernel puts it
_ROOM, _FORCE_ROOM = 2**25, 33  # socket(7): SO_RCVBUFFORCE
_SYN, _ACK = 2, 16
_AT_ONCE = 500
"""How many packets are sent before those that came in are taken."""

_ARRIVAL = 0.05
"""How long (s) a packet may take."""


class Transport(StrEnum):
    """What a port is of."""

    TCP = "TCP"
    UDP = "UDP"
    UDP_LITE = "UDP-Lite"

    @property
    def number(self) -> int:
        """The number of the protocol."""
        return _NUMBERS[self]


_NUMBERS = {Transport.TCP: 6, Transport.UDP: 17, Transport.UDP_LITE: 136}
_OTHERS = sorted({*range(3, 255)} - {*_NUMBERS.values(), 43, 44, 58, 59, 60})
"""Protocols without ports that a host may answer: all but ICMP, IGMP and parts of IPv6."""


class Knock(NamedTuple):
    """A packet: of what, from where, and for which port."""

    transport: Transport
    source: str
    source_port: int
    port: int


Knocks = Iterable[tuple[Transport, int, int]]
"""Of what, from which port, and to which."""


class Ear:
    """Hears the packets that a machine's firewall lets in."""

    def __init__(self, family: int) -> None:
        self._links = {kind: _raw(family, kind.number) for kind in Transport}
        self._start = 0 if family == socket.AF_INET6 else 20
        for link in self._links.values():
            link.setsockopt(socket.SOL_SOCKET, _FORCE_ROOM, _ROOM)

    def heard(self) -> Iterator[Knock]:
        """Yield what came in since: of TCP, what asks for a connection."""
        for kind, link in self._links.items():
            with suppress(BlockingIOError):
                while True:
                    data, place = link.recvfrom(128)
                    start = (data[0] & 15) * 4 if self._start else 0
                    flags = data[start + 13] if kind is Transport.TCP else _SYN
                    if flags & (_SYN | _ACK) == _SYN:
                        ports = struct.unpack_from("!HH", data, start)
                        yield Knock(kind, place[0].partition("%")[0], *ports)

    def close(self) -> None:
        """Hear no more."""
        for link in self._links.values():
            link.close()


class Knuckle:
    """Sends packets to one host, from one address of this machine or of another."""

    def __init__(self, far: str, source: str = "") -> None:
        family, _, _, _, place = socket.getaddrinfo(far, 9, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as link:
            link.connect(place)
            self.source = source or str(link.getsockname()[0]).partition("%")[0]
        self._place = (place[0], 0, *place[2:])
        self._links = {kind: _raw(family, kind.number) for kind in Transport}
        for kind, link in self._links.items():
            if family == socket.AF_INET6:
                where = 16 if kind is Transport.TCP else 6
                link.setsockopt(socket.IPPROTO_IPV6, _CHECKSUM, where)
            else:
                link.setsockopt(socket.IPPROTO_IP, _TRANSPARENT, 1)
                link.bind((self.source, 0))
        ends = socket.inet_pton(family, self.source)[:4]
        ends += socket.inet_pton(family, str(place[0]).partition("%")[0])[:4]
        self._sum = sum(struct.unpack("!4H", ends))

    def knock(self, transport: Transport, source_port: int, port: int) -> None:
        """Send one packet. Raises OSError."""
        if transport is Transport.UDP:
            packet = struct.pack("!4H", source_port, port, 8, 0)
        elif transport is Transport.UDP_LITE:
            check = self._check(136 + 8 + 8 + source_port + port)
            packet = struct.pack("!4H", source_port, port, 8, check)
        else:
            check = self._check(6 + 20 + 1 + 0x5002 + 1024 + source_port + port)
            packet = struct.pack("!2H2L2B3H", source_port, port, 1, 0, 0x50, _SYN, 1024, check, 0)
        self._links[transport].sendto(packet, self._place)

    def _check(self, words: int) -> int:
        """Return the checksum of a packet whose words have this sum."""
        total: int = self._sum + words
        total = (total >> 16) + (total & 0xFFFF)
        return ~(total + (total >> 16)) & 0xFFFF

    def close(self) -> None:
        """Send no more."""
        for link in self._links.values():
            link.close()


def let_in(ear: Ear, far: str, ways: Iterable[tuple[str, Knocks]]) -> set[Knock]:
    """Send packets from addresses; return those that are heard.

    Raises ProbeError where they cannot be sent.
    """
    through: set[Knock] = set()
    sources = set()
    try:
        for source, knocks in ways:
            with closing(Knuckle(far, source)) as knuckle:
                sources.add(knuckle.source)
                for number, (transport, source_port, port) in enumerate(knocks):
                    knuckle.knock(transport, source_port, port)
                    if number % _AT_ONCE == 0:
                        time.sleep(0 if len(sources) + number > 1 else _ARRIVAL)  # where is it?
                        through.update(ear.heard())
        time.sleep(_ARRIVAL)
        through.update(ear.heard())
    except OSError as error:
        raise ProbeError(f"{far} cannot be sent to: {reason(error)}") from None
    return {knock for knock in through if knock.source in sources}


def protocols_let_in(
    netns: str, outside_netns: str, far: str, sources: Iterable[str]
) -> Iterator[tuple[int, str]]:
    """Yield the protocols without ports of which a packet comes in over IPv4, and from where.

    Raises ProbeError where they cannot be sent.
    """
    for source in sources:
        with ExitStack() as ears, within(netns):
            links = {number: ears.enter_context(_raw(socket.AF_INET, number)) for number in _OTHERS}
            with within(outside_netns):
                for number in _OTHERS:
                    _sent(number, far, source)
            time.sleep(_ARRIVAL)
            for number, link in links.items():
                with suppress(BlockingIOError):
                    while link.recvfrom(1)[1][0] != source:
                        pass
                    yield number, source


def _sent(protocol: int, far: str, source: str) -> None:
    try:
        with _raw(socket.AF_INET, protocol) as link:
            link.bind((source, 0))
            link.sendto(bytes(20), (far, 0))
    except OSError as error:
        raise ProbeError(f"{far} cannot be sent to: {reason(error)}") from None


def neighbours(source: str) -> list[str]:
    """Return the other addresses of its network of 256, if it is of IPv4."""
    if ":" in source:
        return []
    return [str(host) for host in ip_network(f"{source}/24", strict=False) if str(host) != source]


def addresses_of_ipv6() -> list[str]:
    """Return the addresses of IPv6 that this namespace has, but for its loopback's."""
    try:
        with open("/proc/thread-self/net/if_inet6", encoding="ascii") as file:
            rows = [line.split() for line in file]
    except OSError:
        return []
    return [str(IPv6Address(int(row[0], 16))) for row in rows if row[5] != "lo"]


def ways_to(address: str) -> list[str]:
    """Return how an address of IPv6 is written from here: by each interface if it is local."""
    if not IPv6Address(address).is_link_local:
        return [address]
    return [f"{address}%{name}" for _, name in socket.if_nameindex() if name != "lo"]


def _raw(family: int, protocol: int) -> socket.socket:
    try:
        link = socket.socket(family, socket.SOCK_RAW, protocol)
    except OSError as error:
        why = f"packets cannot be sent and heard: {reason(error)}"
        if error.errno in (errno.EPERM, errno.EACCES):
            why += "; that is for root"
        raise ProbeError(why) from None
    link.setblocking(False)
    return link
