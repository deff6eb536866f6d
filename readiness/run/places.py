"""How many probes may run at once: more than were asked for while a processor is idle."""

import os
import time
from typing import Final

DESCRIPTORS: Final = 5
"""Files that a probe takes."""
LATELY: Final = 0.5
# A probe that waits for a server leaves most of a processor; the end of one leaves a moment of it.
SPARE: Final = 0.5
_HERTZ: Final = 100.0


class Places:
    """Room for `jobs` probes, and for up to `more` while a processor has nothing to do."""

    def __init__(self, jobs: int, more: int) -> None:
        most = max(1, (os.sysconf("SC_OPEN_MAX") - 32) // DESCRIPTORS)
        self._jobs = max(1, min(jobs, most))
        self._most = max(self._jobs, min(jobs + more, most))
        self._since = 0.0
        self._before = 0.0

    def has_one(self, running: int) -> bool:
        """Return whether another may run beside so many."""
        return running < self._jobs or (running < self._most and self._had_time())

    def close_all_but(self, running: int) -> None:
        """Have no more run from here on: the system refuses to start one."""
        self._jobs = self._most = running

    def _had_time(self) -> bool:
        """Return whether half a processor or more was free since it was asked last.

        That is False the first time, within half a second, and where the system does not tell.
        """
        now, since = time.monotonic(), self._since
        if now < since + LATELY:
            return False
        idle, before = idle_seconds(), self._before
        self._since, self._before = now, idle
        return since > 0 and (idle - before) / (now - since) >= SPARE


def idle_seconds() -> float:
    """Return for how many seconds all processors that may be used had nothing to do so far."""
    try:
        mine = {f"cpu{number}" for number in os.sched_getaffinity(0)}
        with open("/proc/stat", encoding="ascii") as file:
            rows = (line.split() for line in file)
            return sum(int(row[4]) for row in rows if row and row[0] in mine) / _HERTZ
    except (AttributeError, OSError, ValueError, IndexError):  # not Linux
        return 0.0
