"""What a shell may complete a word to: the ids of the board at hand, and what selects by itself."""

import os
from collections.abc import Callable, Iterator
from typing import Any

from readiness.model.board import Board
from readiness.model.words import SELECTOR_WORDS

Named = Callable[[Board], Iterator[str]]


def completing(metavar: str) -> Callable[[Any, str], list[str]] | None:
    """Return what completes an argument or a value called so; None for what names nothing."""
    named = NAMED.get(metavar)
    if named is None:
        return None

    def complete(ctx: Any, incomplete: str) -> list[str]:
        names = [name for name in _names(ctx.params, named) if name.startswith(incomplete)]
        if os.environ.get("_READINESS_COMPLETE") == "complete_zsh":  # for which `:` begins a help
            return [name for name in names if ":" not in name]
        return names

    return complete


def _names(options: dict[str, Any], named: Named) -> list[str]:
    """Return the names in the board that the line asks for, or the nearest; none without one."""
    from readiness.load import load_board
    from readiness.model.errors import BoardError, UsageError
    from readiness.model.settings import RunSettings, find_board

    try:
        settings = RunSettings(board=options.get("board"), profile=options.get("profile"))
        path = find_board(settings, os.environ, os.getcwd())
        board = load_board(path, profile=settings.profile, environ=os.environ)
    except (BoardError, UsageError, OSError):
        return []
    return list(dict.fromkeys(named(board)))


def _tasks(board: Board) -> Iterator[str]:
    return (task.id for task in board.tasks)


def _ids(board: Board) -> Iterator[str]:
    yield from _tasks(board)
    yield from (criterion.id for criterion in board.criteria())


def _selectors(board: Board) -> Iterator[str]:
    yield from _ids(board)
    yield from sorted(SELECTOR_WORDS)
    for task, criterion in board.pairs():
        yield from (f"tag:{tag}" for tag in task.tags)
        if task.owner:
            yield f"owner:{task.owner}"
        if criterion.check is not None and criterion.check.name:
            yield f"check:{criterion.check.name}"


NAMED: dict[str, Named] = {"TASK": _tasks, "ID": _ids, "[SELECTOR]...": _selectors}
"""What is called so in the help is one of these names."""
