"""What completes the values of options, by the board, its history and Git's references.

Nothing of the project is run. A function here completes the options that name it.
"""

import os
from collections.abc import Iterator

import typer

from readiness.history.store import History
from readiness.load import board_folders, load_board
from readiness.load.catalogue import check_paths
from readiness.model.board import Board
from readiness.model.errors import ReadinessError, UsageError
from readiness.model.settings import RunSettings, find_board, history_path
from readiness.project.git import references
from readiness.report import FORMATS

RUNS = 20
"""So many runs are offered, the newest ones."""


def complete(name: str, ctx: typer.Context, incomplete: str) -> list[str]:
    """Return each word once; none where they cannot be read, as nobody can be told."""
    try:
        words = dict.fromkeys(globals()[name](ctx))
    except (ReadinessError, OSError):
        return []
    return [word for word in words if word.startswith(incomplete)]


def ids(ctx: typer.Context) -> Iterator[str]:
    """Yield the ids of tasks and criteria."""
    for task in _board(ctx).tasks:
        yield from (task.id, *(criterion.id for criterion in task.criteria))


def criteria(ctx: typer.Context) -> Iterator[str]:
    """Yield the ids of criteria."""
    yield from (criterion.id for criterion in _board(ctx).criteria())


def selectors(ctx: typer.Context) -> Iterator[str]:
    """Yield what selects criteria."""
    yield from (*ids(ctx), "failed", "changed")
    board = _board(ctx)
    for task in board.tasks:
        owners = [f"owner:{task.owner}"] if task.owner else []
        yield from (task.priority.value, *owners, *(f"tag:{tag}" for tag in task.tags))
    checks_used = (one.check.name for one in board.criteria() if one.check is not None)
    yield from (f"check:{name}" for name in checks_used if name)
    yield from (f"changed:{name}" for name in revisions(ctx))


def profiles(ctx: typer.Context) -> Iterator[str]:
    """Yield the profiles of the board."""
    yield from _board(ctx).profiles


def milestones(ctx: typer.Context) -> Iterator[str]:
    """Yield the milestones of the board."""
    yield from (milestone.id for milestone in _board(ctx).milestones)


def checks(ctx: typer.Context) -> Iterator[str]:
    """Yield the checks of the catalogue; the built-in ones are there without a board too."""
    try:
        folders = board_folders(_path(ctx))
    except UsageError:
        folders = []
    for _, path in check_paths(folders):
        yield os.path.splitext(os.path.basename(path))[0]


def runs(ctx: typer.Context) -> Iterator[str]:
    """Yield the newest recorded runs."""
    path = history_path(RunSettings(history=ctx.params.get("history")), _path(ctx))
    yield from ("last", *(entry.id for entry in History(path).entries(RUNS)))


def revisions(ctx: typer.Context) -> Iterator[str]:
    """Yield branches and tags."""
    yield from ("HEAD", *references(os.getcwd()))


def formats(ctx: typer.Context) -> Iterator[str]:
    """Yield the formats of reports."""
    yield from sorted(FORMATS)


def targets(ctx: typer.Context) -> Iterator[str]:
    """Yield the formats of reports, each for a file."""
    yield from (f"{name}=" for name in sorted(FORMATS))


def _path(ctx: typer.Context) -> str:
    settings = RunSettings(board=ctx.params.get("board_file"))
    return find_board(settings, os.environ, os.getcwd())


def _board(ctx: typer.Context) -> Board:
    return load_board(_path(ctx), profile=ctx.params.get("profile"), environ=os.environ)
