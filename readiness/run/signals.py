"""Signals that end a run, made readable for a loop that polls."""

import os
import signal
from contextlib import suppress
from types import FrameType
from typing import Self

from readiness.model.status import ENDING_SIGNALS


class Signals:
    """Within `with`: `received` collects signals that end a run; `fd` turns readable at each.

    What was ignored stays ignored (`nohup`), what the caller blocks is let through meanwhile.
    Afterwards the former handlers hold again, and what was blocked is.
    """

    def __init__(self) -> None:
        self.received: list[int] = []
        self._former: dict[int, object] = {}

    def __enter__(self) -> Self:
        self.fd, self._write = os.pipe()
        os.set_blocking(self.fd, False)
        os.set_blocking(self._write, False)
        self._former_fd = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for number in ENDING_SIGNALS:
            former = signal.getsignal(number)
            if former is not signal.SIG_IGN:
                signal.signal(number, self._receive)
                self._former[number] = former
        self._blocked = signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING_SIGNALS)
        return self

    def __exit__(self, *_error: object) -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, self._blocked)
        for number, former in self._former.items():
            signal.signal(number, former)  # type: ignore[arg-type]
        signal.set_wakeup_fd(self._former_fd)
        os.close(self.fd)
        os.close(self._write)

    def clear(self) -> None:
        """Make `fd` unreadable again."""
        with suppress(BlockingIOError):
            os.read(self.fd, 4096)

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        self.received.append(number)
