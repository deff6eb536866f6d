"""The project that proofs are tried in."""

import pytest

from tests.support.program import Project
from tests.support.proving import equip


@pytest.fixture
def equipped(project: Project) -> Project:
    """A project in which `lint` is all there is to measure with."""
    equip(project)
    return project
