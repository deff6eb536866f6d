"""The board of examples/football: all of it is good as it stands, and every criterion can fail."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from readiness.load import load_board
from tests.support.breaks import SLOW, WORLDS, World
from tests.support.football import (
    BOARD,
    TOOLS,
    Football,
    Result,
    check,
    count_starts,
    start,
)
from tests.support.osv_server import osv_server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not TOOLS.is_dir(), reason="the example's tools are not installed"),
]


def measured_here() -> set[str]:
    """Name the criteria of the profile that needs no production."""
    board = load_board(str(BOARD), profile=None, environ={})
    return {
        criterion.id
        for task in board.tasks
        for criterion in task.criteria
        if not criterion.profiles or "online" in criterion.profiles
    }


SECONDS = ("T1.3", "T8.1", "T10.2")
"""Criteria that need neither the project's tests nor a load."""

Run = Callable[[World], Result]


@pytest.fixture(scope="module")
def slow_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Result]]:
    """Start the world that takes a minute by sleeping, while the others are run."""
    football = Football(tmp_path_factory.mktemp("slow") / "football")
    for broken in SLOW.breaks:
        broken.do(football)
    process = start(football.folder, *SLOW.select)
    yield cache(lambda: Result(process))
    process.kill()
    process.communicate()


@pytest.fixture(scope="module")
def worlds(
    tmp_path_factory: pytest.TempPathFactory, slow_run: Callable[[], Result]
) -> Iterator[Run]:
    """Give the result of a world, which is made and run once."""
    with ExitStack() as stack:

        @cache
        def run(name: str) -> Result:
            world = next(world for world in WORLDS if world.name == name)
            if world is SLOW:
                return slow_run()
            football = Football(tmp_path_factory.mktemp(name) / "football")
            for broken in world.breaks:
                broken.do(football)
            url = stack.enter_context(osv_server(world.advisories))
            return check(football.folder, *world.select, osv_url=url)

        yield lambda world: run(world.name)


class Healthy:
    """A run of the whole board on the healthy project, and the log of the tools it started."""

    def __init__(self, folder: Path) -> None:
        football = Football(folder / "football")
        log = folder / "starts.log"
        count_starts(football, log)
        with osv_server() as url:
            self.result = check(football.folder, osv_url=url)
        self.starts = log.read_text("utf-8").splitlines()

    def count(self, beginning: str) -> int:
        """Count the commands that began with these words."""
        return sum(line.startswith(beginning) for line in self.starts)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory, slow_run: Callable[[], Result]) -> Healthy:
    """Measure the healthy project."""
    return Healthy(tmp_path_factory.mktemp("healthy"))


def test_the_healthy_project_is_good(healthy: Healthy) -> None:
    """Every criterion in scope passes, and the exit status says so; production is left out."""
    result = healthy.result
    bad = measured_here() - result.having("pass")
    assert not bad, result.explained(bad)
    assert result.document.gate.decision.value == "partial"
    assert result.exit_status == 0


@pytest.mark.parametrize(
    ("beginning", "criteria", "starts"),
    [
        ("mypy @", ("T2.1", "T2.2", "T2.3", "T2.4"), 1),
        # Once as it is, and three times where errors are planted for it to notice.
        ("mypy --strict", ("T2.5", "T2.6"), 4),
        ("pip-audit --no-deps", ("T3.1", "T3.2", "T3.4"), 3),
        ("coverage run --data-file ", ("T4.1", "T4.2", "T4.3", "T4.4", "T4.6", "T9.1"), 1),
        ("coverage run -m pytest", ("T4.5",), 1),
    ],
)
def test_a_tool_is_started_once_for_all_its_criteria(
    healthy: Healthy, beginning: str, criteria: tuple[str, ...], starts: int
) -> None:
    """However many criteria read a tool's output; for packages, once for each lock."""
    assert set(criteria) <= healthy.result.having("pass")
    assert healthy.count(beginning) == starts, Counter(healthy.starts).most_common(60)


def test_the_table_breaks_every_criterion() -> None:
    """Each criterion has a break of its own, and no break hides behind another."""
    covered: set[str] = set()
    for world in WORLDS:
        for broken in world.breaks:
            others = [other for other in world.breaks if other is not broken]
            touched = frozenset().union(*(other.fails | other.also for other in others))
            covered |= broken.fails - touched
    assert covered == measured_here()


def test_the_first_profile_asks_no_advisory_service() -> None:
    """What `make check` runs without a network starts nothing that asks for vulnerabilities."""
    command = [sys.executable, "-m", "readiness", "check", "--dry-run", "--board", str(BOARD)]
    plans = {
        profile: subprocess.check_output([*command, "--profile", profile], text=True)
        for profile in ("local", "online")
    }
    asking = re.compile(r"pip-audit|security-check|security-report")
    assert asking.search(plans["online"])
    assert not asking.search(plans["local"])


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_breaks_fail_their_criteria_and_nothing_else(worlds: Run, world: World) -> None:
    """What a break is about fails; all else that was measured in a broken world passes there."""
    result = worlds(world)
    expected = frozenset().union(*(each.fails | each.also for each in world.breaks))
    wrong = result.having("fail", "error") ^ expected
    assert not wrong, result.explained(wrong)


def test_what_is_measured_in_seconds_passes(tmp_path: Path) -> None:
    """A part of the healthy project's board: all that was asked for is good."""
    football = Football(tmp_path / "football")
    result = check(football.folder, *SECONDS)
    assert not result.having("fail", "error"), result.explained(result.having("fail", "error"))
    assert result.having("pass") >= {*SECONDS}
    assert result.exit_status == 0


def test_an_empty_project_passes_nothing(tmp_path: Path) -> None:
    """Where there is nothing to measure, every criterion fails or is an error."""
    project = tmp_path / "empty"
    project.mkdir()
    (project / ".venv").symlink_to(TOOLS.parent.resolve())
    with osv_server() as url:
        result = check(project, osv_url=url)
    assert not result.having("pass", "warn"), result.explained(result.having("pass", "warn"))
