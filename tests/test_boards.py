"""Boards and what the whole program makes of them: tests/boards/CASE/{board,expected}.yaml."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.program import Ended, Project

CASES = Path(__file__).parent / "boards"
NAMES = sorted(path.name for path in CASES.iterdir())
GOOD_ONES = sorted(
    name for name in NAMES if "faults" not in (CASES / name / "expected.yaml").read_text()
)
CONTROL = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


def expected(name: str) -> Any:
    """What is expected of a case."""
    return yaml.safe_load((CASES / name / "expected.yaml").read_text(encoding="utf-8"))


def in_project(project: Project, name: str) -> Any:
    """Put the case's board into the project; return what is expected of it."""
    shutil.copytree(CASES / name, project.folder, dirs_exist_ok=True)
    return expected(name)


@pytest.mark.parametrize("name", GOOD_ONES)
def test_a_board_gets_the_verdict_it_should(project: Project, name: str) -> None:
    """Status, document, table and history all tell what the case expects, and the same."""
    wanted = in_project(project, name)
    table = project.folder / "table.txt"
    ended = project(
        *("check", *wanted.get("args", ()), "--output-format", "json"),
        *("--report", f"table={table}", "--report", "json=run.json"),
    )
    assert ended.status == wanted["status"], ended
    run = ended.run
    assert (run.gate.exit_status, run.gate.decision) == (wanted["status"], wanted["decision"])
    criteria = {criterion.id: criterion for criterion in run.criteria()}
    assert {name: record.verdict for name, record in criteria.items()} == wanted["verdicts"], ended
    codes = {name: record.reason_code for name, record in criteria.items() if record.reason_code}
    assert codes == wanted.get("codes", {})
    values = {name: record.value for name, record in criteria.items()}
    assert values | wanted.get("values", {}) == values
    assert [name for name, record in criteria.items() if record.flaky] == wanted.get("flaky", [])
    if "score" in wanted:
        assert run.score.value == wanted["score"]
    if "probes" in wanted:
        assert len(run.probes) == wanted["probes"]
    shown = table.read_text(encoding="utf-8")
    for text in wanted["shows"]:
        assert text in shown, shown
    for text in wanted.get("hides", ()):
        assert text not in shown, shown
    assert (project.folder / "run.json").read_bytes() == ended.raw
    assert project.last_run() == run
    assert_harmless(shown, ended.err)


@pytest.mark.parametrize("name", GOOD_ONES)
def test_every_command_and_format_ends_alike(project: Project, name: str) -> None:
    """`--quiet` ends with the status of the document, and `score`; of a part that is 3."""
    wanted = in_project(project, name)
    arguments = wanted.get("args", [])
    if any(not argument.startswith("-") and "T" in argument for argument in arguments):
        pytest.skip("`score` takes no selectors")
    ended = project("score", *arguments)
    quiet = project("check", "--quiet", *arguments)
    asked = 3 if wanted["decision"] == "partial" else wanted["status"]
    assert [ended.status, quiet.status] == [asked, wanted["status"]], (ended, quiet)
    assert quiet.err == ""
    assert re.search(r"^Readiness: (unknown|[\d.]+% \([\d.]+/10\))", ended.out, re.MULTILINE)
    assert_harmless(ended.out, ended.err, quiet.out)


@pytest.mark.parametrize("name", sorted({*NAMES} - {*GOOD_ONES}))
@pytest.mark.parametrize("command", ["check", "score", "validate", "list", "doctor"])
def test_a_board_with_faults_runs_nothing(project: Project, name: str, command: str) -> None:
    """All faults at once, a line each with its place; nothing is run, nothing recorded.

    Below each, `validate` shows the board's line and a mark.
    """
    wanted = in_project(project, name)
    ended = project(command)
    assert ended.status == 2, ended
    lines = ended.err.splitlines()
    if command == "validate":
        assert lines.pop() == f"{wanted['faults']} fault{'s' * (wanted['faults'] != 1)}"
        lines = [line for line in lines if not line.startswith("    ")]
    assert len(lines) == wanted["faults"], ended
    assert all(re.match(r"board\.yaml:\d+:\d+: ", line) for line in lines), ended
    for text in wanted["says"]:
        assert text in ended.err
    assert ended.out == ""
    assert project.entries() == []


def assert_harmless(*texts: str) -> None:
    """No terminal and no CI log obeys anything of it."""
    for text in texts:
        assert not CONTROL.search(text), text
        assert not re.search(r"^\s*::", text, re.MULTILINE), text
        assert "##[" not in text, text


def test_what_is_shown_elsewhere_is_harmless_too(project: Project) -> None:
    """`list`, `show` and `--dry-run` obey nothing that stands in a title or was printed."""
    in_project(project, "hostile")
    project("check", "-q")
    outputs: list[Ended] = [
        project("list"),
        project("show", "T1"),
        project("check", "--dry-run"),
        project("check", "--verbose"),
    ]
    for ended in outputs:
        assert "\\x1b" in ended.out
        assert_harmless(ended.out, ended.err)
