"""Where copies of a project lie: in memory, where there is plenty of that."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

MEMORY: Final = "/dev/shm"  # noqa: S108 - the name within cannot be guessed
"""The folder that Linux keeps in memory: 2,500 files take 0.2 s there, and 2 s on a slow disk."""
PLENTY: Final = 4 << 30
"""Bytes of memory that are left for others, and for what commands write into a copy."""
_LIMITS: Final = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def room_in_memory(scratch: str, environ: Mapping[str, str], size: int = 0) -> str:
    """Make a folder in memory for a copy of `size` bytes; "" where there is no plenty of it.

    It bears the name of the run's own folder, in which `scratch` lies, and goes with that. A TMPDIR
    says where things lie instead; where it is in memory, as in a trial, the folder is within.
    """
    run = next((part for part in scratch.split("/") if part.startswith("readiness-")), "")
    place = environ.get("TMPDIR", "")
    is_other = not place or (place.startswith(MEMORY) and not scratch.startswith(place))
    try:
        folder = os.statvfs(MEMORY)
        free = min(folder.f_bavail * folder.f_frsize, free_memory())
    except (OSError, ValueError, KeyError):  # not Linux
        return ""
    is_fit = run and is_other and not folder.f_flag & os.ST_NOEXEC
    if not is_fit or free < PLENTY + 4 * size:
        return ""
    return tempfile.mkdtemp(prefix=f"{run}-", dir=place or MEMORY)


def free_memory() -> int:
    """Return how many bytes of memory are available, or half the limit for all that runs here."""
    with open("/proc/meminfo", encoding="ascii") as file:
        rows = dict(line.split(":") for line in file)
    free = int(rows["MemAvailable"].split()[0]) << 10
    for path in _LIMITS:
        with suppress(OSError, ValueError), open(path, encoding="ascii") as file:
            free = min(free, int(file.read()) // 2)
    return free
