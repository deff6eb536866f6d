"""Whether a recorded run still stands: nobody edited it, and its tree is the one at hand."""

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress

import msgspec

from readiness.history.store import History
from readiness.model.board import Board
from readiness.model.errors import NotWrittenError, UsageError
from readiness.model.settings import RunSettings, history_path
from readiness.pipeline.past import runs_by_id
from readiness.project.git import Asking, Changed, GitError, ask
from readiness.project.worktree import digest, states
from readiness.record.document import RunDocument, from_json
from readiness.record.newest import measured_by
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
    if differing := changed_since(run, settings, folder):
        raise UsageError(
            f"{name}: it measured uncommitted changes that are not the present ones"
            f" ({differing[0]}); run the board again, or commit what it needs"
        )


def changed_since(run: RunDocument, settings: RunSettings, folder: str) -> list[str]:
    """Name the files that are not as a run measured them, but for reports and what it wrote."""
    if run.git is None:
        return []
    outputs = (*settings.recorded, *(target.path for target in settings.reports))
    there = Asking(folder).changed(outputs)
    if not there.root:
        return []
    committed = b""
    with suppress(GitError):
        names = ("diff-tree", "-r", "-z", "--name-only", "--no-renames")  # `diff` locks the index
        committed = ask(there.root, *names, run.git.commit, "HEAD")
    now = states(there.root, [*there.paths, *filter(None, committed.split(b"\0"))])
    before = run.git.changes
    if run.git.dirty and not before:  # too many to be named
        return [] if run.git.worktree == digest(now) else ["the work tree"]
    own = {os.path.relpath(os.path.realpath(recorded), there.root) for recorded in outputs}
    own |= states(there.root, _written_by(run, there)).keys()
    differing = {path for path in {**before, **now} if before.get(path) != now.get(path)}
    return sorted(differing - own)


def changed_since_measured(
    settings: RunSettings, board: Board, run: RunDocument, names: Collection[str]
) -> list[str]:
    """Name the files that changed since these criteria were measured, by a project's document."""
    own = [record for record in run.criteria() if record.id in names and record.verdict.in_scope]
    ids = {measured_by(record, run.id) for record in own}
    runs = {
        **runs_by_id(settings, board, ids - {run.id}),
        **({run.id: run} if run.id in ids else {}),
    }
    changed = (changed_since(one, settings, board.workdir) for one in runs.values())
    return sorted(set().union(*changed))


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
