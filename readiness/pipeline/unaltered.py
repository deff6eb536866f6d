"""Whether a recorded run still stands: nobody edited it, and its tree is the one at hand."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress

import msgspec

from readiness.history.store import History
from readiness.model.board import Board
from readiness.model.errors import NotWrittenError, UsageError
from readiness.model.settings import RunSettings, history_path
from readiness.project.git import Asking, Changed
from readiness.project.worktree import digest, states
from readiness.record.document import RunDocument, from_json
from readiness.record.values import unix_seconds
from readiness.text.worded import joined, worded, words_of

CLOCK_STEP_S = 0.01
"""How far the times of files may lag behind the clock."""

AFTER_THE_RUN_S = 10.0
"""How long after its end a run may still write its reports."""


def refuse_altered(settings: RunSettings, board: Board, runs: Mapping[str, RunDocument]) -> None:
    """Raise `UsageError` where the history at hand was altered, or knows a recorded run otherwise.

    A run that it does not hold may come from elsewhere.
    """
    path = history_path(settings, board.path)
    if not path or not os.path.exists(path):
        return
    history = History(path)
    try:
        alterations = history.verify().altered
        if alterations:
            raise UsageError(
                f"{path}: {alterations[0]}; `readiness history --verify` tells all, and"
                " `--history ''` leaves this history aside"
            )
        for name, run in runs.items():
            _refuse_edited(name, run, history.stored(run.id))
    except NotWrittenError as error:
        raise UsageError(worded("usage.leave_history", why=words_of(error))) from None
    finally:
        history.close()


def _refuse_edited(name: str, run: RunDocument, stored: bytes | None) -> None:
    """Raise `UsageError` where a report says something else than the history holds of its run.

    What a report adds about earlier runs is not compared.
    """
    if stored is None:
        return
    recorded = from_json(stored, name)
    edited = [
        field
        for field in RunDocument.__struct_fields__
        if field != "past"
        and msgspec.json.encode(getattr(run, field))
        != msgspec.json.encode(getattr(recorded, field))
    ]
    if edited:
        raise UsageError(worded("usage.run_edited", name=name, fields=joined(edited, "names")))


def refuse_another_tree(name: str, run: RunDocument, settings: RunSettings, folder: str) -> None:
    """Raise `UsageError` where uncommitted changes were measured that are not the present ones.

    Reports are none, nor is what git does not know and the run itself wrote.
    """
    if run.git is None or not run.git.dirty:
        return
    outputs = (*settings.recorded, *(target.path for target in settings.reports))
    there = Asking(folder).changed(outputs)
    own = {os.path.relpath(os.path.realpath(recorded), there.root) for recorded in outputs}
    own |= states(there.root, _written_by(run, there)).keys()
    now = there.states()
    if run.git.changes:
        before = {path: state for path, state in run.git.changes.items() if path not in own}
        after = {path: state for path, state in now.items() if path not in own}
        differing = sorted(set(before.items()) ^ set(after.items()))
    else:
        differing = [] if run.git.worktree == digest(now) else [("the work tree", "")]
    if differing:
        raise UsageError(
            f"{name}: it measured uncommitted changes that are not the present ones"
            f" ({differing[0][0]}); run the board again, or commit what it needs"
        )


def _written_by(run: RunDocument, there: Changed) -> Iterator[bytes]:
    """Yield the untracked files that the run wrote: by its probes, or, if new, right after it."""
    begun = unix_seconds(run.started_at) or 0.0
    ends = [(unix_seconds(probe.started_at) or 0.0) + probe.duration_s for probe in run.probes]
    probed = max(ends, default=begun) + CLOCK_STEP_S
    reported = (unix_seconds(run.finished_at) or 0.0) + AFTER_THE_RUN_S
    known = run.git.changes if run.git else {}
    for path in there.untracked:
        with suppress(OSError):
            written = os.lstat(os.path.join(os.fsencode(there.root), path)).st_mtime
            is_new = known.keys().isdisjoint(states(there.root, [path]))
            if begun - CLOCK_STEP_S <= written <= (reported if is_new else probed):
                yield path
