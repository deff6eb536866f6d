"""Opening the board that a command is about."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from readiness.load import load_board
from readiness.model.board import Board, Milestone
from readiness.model.errors import Fault, UsageError
from readiness.model.settings import BoardSettings, RunSettings, find_board
from readiness.record.document import BaseRef

if TYPE_CHECKING:
    from readiness.guard.compare import Comparison


def open_board(settings: BoardSettings, masks: list[Fault] | None = None) -> Board:
    """Find and load the board. Raises `UsageError` or `BoardError` where it cannot be used.

    With `masks`, what its commands hide is added there, and is no reason to refuse it.
    """
    path = find_board(settings, os.environ, os.getcwd())
    project = _project(settings)
    return load_board(
        path, profile=settings.profile, environ=os.environ, project=project, masks=masks
    )


@contextmanager
def open_changed(settings: BoardSettings) -> Iterator[tuple[BaseRef, "Comparison"]]:
    """Compare the board and its project with `settings.base`; within, the base's copies exist.

    Raises `BaseError` where the base cannot be read, `LoosenedError` for a board that no longer
    loads because it hides failures, and else what `open_board` raises.
    """
    from readiness.guard.base import open_base
    from readiness.guard.compare import compare

    path = find_board(settings, os.environ, os.getcwd())
    project = _project(settings)
    is_named = bool(settings.board or os.environ.get("READINESS_BOARD"))
    base = open_base(settings.base or "", path, searched_from=None if is_named else os.getcwd())
    try:
        found = compare(
            base,
            path,
            environ=os.environ,
            profile=settings.profile,
            project=None if project is None else os.path.abspath(project),
        )
        yield (
            BaseRef(
                ref=settings.base or "",
                commit=base.commit.commit,
                board=base.board,
                digest=found.base.digest if found.base else "",
            ),
            found,
        )
    finally:
        base.close()


def _project(settings: BoardSettings) -> str | None:
    project = settings.project
    if project is not None and not os.path.isdir(project):
        raise UsageError(f"--project: there is no folder {project}")
    return project


def asked_milestone(settings: RunSettings, board: Board) -> Milestone | None:
    """The milestone that the gate is to decide on. Raises `UsageError` for one that is not there.

    A selection cannot show a milestone to be met, so both together are an error too.
    """
    if settings.milestone is None:
        return None
    for milestone in board.milestones:
        if milestone.id == settings.milestone:
            if settings.selectors:
                raise UsageError("--milestone needs the whole board: leave the selectors out")
            return milestone
    names = ", ".join(milestone.id for milestone in board.milestones)
    there = f"there is {names}" if names else "the board has none"
    raise UsageError(f'--milestone: no milestone is called "{settings.milestone}"; {there}')
