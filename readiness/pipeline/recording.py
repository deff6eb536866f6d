"""The history that a run learns from, is entered in and is recorded in."""

import os
from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from readiness.history.store import AlteredError, History, board_key
from readiness.model.board import Board
from readiness.model.errors import NotWrittenError, UsageError
from readiness.model.settings import RunSettings, history_path
from readiness.pipeline.facts import Outcome, Start
from readiness.project.git import Descent
from readiness.record.document import Evidence, RunDocument, from_json
from readiness.record.earlier import PastPoint
from readiness.record.newest import evidence_of, newest, of_the_project
from readiness.record.values import timestamp
from readiness.report import past_wanted
from readiness.terminal.ending import tell
from readiness.text.worded import worded, words_of

Answer = TypeVar("Answer")

NEWEST = 20
"""Number of entries to look at for the newest document that can be read."""


def open_history(settings: RunSettings, board: Board) -> History | None:
    """Open the history that the run is recorded in; None where there is to be none.

    A read-only checkout that has no history gets none, unless the caller named one.
    """
    path = history_path(settings, board.path)
    if not path:
        return None
    folder = os.path.dirname(os.path.abspath(path))
    if settings.history is None and not os.path.lexists(folder):
        above = os.path.dirname(folder)
        if not os.access(above, os.W_OK):
            tell(worded("notice.no_history", path=above))
            return None
    return History(path)


def ask_or_warn(history: History, ask: Callable[[], Answer | None]) -> Answer | None:
    """Ask the history; what cannot be read is shown as a warning, and taken for nothing."""
    try:
        answer = ask()
    except NotWrittenError as error:
        tell(worded("notice.warning", what=words_of(error)))
        return None
    for damage in history.damaged:
        tell(worded("notice.warning", what=damage))
    history.damaged.clear()
    return answer


def last_verdicts(
    history: History, board: Board, past: Descent | None = None
) -> RunDocument | None:
    """Return what was found of the board up to its newest run, or the newest of this `past`.

    It is kept as long as the next run goes on, and without what probes printed.
    """
    runs = history.runs(board_key(board.path), board.profile, interrupted=True, limit=NEWEST)
    own = (
        msgspec.structs.replace(of_the_project(run), probes=[], findings=[])
        for run in runs
        if past is None or past.includes(run.git)
    )
    return ask_or_warn(history, lambda: next(own, None))


def _stored(history: History, run: str) -> list[RunDocument]:
    """Return a recorded run; nothing if there is none, or if it is unreadable, which was told."""
    try:
        return [from_json(history.stored(run) or b"", history.path)]
    except (NotWrittenError, UsageError):
        return []


def with_own_past(start: Start, history: History | None, board: Board) -> Start:
    """Return the beginning of a run that is shown beside the newest that its tree descends from."""
    own = start.previous
    if history is None or own is None:
        return start
    past = Descent(board.workdir, start.git)
    if not past.includes(own.git):
        own = last_verdicts(history, board, past)

    run = own.id if own else ""
    return msgspec.structs.replace(
        start,
        previous=own,
        earlier_findings=lambda: [one for doc in _stored(history, run) for one in doc.findings],
    )


def learned(history: History | None) -> tuple[dict[str, float], dict[str, str]]:
    """Return what earlier runs taught of durations and versions; nothing if that is unreadable."""
    if history is not None:
        try:
            return history.durations(), history.versions()
        except NotWrittenError:  # told already, when the last run was asked for
            pass
    return {}, {}


def enter(history: History | None, board: Board, start: Start) -> tuple[History | None, list[str]]:
    """Enter the run; return the history it can be recorded in, and what went wrong."""
    if history is None:
        return None, []
    try:
        history.begin(start.id, board_key(board.path), board.profile, timestamp(start.at))
    except NotWrittenError as error:
        return None, [words_of(error)]
    for remark in history.remarks:
        tell(worded("notice.warning", what=remark))
    return history, []


def record(history: History | None, outcome: Outcome) -> tuple[RunDocument, list[str]]:
    """Record the run; return its document as the history holds it, and what went wrong."""
    document = outcome.document
    if history is None:
        return document, []
    # A probe of the base's has the name of a folder in it that is never there again.
    durations = {} if document.base is not None else outcome.durations
    try:
        return history.finish(document, durations, outcome.versions, outcome.kept), []
    except AlteredError as error:
        return error.document, [words_of(error)]
    except NotWrittenError as error:
        return document, [words_of(error)]


def with_past(
    run: RunDocument, history: History | None, board: Board, formats: Iterable[str]
) -> RunDocument:
    """Return the run with the earlier ones that these formats show, if any of them does.

    It also has the evidence of what it carries.
    """
    limit = max(map(past_wanted, formats), default=0)
    if not limit or history is None:
        return run
    past = ask_or_warn(history, lambda: _points(history, board, run, limit))
    return msgspec.structs.replace(run, past=past or [], earlier=_earlier(history, run))


def _earlier(history: History, run: RunDocument) -> dict[str, Evidence]:
    """Return what stands behind the measurements that the run carries, by criterion."""
    sources = {
        record.id: record.carried.run
        for record in run.criteria()
        if record.carried is not None and newest(record, run.profile) is not record
    }
    return {
        record.id: evidence_of(record, source)
        for name in dict.fromkeys(sources.values())
        for source in _stored(history, name)
        for record in source.criteria()
        if sources.get(record.id) == name
    }


def _points(history: History, board: Board, run: RunDocument, limit: int) -> list[PastPoint]:
    """Return the newest whole runs before this one, the oldest first, in the history's order.

    Reruns that found the same are one point.
    """
    from readiness.record.points import folded, past_point

    points: list[PastPoint] = []
    recorded = history.stored(run.id) is not None
    for earlier in history.runs(board_key(board.path), board.profile, whole=True, before=run.id):
        if recorded or earlier.started_at < run.started_at:
            points = [*folded([past_point(earlier), *points[:1]]), *points[1:]]
        if len(points) > limit:
            return points[1:]
    return points
