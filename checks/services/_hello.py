"""Offer one old version of TLS, or weak ciphers alone, without a library that may refuse them.

A `ClientHello` is made by hand (RFC 2246, RFC 4346, RFC 6101), and of the answer only the first
message is read: a `ServerHello` of that version, or an alert.
"""

import os
import struct
from typing import Final

from checks.services._answer import ProbeError
from checks.services._connect import Timed

OLD: Final = {"SSLv3": 0x0300, "TLSv1": 0x0301, "TLSv1.1": 0x0302}

_ALERT, _HANDSHAKE = 21, 22
_CLIENT_HELLO, _SERVER_HELLO = 1, 2
_LONGEST_RECORD = 2**14 + 2048
# Key exchange by RSA, DHE and ECDHE, with RSA and ECDSA, and AES, Camellia, 3DES and RC4.
_SUITES = (
    *(0xC00A, 0xC009, 0xC014, 0xC013, 0xC008, 0xC012, 0xC007, 0xC011),
    *(0x0039, 0x0033, 0x0088, 0x0045, 0x0016, 0x0035, 0x002F, 0x0084, 0x0041),
    *(0x000A, 0x0005, 0x0004, 0x00FF),
)
_CURVES = (29, 23, 24, 25)
_TLS_1_2 = 0x0303
# RSA, ECDSA and DSA with SHA-2 and SHA-1: what a server of TLS 1.2 may sign with.
_SIGNATURES = (0x0401, 0x0403, 0x0501, 0x0503, 0x0804, 0x0805, 0x0402, 0x0201, 0x0203, 0x0202)

WEAK: Final = {
    "without encryption": (0x0001, 0x0002, 0x003B, 0xC001, 0xC006, 0xC00B, 0xC010, 0xC015),
    "without authentication": (
        *(0x0018, 0x001A, 0x001B, 0x0034, 0x003A, 0x0046, 0x006C, 0x006D, 0x0089, 0x009B),
        *(0x00A6, 0x00A7, 0xC016, 0xC017, 0xC018, 0xC019),
    ),
    "for export": (0x0003, 0x0006, 0x0008, 0x000B, 0x000E, 0x0011, 0x0014, 0x0017, 0x0019),
    "of RC4": (0x0004, 0x0005, 0xC002, 0xC007, 0xC00C, 0xC011),
    "of DES or 3DES": (
        *(0x0009, 0x000A, 0x000C, 0x000D, 0x000F, 0x0010, 0x0012, 0x0013, 0x0015, 0x0016),
        *(0xC003, 0xC008, 0xC00D, 0xC012),
    ),
}
"""Kinds of cipher suites that nobody should agree to, by their numbers (RFC 9325, 4.1)."""


def is_accepted(
    link: Timed, host: str, version: int = _TLS_1_2, suites: tuple[int, ...] = _SUITES
) -> bool | None:
    """Offer this version and these suites alone; return whether the server takes them.

    None where it says nothing within the time limit. A server that answers with an alert or hangs
    up does not take it. Raises ProbeError for an answer that is no TLS.
    """
    try:
        link.sendall(_record(version, _hello(version, host, suites)))
        head = _receive(link, 5)
        if len(head) < 5:
            return False
        kind, answered, size = struct.unpack(">BHH", head)
        if kind not in {_ALERT, _HANDSHAKE} or answered >> 8 != 3 or size > _LONGEST_RECORD:
            raise ProbeError("it does not speak TLS")
        message = _receive(link, size)
    except TimeoutError:
        return None
    except OSError:
        return False
    if kind == _ALERT or len(message) < 6 or message[0] != _SERVER_HELLO:
        return False
    return int.from_bytes(message[4:6], "big") == version


def _receive(link: Timed, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := link.recv(size - len(data))):
        data += more
    return data


def _record(version: int, message: bytes) -> bytes:
    return struct.pack(">BHH", _HANDSHAKE, min(version, 0x0301), len(message)) + message


def _hello(version: int, host: str, suites: tuple[int, ...]) -> bytes:
    body = struct.pack(">H", version) + os.urandom(32) + b"\0" + _numbers(suites) + b"\1\0"
    if version > OLD["SSLv3"]:
        extensions = _extensions(host)
        if version >= _TLS_1_2:
            extensions += _extension(13, _numbers(_SIGNATURES))
        body += struct.pack(">H", len(extensions)) + extensions
    return struct.pack(">B", _CLIENT_HELLO) + len(body).to_bytes(3, "big") + body


def _extensions(host: str) -> bytes:
    made = _extension(10, _numbers(_CURVES)) + _extension(11, b"\1\0")
    if not host.replace(".", "").isdigit() and ":" not in host:
        name = b"\0" + struct.pack(">H", len(host)) + host.encode("idna")
        made = _extension(0, struct.pack(">H", len(name)) + name) + made
    return made


def _extension(number: int, body: bytes) -> bytes:
    return struct.pack(">HH", number, len(body)) + body


def _numbers(numbers: tuple[int, ...]) -> bytes:
    return struct.pack(f">{1 + len(numbers)}H", 2 * len(numbers), *numbers)
