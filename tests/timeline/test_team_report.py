"""Reports to a team: what is new and bad first, in the board's language, sent where it reads."""

import json
import re

import msgspec
import pytest
from markdown_it import MarkdownIt

from readiness.model.words import Priority, Verdict
from readiness.record.document import Loosening, MilestoneRecord, RunDocument
from readiness.record.points import folded, past_point
from readiness.timeline.page import page
from readiness.timeline.period import ReportKind, on_a_milestone, over_a_period
from tests.support.documents import HOSTILE, a_chinese_document, a_criterion, a_document, a_task
from tests.support.program import Project, a_board

SINCE = "2026-11-23T13:00:00+00:00"


def a_run(verdict: str, *, blocking: bool = True, **fields: object) -> RunDocument:
    """A run of one criterion with this verdict."""
    criterion = a_criterion("T1.1", Verdict(verdict), reason="it says why", points=0.0)
    task = a_task("T1", criterion, priority=Priority.P0, blocking=blocking)
    return a_document(tasks=[task], loosened=[], milestones=[], **fields)


@pytest.mark.parametrize(
    ("before", "after", "blocking", "alarms"),
    [
        ("pass", "fail", True, 1),
        ("warn", "error", True, 1),
        ("pass", "pass", True, 0),
        ("fail", "fail", True, 0),
        ("error", "fail", True, 0),
        ("pass", "waived", True, 0),
        ("pass", "fail", False, 0),
    ],
)
def test_what_blocks_and_passed_before_is_an_exception(
    before: str, after: str, blocking: bool, alarms: int
) -> None:
    """What failed already is not new, and what blocks nothing does not wake anybody."""
    made = over_a_period(
        [a_run(after, blocking=blocking)], a_run(before, blocking=blocking), SINCE, ReportKind.DAILY
    )
    assert len(made.regressions()) == alarms
    assert made.is_exception() == bool(alarms)


def test_a_milestone_that_is_late_and_a_loosened_gate_are_exceptions() -> None:
    """Whatever else has happened."""
    late = MilestoneRecord(id="M1", title="Basics", met=False, due="2026-01-01", overdue=True)
    slack = Loosening(subject="T1.1", what="expectation", before="== 0", after="< 50")
    run = msgspec.structs.replace(a_run("pass"), milestones=[late], loosened=[slack])
    made = over_a_period([run], None, SINCE, ReportKind.WEEKLY)
    assert page(made).splitlines()[2:6] == [
        "## 🚨 Exceptions",
        "",
        "- **M1** Basics: was due on 2026-01-01 and is not met",
        "- **T1.1** expectation: weakens the gate: == 0 → \\< 50",
    ]


def test_the_first_run_of_a_period_is_compared_with_where_nothing_came_before() -> None:
    """A team that starts today has a report too."""
    made = over_a_period(
        [a_run("fail", id="a"), a_run("pass", id="b")], None, SINCE, ReportKind.DAILY
    )
    assert made.difference is not None
    assert (made.difference.before.id, made.difference.better, made.runs) == ("a", 1, 2)
    alone = over_a_period([a_run("pass")], None, SINCE, ReportKind.DAILY)
    assert alone.difference is None
    assert "no earlier run" in page(alone)


def test_a_milestone_report_is_about_its_tasks_and_opens_with_its_own_verdict() -> None:
    """Before anything else, and whatever the release is; nothing of other tasks."""
    asked = MilestoneRecord(
        id="M1", title="Usable", met=False, due="2026-12-01", score=8.25, missing=["T2"]
    )
    of_p0 = on_a_milestone(a_document(), None, msgspec.structs.replace(asked, priority=Priority.P0))
    assert {task.priority for task in of_p0.tasks()} == {Priority.P0}
    lines = page(on_a_milestone(a_document(), None, asked)).splitlines()
    assert lines[2] == "❌ M1 Usable: **not met**, due 2026-12-01, missing: T2, a score of 8.25"
    met = msgspec.structs.replace(asked, met=True)
    assert page(on_a_milestone(a_document(), None, met)).splitlines()[2].startswith("✅ M1 Usable")


def test_a_week_says_who_did_what_when_and_a_milestone_speaks_of_itself_alone() -> None:
    """By owner and day, with the score of each day; nothing of other tasks."""
    days = [("2026-11-20", "fail"), ("2026-11-22", "pass"), ("2026-11-24", "fail")]
    runs = [a_run(verdict, id=day, started_at=f"{day}T09:00:00Z") for day, verdict in days]
    late = [
        MilestoneRecord(id=name, title="", met=False, due="2026-01-01", overdue=True, priority=asks)
        for name, asks in (("M1", Priority.P1), ("M2", Priority.P0))
    ]
    runs[-1] = msgspec.structs.replace(runs[-1], milestones=late)
    week = page(over_a_period(runs[1:], runs[0], "2026-11-21", ReportKind.WEEKLY))
    assert ": Weekly report, 2026-11-21 to 2026-11-24\n" in week
    assert "- Score by day: 5.53 (11-20) → 5.53 (11-22) → 5.53 (11-24)" in week
    assert "  - ✅ 2026-11-22 **T1.1** Criterion T1.1\n  - ❌ 2026-11-24 **T1.1**" in week
    of_p1 = page(on_a_milestone(runs[2], runs[1], late[0]))
    assert "T1.1" not in of_p1
    assert "M2" not in of_p1
    assert "**M1**" in of_p1


def test_what_became_done_and_was_noted_is_progress() -> None:
    """Tasks that were done before are not, nor are notes of another time."""
    before = a_run("fail")
    (task,) = a_run("pass").tasks
    notes = {"2026-11-20": "long ago", "2026-11-24": "it works"}
    after = msgspec.structs.replace(before, tasks=[
        msgspec.structs.replace(task, done=True, notes=notes)
    ])  # fmt: skip
    made = over_a_period([after], before, SINCE, ReportKind.DAILY)
    progress = "  - ✅ **T1** Task T1\n  - 2026-11-24 **T1**: it works\n"
    assert progress in page(made)
    again = over_a_period([after], after, SINCE, ReportKind.DAILY)
    assert again.done() == []


def test_a_week_tells_risks_and_pace() -> None:
    """When the target is reached at this pace; which open tasks are risky."""
    run = a_run("fail")
    tasks = [msgspec.structs.replace(run.tasks[0], risk="high - blocks")]
    scores = [msgspec.structs.replace(run.score, value=at, shown=str(at)) for at in (4.0, 6.0)]
    moments = ("2026-11-20T09:00:00Z", "2026-11-24T09:00:00Z")
    runs = [
        msgspec.structs.replace(run, tasks=tasks, score=score, started_at=at)
        for score, at in zip(scores, moments, strict=True)
    ]
    made = over_a_period(runs, None, SINCE, ReportKind.WEEKLY)
    text = page(made)
    assert "+0.50 a day: at this pace, the goal is reached on 2026-11-28" in text
    assert "## Risks\n\n- **T1** Task T1: high - blocks" in text


def test_the_plan_is_by_owner(project: Project) -> None:
    """In the order of `next`, what waits for others said so."""
    tasks = [
        {"id": "A", "owner": "li.wei", "priority": "P0"},
        {"id": "B", "owner": "wang", "depends_on": ["A"]},
    ]
    tasks = [{**task, "criteria": [{"title": "x", "run": f"exit {len(task)}"}]} for task in tasks]
    project.write({"version": 1, "title": "b", "tasks": tasks})
    project("check", "-q")
    text = project("report", "--since", "1d").out
    assert "## Tomorrow's plan\n\n- **li.wei**\n  - A.1 x (P0, blocks, +6.67): " in text
    assert "- **wang**\n  - B.1 x (P2, +3.33, after A): " in text


@pytest.mark.parametrize("document", [a_document(), a_chinese_document()], ids=["en", "zh"])
def test_foreign_text_stays_text(document: RunDocument) -> None:
    """What probes print and boards say makes no link, no picture and no markup of the report."""
    board = msgspec.structs.replace(document.board, title=HOSTILE)
    run = msgspec.structs.replace(document, board=board)
    made = page(over_a_period([run], a_run("pass"), SINCE, ReportKind.WEEKLY))
    kinds = {
        inner.type
        for token in MarkdownIt("commonmark").enable("table").parse(made)
        for inner in [token, *(token.children or [])]
    }
    assert not kinds & {"link_open", "image", "html_inline", "html_block"}
    assert not any(line.lstrip().startswith("::") for line in made.splitlines())


def test_reruns_of_a_day_that_found_the_same_are_one_mark() -> None:
    """It is the last of them; a change makes another."""
    first = past_point(a_document(id="1", started_at="2026-11-24T09:00:00Z"))
    again = past_point(a_document(id="2", started_at="2026-11-24T10:00:00Z"))
    tomorrow = past_point(a_document(id="3", started_at="2026-11-25T10:00:00Z"))
    changed = msgspec.structs.replace(tomorrow, id="4", shown="5.54")
    marks = folded([first, again, tomorrow, changed])
    assert [mark.id for mark in marks] == ["2", "3", "4"]
    assert folded(marks) == marks


def test_a_past_point_keeps_numbers_and_verdicts() -> None:
    """What was out of scope is not there; booleans and texts are no numbers."""
    point = past_point(a_document())
    assert point.verdicts["T2.1"] is Verdict.FAIL
    assert point.values["T2.1"] == 1029.0
    assert "T3.3" not in point.verdicts
    assert "T3.2" not in point.values


# --- the command --------------------------------------------------------------------------------

BOARD = {
    "version": 1,
    "title": "Reported",
    "milestones": [{"id": "M1", "due": "2025-01-01", "requires": {"priority": "P0"}}],
    "tasks": [
        {
            "id": "T1",
            "title": "Clean",
            "priority": "P0",
            "criteria": [{"id": "T1.1", "title": "Is there", "run": "test -e there"}],
        }
    ],
}


@pytest.fixture
def reported(project: Project) -> Project:
    """A project whose only criterion passed, and fails now."""
    project.write(BOARD)
    (project.folder / "there").touch()
    assert project("check", "-q").status == 0
    (project.folder / "there").unlink()
    assert project("check", "-q").status == 1
    return project


def test_the_daily_report_begins_with_the_exceptions(reported: Project) -> None:
    """And compares the first run of the day with the last."""
    ended = reported("report", "--since", "1d")
    assert ended.status == 0, ended
    assert re.match(r"# Reported: Daily report, \S+ to \S+\n\n## 🚨 Exceptions\n", ended.out)
    assert "**T1.1** Is there: passed before and no longer does" in ended.out
    assert "**M1** : was due on 2025-01-01 and is not met" in ended.out
    weekly = reported("report", "--since", "7d").out
    assert weekly.startswith("# Reported: Weekly report, ")
    assert "0 better, 1 worse, 0 unchanged" in weekly
    assert "2 runs in this period" in weekly
    assert "**T1** Clean: blocks the release, and has no owner" in weekly
    told = [heading in ended.out for heading in ("## Milestones", "## Open tasks", "unchanged")]
    assert told == [False, False, True]
    assert "## Milestones" in weekly


def test_a_recorded_run_is_reported_again(reported: Project) -> None:
    """In any format, the same as when it had just ended."""
    ended = reported("report", "--output-format", "json", "--report", "json=again.json")
    assert ended.status == 0, ended
    assert ended.run.gate.exit_status == 1
    assert json.loads((reported.folder / "again.json").read_text())["id"] == ended.run.id
    assert reported("report", ended.run.id[:-2], "-q").out.rstrip().endswith("exit 1")


@pytest.mark.parametrize("words", [[], ["last"], ["--since", "1d"]])
def test_profiles_that_have_runs_are_named(project: Project, words: list[str]) -> None:
    """Where there is none in this one. Twin: where there is none at all."""
    profiles: dict[str, object] = {"local": {}, "staging": {}, "production": {}}
    project.write(a_board({"run": "true"}, profiles=profiles))
    ended = project("report", *words)
    assert (ended.status, "profile" in ended.err) == (2, False), ended
    for name in ("staging", "production"):
        project("check", "--profile", name)
    ended = project("report", *words)
    assert ended.status == 2
    assert "`--profile` with one that has runs: production, staging" in ended.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--since", "soon"], "is not a duration"),
        (["--milestone", "M9"], "choose from M1"),
        (["nothing"], "unknown run"),
        (["--output-format", "nothing"], "unknown format"),
        (["--since", "1d", "--report", "json=x"], "single Markdown text"),
        (["--milestone", "M1", "--output-format", "json"], "single Markdown text"),
    ],
)
def test_what_cannot_be_reported_is_said(
    reported: Project, arguments: list[str], says: str
) -> None:
    """With the status of a wrong command line."""
    ended = reported("report", *arguments)
    assert ended.status == 2, ended
    assert says in ended.err


def test_without_a_run_there_is_no_report(project: Project) -> None:
    """And what to do is said."""
    project.write(BOARD)
    ended = project("report", "--since", "1d")
    assert (ended.status, "run `readiness check`" in ended.err) == (2, True)
