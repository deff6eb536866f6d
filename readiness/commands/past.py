"""The last recorded run, for the commands that look back."""

from readiness.document import RunDocument
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
        return history.last(board_key(board.path), board.profile, whole=False)
    finally:
        history.close()
