"""What people are told of a tool: its own words, and how to see the same by hand."""

import re
import sys
from pathlib import Path

import pytest

from readiness.report._table.steps import STEPS_IN_FULL
from tests.faults.rows import tried
from tests.support.program import Project, a_board

BIN = str(Path(sys.executable).parent)
SLOW = "import time\n\n\ndef test_one():\n    pass\n\n\ndef test_slow():\n    time.sleep(600)\n"


@pytest.fixture
def tools(project: Project) -> Project:
    """A project with one module, and the tools on PATH."""
    project.environment["PATH"] = f"{BIN}:/usr/bin:/bin"
    (project.folder / "src").mkdir()
    (project.folder / "src" / "a.py").write_text("x: int = 'one'\n")
    return project


MESSAGES = {
    "mypy, no such folder": ({"check": "mypy", "with": {"paths": "nowhere"}}, "nowhere"),
    "mypy, no such option": (
        {"check": "mypy", "with": {"args": "--nosuch"}},
        "mypy: error: unrecognized arguments: --nosuch",
    ),
    "ruff, no such rule": (
        {"check": "ruff", "with": {"args": "--select ZZZ"}},
        "Unknown rule selector `ZZZ`",
    ),
    "pytest, no such folder": (
        {"check": "pytest", "with": {"paths": "nowhere"}},
        "file or directory not found: nowhere",
    ),
    "alembic, no settings": ({"check": "alembic-heads"}, "alembic.ini"),
    "make, no such target": ({"run": "make nowhere"}, "No rule to make target 'nowhere'"),
    "a plain command": (
        {"run": "mypy nowhere", "exit": {"ok": [0, 1]}, "read": {"as": "exit"}, "expect": "== 0"},
        "nowhere",
    ),
}


@pytest.mark.parametrize("case", MESSAGES)
def test_where_a_tool_stopped_its_last_lines_are_the_reason(tools: Project, case: str) -> None:
    """Not ours alone: what it says by hand is what there is to mend."""
    criterion, message = MESSAGES[case]
    (tools.folder / "Makefile").write_text("all:\n\ttrue\n")
    seen = tried(tools, a_board(criterion), within=60)
    (record,) = seen.run.criteria()
    assert record.verdict == "error", record
    assert message in record.reason


def test_twin_a_tool_that_did_its_work_adds_nothing(tools: Project) -> None:
    """What it says beside its work is no reason."""
    loud = {"run": "echo 'error: none' >&2; echo 3 errors", "expect": "== 3"}
    reader = {"as": "text", "regex": r"(\d+) errors"}
    (found,) = tried(tools, a_board({**loud, "read": reader})).run.criteria()
    assert (found.verdict, found.reason) == ("pass", "3")


ENDED = {
    "pytest": ({"check": "pytest", "with": {"args": "-v"}}, "test_one PASSED"),
    "make-target": ({"check": "make-target", "with": {"target": "slow"}}, "begun"),
    "a plain command": ({"run": "echo begun; echo half >&2; sleep 600"}, "begun"),
}


@pytest.mark.parametrize("case", ENDED)
def test_what_a_limit_ended_keeps_what_it_had_printed(tools: Project, case: str) -> None:
    """And its reason tells where it was."""
    criterion, output = ENDED[case]
    (tools.folder / "tests").mkdir()
    (tools.folder / "tests" / "test_a.py").write_text(SLOW)
    (tools.folder / "Makefile").write_text(".PHONY: slow\nslow:\n\t@echo begun; sleep 600\n")
    limit = "30s" if "pytest" in case else "3s"
    seen = tried(tools, a_board({**criterion, "timeout": limit}), within=90)
    (record,) = seen.run.criteria()
    (probe,) = [probe for probe in seen.run.probes if probe.id in record.probes]
    assert record.reason_code == "timeout"
    assert output in probe.stdout.head + probe.stderr.head
    assert "its last line was «" in record.reason


BY_HAND = {
    "T1.1": ({"check": "mypy"}, "mypy src"),
    "T1.2": ({"check": "mypy", "with": {"args": "--strict", "config": "m.ini"}}, ""),
    "T1.3": ({"run": "make lint"}, "make lint"),
    "T1.4": ({"run": "mypy src | tail -1"}, "mypy src | tail -1"),
    "T1.5": ({"check": "documents", "with": {"paths": "a.md"}}, "readiness check T1.5"),
    "T1.6": ({"check": "mypy", "workdir": "src", "with": {"paths": "."}}, "cd src && mypy ."),
    "T1.7": ({"check": "pytest", "with": {"paths": "${WHERE}"}}, "pytest ***"),
}


def test_each_criterion_says_how_to_see_the_same_by_hand(tools: Project) -> None:
    """In the run, the table, `show` and `next`: what people type, not our plumbing."""
    (tools.folder / "Makefile").write_text(".PHONY: lint\nlint:\n\tfalse\n")
    board = a_board(*(criterion for criterion, _ in BY_HAND.values()), secrets=["WHERE"])
    typed = {name: text for name, (_, text) in BY_HAND.items()}
    typed["T1.2"] = "mypy --config-file m.ini --strict src"
    tools.environment["WHERE"] = "s3cr3t-folder-1"
    seen = tried(tools, board, within=90)
    assert {record.id: record.by_hand for record in seen.run.criteria()} == typed
    for name, command in typed.items():
        shown = tools("show", name, "--output-format", "json")
        assert shown.json["by_hand"] == {name: command}
        assert re.search(rf"(Ran|By hand) +{re.escape(command)}(  |\n)", tools("show", name).out)
        assert command in seen.reports["table"]
    ahead = tools("next", "--output-format", "json")
    assert {one["id"]: one["by_hand"] for one in ahead.json["criteria"]} == typed
    table = tools("next").out
    assert all(one["by_hand"] in table for one in ahead.json["criteria"][:STEPS_IN_FULL])
    for text in (*seen.reports.values(), ahead.out, table):
        assert "s3cr3t-folder-1" not in text
    for name in ("table", "markdown", "junit"):
        assert "READINESS_PYTHON" not in seen.reports[name], name
