"""What is made once for all tests of channels."""

from pathlib import Path

import pytest

from tests.support.channels import clean_clone, wheelhouse


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean clone of this project."""
    return clean_clone(tmp_path_factory.mktemp("clone") / "readiness")


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packages, in place of a registry."""
    return wheelhouse(tmp_path_factory.mktemp("wheels") / "here")
