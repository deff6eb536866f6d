"""Shards: together they say what one whole run says, field by field, or are refused."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from readiness.record.document import RunDocument, from_json, to_json
from tests.support.program import Ended, Project
from tests.support.repositories import git

COUNTS = (1, 2, 3, 7)
TIMES = ("id", "started_at", "finished_at", "duration_s")
OF_A_PROBE = ("started_at", "duration_s", "cpu_s", "memory_kib", "stdout", "stderr")


def without_times(document: RunDocument) -> dict[str, Any]:
    """All of a document that is not another one each time."""
    data: dict[str, Any] = json.loads(to_json(document))
    for name in (*TIMES, "shard"):
        del data[name]
    for probe in data["probes"]:
        for name in OF_A_PROBE:
            del probe[name]
    return data


COUNTED = {"as": "text", "regex": r"\d+", "unit": "errors"}
BOARD: dict[str, Any] = {
    "version": 1,
    "title": "In parts",
    "target": 5.3,
    "scoring": "partial",
    "profiles": {"local": {}, "production": {}},
    "milestones": [
        {"id": "M1", "title": "First", "requires": {"priority": "P0"}},
        {"id": "M2", "title": "Second", "requires": {"score": 5}},
    ],
    "tasks": [
        {"id": "T1", "title": "One", "priority": "P0", "criteria": [
            {"title": "good", "run": "test -d ."},
            {"title": "third", "run": "echo 9", "read": COUNTED, "expect": "<= 3"},
            {"title": "twice", "run": "echo $n", "read": COUNTED, "expect": "< 5",
             "matrix": {"n": ["1", "7"]}},
            {"title": "there", "run": "test -d .", "profiles": ["production"]}]},
        {"id": "T2", "title": "Two", "weight": 3, "criteria": [
            {"title": "absent", "run": "no-such-tool"},
            {"title": "unset", "check": "reader", "with": {"a": "${NOBODY_SETS_THIS}"}},
            {"title": "waived", "run": "false",
             "waive": {"reason": "later", "by": "lead", "until": "2199-12-31"}},
            {"title": "word", "attest": {}}]},
        {"id": "T3", "title": "Three", "priority": "P1", "criteria": [
            {"title": "made", "check": "maker"},
            {"title": "read", "check": "reader"},
            {"title": "flaky", "run": "X=$READINESS_SCRATCH/x; test -e $X || ! touch $X",
             "exit": {"ok": [0, 1]}, "read": {"as": "exit"}, "expect": "== 0", "retries": 1}]},
    ],
}  # fmt: skip
CHECKS = {
    "maker": "summary: makes\nrun: |\n  echo 1 > $READINESS_SCRATCH/made; echo '{\"n\": 3}'\n"
    "measures: {n: {as: json, query: n}}\nexpect: '>= 1'\n"
    "findings: {as: json, query: '[{path: `a.py`, line: n, message: `m`}]'}\n",
    "reader": "summary: reads\nrun: cat $READINESS_SCRATCH/made\nafter: [maker]\n"
    "params: {a: {default: b, help: what}}\n"
    "measures: {n: {as: text, regex: '\\d+'}}\nexpect: '== 1'\n",
}


@pytest.fixture
def parted(project: Project) -> Project:
    """A project with a board that has something of everything."""
    (project.folder / "checks").mkdir()
    for name, text in CHECKS.items():
        (project.folder / "checks" / f"{name}.yaml").write_text(text)
    project.write(BOARD)
    return project


def shard(project: Project, number: int, count: int, *more: str) -> str:
    """Run a part, and keep its document in a file, of which this is the name."""
    name = f"{number}-{count}.json"
    ended = project(
        "check", "-q", "--history=", "--shard", f"{number}/{count}", *more, "--report",
        f"json={name}",
    )  # fmt: skip
    assert ended.status in (0, 1, 3), ended
    return name


def shards(project: Project, count: int, *more: str) -> list[str]:
    """Run all parts."""
    return [shard(project, number, count, *more) for number in range(1, count + 1)]


def joined(project: Project, names: Sequence[str], *more: str) -> Ended:
    """Join them, as JSON."""
    return project("score", *names, *more, "--output-format", "json")


@pytest.mark.parametrize("count", COUNTS)
def test_shards_that_were_run_are_the_whole_run(parted: Project, count: int) -> None:
    """Whatever a board has: matrices, producers, waivers, words, retries, other profiles."""
    whole = parted("score", "--history=", "--output-format", "json")
    joint = joined(parted, shards(parted, count)[::-1])
    assert joint.status == whole.status, joint
    assert without_times(joint.run) == without_times(whole.run)


def test_a_shard_is_partial(parted: Project) -> None:
    """It has no score, decides no milestone, and says which part it is."""
    run = from_json((parted.folder / shard(parted, 2, 3)).read_bytes(), "shard")
    assert (run.partial, run.score.value, run.milestones) == (True, None, [])
    assert (run.gate.decision, run.shard and (run.shard.number, run.shard.count)) == (
        "partial",
        (2, 3),
    )


def test_a_part_with_nothing_in_it_is_good(project: Project) -> None:
    """There may be more machines than criteria; the whole is as it is."""
    project.write(
        BOARD | {"tasks": [{"id": "T1", "criteria": [{"title": "one", "run": "test -d ."}]}]}
    )
    assert [
        project("check", "-q", f"--shard={number}/2", "--report", f"json={number}.json").status
        for number in (1, 2)
    ] == [0, 0]
    assert project("score", "1.json", "2.json").status == 0


def test_shards_of_a_selection_are_that_selection(parted: Project) -> None:
    """They stay partial together, as it is."""
    whole = parted("check", "T3", "--history=", "--output-format", "json")
    joint = joined(parted, shards(parted, 2, "T3"))
    assert (joint.status, joint.run.gate) == (whole.status, whole.run.gate)
    assert without_times(joint.run) == without_times(whole.run)


# --- what does not fit ----------------------------------------------------------------------------


def refused(project: Project, *names: str) -> str:
    """The one line with which these are refused."""
    ended = joined(project, names)
    told = [line for line in ended.err.splitlines() if not line.startswith("note: ")]
    assert (ended.status, ended.out, len(told)) == (2, "", 1), ended
    return ended.err


def edited(project: Project, name: str, **fields: Any) -> str:
    """A copy of a document with some fields replaced."""
    told = json.loads((project.folder / name).read_text())
    (project.folder / "edited.json").write_text(json.dumps(told | fields))
    return "edited.json"


def test_gaps_and_doubles_are_refused(parted: Project) -> None:
    """Which part is missing, and which was given twice."""
    first, two, three = shards(parted, 3)
    assert "part 2 of 3 is missing" in refused(parted, three, first)
    assert "parts 1, 3 of 3 are missing" in refused(parted, two)
    assert "part 1 of 3 is given twice" in refused(parted, first, two, three, first)


def test_what_is_of_another_run_is_refused(parted: Project) -> None:
    """Another plan, cut, count, profile, version; a run that is no shard."""
    first, two = shards(parted, 2)
    assert "another plan" in refused(parted, first, shard(parted, 2, 2, "--timeout=7s"))
    two = shard(parted, 2, 2)
    assert "one of 3 parts, 1-2.json one of 2" in refused(parted, first, shard(parted, 2, 3))
    there = shard(parted, 2, 2, "--profile=production")
    assert "the profile production" in refused(parted, first, there)
    tool = {"name": "readiness", "version": "9.9"}
    two = shard(parted, 2, 2)
    assert "readiness 9.9" in refused(parted, first, edited(parted, two, tool=tool))
    parted("check", "-q", "--history=", "--report", "json=whole.json")
    assert "not part of" in refused(parted, first, "whole.json")
    assert "not part of" in refused(parted, "whole.json", first)
    parted.write(BOARD | {"title": "Another"})
    assert "another board" in refused(parted, first, two)


def test_other_commits_and_other_dirty_trees_are_refused(parted: Project) -> None:
    """All parts are of one state of the files."""
    (parted.folder / ".gitignore").write_text("*.json\n")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        git(parted.folder, *words)
    first, two = shards(parted, 2)
    assert joined(parted, [first, two]).status == 1
    git(parted.folder, "commit", "-qm", "two", "--allow-empty")
    two = shard(parted, 2, 2)
    assert "of commit" in refused(parted, first, two)
    first = shard(parted, 1, 2)
    (parted.folder / "left").write_text("x")
    assert "uncommitted changes" in refused(parted, first, shard(parted, 2, 2))


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/0", "-1/2", "1/2/3", "/", "١/٢"])
def test_what_is_no_part_is_refused(parted: Project, text: str) -> None:
    """Before anything is run."""
    ended = parted("check", f"--shard={text}")
    assert (ended.status, ended.out) == (2, "")
    assert "part 1 of 4 is 1/4" in ended.err


def test_there_is_no_part_of_what_was_recorded(parted: Project) -> None:
    """Parts are of a plan."""
    name = shard(parted, 1, 1)
    ended = parted("score", name, "--shard=1/2")
    assert (ended.status, ended.out) == (2, "")
