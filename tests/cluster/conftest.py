"""Machines for the tests of clusters."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.machines import Machines


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    """A scheduler without workers."""
    made = Machines(tmp_path / "machines")
    yield made
    made.close()
