"""`readiness score RUN.json ...`: recorded runs of one board, scored together."""

import os
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from readiness.decide.judge import as_of
from readiness.model.board import Board
from readiness.model.errors import UsageError
from readiness.model.judgement import Judgement
from readiness.model.settings import AcceptedBy, RunSettings
from readiness.pipeline.at_base import AtBase
from readiness.pipeline.concluding import conclude
from readiness.pipeline.facts import Facts, Start, begin
from readiness.pipeline.features import Printer
from readiness.pipeline.features.hold_line import line_of
from readiness.pipeline.interrupts import interruptible
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import judgement_of, past_of, read_run
from readiness.pipeline.reports import (
    final_status,
    refuse_targets,
    write_reports,
    write_step_files,
)
from readiness.pipeline.unaltered import refuse_altered, refuse_another_tree
from readiness.project.git import head_of
from readiness.record.criteria import Recorder, with_criteria
from readiness.record.document import CriterionRecord, RunDocument
from readiness.record.newest import carried_from
from readiness.record.origin import BaseRef, Git
from readiness.record.shards import as_whole, refuse_misfits
from readiness.report import write_report
from readiness.run.processes.supervise import run_name, supervise
from readiness.run.scratch import scratch_folder
from readiness.terminal.ending import protected
from readiness.terminal.output import context, put
from readiness.text.clean import Redactor
from readiness.text.worded import worded


def join_and_report(settings: RunSettings, printer: Printer) -> int:
    """Score the union of recorded runs as if it were one, and record nothing.

    Nothing is run, but what a line to be held has to be compared with.

    Raises `UsageError` for a file that is not a run document, is of another board, or says
    something else than the history at hand, and where HEAD or the uncommitted changes are others
    than those that were measured.
    """
    if not settings.hold_line:
        return _join_and_report(settings, printer)
    return supervise(lambda: protected(lambda: _join_and_report(settings, printer)))


def _join_and_report(settings: RunSettings, printer: Printer) -> int:
    board = open_board(settings)
    refuse_targets(settings, board)
    runs = [_read_part(name, board) for name in settings.recorded]
    refuse_altered(settings, board, dict(zip(settings.recorded, runs, strict=True)))
    refuse_misfits(settings.recorded, runs)
    document = join(board, runs, settings)
    _refuse_another_commit(document, head_of(board.workdir))
    for name, run in zip(settings.recorded, runs, strict=True):
        refuse_another_tree(name, run, settings, board.workdir)
    problems = write_reports(document, settings, write_report)
    problems += write_step_files(document, settings, os.environ)
    status = final_status(document, settings, problems)
    put(printer(document, settings, context(os.environ, settings)))
    return status


def join(board: Board, runs: Sequence[RunDocument], settings: RunSettings) -> RunDocument:
    """Make one document of several: each criterion with its worst verdict, scored anew.

    Waivers and attestations count as far as they are in force today.
    The union is partial where a criterion that was in scope of one of the runs is in none.
    """
    shards = runs[0].shard is not None
    renamed = [
        run if shards else _with_own_probes(run, number) for number, run in enumerate(runs, 1)
    ]
    profiles = {run.profile for run in runs}
    chosen = [(criterion, *_worst(criterion.id, renamed)) for criterion in board.criteria()]
    partial = any(
        not record.verdict.in_scope
        and (not criterion.profiles or profiles & set(criterion.profiles))
        for criterion, _, record in chosen
    )
    start = msgspec.structs.replace(
        begin("+".join(sorted(profiles))),
        git=_common_git(runs),
        base=_first_base(runs),
        loosened=list(
            {
                (loosening.subject, loosening.what, loosening.path, loosening.line): loosening
                for run in runs
                for loosening in run.loosened
            }.values()
        ),
        release=settings.release,
        accepted=settings.accepted or _accepted_in(runs),
    )
    facts = Facts(
        probe_ids={criterion.id: record.probes for criterion, _, record in chosen},
        probes=[probe for run in renamed for probe in run.probes],
        findings=[finding for run in runs for finding in run.findings],
        elapsed=sum(run.duration_s for run in runs),
        partial=partial,
        empty=all(not run.score.in_scope and not run.gate.exit_status for run in runs),
        interrupted=any(run.interrupted for run in runs),
    )
    judgements = [
        as_of(judgement_of(criterion, record), start.day()) for criterion, _, record in chosen
    ]
    if settings.hold_line:
        start = _with_line(start, board, judgements, facts, settings)
    document = conclude(board, judgements, start, facts, Recorder(Redactor([])))
    if shards:
        return as_whole(document, runs)
    if len(runs) == 1:
        return document
    return _with_origins(document, {criterion.id: run for criterion, run, _ in chosen})


def _with_origins(document: RunDocument, origins: Mapping[str, RunDocument]) -> RunDocument:
    """Return the union with the run, and the profile, that each measurement came from."""

    def with_origin(record: CriterionRecord) -> CriterionRecord:
        if not record.verdict.in_scope:
            return record
        return msgspec.structs.replace(record, carried=carried_from(record, origins[record.id]))

    return with_criteria(document, with_origin)


def _accepted_in(runs: Sequence[RunDocument]) -> AcceptedBy | None:
    """Return who accepts what is loosened, where that was accepted in each of the runs."""
    accepted = [run.gate.accepted for run in runs if run.loosened]
    return accepted[0] if accepted and None not in accepted else None


def _first_base(runs: Sequence[RunDocument]) -> BaseRef | None:
    return next((run.base for run in runs if run.base is not None), None)


def _with_line(
    start: Start,
    board: Board,
    judgements: Sequence[Judgement],
    facts: Facts,
    settings: RunSettings,
) -> Start:
    """Return the start with the line that the union has to hold, which no part of it can show."""
    with (
        interruptible(),
        scratch_folder(os.environ, run_name()) as scratch,
        past_of(settings, board) as history,
    ):
        line, past = line_of(history, board, start.base, start.git)
        start = msgspec.structs.replace(start, line=line, previous=past)
        return AtBase(board, settings, scratch).compared(start, judgements, facts.probes, past)


def _refuse_another_commit(document: RunDocument, head: str) -> None:
    """Refuse a run of another commit: a verdict on one says nothing of another."""
    if document.git is not None and head and document.git.commit != head:
        raise UsageError(
            f"the recorded runs measured commit {document.git.commit}, but HEAD is {head}; run the"
            " board again, or check out what was measured"
        )


def _common_git(runs: Sequence[RunDocument]) -> Git | None:
    """Return the revision that all runs measured, with its work tree where they share that too."""
    revisions = {(run.git.commit, run.git.dirty) if run.git else None for run in runs}
    if len(revisions) > 1:
        raise UsageError(
            "the runs are of different revisions: "
            + ", ".join(sorted(run.git.commit[:12] if run.git else "none" for run in runs))
        )
    git = runs[0].git
    if git is None or len({run.git.worktree for run in runs if run.git}) == 1:
        return git
    return msgspec.structs.replace(git, worktree="")


def _read_part(name: str, board: Board) -> RunDocument:
    """Read a recorded run. Raises `UsageError` where it is not a whole one of this board."""
    if not os.path.lexists(name):
        raise UsageError(worded("usage.takes_runs", name=name))
    run = read_run(name)
    if run.board.digest != board.digest:
        theirs = f"{run.board.path}, {run.board.digest[:19]}"
        here = f"{board.path}, {board.digest[:19]}"
        raise UsageError(worded("usage.another_board", name=name, theirs=theirs, here=here))
    ids = [criterion.id for criterion in board.criteria()]
    if [record.id for record in run.criteria()] != ids:
        raise UsageError(worded("usage.not_whole", name=name))
    return run


def _worst(criterion: str, runs: Iterable[RunDocument]) -> tuple[RunDocument, CriterionRecord]:
    records = [(run, record) for run in runs for record in run.criteria() if record.id == criterion]
    return max(records, key=lambda measured: (measured[1].verdict.rank, measured[1].verdict.bad))


def _with_own_probes(run: RunDocument, number: int) -> RunDocument:
    """Return the run with probe ids that no other run has."""

    def own(name: str) -> str:
        return f"r{number}.{name}"

    run = with_criteria(
        run, lambda record: msgspec.structs.replace(record, probes=list(map(own, record.probes)))
    )
    probes = [msgspec.structs.replace(probe, id=own(probe.id)) for probe in run.probes]
    return msgspec.structs.replace(run, probes=probes)
