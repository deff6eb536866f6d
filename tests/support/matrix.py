"""Try each Python that can be had, with the oldest and newest libraries: `make test-matrix`.

Each pair gets a throw-away environment with the package as it is installed, and the tests of what
decides, of boards and of plans are run there. Further arguments go to pytest.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.version import Version

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.11", "3.12", "3.13", "3.14", "3.15")
RESOLUTIONS = ("lowest-direct", "highest")
TESTS = ("tests/decide", "tests/model", "tests/load", "tests/plan", "tests/shell")
NEEDED = ("pytest>=8.4", "hypothesis>=6.130", "jsonschema>=4.23", "pyyaml>=6.0.2")
UV = shutil.which("uv", path=os.path.dirname(sys.executable)) or "uv"


def interpreter_of(python: str) -> str:
    """What uv is to look for: pyenv's newest of this version, which it does not know, or any."""
    root = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    places = Path(root, "versions").glob(f"{python}.*/bin/python")
    return str(max(places, key=lambda place: Version(place.parents[1].name), default=python))


def tried(python: str, resolution: str, arguments: list[str], folder: str) -> str:
    """Return how it went with one Python and one set of libraries."""
    made = subprocess.run(
        [UV, "venv", "-q", "--clear", "--python", interpreter_of(python), folder],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        return "not to be had here"
    interpreter = os.path.join(folder, "bin", "python")
    install = [UV, "pip", "install", "-q", "--python", interpreter, "--resolution", resolution]
    installed = subprocess.run(
        [*install, str(ROOT), *NEEDED], capture_output=True, text=True, check=False
    )
    if installed.returncode:
        return f"FAILED to install: {installed.stderr.strip()}"
    tests = [interpreter, "-m", "pytest", "-p", "no:cacheprovider", *TESTS, *arguments]
    done = subprocess.run(tests, cwd=ROOT, capture_output=True, text=True, check=False)
    last = (done.stdout.strip() or done.stderr.strip()).splitlines()
    return last[-1] if done.returncode == 0 and last else f"FAILED\n{done.stdout}{done.stderr}"


def main(arguments: list[str]) -> int:
    """Try all of them; the status is 1 where one failed, or none could be tried."""
    results = []
    for python in PYTHONS:
        for resolution in RESOLUTIONS:
            with tempfile.TemporaryDirectory(prefix="readiness-matrix-") as folder:
                results.append(tried(python, resolution, arguments, folder))
            print(f"Python {python}, {resolution}: {results[-1]}", flush=True)
    passed = any("passed" in each for each in results)
    return int(not passed or any(each.startswith("FAILED") for each in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
