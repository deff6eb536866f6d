"""Real projects from the package index: each number is what the tool says by hand.

With the folder of other tools, as `make test-versions` gives it, the tools are those.
"""

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.support.checking import OTHER_TOOLS, run_check

SDISTS = ("mako", "tinydb", "toolz", "cachetools", "tabulate")
HERE = os.path.dirname(sys.executable)
PATH = os.pathsep.join([*filter(None, [os.environ.get(OTHER_TOOLS)]), HERE, os.environ["PATH"]])

pytestmark = pytest.mark.network


@pytest.fixture(scope="module", params=SDISTS)
def sdist(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Fetch and unpack the source of a project; returns its folder."""
    folder = tmp_path_factory.mktemp("sdist")
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*command, "-d", str(folder), request.param], check=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    (found,) = (path for path in folder.iterdir() if path.is_dir())
    return str(found)


def by_hand(folder: str, *command: str) -> str:
    """Return what a tool prints, standard output and errors together."""
    own = Path(folder).parent
    done = subprocess.run(
        command,
        cwd=folder,
        env={"PATH": PATH, "HOME": str(own), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def number(pattern: str, text: str) -> int:
    """Return the number that a pattern finds in a text; 0 where it does not."""
    found = re.search(pattern, text)
    return int(found[1]) if found else 0


def test_ruff_counts_what_ruff_counts(sdist: str) -> None:
    """Findings, and files without the settings."""
    printed = by_hand(sdist, "ruff", "check", "--no-cache", "--output-format", "json", ".")
    listed = by_hand(sdist, "ruff", "check", "--show-files", ".").split()
    outcome = run_check("ruff", sdist, path=PATH)
    assert outcome.value() == len(json.JSONDecoder().raw_decode(printed)[0])
    assert outcome.value("files") == sum(not name.endswith(".toml") for name in listed)


def test_ruff_format_counts_what_ruff_counts(sdist: str) -> None:
    """Files that would be changed, of those that were looked at."""
    printed = by_hand(sdist, "ruff", "format", "--no-cache", "--check", ".")
    changed = number(r"(\d+) files? would be reformatted", printed)
    kept = number(r"(\d+) files? already formatted", printed)
    outcome = run_check("ruff-format", sdist, path=PATH)
    assert (outcome.value(), outcome.value("checked")) == (changed, changed + kept)
    assert changed + kept


def test_mypy_counts_what_mypy_counts(sdist: str) -> None:
    """Errors, of the files that were checked."""
    inits = [*Path(sdist).glob("*/__init__.py"), *Path(sdist).glob("src/*/__init__.py")]
    packages = sorted(path.parent for path in inits)
    sources = [path for path in packages if path.name not in ("test", "tests")]
    paths = sources or sorted(Path(sdist).glob("*.py"))
    named = [str(path.relative_to(sdist)) for path in paths[:1]]
    printed = by_hand(sdist, "mypy", *named)
    outcome = run_check("mypy", sdist, {"paths": " ".join(named)}, path=PATH)
    assert outcome.value() == number(r"Found (\d+) error", printed), printed
    files = number(r"(?:checked|found in) (\d+) source file", printed)
    assert outcome.value("files") == files > 0, printed


def test_bandit_counts_what_bandit_counts(sdist: str) -> None:
    """Findings by severity, in the lines that were scanned."""
    printed = by_hand(sdist, "bandit", "-q", "-r", "-f", "json", ".")
    report = json.JSONDecoder().raw_decode(printed[printed.index("{") :])[0]
    totals = report["metrics"]["_totals"]
    outcome = run_check("bandit", sdist, {"paths": "."}, path=PATH)
    assert outcome.value() == len(report["results"])
    assert outcome.value("high") == totals["SEVERITY.HIGH"]
    assert outcome.value("lines") == totals["loc"] > 0


def test_pytest_and_coverage_count_what_they_count(sdist: str) -> None:
    """Tests by how they end, and statements; or what stops both alike."""
    tests = next(name for name in ("tests", "test", "toolz") if os.path.isdir(f"{sdist}/{name}"))
    params = {"paths": tests, "source": "."}
    run = ("coverage", "run", "--data-file", "../by-hand", "--source", ".", "-m", "pytest")
    outcome = run_check("pytest", sdist, params, path=PATH)
    printed = by_hand(sdist, *run, "-p", "no:cacheprovider", tests)
    if outcome.is_error:
        assert re.search(r"\d+ errors? (?:in|during)|error: ", printed), outcome.stderr
        return
    for name in ("failed", "passed", "skipped"):
        counted = number(rf"(\d+) {name}", printed)
        assert outcome.value(name) == counted, printed[-2000:]
    printed_report = by_hand(
        sdist, "coverage", "json", "--data-file", "../by-hand", "-o", "../by-hand.json"
    )
    coverage = run_check("coverage", sdist, params, path=PATH)
    if coverage.is_error:
        assert "No source for code" in printed_report, coverage.stderr
        return
    totals = json.loads((Path(sdist).parent / "by-hand.json").read_text(encoding="utf-8"))["totals"]
    covered = 100 * totals["covered_lines"] / totals["num_statements"]
    assert coverage.value("statements") == totals["num_statements"]
    assert float(coverage.number("percent_statements")) == pytest.approx(covered, abs=0.01)
