"""The last recorded run, for the commands that look back."""

from collections.abc import Callable

from readiness.document import PastRun, Run, RunDocument
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
        return _told(
            history, lambda: history.last(board_key(board.path), board.profile, whole=False)
        )
    finally:
        history.close()


def last_verdicts(history: History, board: Board) -> PastRun | None:
    """What the newest whole run of the board found."""
    return _told(history, lambda: history.last_verdicts(board_key(board.path), board.profile))


def _told(history: History, ask: Callable[[], Run | None]) -> Run | None:
    """Ask the history; what cannot be read is told as a warning, and taken for nothing."""
    try:
        run = ask()
    except NotWrittenError as error:
        tell(f"warning: {error}")
        return None
    for damage in history.damaged:
        tell(f"warning: {damage}")
    history.damaged.clear()
    return run
