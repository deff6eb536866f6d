"""All that speaks of a project agrees in every number, whatever its last runs were."""

import re
import signal
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from readiness.record.document import RunDocument, from_json
from tests.support.program import Project

RUNS = 40


def a_board() -> dict[str, Any]:
    """Two profiles, a milestone, numbers on their way, one that waits where it is asked to."""
    number = {"read": {"as": "text", "regex": r"\d+", "unit": "errors"}, "expect": "< 3"}
    return {
        "version": 1,
        "title": "Many runs",
        "target": 8.25,
        "profiles": {"local": {}, "production": {}},
        "milestones": [{"id": "M1", "title": "Usable", "requires": {"score": 2}}],
        "tasks": [
            {
                "id": "T1",
                "title": "One",
                "priority": "P0",
                "criteria": [
                    {"title": "Few", "run": "cat a", **number},
                    {"title": "There", "run": "test -e b"},
                ],
            },
            {
                "id": "T2",
                "title": "Two",
                "priority": "P1",
                "criteria": [{"title": "Fewer", "run": "cat c", **number}],
            },
            {
                "id": "T3",
                "title": "Three",
                "priority": "P2",
                "criteria": [
                    {"title": "Calm", "run": "if test -e wait; then sleep 60; fi; test -e a"},
                    {"title": "Deployed", "run": "test -e d", "profiles": ["production"]},
                ],
            },
        ],
    }


def interrupt(project: Project) -> None:
    """Interrupt a run while its last probe waits."""
    (project.folder / "wait").touch()
    process = project.start("check", "-j", "9", "-q", "--report", "json=cut.json")
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    assert project.end(process).status == 130
    (project.folder / "wait").unlink()


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project after 40 runs: whole, of a part, of production, for a milestone, interrupted."""
    project = Project(tmp_path_factory.mktemp("course"))
    project.write(a_board())
    folder = project.folder
    for number in range(RUNS):
        (folder / "a").write_text(f"{max(9 - number // 4, 1)}\n")
        (folder / "c").write_text(f"{number % 5}\n")
        if number == 20:
            (folder / "b").touch()
        if number == 31:
            interrupt(project)
            continue
        kind: list[str] = {
            3: ["T2"], 6: ["--profile", "production"], 11: ["--milestone", "M1"], 15: ["P0", "T3"],
            33: ["--profile", "production"], 36: ["--milestone", "M1"], 38: ["T1"], 39: ["T2"],
        }.get(number, [])  # fmt: skip
        assert project("check", "-q", *kind).status in (0, 1)
    return project


@cache
def newest_whole(project: Project) -> RunDocument:
    """The newest whole run of the first profile, by the documents alone."""
    for row in project("history", "--limit", "99", "--output-format", "json").json["runs"]:
        ended = project("report", row["id"], "--output-format", "json")
        run = from_json(ended.raw, row["id"])
        if run.profile == "local" and not run.partial and not run.interrupted:
            return run
    raise AssertionError("no whole run")


def test_the_history_is_what_it_should_be(course: Project) -> None:
    """Forty runs, of every kind."""
    rows = course("history", "--limit", "99", "--output-format", "json").json["runs"]
    assert len(rows) == RUNS
    assert {row["state"] for row in rows} == {"finished", "interrupted"}
    assert {row["profile"] for row in rows} == {"local", "production"}
    assert {row["milestone"] for row in rows} == {None, "M1"}
    assert {row["score"] for row in rows if row["decision"] == "partial"} == {"–"}


Told = Callable[[Project], str]
SCORES: dict[str, Told] = {
    "json": lambda p: p.last_run().whole_run.score.shown,  # type: ignore[union-attr]
    "history": lambda p: next(
        row["score"]
        for row in p("history", "--limit", "99", "--output-format", "json").json["runs"]
        if row["id"] == newest_whole(p).id
    ),
    "next": lambda p: p("next", "--output-format", "json").json["score"],
    "next in words": lambda p: found(r"score ([\d.]+), target 8.25", p("next").out),
    "trend": lambda p: p("trend", "--output-format", "json").json["points"][-1]["shown"],
    "trend in words": lambda p: found(r"→ ([\d.]+) in", p("trend").out),
    "diff": lambda p: p("diff", "--output-format", "json").json["after"]["shown"],
    "daily": lambda p: p("report", "--since", "1d", "--output-format", "json").json["now"]["shown"],
    "weekly": lambda p: found(r"→ ([\d.]+), target 8.25", p("report", "--since", "7d").out),
    "milestone": lambda p: p("report", "--milestone", "M1", "--output-format", "json").json["now"][
        "shown"
    ],
    "board": lambda p: found(r"\*\*: ([\d.]+) of 10 \(target 8.25", in_format(p, "board")),
    "badge": lambda p: found(r"([\d.]+)/10", in_format(p, "badge")),
    "html": lambda p: found(r'<p class="number"><b>([\d.]+)</b>', in_format(p, "html")),
    "html table": lambda p: found(
        r'<tr><th scope="row">\d+</th>.*?<code>.*?</code></td><td>([\d.]+)</td>',
        in_format(p, "html"),
    ),
    "table": lambda p: found(r"last whole run.*score ([\d.]+) of 10", in_format(p, "table")),
    "explained": lambda p: newest_whole(p).score.shown,
}


@cache
def in_format(project: Project, name: str) -> str:
    """The report on the last run."""
    return project("report", "--output-format", name).out


def found(pattern: str, text: str) -> str:
    """The group of a pattern that is there."""
    match = re.search(pattern, text)
    assert match is not None, (pattern, text)
    return match[1]


@pytest.mark.parametrize("name", SCORES)
def test_every_report_has_one_score(course: Project, name: str) -> None:
    """It is that of the newest whole run, in one precision, after two runs of parts."""
    run = newest_whole(course)
    assert re.fullmatch(r"\d+\.\d\d", run.score.shown)
    assert SCORES[name](course) == run.score.shown


def test_every_report_has_one_verdict_a_criterion(course: Project) -> None:
    """`list`, `show`, `next`, the board and the page count the same: the newest of each."""
    last = course.last_run()
    newest = {one.id: (one.carried or one).verdict for one in last.criteria() if one.id != "T3.2"}
    good = {name for name, verdict in newest.items() if verdict.good}
    tasks = course("list", "--output-format", "json").json
    assert sum(task["good"] for task in tasks) == len(good)
    shown = [
        record
        for task in ("T1", "T2", "T3")
        for record in course("show", task, "--output-format", "json").json["criteria"]
    ]
    assert {one["id"] for one in shown if one["verdict"] in ("pass", "warn")} == good
    open_now = course("next", "--output-format", "json").json["criteria"]
    assert {one["id"] for one in open_now} == newest.keys() - good
    board = in_format(course, "board")
    ticked = set(re.findall(r"^- \[x\] \*\*(T\d\.\d)\*\*", board, re.MULTILINE))
    assert ticked - {"T3.2"} == good
    page = in_format(course, "html")
    counts = re.findall(r'<li class="v v-(\w+)"><span aria-hidden="true">.</span> (\d+)', page)
    assert sum(int(count) for verdict, count in counts if verdict in ("pass", "warn")) == len(good)


def test_no_report_takes_an_unwhole_run_for_the_project(course: Project) -> None:
    """The milestone is as the whole run decided on it, in every report."""
    run = newest_whole(course)
    (met,) = (milestone.met for milestone in run.milestones)
    (told,) = course("next", "--output-format", "json").json["milestones"]
    assert told["met"] is met
    word = "met" if met else "not met"
    assert re.search(rf"\*\*M1\*\*: Usable.*· \S+ {word}", in_format(course, "board"))
    page = in_format(course, "html")
    assert f'class="v s-{"met" if met else "open"}"' in page


def test_sums_are_of_what_is_shown(course: Project) -> None:
    """The causes of a difference add up to the difference of two shown scores."""
    told = course("diff", "--output-format", "json").json
    change = round(float(told["after"]["shown"]) - float(told["before"]["shown"]), 2)
    assert told["score_change"] == change
    assert round(sum(cause["points"] for cause in told["causes"]), 2) == change
