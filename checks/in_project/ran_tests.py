"""A plugin of pytest: it notes which tests there are, and which of them are run.

The variable RAN_TESTS names the file that it writes, a line each; nothing is changed for it.
"""

import os
import sys

import pytest

# The folder was on the path for this import alone: its modules are none of the project's.
sys.path[:] = [
    path for path in sys.path if path != os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
]


def _note(kind: str, name: str) -> None:
    with open(os.environ["RAN_TESTS"], "a", encoding="utf-8") as file:
        print(kind, name, file=file)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note what is there, after options and settings have left out what they do."""
    for item in session.items:
        _note("there", item.nodeid)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note what was run, or skipped by itself."""
    _note("ran", report.nodeid)
