"""The last recorded run, for the commands that look back."""

from collections.abc import Callable
from decimal import Decimal

from readiness.document import CriterionRecord, PastRun, Run, RunDocument, from_json
from readiness.ending import tell
from readiness.errors import NotWrittenError, UsageError
from readiness.history import History, board_key
from readiness.model import Board, Criterion, Judgement
from readiness.settings import RunSettings, history_path


def last_run(settings: RunSettings, board: Board, *, whole: bool = False) -> RunDocument | None:
    """The newest finished run of the board in its profile, if there is one.

    `whole` passes over runs of a selection.
    """
    path = history_path(settings, board.path)
    if not path:
        return None
    history = History(path)
    try:
        return _told(
            history, lambda: history.last(board_key(board.path), board.profile, whole=whole)
        )
    finally:
        history.close()


def last_verdicts(history: History, board: Board) -> PastRun | None:
    """What the newest whole run of the board found."""
    return _told(history, lambda: history.last_verdicts(board_key(board.path), board.profile))


def read_run(name: str) -> RunDocument:
    """Read a run document from a file. Raises `UsageError` where that is not possible."""
    try:
        with open(name, "rb") as file:
            return from_json(file.read(), name)
    except OSError as error:
        raise UsageError(f"{name}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise UsageError(f"{name!r} is no path") from None


def judgement_of(criterion: Criterion, record: CriterionRecord) -> Judgement:
    """What a recorded run found of a criterion, to be scored again."""
    value = record.value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return Judgement(
        criterion=criterion,
        verdict=record.verdict,
        value=Decimal(str(value)) if number else value,  # type: ignore[arg-type]
        unit=record.unit,
        progress=None if record.progress is None else Decimal(str(record.progress)),
        reason=record.reason,
        code=record.reason_code,
        hint=record.hint or "",
        flaky=record.flaky,
    )


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
