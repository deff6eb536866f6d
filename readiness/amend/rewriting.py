"""A board's text written anew: changed as a command wants it, checked, and put in its place."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import msgspec

from readiness.load import load_board, load_board_text
from readiness.load.edit import EditError
from readiness.model.board import Board
from readiness.model.errors import BoardError, NotWrittenError, UsageError
from readiness.model.settings import BoardSettings, find_board
from readiness.report import write_over
from readiness.text.clean import clean

Change = Callable[[Board, bytes], bytes]

PATIENCE = 10.0
"""So many seconds another process may hold the board."""


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
    with nullcontext() if dry_run else _held(path):
        board = load_board(
            shown, profile=settings.profile, environ=os.environ, project=settings.project
        )
        content = _read(path)
        try:
            made = change(board, content)
        except EditError as error:
            raise UsageError(f"the board is left as it is: {error}") from None
        new = _reloaded(settings, board, made)
        written = not dry_run and made != content
        if written:
            write_over(path, made)
    return Rewritten(
        path=clean(shown, newlines=False),
        board=new,
        before=content,
        after=made,
        diff=_diff(content, made, shown),
        written=written,
    )


def _reloaded(settings: BoardSettings, board: Board, made: bytes) -> Board:
    """The board as the new text has it. Raises `UsageError` where that is no board."""
    try:
        return load_board_text(
            made,
            board.path,
            profile=settings.profile,
            environ=os.environ,
            project=settings.project,
        )
    except BoardError as error:
        faults = "\n".join(f"  {fault}" for fault in error.faults)
        raise UsageError(f"the board is left as it is, for it would be wrong:\n{faults}") from None


def _diff(before: bytes, after: bytes, name: str) -> str:
    from difflib import unified_diff

    old, new = (text.decode("utf-8").splitlines() for text in (before, after))
    return "\n".join(unified_diff(old, new, name, name, lineterm="", n=1))


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None


@contextmanager
def _held(path: str) -> Iterator[None]:
    """Let nobody else decide on the same board meanwhile; wait for who does, for a while."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
        try:
            if _locked(path, handle):
                yield
                return
        finally:
            os.close(handle)
        if time.monotonic() > give_up:
            raise NotWrittenError(f"{path}: not written: another process is deciding on it")
        time.sleep(0.02)


def _locked(path: str, handle: int) -> bool:
    """Lock the open file; false where another has it, or has replaced it since it was opened."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.stat(path), os.fstat(handle))
    except OSError:
        return False
