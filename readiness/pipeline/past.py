"""Recorded runs, for the commands that look back."""

import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from decimal import Decimal

from readiness.decide.judge import progress_of
from readiness.history.store import History, board_key
from readiness.model.board import Board, Criterion
from readiness.model.errors import UsageError
from readiness.model.judgement import Judgement
from readiness.model.settings import RunSettings, history_path
from readiness.pipeline.recording import NEWEST, ask_or_warn
from readiness.record.document import CriterionRecord, RunDocument, from_json
from readiness.record.newest import of_the_project
from readiness.record.values import exact
from readiness.record.wording import sentence_of
from readiness.text.worded import worded


@contextmanager
def past_of(settings: RunSettings, board: Board) -> Iterator[History | None]:
    """Open the history to look back; None where there is to be none."""
    path = history_path(settings, board.path)
    if not path:
        yield None
        return
    with closing(History(path)) as history:
        yield history


def standing(settings: RunSettings, board: Board) -> RunDocument | None:
    """Return how the project stands as of the newest run of the board in its profile, if any.

    Each criterion has its newest measurement; see `of_the_project`.
    """
    with past_of(settings, board) as history:
        if history is None:
            return None
        runs = history.runs(board_key(board.path), board.profile, interrupted=True, limit=NEWEST)
        run = ask_or_warn(history, lambda: next(runs, None))
    return None if run is None else of_the_project(run)


def runs_by_id(settings: RunSettings, board: Board, names: Iterable[str]) -> dict[str, RunDocument]:
    """Return the recorded runs of these ids, as far as the history has them."""
    wanted = sorted(names)
    with past_of(settings, board) as history:
        if history is None or not wanted:
            return {}
        stored = {name: history.stored(name) for name in wanted}
        return {
            name: from_json(document, f"{history.path} run {name}")
            for name, document in stored.items()
            if document is not None
        }


def recent_runs(
    settings: RunSettings, board: Board, *, limit: int, whole: bool = False
) -> list[RunDocument]:
    """Return the newest finished runs of the board in its profile, the oldest of them first."""
    with past_of(settings, board) as history:
        if history is None:
            return []
        runs = history.runs(board_key(board.path), board.profile, whole=whole, limit=limit)
        return (ask_or_warn(history, lambda: list(runs)) or [])[::-1]


def find_run(settings: RunSettings, board: Board, name: str) -> RunDocument:
    """Find the run that a user names: a file, `last`, or the beginning of an id.

    Raises `UsageError` where there is none, or more than one.
    """
    if os.path.sep in name or os.path.exists(name):
        return read_run(name)
    if name == "last":
        runs = recent_runs(settings, board, limit=1)
    else:
        with past_of(settings, board) as history:
            runs = history.named(board_key(board.path), name) if history and name else []
    if len(runs) > 1:
        ids = ", ".join(run.id for run in runs[:5])
        raise UsageError(worded("usage.several_runs", name=name, ids=ids))
    if not runs:
        why = worded("usage.no_run", name=name)
        raise no_run(settings, board, why) if name == "last" else UsageError(why)
    return runs[0]


def no_run(settings: RunSettings, board: Board, why: str) -> UsageError:
    """Return the error for a profile without runs: which have some, or else `why`."""
    with past_of(settings, board) as history:
        names = ", ".join(history.profiles(board_key(board.path)) if history else [])
    there = worded("usage.no_run_here", profile=board.profile, names=names)
    return UsageError(there if names else why)


def read_run(name: str) -> RunDocument:
    """Read a run document from a file. Raises `UsageError` where that is not possible."""
    try:
        with open(name, "rb") as file:
            return from_json(file.read(), name)
    except OSError as error:
        raise UsageError(worded("usage.cannot_read", path=name, why=error.strerror)) from None
    except ValueError:
        raise UsageError(worded("usage.no_path", path=repr(name))) from None


def judgement_of(criterion: Criterion, record: CriterionRecord) -> Judgement:
    """Rebuild a criterion's judgement from a recorded run, to be scored again."""
    value = exact(record.value)
    return Judgement(
        criterion=criterion,
        verdict=record.verdict,
        value=value,
        unit=record.unit,
        of=None if record.of is None else Decimal(str(record.of)),
        shown=sentence_of(record, "shown"),
        progress=_progress(criterion, record, value),
        reason=sentence_of(record, "reason"),
        code=record.reason_code,
        hint=sentence_of(record, "hint"),
        flaky=record.flaky,
        seen_to_fail=record.seen_to_fail,
        flaky_tests=tuple(record.flaky_tests),
        lines=tuple(record.counted),
        place=record.probes.index(record.decisive) if record.decisive in record.probes else 0,
        evidence_digest=record.attestation.digest if record.attestation else "",
    )


def _progress(
    criterion: Criterion, record: CriterionRecord, value: Decimal | bool | str | None
) -> Decimal | None:
    """Return it as exact as it was, which the record is not: thirds have to add up to a whole."""
    if record.progress is None or record.verdict.good or not isinstance(value, Decimal):
        return None if record.progress is None else Decimal(str(record.progress))
    return progress_of(criterion, value, record.unit)
