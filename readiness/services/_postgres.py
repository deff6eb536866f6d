"""The beginning of a conversation with PostgreSQL: who are you, prove it, here you are.

The frontend/backend protocol 3.0, with passwords in the clear, by MD5 and by SCRAM-SHA-256
(RFC 5802, RFC 7677).
"""

import base64
import hashlib
import hmac
import secrets
import ssl
import struct
from enum import StrEnum
from typing import NamedTuple

from readiness.services._connect import Timed, TimedTLS, encrypted
from readiness.services._database import Login

_PROTOCOL = 196_608
_TLS_WANTED = 80_877_103
_LONGEST = 1 << 20


class Demand(StrEnum):
    """What a server wants of somebody who says a name and nothing else."""

    NOTHING = "trust"
    CLEAR = "password"
    MD5 = "md5"
    SCRAM = "scram-sha-256"
    OTHER = "other"
    REJECTED = "reject"


_DEMANDS = {0: Demand.NOTHING, 3: Demand.CLEAR, 5: Demand.MD5, 10: Demand.SCRAM}
# SQLSTATE: no line of pg_hba.conf lets them in.
_REJECTED = "28000"


class RefusedError(Exception):
    """PostgreSQL answered with an error; `code` is its SQLSTATE, the message its own."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(f"{message} ({code})")


class Greeting(NamedTuple):
    """What a server said after the login: its settings by name."""

    settings: dict[str, str]

    @property
    def version(self) -> str:
        """The version as the server tells it."""
        return self.settings.get("server_version", "")


def start(link: Timed, user: Login) -> "Conversation":
    """Begin to speak, over TLS where the server has it, and say who wants in.

    TLS is as `sslmode=prefer` has it: it hides, it does not prove who the server is.
    Raises OSError, and ValueError for what is no PostgreSQL.
    """
    link.sendall(struct.pack(">II", 8, _TLS_WANTED))
    said = link.recv(1)
    if said not in {b"S", b"N"}:
        raise ValueError("it closed the connection without an answer" if not said else "")
    stream: Timed | TimedTLS = link
    if said == b"S":
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        stream = encrypted(link, context, user.place.host)
    conversation = Conversation(stream, user)
    conversation.introduce()
    return conversation


class Conversation:
    """A connection whose first messages have been exchanged; `demand` is what the server wants."""

    def __init__(self, link: Timed | TimedTLS, user: Login) -> None:
        self.link = link
        self.user = user
        self.demand = Demand.OTHER
        self._question = b""

    def __enter__(self) -> "Conversation":
        return self

    def __exit__(self, *_: object) -> None:
        self.link.close()

    def introduce(self) -> None:
        """Say a name, and hear what is wanted."""
        name = self.user.user or "postgres"
        pairs = ("user", name, "database", self.user.name or name)
        body = b"".join(part.encode() + b"\0" for part in pairs) + b"\0"
        self.link.sendall(struct.pack(">II", len(body) + 8, _PROTOCOL) + body)
        try:
            code, self._question = self._challenge()
        except RefusedError as error:
            if error.code != _REJECTED:
                raise
            self.demand = Demand.REJECTED
        else:
            self.demand = _DEMANDS.get(code, Demand.OTHER)

    def log_in(self) -> Greeting:
        """Give the password, if one is wanted; return what the server says then.

        Raises RefusedError, OSError and ValueError.
        """
        if self.demand is Demand.SCRAM:
            self._scram()
        elif self.demand in {Demand.CLEAR, Demand.MD5}:
            self._answer(self._password())
        elif self.demand is not Demand.NOTHING:
            raise RefusedError("", f"it wants {self.demand}")
        if self.demand is not Demand.NOTHING and self._challenge()[0] != 0:
            raise ValueError("")
        settings: dict[str, str] = {}
        while (message := self._message())[0] != b"Z":
            if message[0] == b"S":
                name, value = message[1].split(b"\0")[:2]
                settings[name.decode()] = value.decode("utf-8", "replace")
        return Greeting(settings)

    def _password(self) -> bytes:
        password = self.user.password.encode()
        if self.demand is Demand.CLEAR:
            return password + b"\0"
        inner = hashlib.md5(password + self.user.user.encode(), usedforsecurity=False).hexdigest()
        salted = hashlib.md5(inner.encode() + self._question[:4], usedforsecurity=False)
        return b"md5" + salted.hexdigest().encode() + b"\0"

    def _scram(self) -> None:
        nonce = secrets.token_urlsafe(18)
        bare = f"n=,r={nonce}"
        first = f"n,,{bare}".encode()
        self._answer(b"SCRAM-SHA-256\0" + struct.pack(">I", len(first)) + first)
        challenge = self._challenge()[1].decode()
        given = dict(part.split("=", 1) for part in challenge.split(","))
        if not given["r"].startswith(nonce):
            raise ValueError("")
        salt, rounds = base64.b64decode(given["s"]), int(given["i"])
        key = hashlib.pbkdf2_hmac("sha256", self.user.password.encode(), salt, rounds)
        client = hmac.digest(key, b"Client Key", "sha256")
        unproven = f"c=biws,r={given['r']}"
        signed = f"{bare},{challenge},{unproven}".encode()
        mark = hmac.digest(hashlib.sha256(client).digest(), signed, "sha256")
        proof = bytes(one ^ other for one, other in zip(client, mark, strict=True))
        self._answer(f"{unproven},p={base64.b64encode(proof).decode()}".encode())
        self._challenge()

    def _answer(self, body: bytes) -> None:
        self.link.sendall(b"p" + struct.pack(">I", len(body) + 4) + body)

    def _challenge(self) -> tuple[int, bytes]:
        kind, body = self._message()
        if kind != b"R" or len(body) < 4:
            raise ValueError("")
        return int.from_bytes(body[:4], "big"), body[4:]

    def _message(self) -> tuple[bytes, bytes]:
        head = self._receive(5)
        kind, size = head[:1], int.from_bytes(head[1:], "big")
        if not 4 <= size < _LONGEST:
            raise ValueError("")
        body = self._receive(size - 4)
        if kind == b"E":
            fields = {part[:1]: part[1:].decode("utf-8", "replace") for part in body.split(b"\0")}
            raise RefusedError(fields.get(b"C", ""), fields.get(b"M", ""))
        return kind, body

    def _receive(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self.link.recv(size - len(data))
            if not more:
                raise ValueError("it closed the connection without an answer")
            data += more
        return data
