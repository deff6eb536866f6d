"""Tell how long the processes that another one starts wait for a processor. Linux only."""

import glob
import os
import threading
import time

EVERY = 0.05
"""Seconds between two looks; what ends in between is missed by no more."""


class Waiting:
    """Watches all that a process starts, once there is a link that names it by its number."""

    def __init__(self, pid: str) -> None:
        self._pid = pid
        self._over = threading.Event()
        self._seconds = 0.0
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def seconds(self) -> float:
        """End, and return for how long the process waited for what it had started to get in line.

        It neither ran nor stood in line itself then. Where several others did at a time, it counts
        once: no time is taken away that did not pass.
        """
        self._over.set()
        self._thread.join()
        return self._seconds

    def _watch(self) -> None:
        while not os.path.islink(self._pid) and not self._over.wait(EVERY):
            pass
        if not os.path.islink(self._pid):
            return
        pid = os.readlink(self._pid)
        looked, before = time.monotonic(), _threads(pid)
        while not self._over.wait(EVERY) and os.path.exists(f"/proc/{pid}"):
            now, threads = time.monotonic(), _threads(pid)
            own, others = 0.0, 0.0
            for thread, (ran, waited) in threads.items():
                past_ran, past_waited = before.get(thread, (0.0, 0.0))
                if thread == f"/proc/{pid}/task/{pid}":
                    own = ran - past_ran + waited - past_waited
                else:
                    others = max(others, waited - past_waited)
            self._seconds += max(min(others, now - looked - own), 0.0)
            looked, before = now, threads


def _threads(pid: str) -> dict[str, tuple[float, float]]:
    """For how many seconds each thread has run and stood in line; none where no kernel tells."""
    threads: dict[str, tuple[float, float]] = {}
    processes = [pid]
    for process in processes:  # grows while it is walked through
        for thread in glob.glob(f"/proc/{process}/task/[0-9]*"):
            try:
                with open(f"{thread}/schedstat", encoding="ascii") as file:
                    ran, waited, _ = file.read().split()
                with open(f"{thread}/children", encoding="ascii") as file:
                    processes += file.read().split()
            except (OSError, ValueError):  # it has ended, or nothing is counted
                continue
            threads[thread] = (int(ran) / 1e9, int(waited) / 1e9)
    return threads
