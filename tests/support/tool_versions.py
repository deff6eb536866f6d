"""Try the checks with the ends of the versions that they name: `make test-versions`.

Each set of tools is installed from the package index into a throw-away environment, and the tests
of checks are run with it. Further arguments go to pytest.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.checking import OTHER_TOOLS, ROOT, catalogue

TESTS = (
    "tests/checks/test_linters.py",
    "tests/checks/test_files_looked_at.py",
    "tests/checks/test_tests_and_coverage.py",
    "tests/checks/test_migrations.py",
    "tests/checks/test_dependencies.py",
)
BESIDE = {"oldest": ["sqlalchemy==1.4.54"], "newest": ["sqlalchemy"]}
"""What the tools need to be tried, from the same time."""
ELSEWHERE = "not lock and not server"
"""What is compared with the packages of this Python, or speaks to a server by a newer driver."""
BETWEEN = {"ruff 0.15": ["ruff==0.15.0"], "ruff 0.12": ["ruff==0.12.0"]}
"""Versions within the ranges that print otherwise than both ends."""


def ranges() -> dict[str, str]:
    """Return what the checks are tested with, by Python package; all say the same of one tool."""
    limits_of: dict[str, str] = {}
    for check in catalogue().values():
        packages = re.findall(r"[\w-]+", check.install.partition("pip install ")[2])
        for tool in set(packages) & set(check.tried):
            limits = check.tried[tool]
            assert limits_of.setdefault(tool, limits) == limits, f"{check.name}: {tool} {limits}"
    return limits_of


def sets() -> dict[str, list[str]]:
    """Return what is installed, by the name of each set."""
    lowest = {tool: re.findall(r">=([\d.]+)", limits)[0] for tool, limits in ranges().items()}
    return {
        "oldest": [*(f"{tool}=={version}" for tool, version in lowest.items()), *BESIDE["oldest"]],
        "newest": [*(f"{tool}{limits}" for tool, limits in ranges().items()), *BESIDE["newest"]],
        **BETWEEN,
    }


def install(wanted: list[str], folder: str) -> str:
    """Install a set of tools; returns the folder of its programs."""
    uv = shutil.which("uv", path=os.path.dirname(sys.executable)) or "uv"
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, folder], check=True)
    python = os.path.join(folder, "bin", "python")
    subprocess.run([uv, "pip", "install", "-q", "--python", python, *wanted], check=True)
    return os.path.join(folder, "bin")


def main() -> int:
    """Try each set; the status is 1 where a test failed with one of them."""
    failed = []
    for name, wanted in sets().items():
        with tempfile.TemporaryDirectory(prefix="tools-") as folder:
            print(f"{name}: {' '.join(wanted)}", flush=True)
            tools = install(wanted, os.path.join(folder, "venv"))
            tests = TESTS if name in BESIDE else TESTS[:2]
            options = ["-p", "no:cacheprovider", "-k", ELSEWHERE, "-m", "network or not network"]
            arguments = [*options, *tests, *sys.argv[1:]]
            done = subprocess.run(
                [sys.executable, "-m", "pytest", *arguments],
                cwd=Path(ROOT),
                env={**os.environ, OTHER_TOOLS: tools},
                check=False,
            )
            failed += [name] if done.returncode else []
    print(f"failed with: {', '.join(failed)}" if failed else "all passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
