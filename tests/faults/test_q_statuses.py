"""Statuses and small faults, rows 5001 to 5011, and their neighbours.

What was asked wrongly is told before anything runs, by a status that no verdict has.
"""

import json
import os
from pathlib import Path

import pytest

from tests.faults.rows import plain, refused
from tests.support.program import Ended, Project, a_board
from tests.support.repositories import commit, git

GOOD = plain("test -d .")


@pytest.fixture
def versioned(project: Project) -> Project:
    """A project in a repository, with a board that is ready."""
    project.write(a_board(GOOD))
    commit(project.folder, {".gitignore": ".readiness\n"})
    return project


@pytest.mark.parametrize("base", ["--output=x", "-x", "--all", "-"])
@pytest.mark.parametrize("command", ["check", "guard", "score"])
def test_5005_an_option_is_no_revision(versioned: Project, command: str, base: str) -> None:
    """Git is never given it. Twin: a branch with dashes in it is a revision."""
    git(versioned.folder, "branch", "a--output=x")
    ended = versioned(command, f"--base={base}")
    assert (ended.status, ended.out) == (2, ""), ended
    assert "is not a revision" in ended.err
    assert not (versioned.folder / "x").exists()
    assert versioned("guard", "--base=a--output=x").status == 0


TARGETS = [
    ["json=board.yaml"],
    ["json=./sub/../board.yaml"],
    ["json=sub/../.git/config"],
    ["json=.git/hooks/post-commit"],
    ["html=checks/own.yaml"],
    ["json=.readiness/history.db"],
    ["json=out", "html=out"],
    ["json=out", "html=./sub/../out"],
]


@pytest.mark.parametrize("targets", TARGETS, ids="+".join)
def test_5007_a_report_over_what_is_needed_is_told_first(
    versioned: Project, targets: list[str]
) -> None:
    """The board, a check, the history, git's own files, another report: 2, and nothing is run."""
    (versioned.folder / "sub").mkdir()
    (versioned.folder / "checks").mkdir()
    own = 'summary: s\nrun: "test -d ."\nmeasures: {status: {as: exit}}\nexpect: "== 0"\n'
    (versioned.folder / "checks" / "own.yaml").write_text(own)
    versioned.write(a_board(plain("touch ran")))
    before = tree(versioned.folder)
    ended = refused(versioned, *(f"--report={target}" for target in targets))
    assert "--report: " in ended.err
    assert tree(versioned.folder) == before


def test_5007_twin_reports_beside_all_that_are_written(versioned: Project) -> None:
    """Names that only look alike are no trouble; so is one file that an earlier run wrote."""
    names = ["json=board.yaml.json", "html=.github.html", "badge=sub/board.yaml"]
    (versioned.folder / "sub").mkdir()
    for _ in range(2):
        assert versioned("check", *(f"--report={name}" for name in names)).status == 0


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("limit", [6, 8, 12, 20])
def test_5009_too_few_files_are_told_or_enough(project: Project, limit: int) -> None:
    """A gate that cannot open a file says so. Twin: with as many as any shell allows it works."""
    project.write(a_board(GOOD))

    def limited(number: int) -> Ended:
        return project("check", prefix=["bash", "-c", f'ulimit -n {number}; exec "$@"', "-"])

    ended = limited(limit)
    assert ended.status != 0, ended
    assert "files can be opened" in ended.err
    assert "internal error" not in ended.err
    assert "Traceback" not in ended.err
    assert limited(64).status == 0


@pytest.mark.parametrize(
    ("makefile", "made"),
    [
        ("test: a\n\ttouch test\na:\n\ttouch a\n", "test"),
        ("test:\n", ""),
        ("all: ;\ntest: ;\n", ""),
    ],
)
def test_5011_what_make_says_is_no_tool(project: Project, makefile: str, made: str) -> None:
    """Neither `make: 'test' is up to date.` nor `Nothing to be done`."""
    (project.folder / "Makefile").write_text(makefile)
    for name in ("a", made):
        if name:
            (project.folder / name).write_text("")
    project.write(a_board(plain("make test", exit={"ok": [0]})))
    ended = project("prove", "--output-format", "json")
    (found,) = ended.json["criteria"]
    assert '"make:"' not in json.dumps(found), found


def test_5011_twin_what_a_recipe_runs_is_a_tool(project: Project) -> None:
    """The program of a recipe that make would run is named."""
    (project.folder / "Makefile").write_text(".PHONY: test\ntest:\n\tpython3 -c pass\n")
    project.write(a_board(plain("make test", exit={"ok": [0]})))
    (found,) = project("prove", "--output-format", "json").json["criteria"]
    assert "python3" in json.dumps(found)


# --- neighbours ---------------------------------------------------------------------------------


@pytest.mark.parametrize("link", [".readiness", ".readiness/history.db"])
def test_a_history_behind_a_link_is_not_followed(project: Project, link: str) -> None:
    """A project may bring a link along: what it leads to stays as it was, and the status is 5."""
    away = project.folder.parent / "away"
    away.mkdir()
    target = away if link == ".readiness" else away / "other.db"
    path = project.folder / link
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(target)
    project.write(a_board(GOOD))
    ended = project("check")
    assert ended.status == 5, ended
    assert "symbolic link" in ended.err
    assert os.listdir(away) == []
    path.unlink()
    assert project("check").status == 0


@pytest.mark.parametrize("word", ["failed", "changed", "P0", "P3"])
def test_a_word_of_the_selectors_is_no_id(project: Project, word: str) -> None:
    """It would select something else than what it names; one that only begins so may be."""
    for names, wrong in (((word, "A"), True), (("A", word), True), ((f"{word}-x", "A"), False)):
        task, own = names
        only = {"id": task, "title": "t", "priority": "P0", "criteria": [{"id": own, **GOOD}]}
        project.write({"version": 1, "title": "x", "tasks": [only]})
        ended = project("validate")
        assert ended.status == (2 if wrong else 0), ended
        assert (f"the id {word} is a selector of its own" in ended.err) == wrong
