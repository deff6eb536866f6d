"""Numbers compared with the base's: both are measured in turn, with nothing beside, in copies."""

import os
from collections.abc import Mapping
from decimal import Decimal

from msgspec.structs import replace

from readiness.decide.sampled import is_settled
from readiness.guard.base_itself import copy_of_base
from readiness.model.board import Board, Criterion
from readiness.model.judgement import PairedNumbers
from readiness.model.settings import RunSettings
from readiness.pipeline.facts import Start
from readiness.pipeline.measured import running
from readiness.pipeline.settle import Execution
from readiness.project.change import base_of
from readiness.project.git import GitError, head_of
from readiness.prove.trials import TrialRunner, joined
from readiness.prove.worlds import Copied, Worlds
from readiness.record.values import exact
from readiness.terminal.ending import tell
from readiness.text.worded import joined as worded_together
from readiness.text.worded import worded

HERE, BASE = "here", "base"


def pairs_of(
    execution: Execution, settings: RunSettings, over_at: float
) -> tuple[dict[str, PairedNumbers], int]:
    """Compare what is good and is `against` the base, by criterion, until it is sure.

    Nothing runs beyond `over_at` (`time.monotonic`). Also returns the signal that ended it, or 0.
    """
    board = execution.board
    judged = {
        planned.criterion.id: planned.criterion
        for planned in execution.left.planned
        if planned.criterion.sampling is not None
        and planned.criterion.sampling.against_base
        and execution.readings.judge(planned).verdict.good
    }
    if not judged:
        return {}, 0
    commit = base_commit(board, execution.start)
    if not commit:
        no_base = worded("reason.no_base")
        return dict.fromkeys(judged, PairedNumbers(commit=BASE, lack=no_base)), 0
    scratch = os.path.join(execution.scratch, "pairs")
    os.mkdir(scratch)
    run = running(replace(settings, jobs=1, over_at=min(settings.over_at, over_at)))
    try:
        copies = _copies(board, commit, scratch)
    except (OSError, GitError) as error:
        return dict.fromkeys(judged, PairedNumbers(commit=commit[:10], lack=str(error))), 0
    pairs: dict[str, PairedNumbers] = {}
    signal = 0
    for name, criterion in judged.items():
        if not settings.quiet:
            tell(worded("reason.comparing", id=name, base=commit[:10]))
        pairs[name], signal = _compared(board, criterion, commit, copies, run)
        if signal:
            break
    return pairs, signal


def base_commit(board: Board, start: Start) -> str:
    """Find the base of a run; else where its branch began, or the commit before."""
    if start.base is not None:
        return start.base.commit
    head = head_of(board.workdir)
    branch = start.git.branch if start.git is not None else ""
    base = base_of(board.workdir, head, branch or "", "")
    is_clean = start.git is not None and not start.git.dirty
    return head_of(board.workdir, "HEAD^") if is_clean and base == head else base


def _copies(board: Board, commit: str, scratch: str) -> Mapping[str, Copied]:
    """Copy the project as it is, and as it was in the base."""
    worlds = Worlds(board, os.environ, scratch)
    return {HERE: worlds.make(HERE), BASE: copy_of_base(worlds, board, commit, BASE)}


def _compared(
    board: Board,
    criterion: Criterion,
    commit: str,
    copies: Mapping[str, Copied],
    run: TrialRunner,
) -> tuple[PairedNumbers, int]:
    pairs = PairedNumbers(commit=commit[:10])
    while not is_settled(criterion, pairs):
        order = (HERE, BASE) if len(pairs.ours) % 2 == 0 else (BASE, HERE)
        parts = [
            copies[label].part(copies[label].criteria([criterion.id]), label, timeout=None)
            for label in order
        ]
        document = run(joined(board, parts))
        if document.interrupted:
            return replace(pairs, lack=worded("reason.not_run")), document.gate.exit_status - 128
        records = dict(zip(order, document.criteria(), strict=True))
        ours, theirs = (exact(records[label].value) for label in (HERE, BASE))
        for label, value in ((HERE, ours), (BASE, theirs)):
            if not isinstance(value, Decimal) or value <= 0:
                place = worded("reason.in_base") if label == BASE else worded("reason.in_copy")
                lack = worded_together([place, records[label].reason], "colon")
                return replace(pairs, lack=lack), 0
        pairs = replace(pairs, ours=(*pairs.ours, ours), theirs=(*pairs.theirs, theirs))
    return pairs, 0
