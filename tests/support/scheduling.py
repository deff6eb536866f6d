"""How a run is divided among processes: a file is one unit, longest first.

Files as units keep what they share (a browser, a server, a built package) in one process. But a
test that takes long and shares nothing is a unit of its own, so that no file keeps one process busy
when all others are done. This is what `--dist loadfile` does here.
"""

import math
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any, Final

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.support.durations import (
    Durations,
    Name,
    recorded_durations,
    recorded_name,
    shared_fixtures,
)

ALONE_FROM_MS: Final = 1000
MEMORY: Final = "/dev/shm"
ROOM: Final = 8 << 30
"""Bytes: more than ten times what all tests together leave until they end."""
WORKERS_PER_CORE: Final = 1.5
"""A third of the time of tests is waiting: for servers, for time limits, for processes to end."""


def unit(nodeid: str, durations: Durations) -> str:
    """Name the unit that a test belongs to: tests of one unit run in one process.

    What shares a fixture has no record of its own, and so stays with its file.
    """
    name = Name.of(nodeid)
    return nodeid if durations.get(name, 0) >= ALONE_FROM_MS else name.path


def longest_first(items: Iterable[pytest.Item], durations: Durations) -> list[pytest.Item]:
    """Order tests by what their unit takes in all; those of one unit stay as they were."""
    units = [(unit(item.nodeid, durations), item) for item in items]
    names = {(name, recorded_name(item.nodeid, shared_fixtures(item))) for name, item in units}
    total = Counter({name: durations.get(Name(name, "", ""), 0) for name, _ in units})
    for name, recorded in names:
        total[name] += durations.get(recorded, 0)
    units.sort(key=lambda pair: (-total[pair[0]], pair[0]))
    return [item for _, item in units]


class UnitScheduling(LoadFileScheduling):  # type: ignore[misc]
    """Give a process the next unit when it has no more than two tests left."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        """Read how long tests take; the order is that of `longest_first`."""
        super().__init__(config, log)
        self._durations = recorded_durations()
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid, self._durations)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Start more processes than there are cores with `-n auto`."""
    return math.ceil(WORKERS_PER_CORE * (os.cpu_count() or 1))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> UnitScheduling | None:
    """Divide by units where a division by files was asked for."""
    return UnitScheduling(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the tests where they are divided."""
    if hasattr(config, "workerinput"):
        items[:] = longest_first(items, recorded_durations())


def in_memory() -> str | None:
    """Return a folder in memory with room for what the tests write; None for the usual one.

    Projects, copies of them and environments are small files by the thousand.
    """
    try:
        room = os.statvfs(MEMORY)
    except OSError:
        return None
    is_wanted = "TMPDIR" not in os.environ and not room.f_flag & os.ST_NOEXEC
    return MEMORY if is_wanted and room.f_bavail * room.f_frsize >= ROOM else None


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Make a folder for temporary files that no other run removes.

    Pytest keeps those of its last three runs, so a fourth one at a time would break the first.
    `--basetemp` names a folder that stays.
    """
    if config.option.basetemp is None and not hasattr(config, "workerinput"):
        folder = tempfile.mkdtemp(prefix="pytest-", dir=in_memory())
        config.option.basetemp = os.path.join(folder, "run")
        config.add_cleanup(partial(shutil.rmtree, folder, ignore_errors=True))
