"""What a whole run comes to: score, gate, milestones, and the board that it is about."""

import os
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec

from readiness.model.board import Board
from readiness.model.judgement import Gate, HeldLine, Judgement, Score
from readiness.model.settings import AcceptedBy
from readiness.record.criteria import Recorder
from readiness.record.document import (
    GateRecord,
    LineRecord,
    Loosening,
    MilestoneRecord,
    TaskRecord,
)
from readiness.record.origin import BoardRef, Git
from readiness.record.scores import NO_SCORE, ScoreRecord
from readiness.record.values import below
from readiness.record.wording import sentence_of, wording_of, wordings_of
from readiness.text.clean import clean
from readiness.text.worded import worded

MOST_REASONS = 10


def score_record(score: Score, shown: str, rounding: Decimal) -> ScoreRecord:
    """Return the score as numbers, and as it must be printed."""
    value = score.value
    progress = None
    if value is not None and not score.left_out:
        progress = min(below(value / Fraction(score.target), 1), 1.0) if score.target else 1.0
    return ScoreRecord(
        value=None if value is None else below(value, score.target),
        shown=shown,
        target=float(score.target),
        progress=progress,
        measured=score.measured,
        in_scope=score.in_scope,
        total=score.total,
        left_out=len(score.left_out),
        attested=round(float(score.attested_share), 6),
        seen_to_fail=score.seen_to_fail,
        rounding=float(rounding),
    )


def no_score(score: Score) -> ScoreRecord:
    """Return the empty score of a run that did not measure all that it should."""
    record = score_record(score, NO_SCORE, Decimal(0))
    return msgspec.structs.replace(record, value=None, progress=None, attested=0.0, left_out=0)


def gate_record(
    gate: Gate,
    status: int,
    recorder: Recorder,
    line: LineRecord | None = None,
    accepted: AcceptedBy | None = None,
) -> GateRecord:
    """Return the decision with its reasons, which may quote what probes printed."""
    return GateRecord(
        decision=gate.decision,
        exit_status=status,
        reasons=[recorder.text(reason) for reason in gate.reasons],
        line=line,
        accepted=accepted
        and AcceptedBy(by=recorder.text(accepted.by), reason=recorder.text(accepted.reason)),
        wordings=[wording_of(reason, recorder.text) for reason in gate.reasons],
    )


def line_record(line: HeldLine, judgements: Sequence[Judgement]) -> LineRecord:
    """Return the line that the run was held against, for the criteria in its scope."""
    scope = [judgement.criterion for judgement in judgements if judgement.verdict.in_scope]
    return LineRecord(
        run=line.run,
        commit=line.commit,
        score=line.score,
        lack=line.lack,
        baselines=sum(criterion.baseline is not None for criterion in scope),
    )


def loosening_records(loosened: Sequence[Loosening], recorder: Recorder) -> list[Loosening]:
    """Return what a change loosens, made safe to show."""
    return [
        Loosening(
            subject=recorder.text(loosening.subject),
            what=recorder.text(loosening.what),
            before=recorder.text(loosening.before),
            after=recorder.text(loosening.after),
            path=recorder.text(loosening.path),
            line=loosening.line,
            runs_gate=loosening.runs_gate,
            wordings=loosening.wordings
            or wordings_of(
                {name: getattr(loosening, name) for name in ("subject", "what", "before", "after")},
                recorder.text,
            ),
        )
        for loosening in loosened
    ]


def loosening_reasons(loosened: Sequence[Loosening]) -> list[str]:
    """Return a sentence for each of the first `MOST_REASONS`, and a count of the others."""
    shown: list[str] = [_loosening_reason(loosening) for loosening in loosened[:MOST_REASONS]]
    more = len(loosened) - len(shown)
    return [*shown, worded("gate.more_loosened", count=more)] if more else shown


def _loosening_reason(loosening: Loosening) -> str:
    return worded(
        "gate.loosened",
        subject=sentence_of(loosening, "subject"),
        what=sentence_of(loosening, "what"),
        before=sentence_of(loosening, "before") or worded("gate.none"),
        after=sentence_of(loosening, "after") or worded("gate.none"),
    )


def milestone_records(
    board: Board, tasks: Sequence[TaskRecord], score: Score, today: date
) -> list[MilestoneRecord]:
    """Return how each milestone stands: met by evidence, or late once its day (UTC) is over."""
    records = []
    for milestone in board.milestones:
        asked = [task for task in tasks if task.priority is milestone.priority]
        missing = [task.id for task in asked if not task.done]
        holds: list[bool | None] = []
        if milestone.priority is not None:
            is_open = any(not one.verdict.good for task in asked for one in task.in_scope())
            holds.append(bool(asked) and not missing if is_open or not missing else None)
        if milestone.score is not None:
            reached = score.value is not None and score.value >= milestone.score
            holds.append(None if score.left_out else reached)
        met = None if None in holds and False not in holds else bool(holds) and all(holds)
        late = bool(milestone.due) and date.fromisoformat(milestone.due) < today
        records.append(
            MilestoneRecord(
                id=milestone.id,
                title=milestone.title,
                met=met,
                due=milestone.due,
                overdue=late and met is False,
                priority=milestone.priority,
                score=None if milestone.score is None else float(milestone.score),
                missing=missing,
            )
        )
    return records


def board_ref(board: Board, git: Git | None) -> BoardRef:
    """Return which board a run is about, and where it lies in the repository of `git`."""
    return BoardRef(
        title=board.title,
        path=clean(board.path, newlines=False),
        digest=board.digest,
        file=clean(_in_repository(board, git), newlines=False),
        workdir=clean(os.path.abspath(board.workdir), newlines=False),
        language=board.language,
        baseline=None if board.baseline is None else float(board.baseline),
        created=board.created,
        goal=board.goal,
        review=board.review,
        sections=list(board.sections),
        key_figures=board.key_figures,
        subtitle=board.subtitle,
        success=list(board.success),
    )


def _in_repository(board: Board, git: Git | None) -> str:
    """Return the board's path from the repository's root, or from the workdir without one."""
    folder = os.path.realpath(board.workdir)
    up = git.folder.count("/") + 1 if git is not None and git.folder else 0
    root = os.path.normpath(os.path.join(folder, *[".."] * up))
    path = os.path.relpath(os.path.realpath(board.path), root)
    return os.path.basename(path) if path.startswith("../") else path
