"""The last recorded run, for the commands that look back."""

from readiness.document import RunDocument
from readiness.ending import tell
from readiness.errors import NotWrittenError
from readiness.history import History, board_key
from readiness.model import Board
from readiness.settings import RunSettings, history_path


def last_run(settings: RunSettings, board: Board) -> RunDocument | None:
    """The newest finished run of the board in its profile, if there is one."""
    path = history_path(settings, board.path)
    if not path:
        return None
    history = History(path)
    try:
        return remembered(history, board, whole=False)
    finally:
        history.close()


def remembered(history: History, board: Board, *, whole: bool) -> RunDocument | None:
    """The newest finished run of the board, of all its criteria with `whole`.

    What cannot be read is told as a warning, and taken for nothing.
    """
    try:
        run = history.last(board_key(board.path), board.profile, whole=whole)
    except NotWrittenError as error:
        tell(f"warning: {error}")
        return None
    for damage in history.damaged:
        tell(f"warning: {damage}")
    history.damaged.clear()
    return run
