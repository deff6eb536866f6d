"""Neighbours of known ways to keep a gate green: each is found, and measured to the end.

All are looked for in what the guard measures under the base's rules and in what it reads, which is
fast; every tenth is tried by the whole program, and all of them where `-m proof` asks for it.
"""

import os
from collections.abc import Iterator

import pytest

from readiness.guard.changes import loosened
from readiness.guard.deciding import Decider
from readiness.guard.project.reading import compare_projects
from readiness.guard.put_aside import added_directives
from readiness.guard.states import States
from readiness.guard.tree import Commit, work_tree
from readiness.load import load_board
from readiness.prove.worlds import Worlds
from tests.support.few_programs import few_own_programs
from tests.support.loosening import (
    Loosening,
    assert_innocent,
    assert_judged,
    assert_told,
    guarded,
    rows,
    twins,
)
from tests.support.neighbours import neighbours
from tests.support.program import Project
from tests.support.repositories import commit, write

ROWS = neighbours()
SAMPLE = ROWS[::10]


def suspected(project: Project, row: Loosening) -> Iterator[str]:
    """The paths that are measured under the base's rules or put aside, and those that are read."""
    root = str(project.folder)
    base = Commit(root, commit(project.folder, row.base))
    write(project.folder, row.hides)
    head = work_tree(root, base)
    states = States(base, head)
    board = load_board(os.path.join(root, "board.yaml"), profile=None, environ={})
    path = few_own_programs()
    sites = Worlds(board, {**os.environ, "PATH": path}, str(project.tmp)).sites()
    decider = Decider(states, board, "", sites=sites, own=["board.yaml"])
    for criterion in board.criteria():
        yield from decider.of(criterion).files
    yield from added_directives(states)
    commands = [criterion.check.run for criterion in board.criteria() if criterion.check]
    changes = compare_projects(states, used=commands)
    yield from (change.path for change in loosened(changes))


@rows(*ROWS)
def test_what_hides_a_fault_is_looked_into(row: Loosening, project: Project) -> None:
    """However it is spelled, and by whatever way the command comes to it."""
    found = sorted(set(suspected(project, row)))
    assert any(path.startswith(row.names) for path in found), found


@rows(*SAMPLE)
def test_a_neighbour_is_told(row: Loosening, project: Project) -> None:
    """By what it hides."""
    assert_told(project, row)


@twins(*SAMPLE)
def test_an_innocent_neighbour_is_none(row: Loosening, project: Project) -> None:
    """A comment, a target, a setting of style."""
    assert_innocent(project, row)


@pytest.mark.proof
@rows(*ROWS)
def test_every_neighbour_is_told_by_both(row: Loosening, project: Project) -> None:
    """By `guard --base` and by `check --base`."""
    assert_judged(project, row)
    ended = project("guard", "--base", "HEAD~1")
    assert ended.status == 4, ended
    assert row.names in ended.out, ended


@pytest.mark.proof
@twins(*ROWS)
def test_every_innocent_neighbour_is_none_for_both(row: Loosening, project: Project) -> None:
    """By `guard --base` and by `check --base`."""
    assert guarded(project, row.base, row.twin, "check").status == 0
    assert project("guard", "--base", "HEAD~1").status == 0
