"""Kills processes that may be multiplying meanwhile."""

from __future__ import annotations

import os
from contextlib import suppress
from signal import SIGKILL, SIGSTOP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

    from readiness.run.procfs import Process

_ROUNDS: Final = 8


def send(pid: int, number: int) -> None:
    """Send the signal if that can be done: the process may be gone, or be another user's."""
    with suppress(OSError):
        os.kill(pid, number)


def kill_all(find: Callable[[], list[Process]]) -> None:
    """Kill what `find` finds: freeze it first, until nothing new appears. Repeat to be sure."""
    frozen: set[int] = set()
    for _ in range(_ROUNDS):
        fresh = {process.pid for process in find()} - frozen
        if not fresh:
            break
        for pid in fresh:
            send(pid, SIGSTOP)
        frozen |= fresh
    for pid in frozen:
        send(pid, SIGKILL)
