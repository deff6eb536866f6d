"""A plugin of pytest, for `-p`: it brings the witness into a session that pytest itself started."""

import os
import sys

import pytest

from .witness import Log, Witness

# The folder was on the path for this import alone: its modules are none of the project's.
sys.path[:] = [
    path for path in sys.path if path != os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
]


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Register the witness before any file of the project is read."""
    pluginmanager.register(Witness(Log(os.path.join(os.environ["READINESS_TMP"], "tests.jsonl"))))
