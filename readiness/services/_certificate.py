"""What a certificate says, read from its DER bytes: X.509 as RFC 5280 lays it down.

The standard library tells this only of certificates that it trusts; here those are of interest
that it does not.
"""

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

_SEQUENCE, _UTC_TIME, _GENERAL_TIME, _OCTETS = 0x30, 0x17, 0x18, 0x04
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_DNS_NAME, _IP_ADDRESS = 0x82, 0x87
_ALTERNATIVE_NAMES = bytes((0x06, 0x03, 0x55, 0x1D, 0x11))


class Certificate(NamedTuple):
    """From when to when a certificate is good (UTC), and which hosts it is for."""

    starts: datetime
    ends: datetime
    names: tuple[str, ...]

    def is_for(self, host: str) -> bool:
        """Whether it names the host; `*` stands for one label, the first (RFC 6125)."""
        wanted = host.lower().rstrip(".")
        _, dot, parent = wanted.partition(".")
        starred = f"*.{parent}" if dot and not _is_ip(wanted) else None
        return any(name.lower() in {wanted, starred} for name in self.names)


def read(der: bytes) -> Certificate:
    """Read a certificate. Raises ValueError for what is none."""
    try:
        return _read(der)
    except (IndexError, StopIteration):
        raise ValueError("it ends too early") from None


def _read(der: bytes) -> Certificate:
    (_, outer) = next(_items(der))
    (_, signed) = next(_items(outer))
    fields = [(tag, body) for tag, body in _items(signed) if tag != _VERSION]
    # serial number, algorithm, issuer, validity, …
    starts, ends = (_moment(tag, body) for tag, body in _items(fields[3][1]))
    names: tuple[str, ...] = ()
    for tag, body in fields:
        if tag == _EXTENSIONS:
            names = tuple(_names(next(_items(body))[1]))
    return Certificate(starts, ends, names)


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and content of each element."""
    at = 0
    while at < len(data):
        tag, size = data[at], data[at + 1]
        at += 2
        if size & 0x80:
            length = size & 0x7F
            size = int.from_bytes(data[at : at + length], "big")
            at += length
        if at + size > len(data):
            raise ValueError("it ends too early")
        yield tag, data[at : at + size]
        at += size


def _moment(tag: int, body: bytes) -> datetime:
    text = body.decode("ascii")
    if tag == _UTC_TIME:
        # Years below 50 are of this century (RFC 5280, 4.1.2.5.1).
        text = ("20" if int(text[:2]) < 50 else "19") + text
    elif tag != _GENERAL_TIME:
        raise ValueError("its validity is no time")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _names(extensions: bytes) -> Iterator[str]:
    for _, extension in _items(extensions):
        if not extension.startswith(_ALTERNATIVE_NAMES):
            continue
        value = [body for tag, body in _items(extension) if tag == _OCTETS][-1]
        for tag, body in _items(next(_items(value))[1]):
            if tag == _DNS_NAME:
                yield body.decode("ascii", "replace")
            elif tag == _IP_ADDRESS:
                yield str(ipaddress.ip_address(body))


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
