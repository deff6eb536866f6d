"""What a run comes to: score and decision, and the document of both."""

from collections.abc import Sequence

import msgspec

from readiness.decide.findings import newest_first
from readiness.decide.gate import exit_status, gate
from readiness.decide.score import display, explain, score
from readiness.model.board import Board
from readiness.model.judgement import ComparedFindings, Judgement
from readiness.pipeline.facts import TOOL, Facts, Start
from readiness.record.criteria import Recorder, points_of, task_records
from readiness.record.document import CriterionRecord, FindingRecord, RunDocument
from readiness.record.run import (
    board_ref,
    gate_record,
    line_record,
    loosening_reasons,
    loosening_records,
    milestone_records,
    no_score,
    score_record,
)
from readiness.record.values import timestamp
from readiness.text.worded import worded


def conclude(
    board: Board,
    judgements: Sequence[Judgement],
    start: Start,
    facts: Facts,
    recorder: Recorder,
) -> RunDocument:
    """Score the judgements, decide, and write all of it down."""
    total = score(board, judgements)
    whole = not (facts.partial or facts.interrupted or facts.signal)
    counted = score(board, _of_the_board(board, judgements)) if facts.partial else total
    sum_of = explain(counted)
    loosened = loosening_records(start.loosened, recorder)
    start = msgspec.structs.replace(start, loosened=loosened)
    refused = start.refused()
    reasons = loosening_reasons(refused or loosened)
    if refused and start.accepted is not None:
        reasons.append(worded("gate.not_accepted"))
    stopped = facts.interrupted or facts.signal != 0
    now = _by_criterion(facts.findings)
    then = _by_criterion(start.earlier_findings()) if now else {}
    places = ComparedFindings(now=now, then=then)
    decision = gate(
        board,
        total,
        judgements,
        partial=facts.partial,
        empty=facts.empty,
        release=start.release,
        interrupted=stopped,
        loosened=reasons,
        accepted=not refused,
        line=start.line,
        places=places,
    )
    tasks = task_records(
        board,
        judgements,
        points_of(counted.lines, sum_of.points),
        facts.probe_ids,
        recorder,
        {**_records(start.previous), **start.before},
    )
    return RunDocument(
        id=start.id,
        tool=TOOL,
        board=board_ref(board, start.git),
        profile=start.profile,
        partial=facts.partial or bool(total.left_out),
        left_to=[] if facts.partial else total.left_to,
        interrupted=facts.interrupted or facts.signal != 0,
        git=start.git,
        started_at=timestamp(start.at),
        finished_at=timestamp(start.at + facts.elapsed),
        duration_s=round(facts.elapsed, 3),
        score=score_record(total, display(total.value, total.target), sum_of.rounding)
        if whole
        else no_score(total),
        gate=gate_record(
            decision,
            exit_status(decision, signal=facts.signal),
            recorder,
            None if start.line is None else line_record(start.line, judgements),
            start.accepted if loosened else None,
        ),
        tasks=tasks,
        probes=facts.probes,
        findings=[
            finding
            for name, own in now.items()
            for finding in newest_first(own, then.get(name, ()))
        ],
        milestones=milestone_records(board, tasks, total, start.day()) if whole else [],
        loosened=loosened,
        base=start.base,
        folders=facts.folders,
        put_aside=list(facts.put_aside),
        shard=facts.shard,
    )


def _of_the_board(board: Board, judgements: Sequence[Judgement]) -> list[Judgement]:
    """Drop the judgements on what was not selected: what it is worth counts as well."""
    return [
        judgement
        for judgement in judgements
        if judgement.verdict.in_scope
        or (judgement.criterion.profiles and board.profile not in judgement.criterion.profiles)
    ]


def _records(past: RunDocument | None) -> dict[str, CriterionRecord]:
    return {} if past is None else {record.id: record for record in past.criteria()}


def _by_criterion(findings: Sequence[FindingRecord]) -> dict[str, list[FindingRecord]]:
    by_criterion: dict[str, list[FindingRecord]] = {}
    for finding in findings:
        by_criterion.setdefault(finding.criterion, []).append(finding)
    return by_criterion
