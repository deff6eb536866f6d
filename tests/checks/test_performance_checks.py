"""The checks of performance: what a load really was, and whether a report on it can be believed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from readiness.model.judgement import Unmeasured
from tests.support.checking import CHECKS, build, run_check
from tests.support.football import TOOLS
from tests.support.performance_cases import (
    BOTTLENECK,
    HISTORY_FILE,
    LOAD,
    LOADED,
    REPORT,
    report,
    web,
)
from tests.support.repositories import commit
from tests.support.servers import LOOPBACK, free_port


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    """A repository with code, and a report on its commit."""
    head = commit(tmp_path, {"src/app.py": "print()\n", ".gitignore": "reports/\n"})
    build(str(tmp_path), report(commit=head))
    return tmp_path


def current(folder: Path) -> object:
    """Whether the report is about the code as it is."""
    outcome = run_check("benchmark-report", str(folder))
    assert outcome.number("complete") == 1
    assert outcome.number("complete_and_current") == int(bool(outcome.value("current")))
    return outcome.value("current")


def test_a_report_on_this_very_code_is_current(measured: Path) -> None:
    """Also when something else was committed since."""
    commit(measured, {"README.md": "Read me.\n"})
    assert current(measured) is True


def test_a_report_on_other_code_is_not_current(measured: Path) -> None:
    """Code that was changed after the load is not the code that was loaded."""
    build(str(measured), {"src/app.py": "print(1)\n"})
    assert current(measured) is False


@pytest.mark.parametrize("name", ["0" * 40, "", "HEAD~1", "--output=x"])
def test_a_report_on_a_commit_that_nobody_knows_is_not_current(measured: Path, name: str) -> None:
    """Nor does its name get anything done."""
    build(str(measured), report(commit=name))
    assert current(measured) is False


def test_a_report_on_uncommitted_code_is_not_current(measured: Path) -> None:
    """Its own word for that is enough."""
    path = measured / REPORT
    path.write_text(json.dumps(json.loads(path.read_text()) | {"dirty": True}))
    assert current(measured) is False


def test_a_target_that_writes_the_report_is_run_first(measured: Path) -> None:
    """What it only copies is of an earlier run; its last word is the reason where it fails."""
    kept = measured / "kept.json"
    (measured / REPORT).rename(kept)
    (measured / "Makefile").write_text(
        f"good: old\n\t@sed -i s/17640000/$$(date +%s)/ {HISTORY_FILE}\n"
        f"old:\n\t@cp kept.json {REPORT}\nbad:\n\t@echo nobody answers; exit 1\n"
    )
    old = run_check("benchmark-report", str(measured), {"make": "old"})
    assert old.number("complete") == 0
    assert "earlier run" in old.findings[0]["message"]
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
    """It has all of its users, and no error."""
    build(str(tmp_path), LOADED)
    with web(seconds=0.1)(tmp_path) as server:
        given = LOAD | {"host": server["url"], "time": "8s", "users": "4"}
        outcome = run_check("load", str(tmp_path), given, path=path)
    assert outcome.number("users") == 4
    assert outcome.number("errors") == 0
    assert outcome.number("requests") >= 4
    assert outcome.number("p50") >= 100
    assert outcome.number("rps_without_errors") == outcome.number("rps") > 0


def test_a_load_ends_where_every_user_is_in_vain(tmp_path: Path, path: str) -> None:
    """It does not go on for its hour."""
    build(str(tmp_path), LOADED)
    given = LOAD | {"host": f"http://{LOOPBACK}:{free_port()}", "time": "1h"}
    found = run_check("load", str(tmp_path), given, path=path)
    assert "answered none of " in found.stderr


FIGURES = {
    "requests": 3,
    "failures": 3,
    "answered": 0,
    "rps": 1.0,
    "users": 2,
    "times": [],
    "of_each": [],
    "why": [["refused", 3]],
    "asked": [],
    "counted": [],
}


def numbers(
    folder: Path, changed: dict[str, object], **env: str
) -> subprocess.CompletedProcess[str]:
    """Have the figures of a load read."""
    figures = folder / "figures.json"
    figures.write_text(json.dumps(FIGURES | changed))
    return subprocess.run(
        [
            sys.executable,
            os.path.join(CHECKS, "run.py"),
            "performance/load_numbers",
            figures,
            "http://a",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, **env},
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({}, "answered none of 3 requests: refused"),
        ({"why": []}, "answered none of 3 requests: nothing came back"),
        ({"requests": 0}, "no request was made"),
        ({"answered": 1, "failures": 2}, ""),
    ],
)
def test_a_service_that_answered_nothing_is_not_measured(
    tmp_path: Path, changed: dict[str, object], message: str
) -> None:
    """One answer is some; none is told with its first reason."""
    done = numbers(tmp_path, changed)
    assert message in done.stderr
    assert (done.returncode == 0) is (message == "")


def test_refusals_are_no_fast_answers(tmp_path: Path, path: str) -> None:
    """A service that refuses everything has neither latency nor throughput; its errors count."""
    build(str(tmp_path), LOADED)
    with web(status=503)(tmp_path) as server:
        given = LOAD | {"host": server["url"], "time": "3s"}
        outcome = run_check("load", str(tmp_path), given, path=path)
    assert isinstance(outcome.read("p95"), Unmeasured)
    assert outcome.number("errors") == 100
    assert outcome.number("rps_without_errors") == outcome.number("users_without_errors") == 0
    assert "503" in outcome.findings[0]["message"]


API = {
    "servers": [{"url": "https://a/api"}],
    "paths": {
        "/teams": {"get": {}, "post": {}},
        "/teams/{id}": {"get": {}},
        "/teams/best": {"get": {}},
    },
}
LOADED_API = {
    "requests": 10,
    "failures": 0,
    "answered": 10,
    "rps": 5.0,
    "times": [[20.0, 100]],
    "why": [],
    "asked": [["GET", "/api/teams", 6], ["GET", "/api/teams/7", 3], ["GET", "/api/teams/best", 1]],
}
RARE = ("what was rarely asked for", 5000)
COUNTED = """\
# TYPE seen_total counter
seen_total{{method="GET",route="/teams",status="200"}} {teams}
seen_total{{method="GET",route="/teams/{{id}}",status="200"}} {team}
seen_total{{method="GET",route="/teams/best",status="200"}} {best}
seen_total{{method="GET",route="/metrics",status="200"}} {metrics}
seen_created{{method="GET",route="/teams"}} 99
"""
BEFORE = COUNTED.format(teams=100, team=0, best=0, metrics=5)
COUNTER = {"counter": "http://a/metrics", "counted": "seen_total"}


def measured_api(folder: Path, after: str = "", left_out: str = "POST /teams", **env: str) -> Any:
    """What is read of a load on a described API, or why it was not."""
    (folder / "api.json").write_text(json.dumps(API))
    changed = LOADED_API | {"counted": [BEFORE, after]}
    done = numbers(folder, changed, api="api.json", left_out=left_out, **env)
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr


@pytest.mark.parametrize(
    ("grown", "service", "kept", "its_own"),
    [
        ({"teams": 106, "team": 3, "best": 1, "metrics": 5}, 5.0, 0.0, True),
        ({"teams": 106, "team": 3, "best": 1, "metrics": 500}, 5.0, 0.0, True),
        ({"teams": 900, "team": 3, "best": 0, "metrics": 500}, 4.5, 0.5, False),
        ({"teams": 100, "team": 0, "best": 0, "metrics": 500}, 0.0, 5.0, False),
    ],
    ids=["all", "others ask too", "one is kept", "all are kept"],
)
def test_an_answer_is_the_services_as_far_as_it_counted_it(
    tmp_path: Path, grown: dict[str, int], service: float, kept: float, its_own: bool
) -> None:
    """Each operation by itself: what others asked for meanwhile stands for nothing."""
    figures = measured_api(tmp_path, COUNTED.format(**grown), **COUNTER)
    assert (figures["service_rps"], figures["kept_rps"]) == (service, kept)
    assert figures["its_own"] is its_own
    assert any(each["rule"] == "kept" for each in figures["findings"]) is not its_own


@pytest.mark.parametrize(
    ("writes", "slowest"),
    [
        ([["/teams", "POST", [[5000, 60]]]], ("POST /teams", 5000)),
        ([["/teams", "POST", [[9, 57], [5000, 3]]]], ("GET /slow", 20)),
        ([["/a", "PUT", [[9, 30], [5000, 2]]], ["/b", "PUT", [[9, 28], [5000, 2]]]], RARE),
        ([["/a", "PUT", [[9, 50]]], ["/b", "PUT", [[9, 8], [5000, 2]]]], ""),
        ([["/a", "PUT", [[9, 40]]], ["/b", "PUT", [[5000, 2]]]], ("PUT /b", 5000)),
        ([["/a", "PUT", [[9, 40]]], ["/b", "PUT", [[50, 2]]]], ("PUT /b", 50)),
        ([["/a", "PUT", [[9, 58]]], ["/b", "PUT", [[5000, 1]]]], ""),
    ],
    ids=[
        *("slow", "seldom slow", "rare and slow", "rare and seldom slow"),
        *("always slow", "always quick", "once slow"),
    ],
)
def test_one_slow_operation_does_not_hide_among_fast_ones(
    tmp_path: Path, writes: list[object], slowest: object
) -> None:
    """By its own p95; what is rarely asked for counts together, or alone by what is sure of it."""
    reads = [["/fast", "GET", [[2, 900]]], ["/slow", "GET", [[5, 100], [20, 100]]]]
    found = json.loads(numbers(tmp_path, LOADED_API | {"of_each": [*reads, *writes]}).stdout)
    worst = (found["slowest"], found["times_of_slowest"][-1])
    assert worst == (slowest or ("GET /slow", 20))


def test_a_counter_without_routes_is_taken_as_a_whole(tmp_path: Path) -> None:
    """It tells how many answers were the service's, if not which."""
    changed = LOADED_API | {"counted": ["seen_total 5", "seen_total 12"]}
    found = json.loads(numbers(tmp_path, changed, **COUNTER).stdout)
    assert (found["service_rps"], found["kept_rps"]) == (3.5, 1.5)


@pytest.mark.parametrize(
    ("after", "message"),
    [
        ("#! nobody listens", "http://a/metrics was not read: nobody listens"),
        ("other_total 1", "http://a/metrics has no number called seen_total"),
        (COUNTED.format(teams=1, team=0, best=0, metrics=0), "began anew while it was loaded"),
    ],
)
def test_without_its_counter_the_service_is_not_measured(
    tmp_path: Path, after: str, message: str
) -> None:
    """Nobody knows then who answered."""
    assert message in measured_api(tmp_path, after, **COUNTER)


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [("POST /teams", []), ("", ["POST /teams was not in the load, and is not left out by name"])],
)
def test_each_operation_is_asked_for_or_left_out_by_name(
    tmp_path: Path, left_out: str, missing: list[str]
) -> None:
    """`/teams/best` is not `/teams/{id}`, and stands below the server's own path."""
    found = measured_api(tmp_path, left_out=left_out)
    assert found["unasked"] == len(missing)
    assert [each["message"] for each in found["findings"]] == missing


def test_an_operation_asked_for_under_another_one_is_missing(tmp_path: Path) -> None:
    """Only what was answered counts as asked for."""
    (tmp_path / "api.json").write_text(json.dumps(API))
    changed = LOADED_API | {"asked": [["GET", "/api/teams", 9], ["GET", "/api/teams/best", 1]]}
    done = numbers(tmp_path, changed, api="api.json", left_out="POST /teams")
    (found,) = json.loads(done.stdout)["findings"]
    assert found["message"].startswith("GET /teams/{id} was not in the load")


def test_what_is_left_out_must_be_there(tmp_path: Path) -> None:
    """A name that fits nothing hides what it was to name."""
    told = measured_api(tmp_path, left_out="POST /teams\nPOST /players")
    assert "there is no operation POST /players, which `left_out` names" in told


def test_without_errors_means_none(tmp_path: Path, path: str) -> None:
    """One failure in thousands leaves a latency, and neither throughput nor users."""
    build(str(tmp_path), LOADED)
    with web(seldom=20)(tmp_path) as server:
        given = LOAD | {"host": server["url"], "time": "4s"}
        outcome = run_check("load", str(tmp_path), given, path=path)
    assert outcome.number("errors") > 0
    assert outcome.number("rps") > 0
    assert outcome.number("rps_without_errors") == outcome.number("users_without_errors") == 0


WANTED = "health check: 20 x 10"
GUIDE = "# Speed\n\n## Bottlenecks\n\nAll wait for `/`.\n\n## Plan\n\nAnswer `/` sooner.\n"


@pytest.mark.parametrize(
    ("scenarios", "messages"),
    [
        (WANTED, []),
        ("", []),
        ("health check: 25 x 8", ["20 users made 200 requests, not 25 users 8 each"]),
        (f"{WANTED}\nheavy load: 200 x 10", ["the scenario was not run"]),
    ],
)
def test_the_scenarios_that_are_asked_for_have_run(
    measured: Path, scenarios: str, messages: list[str]
) -> None:
    """By their names, with their users and as many requests."""
    found = run_check("benchmark-report", str(measured), {"scenarios": scenarios})
    assert [each["message"] for each in found.findings] == messages


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        ({"users": 21}, "the raw figures tell of 20 users, not 21"),
        ({"raw": ["stats.csv"]}, "no raw file tells how many users there were"),
        ({"raw": ["history.csv"]}, "no raw file tells how many requests were made"),
    ],
)
def test_users_are_those_of_the_raw_figures(
    measured: Path, figures: dict[str, object], message: str
) -> None:
    """What a report says of them is not enough."""
    build(str(measured), report(**figures))
    found = run_check("benchmark-report", str(measured))
    assert found.number("complete") == 0
    assert message in [each["message"] for each in found.findings]


@pytest.mark.parametrize(
    ("bottlenecks", "guide", "message"),
    [
        ((BOTTLENECK,), GUIDE, ""),
        ((BOTTLENECK | {"p95_ms": 81.0},), GUIDE, "GET /: these are no figures of health check"),
        ((BOTTLENECK | {"scenario": "x"},), GUIDE, "GET /: these are no figures of x"),
        ((), GUIDE, "the report names no bottleneck"),
        ((BOTTLENECK,), GUIDE.replace("Answer `/`", "Answer"), "Plan says nothing of /"),
        ((BOTTLENECK,), GUIDE.replace("for `/`", "for `/a`"), "Bottlenecks says nothing of /"),
        ((BOTTLENECK,), GUIDE.replace("## Plan", "## Ideas"), "Plan says nothing of /"),
    ],
)
def test_bottlenecks_are_of_the_run_and_in_the_document(
    measured: Path, bottlenecks: tuple[dict[str, object], ...], guide: str, message: str
) -> None:
    """With the very numbers of the raw figures, and a word on each in the plan."""
    build(str(measured), {**report(bottlenecks=bottlenecks), "guide.md": guide})
    found = run_check("benchmark-report", str(measured), {"document": "guide.md"})
    assert found.number("untreated") == int(bool(message))
    assert [each["message"] for each in found.findings] == [message][: bool(message)]
