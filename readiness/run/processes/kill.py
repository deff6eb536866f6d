"""Kills processes that may be multiplying meanwhile."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from signal import SIGKILL, SIGSTOP

from readiness.run.processes import procfs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

_ROUNDS: Final = 8
_MOST: Final = 100_000


def send(pid: int, number: int) -> None:
    """Send the signal if possible: the process may be gone, or be another user's."""
    with suppress(OSError):
        os.kill(pid, number)


def kill_all(roots: Callable[[], list[int]]) -> None:
    """Kill these processes and what descends from them. Repeat to be sure.

    Each is frozen before its children are looked for, until nothing new appears: so it ends even
    where they multiply.
    """
    frozen: set[int] = set()
    for _ in range(_ROUNDS):
        known = len(frozen)
        procfs.descendants(roots(), partial(_freeze, frozen), _MOST)
        if len(frozen) == known:
            break
    for pid in frozen:
        send(pid, SIGKILL)


def _freeze(frozen: set[int], pid: int) -> None:
    if pid not in frozen:
        send(pid, SIGSTOP)
        frozen.add(pid)
