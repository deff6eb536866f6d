"""What the rows share: a second project for the twin, and the proof that nothing outlives a run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness.run.processes import prctl
from tests.faults.rows import orphans
from tests.support.forkserver import SERVER
from tests.support.program import Project
from tests.support.running import own_children


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Project]:
    """A project of its own for the healthy twin, which may run at the same time."""
    folder = tmp_path / "twin"
    folder.mkdir()
    made = Project(folder)
    yield made
    made.close()
    assert made.left() == []


@pytest.fixture
def nothing_outlives_a_run() -> Iterator[None]:
    """What a run orphans comes to this process, wherever it hides; nothing may, dead or alive.

    For modules in which nothing but the program leaves processes, as Git does after a commit.
    """
    SERVER.prepare()
    before = own_children()
    former = prctl.is_subreaper()
    prctl.become_subreaper()
    yield
    left = orphans(before)
    prctl.become_subreaper(wanted=former)
    assert left == []
