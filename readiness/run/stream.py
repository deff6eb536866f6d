"""Keeps what a probe writes: little of it in memory, more of it in a file, all of it counted."""

import os
from typing import Final

from readiness.model.capture import Stream
from readiness.model.digests import digest

MEMORY: Final = 64 * 1024
SPOOL: Final = 64 * 1024 * 1024
HEAD: Final = 4 * 1024
TAIL: Final = 8 * 1024

CHUNK: Final = 64 * 1024
# A pipe holds a megabyte at most unless root says otherwise; a writer outside our reach may refill
# it for ever.
DRAIN: Final = 64

EMPTY: Final = Stream(digest=digest(b""))


class Sink:
    """The reading end of one pipe, and what came through it so far.

    `fd` must not block; it is -1 once the stream has ended. `spool` is where a long output goes.
    """

    def __init__(self, fd: int, spool: str) -> None:
        self.fd = fd
        self._spool = spool
        self._chunks: list[bytes] = []
        self._size = 0
        self._head = self._tail = b""
        self._file = -1
        self._cut = self._is_long = False

    def read(self) -> int:
        """Read what is there, 64 KiB at most, and return its size; close at the end."""
        try:
            data = os.read(self.fd, CHUNK)
        except BlockingIOError:
            return 0
        if not data:
            self._close()
            return 0
        self._size += len(data)
        if self._size <= MEMORY:
            self._chunks.append(data)
        else:
            self._keep(data)
        return len(data)

    def finish(self) -> Stream:
        """Read what is left without waiting for more, and return the whole."""
        for _ in range(DRAIN):
            # A short read from a pipe has emptied it.
            if self.fd < 0 or self.read() < CHUNK:
                break
        self._close()
        if not self._size:
            return EMPTY
        if self._size > MEMORY:
            return self._finish_long()
        chunks = self._chunks
        data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        return Stream(
            size=self._size,
            digest=digest(data),
            data=data,
            head=data[:HEAD],
            tail=data[-TAIL:],
        )

    def _finish_long(self) -> Stream:
        self._close_spool()
        return Stream(
            size=self._size,
            digest=f"sha256:{self._hash.hexdigest()}",
            spool=self._spool,
            head=self._head,
            tail=self._tail,
            cut=self._cut,
        )

    def _keep(self, data: bytes) -> None:
        if not self._is_long:
            self._is_long = True
            data = self._open_spool(data)
        self._hash.update(data)
        self._tail = data[-TAIL:] if len(data) >= TAIL else (self._tail + data)[-TAIL:]
        self._write(data)

    def _open_spool(self, data: bytes) -> bytes:
        """Switch from memory to a file; return all data so far."""
        data = b"".join([*self._chunks, data])
        self._chunks.clear()
        from hashlib import sha256  # loads OpenSSL, which short outputs do without

        self._hash = sha256()
        self._head = data[:HEAD]
        try:
            self._file = os.open(
                self._spool, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600
            )
        except OSError:
            self._cut = True
        return data

    def _write(self, data: bytes) -> None:
        if self._cut:
            return
        room = SPOOL - (self._size - len(data))
        self._cut = room < len(data)
        rest = memoryview(data)[: max(room, 0)]
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError:  # no space: what is missing is said, and counted all the same
            self._cut = True

    def _close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def _close_spool(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
