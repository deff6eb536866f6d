"""A run of a part never stands for the project: what speaks of it takes the newest measurements."""

import json
import re
import signal
import time

import pytest

from readiness.report import Context, render
from tests.support.html_pages import parsed, row, titled, words_of
from tests.support.program import Project, a_board

BOARD = {
    "version": 1,
    "title": "Parts",
    "target": 8.25,
    "profiles": {"local": {}, "production": {}},
    "milestones": [
        {"id": "M1", "title": "Usable", "due": "2026-01-01", "requires": {"priority": "P0"}}
    ],
    "tasks": [
        {
            "id": "T1",
            "title": "One",
            "priority": "P0",
            "estimate": "2h",
            "criteria": [
                {
                    "title": "Few errors",
                    "run": "cat a",
                    "read": {"as": "text", "regex": r"\d+", "unit": "errors"},
                    "expect": "< 3",
                },
                {"title": "There", "run": "test -e b"},
            ],
        },
        {
            "id": "T2",
            "title": "Two",
            "priority": "P1",
            "criteria": [{"title": "c", "run": "cat c"}],
        },
        {
            "id": "T3",
            "title": "Three",
            "priority": "P2",
            "criteria": [
                {"title": "Fine", "run": "test -d ."},
                {"title": "Deployed", "run": "test -e d", "profiles": ["production"]},
            ],
        },
    ],
}


@pytest.fixture
def parted(project: Project) -> Project:
    """A project that was measured whole (5 errors, no `b`), and then T1 alone, all of it mended."""
    project.write(BOARD)
    (project.folder / "a").write_text("5\n")
    (project.folder / "c").write_text("12\n")
    assert project("check", "-q").status == 1
    (project.folder / "a").write_text("1\n")
    (project.folder / "b").touch()
    assert project("check", "T1", "-q").status == 0
    return project


def whole_and_part(project: Project) -> tuple[str, str]:
    """The ids of the two runs."""
    part, whole = project("history", "--output-format", "json").json["runs"]
    return whole["id"], part["id"]


def test_the_page_of_a_part_has_the_evidence_of_the_rest(parted: Project) -> None:
    """What the whole run measured stands there with its command and output, and that run's id."""
    whole, part = whole_and_part(parted)
    root = parsed(parted("report", "--output-format", "html").out)
    other, own = row(root, "T2.1"), row(root, "T1.1")
    assert re.search(rf"{whole}/p\d+ .*exit 0.* cat c .*stdout 12$", other)
    assert "stdout 1" in own
    assert whole not in own
    assert f"newest run, of a part: {part[:4]}-" in words_of(next(root.iter("header")))
    assert f"{whole}/" not in words_of(titled(root, "gantt"))


def test_the_document_of_a_part_carries_the_rest(parted: Project) -> None:
    """No score and no milestone of its own; each other criterion's newest measurement, by run."""
    run = parted.last_run()
    whole, _ = whole_and_part(parted)
    records = {record.id: record for record in run.criteria()}
    assert (run.score.value, run.score.shown, run.milestones) == (None, "–", [])
    assert (run.score.in_scope, run.score.total) == (2, 5)
    assert records["T1.1"].carried is None
    carried = records["T2.1"].carried
    assert carried is not None
    assert (records["T2.1"].verdict, carried.verdict, carried.run) == ("skip", "pass", whole)
    assert records["T3.2"].carried is None
    assert run.whole_run is not None
    assert (run.whole_run.run, run.whole_run.score.shown) == (whole, "5.55")
    assert [milestone.met for milestone in run.whole_run.milestones] == [False]


def test_list_show_and_next_take_the_newest(parted: Project) -> None:
    """Each says of which run; what was not selected is not unknown."""
    whole, part = whole_and_part(parted)
    listed = {task["id"]: task for task in parted("list", "--output-format", "json").json}
    assert [(task["good"], task["runs"]) for task in listed.values()] == [
        (2, [part]), (1, [whole]), (1, [whole]),
    ]  # fmt: skip
    assert "2 criteria were measured since" in parted("list").out
    shown = parted("show", "T2.1").out
    assert "not selected" not in shown
    assert "it printed 12" in shown
    advice = parted("next", "--output-format", "json").json
    assert (advice["run"], advice["score"], advice["standing"], advice["since"]) == (
        whole,
        "5.55",
        "10.00",
        2,
    )
    assert advice["criteria"] == []
    assert [milestone["met"] for milestone in advice["milestones"]] == [False]


SCORES = {
    "next": r"score ([\d.]+) over \d of \d, target 8.25",
    "trend": r"([\d.]+) \(first run\)",
    "history": r"partial +(\d[\d.]+) ",
    "report --output-format board": r"\*\*: ([\d.]+) of 10 over \d of \d \(target 8.25",
    "report --output-format badge": r"([\d.]+)/10",
    "report --output-format html": r'<p class="number"><b>([\d.]+)</b>',
    "report --output-format table": r"Last whole run.*score ([\d.]+) of 10",
}
"""How each command tells the score of the project."""


@pytest.mark.parametrize("command", SCORES)
def test_every_report_has_one_score(parted: Project, command: str) -> None:
    """It is that of the newest whole run, in one precision."""
    score = re.search(SCORES[command], parted(*command.split()).out)
    assert score is not None
    assert score[1] == "5.55"


def test_a_milestone_is_as_the_whole_run_decided_on_it(parted: Project) -> None:
    """In the board and on the page, which name the day of that run."""
    run = parted.last_run()
    assert run.whole_run is not None
    board, page = (render(name, run, Context()) for name in ("board", "html"))
    assert re.search(r"\*\*M1\*\* .*Usable.*· \S+ not met, \*\*overdue\*\*", board)
    assert 'class="v s-overdue"' in page
    assert run.whole_run.at[:10] in board
    assert run.whole_run.at[:10] in page


def test_diff_compares_whole_runs(parted: Project) -> None:
    """A part between them is passed over; named, it is compared in what it measured."""
    whole, part = whole_and_part(parted)
    assert parted("diff").status == 2
    named = parted("diff", whole, part, "--output-format", "json").json
    assert [one["id"] for one in named["criteria"]] == ["T1.1", "T1.2"]
    assert (named["better"], named["left_out"], named["score_change"]) == (2, 2, None)
    parted("check", "-q")
    comparison = parted("diff", "--output-format", "json").json
    assert comparison["after"]["shown"] == "10.00"
    assert (comparison["before"]["id"], comparison["score_change"]) == (whole, 4.45)
    assert sum(cause["points"] for cause in comparison["causes"]) == pytest.approx(4.45)


def test_a_part_that_has_all_of_it_names_the_whole_run_as_well(project: Project) -> None:
    """It has no score of its own."""
    project.write(a_board({"run": "true"}))
    project("check", "-q")
    assert "Last whole run" in project("check", "T1").out


def test_parts_carry_on_what_parts_carried(parted: Project) -> None:
    """Each criterion has its own newest run, however many parts there were."""
    whole, first = whole_and_part(parted)
    parted("check", "T2", "-q")
    run = parted.last_run()
    runs = {one.id: one.carried.run if one.carried else "" for one in run.criteria()}
    assert runs == {"T1.1": first, "T1.2": first, "T2.1": "", "T3.1": whole, "T3.2": ""}
    assert run.whole_run is not None
    assert run.whole_run.run == whole


def test_a_changed_expectation_is_not_carried(parted: Project) -> None:
    """It would be a verdict on another question."""
    board = json.loads(json.dumps(BOARD).replace("< 3", "< 1"))
    parted.write(board)
    parted("check", "T2", "-q")
    found = {record.id: record for record in parted.last_run().criteria()}
    assert found["T1.1"].carried is None
    assert found["T1.2"].carried is not None


def test_a_waiver_that_ended_is_not_carried_on(project: Project) -> None:
    """What is carried is judged by today."""
    waived = {"title": "w", "run": "exit 1", "id": "W"}
    other = {"title": "o", "run": "test -d .", "id": "O"}
    waive = {"reason": "x", "by": "y", "until": "2999-01-01"}
    tasks = [
        {"id": "T", "title": "t", "priority": "P0", "criteria": [{**waived, "waive": waive}, other]}
    ]
    project.write({"version": 1, "title": "b", "tasks": tasks})
    project("check", "-q")
    tasks[0]["criteria"] = [{**waived, "waive": {**waive, "until": "2020-01-01"}}, other]
    project.write({"version": 1, "title": "b", "tasks": tasks})
    project("check", "O", "-q")
    (record,) = (one for one in project.last_run().criteria() if one.id == "W")
    assert record.carried is not None
    assert record.carried.verdict == "fail"


def test_failed_is_what_failed_when_it_was_last_measured(parted: Project) -> None:
    """What a part mended is not run again."""
    (parted.folder / "c").unlink()
    parted("check", "T2", "-q")
    again = parted("check", "failed", "--output-format", "json")
    assert [one.id for one in again.run.criteria() if one.verdict.in_scope] == ["T2.1"]


def test_the_last_value_of_what_cannot_be_measured_now(parted: Project) -> None:
    """It is an error, and its last value stands beside it, with its day."""
    _, part = whole_and_part(parted)
    (parted.folder / "a").write_text("many\n")
    ended = parted("check", "--output-format", "json")
    (record,) = (one for one in ended.run.criteria() if one.id == "T1.1")
    assert (record.verdict, record.value) == ("error", None)
    assert record.last_known is not None
    assert (record.last_known.run, record.last_known.shown) == (part, "1 error")
    board = parted("report", "--output-format", "board").out
    assert "last known: 1 error (pass)" in board


def test_another_profile_is_told_of_and_not_counted(parted: Project) -> None:
    """A criterion of production has production's newest verdict in the local board, said so."""
    (parted.folder / "d").touch()
    parted("check", "--profile", "production", "-q")
    ended = parted("check", "--output-format", "json")
    (record,) = (one for one in ended.run.criteria() if one.id == "T3.2")
    assert (record.verdict, record.points_possible) == ("skip", 0.0)
    assert record.carried is not None
    assert (record.carried.profile, record.carried.verdict) == ("production", "pass")
    board = parted("report", "--output-format", "board").out
    (line,) = (line for line in board.splitlines() if "T3.2" in line)
    assert line.startswith("- [x] ")
    assert "in profile production: pass" in line


def test_an_interrupted_run_tells_what_it_measured(project: Project) -> None:
    """It has no score; what it did not come to is counted in one line, and carried."""
    waiting = [
        {"title": f"w{n}", "run": "if test -e wait; then sleep 60; fi; test -d ."} for n in range(8)
    ]
    tasks = [
        {
            "id": "A",
            "title": "a",
            "priority": "P0",
            "criteria": [{"title": "x", "run": "touch done; exit 1"}],
        },
        {"id": "B", "title": "b", "priority": "P0", "criteria": waiting},
    ]
    for number, criterion in enumerate(waiting):
        criterion["run"] += f" # {number}"
    project.write({"version": 1, "title": "b", "tasks": tasks})
    assert project("check", "-q").status == 1
    (project.folder / "wait").touch()
    (project.folder / "done").unlink()
    process = project.start("check", "-j", "9", "--output-format", "json", "--report", "table=t")
    deadline = time.monotonic() + 60
    while not (project.folder / "done").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.5)  # until it is read
    process.send_signal(signal.SIGINT)
    run = project.end(process).run
    assert (run.interrupted, run.score.value, run.score.attested) == (True, None, 0.0)
    assert len(run.gate.reasons) == 3
    assert run.gate.reasons[0].startswith("A.1 (P0) fails")
    assert "8 criteria were not run" in run.gate.reasons[1]
    assert all(one.carried for one in run.tasks[1].criteria)
    assert "B.3" not in (project.folder / "t").read_text().partition("What failed")[2]
    assert "(interrupted)" in project("history").out
    assert [task["good"] for task in project("list", "--output-format", "json").json] == [0, 8]
