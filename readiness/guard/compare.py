"""One change as a whole: its board in every profile, and what it measures, against the base."""

import os
from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from readiness.guard.base import Base, relative_to
from readiness.guard.board import compare_boards
from readiness.guard.calling import only_looks
from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.pairs import combinations
from readiness.guard.project.programs import programs
from readiness.guard.project.reading import compare_projects
from readiness.guard.project.rules import TABLE
from readiness.guard.states import States
from readiness.guard.submodules import Whole, whole_tree
from readiness.guard.tree import work_tree
from readiness.load import load_board
from readiness.load.yamlfile import read
from readiness.model.board import Board
from readiness.model.errors import BaseError
from readiness.project.git import GitError, repository
from readiness.project.recipes import is_own
from readiness.prove.copying import is_below
from readiness.text.worded import worded

LOOKED_AT = ("paths", "source")
"""Parameters of checks for files and folders to look at."""

FIRST_BOARD = "the base has no board: this is the first, and there is nothing to compare it with"


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What a change does to its gate, the board first. `remarks` are sentences for people.

    `head` is the board of the work tree, as a run would load it. `base` is the base's as it would
    be run on the work tree; None where it has none. `states` are the project before and after,
    None where they cannot be compared; probes run in its folder `workdir`.
    """

    head: Board
    base: Board | None
    changes: list[Change]
    remarks: list[str]
    states: States | None = None
    workdir: str = ""


def compare(
    base: Base,
    board: str,
    *,
    environ: Mapping[str, str],
    profile: str | None = None,
    project: str | None = None,
) -> Comparison:
    """Compare the work tree, uncommitted files included, with the base. Runs nothing.

    Raises `BaseError` where the base cannot be read, and `BoardError` for a board that is broken.
    """
    old = base.load(environ, profile) if base.board else None
    head = load_board(board, profile=profile, environ=environ, project=project)
    if old is None:
        own = relative_to(base.root, head.workdir)
        states = None if own.startswith("..") else _states(base, head)
        return Comparison(
            head=head, base=None, changes=[], remarks=[FIRST_BOARD], states=states, workdir=own
        )
    workdir = base.workdir_of(old)
    runnable = replace(
        old, path=board, workdir=project or os.path.normpath(os.path.join(base.root, workdir))
    )
    changes = _moved(base, board)
    loaded = None if _has_variables(base, board) else (old, head)
    for name in [profile] if profile else _profiles(old, head):
        same = project is None and (name is None or old.profile == head.profile == name)
        changes += compare_boards(*_comparable(base, board, name, loaded if same else None))
    states = _states(base, head)
    if states is None:
        tell = Teller("project", head.workdir)
        note = "not compared"
        changes += [tell(Kind.PROJECT, Direction.LOOSENED, base.root, head.workdir, note)]
        remarks = [f"{head.workdir} is not in the board's repository: it was not compared"]
    else:
        whole = base.commit if isinstance(base.commit, Whole) else None
        # What a submodule hides or tests is its own matter, unless it shows where it is measured.
        read = States(whole.alone, work_tree(base.root, whole.alone)) if whole else states
        if read.changed:
            changes += _projects(base, read, head, workdir, _used(old, head))
        remarks = (
            [] if states.changed else [f"nothing differs from {base.ref}: nothing was compared"]
        )
        remarks += [
            f"{path} is a submodule whose commit {base.commit.submodules[path][:12]} is not here, "
            f"so that its files were not compared: fetch it in {path}"
            for path in (whole.missing if whole else ())
        ]
    return Comparison(
        head=head,
        base=runnable,
        changes=list(dict.fromkeys(changes)),
        remarks=remarks,
        states=None if os.path.isabs(workdir) else states,
        workdir=workdir,
    )


def _moved(base: Base, board: str) -> list[Change]:
    own = relative_to(base.root, board)
    if own == base.board:
        return []
    return [Teller("board", board)(Kind.BOARD, Direction.NEUTRAL, base.board, own, "another path")]


def _profiles(old: Board, head: Board) -> list[str | None]:
    """Return the profiles that both boards have, or [None] where they share none."""
    return [name for name in head.profiles if name in old.profiles] or [None]


def _has_variables(base: Base, board: str) -> bool:
    """Return whether what a board says may depend on the environment."""
    return any(b"${" in read(path) for path in (os.path.join(base.folder, base.board), board))


def _comparable(
    base: Base, board: str, name: str | None, loaded: tuple[Board, Board] | None
) -> tuple[Board, Board]:
    """Return both boards loaded with an empty environment, with workdirs that can be compared.

    `loaded` are both boards, if they were loaded before.
    """
    old, new = loaded or (base.load({}, name), load_board(board, profile=name, environ={}))
    beside = os.path.dirname(relative_to(base.root, board))
    inside = os.path.relpath(new.workdir, os.path.dirname(os.path.abspath(board)))
    here = os.path.normpath(os.path.join(beside, inside))
    if here.startswith(".."):
        here = os.path.realpath(new.workdir)
    return (
        replace(old, workdir=base.workdir_of(old) or "."),
        replace(new, workdir=here),
    )


def _used(*boards: Board) -> list[str]:
    """Return the commands and parameters of all criteria, and of the checks that they come after.

    A parameter by which a check of ours is told what to look at is never run, nor is one that names
    files that people read, or locks.
    """
    used: dict[str, None] = {}
    for board in boards:
        for criterion in board.criteria():
            if (check := criterion.check) is not None and not only_looks(check.run):
                used[criterion.written or check.run] = None
                for params in combinations(criterion):
                    used.update(
                        (value, None)
                        for name, value in params.items()
                        if (name not in LOOKED_AT or is_own(check))
                        and not all(map(TABLE.prose.search, value.split()))
                    )
        used.update(dict.fromkeys(check.run for check in board.checks.values()))
    return list(used)


def _states(base: Base, head: Board) -> States | None:
    """Return both states of the project; None where probes run outside of its repository."""
    root = os.path.realpath(base.root)
    workdir = os.path.realpath(head.workdir)
    if not is_below(workdir, root) or repository(workdir) != root:
        return None
    try:
        return States(base.commit, whole_tree(base.commit))
    except GitError as error:
        raise BaseError(worded("usage.base_unread", ref=base.ref, why=error)) from None


def _projects(
    base: Base, states: States, head: Board, workdir: str, used: list[str]
) -> list[Change]:
    own = os.path.relpath(os.path.realpath(head.workdir), os.path.realpath(base.root))
    own = "" if own == "." else own
    changes: list[Change] = []
    try:
        for place in dict.fromkeys([own, own if os.path.isabs(workdir) else workdir]):
            changes += compare_projects(states, workdir=place, used=used)
            changes += programs(base.root, base.commit.commit, place)
    except GitError as error:
        raise BaseError(worded("usage.base_unread", ref=base.ref, why=error)) from None
    return changes
