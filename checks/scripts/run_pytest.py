"""Run pytest as `python -m pytest` does, so that `coverage run` sees all of it.

Leaves `junit.xml` in READINESS_TMP. pytest-cov would measure inside the measurement and take its
lines away, and the processes of xdist would not be seen: both are switched off where they are
installed.
"""

import os
import sys
from importlib.util import find_spec

import pytest


def main() -> int:
    """Return the status of pytest."""
    sys.path[0] = os.getcwd()
    results = os.path.join(os.environ["READINESS_TMP"], "junit.xml")
    options = ["--rootdir", ".", "-o", "junit_family=xunit1", "--junit-xml", results]
    if find_spec("pytest_cov"):
        options.append("--no-cov")
    if find_spec("xdist"):
        options.append("-n0")
    return int(pytest.main([*options, *sys.argv[1:]]))


if __name__ == "__main__":
    sys.exit(main())
