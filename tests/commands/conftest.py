"""Projects that tests of several commands ask for."""

import pytest

from tests.support.program import Project

SEVERAL = {
    "version": 1,
    "title": "Several",
    "tasks": [
        {"id": "T1", "priority": "P0", "tags": ["fast"], "criteria": [{"title": "a", "run": "true"},
         {"title": "b", "run": "false"}]},
        {"id": "T2", "priority": "P1", "criteria": [{"title": "c", "check": "c"}]},
        {"id": "T3", "priority": "P1", "criteria": [{"title": "d", "run": "no_such_tool"}]},
    ],
}  # fmt: skip


@pytest.fixture
def several(project: Project) -> Project:
    """A project with a board of several tasks."""
    (project.folder / "checks").mkdir()
    (project.folder / "checks" / "c.yaml").write_text("summary: x\nrun: test 1 -eq 1\n")
    project.write(SEVERAL)
    return project
