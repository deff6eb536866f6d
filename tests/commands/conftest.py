"""Projects that tests of several commands ask for."""

import pytest

from tests.support.program import Project
from tests.support.whole_program import SEVERAL


@pytest.fixture
def several(project: Project) -> Project:
    """A project with a board of several tasks."""
    (project.folder / "checks").mkdir()
    (project.folder / "checks" / "c.yaml").write_text("summary: x\nrun: test 1 -eq 1\n")
    project.write(SEVERAL)
    return project
