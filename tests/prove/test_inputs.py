"""`prove --inputs`: what a probe looks at that its inputs do not cover."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from readiness.prove.inputs import Access, InputRecord, accesses, uncovered
from readiness.reuse.patterns import expanded
from readiness.reuse.trace import Trace, find_tracer
from tests.support.checking import build, catalogue
from tests.support.program import Project, a_board
from tests.support.record import CASES

needs_strace = pytest.mark.skipif(
    not find_tracer(os.environ["PATH"]), reason="strace is not installed"
)


@pytest.mark.parametrize(
    ("access", "path", "inputs", "covered"),
    [
        (Access.OPENED, "src/a.py", ["src/**/*.py"], True),
        (Access.OPENED, "lib/a.py", ["src/**/*.py"], False),
        (Access.ABSENT, "mypy.ini", ["mypy.ini"], True),
        (Access.ABSENT, "setup.cfg", ["mypy.ini"], False),
        (Access.LISTED, "src", ["src/**/*.py"], True),
        (Access.LISTED, "src/deep", ["src/**/*.py"], True),
        (Access.LISTED, "src/deep", ["src/*.py"], False),
        (Access.LISTED, "docs", ["src/**/*.py"], False),
        (Access.LISTED, ".", ["mypy.ini"], True),
        (Access.LISTED, ".", ["src/**/*.py"], True),
        (Access.LISTED, ".", ["src/deep/**/*.py"], False),
        (Access.LISTED, ".", ["**/*"], True),
    ],
)
def test_inputs_cover_what_they_mean(
    access: Access, path: str, inputs: list[str], covered: bool
) -> None:
    """Files by name; a folder's list where they mean anything that may lie in it."""
    seen = [InputRecord(path=os.path.normpath(f"/w/{path}"), access=access)]
    patterns = expanded(inputs, {}, lambda _: True)
    assert (list(uncovered(seen, "/w", patterns)) == []) is covered


def test_only_the_project_counts() -> None:
    """Not what lies elsewhere, in caches and environments, nor what the probe itself writes."""
    trace = Trace(
        opened=frozenset(("/w/a", "/usr/x", "/w/.mypy_cache/x", "/w/.venv/bin/x", "/w/made")),
        absent=frozenset(("/w/b", "/w/.git/x", "/w/made")),
        listed={"/w": {}, "/tmp": {}},
        written=frozenset(("/w/made",)),
    )
    assert [(one.access, one.path) for one in accesses(trace, "/w")] == [
        ("listed", "/w"),
        ("opened", "/w/a"),
        ("absent", "/w/b"),
    ]


def git(folder: Path) -> None:
    """Make a repository of it, so that nothing above counts."""
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)


@needs_strace
def test_what_inputs_miss_is_named(project: Project) -> None:
    """The file, and what was done with it; the project stays as it is."""
    for name in ("a.txt", "b.txt"):
        (project.folder / name).write_text("x\n")
    project.write(
        a_board(
            {"run": "cat a.txt b.txt; test ! -e c.txt", "inputs": ["a.txt"]},
            {"run": "cat a.txt", "inputs": ["a.txt"]},
            {"run": "true"},
        )
    )
    git(project.folder)
    ended = project("prove", "--inputs", "--output-format", "json")
    assert ended.status == 1, ended
    first, second = ended.json["probes"]
    assert first["uncovered"] == [
        {"path": "b.txt", "access": "opened"},
        {"path": "c.txt", "access": "absent"},
    ]
    assert second["uncovered"] == []
    assert ended.json["without"] == ["T1.3"]
    assert "b.txt" in project("prove", "--inputs").out
    assert project("prove", "--inputs", "T1.2").status == 0


@needs_strace
def test_inputs_cannot_answer_for_a_service(project: Project) -> None:
    """Whoever speaks to one depends on more than files, unless the result has a `max_age`."""
    talk = "exec 3<>/dev/tcp/127.0.0.1/9 || true; exit 0"
    given = {"run": talk, "inputs": ["a.txt"], "exit": {"ok": [0]}}
    git(project.folder)
    project.write(a_board(given))
    ended = project("prove", "--inputs", "--output-format", "json")
    assert ended.status == 3, ended
    assert "AF_INET" in ended.json["probes"][0]["why"]
    project.write(a_board(given | {"max_age": "1h"}))
    assert project("prove", "--inputs").status == 0


def test_without_strace_that_is_said(project: Project) -> None:
    """With how to get it; nothing is run."""
    project.write(a_board({"run": "true"}))
    ended = project("prove", "--inputs", env={"PATH": "/nowhere"})
    assert ended.status == 2
    assert "install strace" in ended.err


ELSEWHERE = {"pip-audit"}
"""Those that ask a service."""

CHECKS = sorted(name for name, check in catalogue().items() if check.inputs and name in CASES)


@needs_strace
def test_the_catalogue_names_all_that_its_tools_look_at(project: Project) -> None:
    """Each check with inputs, in a good project below a repository's root."""
    criteria: list[dict[str, object]] = []
    folders: dict[str, str] = {}
    for name in (each for each in CHECKS if each not in ELSEWHERE):
        case = CASES[name][0]
        folder = folders.setdefault(repr(case.files), name)
        build(str(project.folder / folder), case.files)
        criteria.append({"check": name, "with": case.params, "workdir": folder})
    project.write(a_board(*criteria))
    git(project.folder)
    project.longest = 900
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    ended = project("prove", "--inputs", "--output-format", "json", env={"PATH": path})
    missed = {
        one["check"]: one["uncovered"] or one["why"]
        for one in ended.json["probes"]
        if one["uncovered"] or one["why"]
    }
    assert missed == {}
    assert ended.status == 0
    assert len({name for one in ended.json["probes"] for name in one["criteria"]}) == len(criteria)
    assert sum(one["seen"] > 0 for one in ended.json["probes"]) > len(CHECKS) / 2


def test_checks_whose_inputs_are_tried_are_most_of_those_that_have_any() -> None:
    """So that a new check with inputs is not forgotten: it needs a recorded case."""
    with_inputs = {name for name, check in catalogue().items() if check.inputs}
    assert with_inputs - {*CHECKS} == set()
