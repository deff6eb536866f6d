"""What the tests of checks share."""

import pytest


@pytest.fixture
def project(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return an empty folder for a project."""
    return str(tmp_path_factory.mktemp("project"))
