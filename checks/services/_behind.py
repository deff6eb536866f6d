"""Whether a host forwards what comes from outside to the networks behind it. For root.

A packet for an address behind the host is given to the host as to a router. That it goes on is seen
behind it: by the packet itself, or by the question who has that address.
"""

import random
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from checks.services._connect import within
from checks.services._ports import ALL_PORTS

_IP, _ARP, _ALL = 0x0800, 0x0806, 0x0003  # packet(7)
_OUTGOING = 4
_ARRIVAL = 0.1
"""How long (s) a packet may take."""


class _Behind(NamedTuple):
    """A network at another interface of the host, and an address there that nobody is known at."""

    interface: str
    network: IPv4Network
    target: IPv4Address


def forwarded(netns: str, outside_netns: str, far: str, source: str) -> list[str]:
    """Return the networks behind a host into which a packet comes; none where that is not known."""
    with within(netns), ExitStack() as stack:
        if _first_word("/proc/sys/net/ipv4/ip_forward") != "1":
            return []
        networks = list(_networks_behind(far))
        ears = {behind: stack.enter_context(_packets(behind.interface)) for behind in networks}
        with within(outside_netns):
            way = next((row for row in _rows("arp") if row[0] == far), None)
            if way is None:
                return []
            mac, interface = bytes.fromhex(way[3].replace(":", "")), way[5]
            with _packets(interface) as link:
                for behind in networks:
                    for packet in _knocks(IPv4Address(source), behind.target):
                        link.sendto(packet, (interface, _IP, 0, 0, mac))
        time.sleep(_ARRIVAL)
        return [str(behind.network) for behind in networks if _goes_on(ears[behind], behind)]


def _networks_behind(far: str) -> Iterator[_Behind]:
    """Yield the networks that are not the one that the host has this address in."""
    for row in _rows("route"):
        start, gateway, mask = (int(row[at], 16) for at in (1, 2, 7))
        size = mask.bit_count()
        if gateway or not 0 < size < 31:
            continue
        network = IPv4Network((socket.ntohl(start), size))
        if IPv4Address(far) not in network:
            known = {entry[0] for entry in _rows("arp")}
            hosts = [network[random.randrange(1, network.num_addresses - 1)] for _ in range(9)]  # noqa: S311
            for host in hosts:
                if str(host) not in known and not _is_own(str(host)):
                    yield _Behind(row[0], network, host)
                    break


def _knocks(source: IPv4Address, target: IPv4Address) -> Iterator[bytes]:
    """Yield packets for each port of TCP and UDP there."""
    port = random.randrange(32_768, 60_000)  # noqa: S311
    ends = source.packed + target.packed
    for kind, size in ((socket.IPPROTO_UDP, 8), (socket.IPPROTO_TCP, 20)):
        head = struct.pack("!2B3H2BH", 0x45, 0, 20 + size, 0, 0, 64, kind, 0) + ends
        head = head[:10] + struct.pack("!H", _checksum(head)) + head[12:]
        for to in ALL_PORTS:
            if kind == socket.IPPROTO_UDP:
                yield head + struct.pack("!4H", port, to, 8, 0)
            else:
                body = struct.pack("!2H2L2B3H", port, to, 1, 0, 0x50, 2, 1024, 0, 0)
                check = _checksum(ends + struct.pack("!2H", kind, size) + body)
                yield head + body[:16] + struct.pack("!H", check) + body[18:]


def _checksum(data: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def _goes_on(ear: socket.socket, behind: _Behind) -> bool:
    """Return whether a packet for that address, or the question for it, was sent behind."""
    with suppress(BlockingIOError):
        while True:
            data, (_, kind, direction, *_) = ear.recvfrom(64)
            asked = {_IP: data[16:20], _ARP: data[24:28]}.get(kind)
            if direction == _OUTGOING and asked == behind.target.packed:
                return True
    return False


def _is_own(host: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        try:
            link.bind((host, 0))
        except OSError:
            return False
        return True


def _packets(interface: str) -> socket.socket:
    link = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ALL))
    link.bind((interface, _ALL))
    link.setblocking(False)
    return link


def _rows(name: str) -> list[list[str]]:
    """Return the rows of a table of this namespace."""
    try:
        with open(f"/proc/thread-self/net/{name}", encoding="ascii") as file:
            return [line.split() for line in file][1:]
    except OSError:
        return []


def _first_word(path: str) -> str:
    with open(path, encoding="ascii") as file:
        return file.read().strip()
