"""A board's text written anew: changed as a command wants it, checked, and put in its place."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import msgspec

from readiness.load import load_board, load_board_text
from readiness.load.edit import EditError
from readiness.model.board import Board
from readiness.model.errors import BoardError, UsageError
from readiness.model.settings import BoardSettings, find_board
from readiness.report import write_over
from readiness.text.clean import clean
from readiness.text.worded import joined, worded, words_of

Change = Callable[[Board, bytes], bytes]


class Rewritten(msgspec.Struct, frozen=True, kw_only=True):
    """The board as its new text has it, and both texts. `path` is safe to show."""

    path: str
    board: Board
    before: bytes
    after: bytes
    diff: str
    written: bool


def rewrite(settings: BoardSettings, change: Change, *, dry_run: bool) -> Rewritten:
    """Write what `change` makes of the board's text, unless it is no board, or `dry_run`.

    Nobody else writes to it meanwhile. Raises `UsageError` where the text cannot be changed so, and
    `NotWrittenError` where it cannot be written: it is untouched then.
    """
    shown = find_board(settings, os.environ, os.getcwd())
    path = os.path.realpath(shown)
    with nullcontext() if dry_run else _locked_folder(path):
        board = load_board(
            shown, profile=settings.profile, environ=os.environ, project=settings.project
        )
        content = _content_of(path)
        try:
            new_text = change(board, content)
        except EditError as error:
            raise UsageError(worded("usage.board_kept", why=words_of(error))) from None
        new_board = _reloaded(settings, board, new_text)
        written = not dry_run and new_text != content
        if written:
            write_over(path, new_text)
    return Rewritten(
        path=clean(shown, newlines=False),
        board=new_board,
        before=content,
        after=new_text,
        diff=_diff(content, new_text, shown),
        written=written,
    )


def _reloaded(settings: BoardSettings, board: Board, new_text: bytes) -> Board:
    """Load the board from its new text. Raises `UsageError` where that is no board."""
    try:
        return load_board_text(
            new_text,
            board.path,
            profile=settings.profile,
            environ=os.environ,
            project=settings.project,
        )
    except BoardError as error:
        faults = joined([fault.worded() for fault in error.faults], "lines")
        raise UsageError(worded("usage.board_kept_sound", faults=faults)) from None


def _diff(before: bytes, after: bytes, name: str) -> str:
    from difflib import unified_diff

    old, new = (text.decode("utf-8").splitlines() for text in (before, after))
    return "\n".join(unified_diff(old, new, name, name, lineterm="", n=1))


def _content_of(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise UsageError(worded("usage.cannot_read", path=path, why=error.strerror)) from None


@contextmanager
def _locked_folder(path: str) -> Iterator[None]:
    """Hold the lock on a board's folder, so that nobody else decides meanwhile."""
    try:
        handle = os.open(os.path.dirname(path), os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(worded("usage.cannot_read", path=path, why=error.strerror)) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
