"""Tell whether the processors that a run may use have had nothing to do."""

import os
import time
from typing import Final

LATELY: Final = 0.5
# A probe that waits for a server leaves most of a processor; the end of one leaves a moment of it.
SPARE: Final = 0.5
_HERTZ: Final = 100.0


class Processors:
    """Tells whether a processor was free for a while, whoever had the others."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._before = idle_seconds()

    def had_time(self) -> bool:
        """Return whether half a processor or more was free since it was asked last.

        That is False within half a second, and where the system does not tell.
        """
        now = time.monotonic()
        if now < self._since + LATELY:
            return False
        idle = idle_seconds()
        share = (idle - self._before) / (now - self._since)
        self._since, self._before = now, idle
        return share >= SPARE


def idle_seconds() -> float:
    """Return for how many seconds all processors that may be used had nothing to do so far."""
    try:
        mine = {f"cpu{number}" for number in os.sched_getaffinity(0)}
        with open("/proc/stat", encoding="ascii") as file:
            rows = (line.split() for line in file)
            return sum(int(row[4]) for row in rows if row and row[0] in mine) / _HERTZ
    except (AttributeError, OSError, ValueError, IndexError):  # not Linux
        return 0.0
