"""Opening the board that a command is about."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from readiness.load import load_board
from readiness.load.decisions import remarks
from readiness.model.board import Board
from readiness.model.errors import UsageError
from readiness.model.settings import BoardSettings, find_board
from readiness.record.origin import BaseRef
from readiness.run.processes.supervise import run_name
from readiness.run.scratch import scratch_folder
from readiness.terminal.ending import tell
from readiness.text.worded import worded

if TYPE_CHECKING:
    from readiness.guard.base import Base
    from readiness.guard.compare import Comparison


def open_board(settings: BoardSettings) -> Board:
    """Find and load the board. Raises `UsageError` or `BoardError` where it cannot be used."""
    path = find_board(settings, os.environ, os.getcwd())
    return load_board(
        path, profile=settings.profile, environ=os.environ, project=_project(settings)
    )


def tell_remarks(board: Board) -> None:
    """Tell what people decided and may forget."""
    for remark in remarks(board):
        tell(worded("notice.note", what=remark.worded()))


@contextmanager
def open_changed(settings: BoardSettings) -> Iterator[tuple["Base", "Comparison"]]:
    """Compare the board and its project with `settings.base`; within, the base's copies exist.

    Raises `BaseError` where the base cannot be read, and else what `open_board` raises.
    """
    from readiness.guard.compare import compare

    path = find_board(settings, os.environ, os.getcwd())
    project = _project(settings)
    with open_base_of(settings, path) as base:
        yield (
            base,
            compare(
                base,
                path,
                environ=os.environ,
                profile=settings.profile,
                project=None if project is None else os.path.abspath(project),
            ),
        )


@contextmanager
def open_base_of(settings: BoardSettings, path: str) -> Iterator["Base"]:
    """Open the base of the board at `path`; within, its copies exist.

    Raises `BaseError` where it cannot be read.
    """
    from readiness.guard.base import open_base

    is_named = bool(settings.board or os.environ.get("READINESS_BOARD"))
    searched_from = None if is_named else os.getcwd()
    name = run_name() and f"{run_name()}-tree"
    with scratch_folder(os.environ, name) as scratch:
        yield open_base(settings.base or "", path, searched_from=searched_from, scratch=scratch)


def base_ref(base: "Base", comparison: "Comparison") -> BaseRef:
    """Return the base of a comparison, as documents have it."""
    return BaseRef(
        ref=base.ref,
        commit=base.commit.commit,
        board=base.board,
        digest=comparison.base.digest if comparison.base else "",
    )


def _project(settings: BoardSettings) -> str | None:
    project = settings.project
    if project is not None and not os.path.isdir(project):
        raise UsageError(worded("usage.no_project", path=project))
    return project
