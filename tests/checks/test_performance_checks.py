"""The checks of performance: what a load really was, and whether a report on it can be believed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from readiness.model.judgement import Unmeasured
from tests.support.checking import CHECKS, build, run_check
from tests.support.football import TOOLS
from tests.support.performance_cases import LOAD, LOADED, REPORT, report, web

COMMITTER = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org")


def git(folder: Path, *words: str) -> str:
    """Run git in a folder, as nobody in particular."""
    done = subprocess.run(
        ("git", *COMMITTER, *words), cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    """A repository with code, and a report on its commit."""
    build(str(tmp_path), {"src/app.py": "print()\n", ".gitignore": "reports/\n"})
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "App")
    build(str(tmp_path), report(commit=git(tmp_path, "rev-parse", "HEAD")))
    return tmp_path


def current(folder: Path) -> object:
    """Whether the report is about the code as it is."""
    found = run_check("benchmark-report", str(folder))
    assert found.number("complete") == 1
    assert found.number("complete_and_current") == int(bool(found.value("current")))
    return found.value("current")


def test_a_report_on_this_very_code_is_current(measured: Path) -> None:
    """Also when something else was committed since."""
    build(str(measured), {"README.md": "Read me.\n"})
    git(measured, "add", "--all")
    git(measured, "commit", "--quiet", "--message", "Readme")
    assert current(measured) is True


def test_a_report_on_other_code_is_not_current(measured: Path) -> None:
    """Code that was changed after the load is not the code that was loaded."""
    build(str(measured), {"src/app.py": "print(1)\n"})
    assert current(measured) is False


@pytest.mark.parametrize("commit", ["0" * 40, "", "HEAD~1", "--output=x"])
def test_a_report_on_a_commit_that_nobody_knows_is_not_current(measured: Path, commit: str) -> None:
    """Nor does its name get anything done."""
    build(str(measured), report(commit=commit))
    assert current(measured) is False


def test_a_report_on_uncommitted_code_is_not_current(measured: Path) -> None:
    """Its own word for that is enough."""
    path = measured / REPORT
    path.write_text(json.dumps(json.loads(path.read_text()) | {"dirty": True}))
    assert current(measured) is False


def test_a_target_that_writes_the_report_is_run_first(measured: Path) -> None:
    """And its last word is the reason where it fails."""
    kept = measured / "kept.json"
    (measured / REPORT).rename(kept)
    (measured / "Makefile").write_text(
        f"good:\n\t@cp kept.json {REPORT}\nbad:\n\t@echo nobody answers; exit 1\n"
    )
    assert run_check("benchmark-report", str(measured), {"make": "good"}).number("complete") == 1
    failed = run_check("benchmark-report", str(measured), {"make": "bad"})
    assert failed.is_error
    assert "not measured: make bad failed: nobody answers" in failed.stderr


@pytest.fixture(scope="module")
def path() -> str:
    """PATH with the load generator first."""
    if not (TOOLS / "locust").exists():
        pytest.skip("locust is not installed: examples/football/requirements-ops.lock")
    return os.pathsep.join([str(TOOLS), os.path.dirname(sys.executable), os.environ["PATH"]])


def test_a_load_is_measured_to_its_last_request(tmp_path: Path, path: str) -> None:
    """However short it is."""
    build(str(tmp_path), LOADED)
    with web(seconds=0.1)(tmp_path) as server:
        given = LOAD | {"host": server["url"], "time": "1s", "users": "4"}
        found = run_check("load", str(tmp_path), given, path=path)
    assert found.number("users") == 4
    assert found.number("errors") == 0
    assert found.number("requests") >= 4
    assert found.number("p50") >= 100
    assert found.number("rps_without_errors") == found.number("rps") > 0


FIGURES = {
    "requests": 3,
    "failures": 3,
    "answered": 0,
    "rps": 1.0,
    "users": 2,
    "p50": None,
    "p95": None,
    "p99": None,
    "why": [["refused", 3]],
}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, "answered none of 3 requests: refused"),
        ({"why": []}, "answered none of 3 requests: nothing came back"),
        ({"requests": 0}, "no request was made"),
        ({"answered": 1, "failures": 2}, ""),
    ],
)
def test_a_service_that_answered_nothing_is_not_measured(
    tmp_path: Path, changed: dict[str, object], told: str
) -> None:
    """One answer is some; none is told with its first reason."""
    figures = tmp_path / "figures.json"
    figures.write_text(json.dumps(FIGURES | changed))
    script = os.path.join(CHECKS, "scripts", "load_numbers.py")
    done = subprocess.run(
        [sys.executable, script, str(figures), "http://a"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told in done.stderr
    assert (done.returncode == 0) is (told == "")


def test_refusals_are_no_fast_answers(tmp_path: Path, path: str) -> None:
    """A service that refuses everything has neither latency nor throughput; its errors count."""
    build(str(tmp_path), LOADED)
    with web(status=503)(tmp_path) as server:
        given = LOAD | {"host": server["url"], "time": "1s"}
        found = run_check("load", str(tmp_path), given, path=path)
    assert isinstance(found.read("p95"), Unmeasured)
    assert found.number("errors") == 100
    assert found.number("rps_without_errors") == found.number("users_without_errors") == 0
    assert "503" in found.findings[0]["message"]
