"""Show that each criterion can fail: without its tools, with empty output, on a bad sample."""

import os
import time
from collections.abc import Iterator, Mapping
from typing import Annotated

import msgspec

from readiness.command_line import options
from readiness.command_line.options import Verb, asked, option
from readiness.model.errors import ExitStatus
from readiness.model.settings import RunSettings
from readiness.model.words import Verdict
from readiness.pipeline.execution import execute
from readiness.pipeline.facts import TOOL, begin
from readiness.pipeline.interrupts import held, interruptible
from readiness.pipeline.opening import open_board, open_changed
from readiness.pipeline.past import standing
from readiness.pipeline.seen import remember
from readiness.plan import secret_values, select
from readiness.plan.selection import skip_reason
from readiness.project.git import Asking
from readiness.prove.document import ProofDocument, ProofOutcome, ProofRecord, World
from readiness.prove.prover import Prover
from readiness.prove.trials import TrialPlan
from readiness.record.document import RunDocument
from readiness.record.run import board_ref
from readiness.record.values import timestamp
from readiness.run.processes.supervise import run_name, supervise
from readiness.run.scratch import scratch_folder
from readiness.terminal.blocks import Block, Grid, Line, Part, Style, text_lines
from readiness.terminal.ending import protected
from readiness.terminal.output import put_blocks, put_json, wants_json
from readiness.text.clean import Redactor
from readiness.text.layout import duration
from readiness.text.sentences import Sentences, for_reader
from readiness.text.worded import in_language


def prove(
    selectors: options.Selectors = None,
    change: Annotated[
        str | None,
        option(
            "--change",
            "REF",
            "Show instead that the tests of the change since this revision fail without it.",
            complete="revisions",
        ),
    ] = None,
    board_file: options.Board = None,
    project: options.Project = None,
    profile: options.Profile = None,
    jobs: options.Jobs = None,
    timeout: options.Timeout = None,
    output_format: options.OutputFormat = "table",
    history: options.History = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Try the criteria in copies of the project, print what they did, and return the status.

    0: all can fail; 1: one still passes, or the project was changed; 3: one could not be tried.
    With `change`, a revision, it is the change since then that its own tests have to prove.
    """
    settings = asked(locals())
    wants_json(settings.output_format)
    if change is not None:
        return supervise(lambda: protected(lambda: _change(settings, change)))
    return supervise(lambda: protected(lambda: _perform(settings)))


def _perform(settings: RunSettings) -> int:
    with interruptible():
        return _Proof(settings).perform()


def _change(settings: RunSettings, change: str) -> int:
    from readiness.guard.change_proof import prove_change
    from readiness.guard.change_table import change_table
    from readiness.pipeline.measured import running

    compared = msgspec.structs.replace(settings, base=change)
    with (
        interruptible(),
        open_changed(compared) as (base, comparison),
        scratch_folder(os.environ, run_name()) as scratch,
    ):
        proof = prove_change(
            comparison,
            base.commit,
            environ=os.environ,
            scratch=scratch,
            timeout=settings.timeout,
            run=running(settings),
        )
    if wants_json(settings.output_format):
        put_json(proof)
    else:
        redactor = Redactor(secret_values(comparison.head, os.environ))
        put_blocks(change_table(proof, quiet=settings.quiet), redactor.redact)
    return proof.exit_status


class _Proof:
    """One proof, from the board to its document."""

    def __init__(self, settings: RunSettings) -> None:
        self._settings = settings
        self._board = open_board(settings)
        run = standing(settings, self._board)
        known = [] if run is None else list(run.criteria())
        failed = {one.id for one in known if one.verdict.bad} if run else None
        self._failed = {one.id for one in known if one.verdict is Verdict.FAIL}
        chosen = select(self._board, settings.selectors, failed)
        self._chosen = [
            one.id for one in self._board.criteria() if not skip_reason(one, self._board, chosen)
        ]
        self._interrupted = 0
        self._started_at = time.time()

    def perform(self) -> int:
        with held(), scratch_folder(os.environ, run_name()) as scratch:
            document = self._document(scratch)
        if wants_json(self._settings.output_format):
            put_json(document)
        else:
            put_blocks(_blocks(document, for_reader(), quiet=self._settings.quiet))
        return document.exit_status

    def _document(self, scratch: str) -> ProofDocument:
        settings, board = self._settings, self._board
        began = time.monotonic()
        git = Asking(board.workdir)
        prover = Prover(
            board,
            self._chosen,
            environ=os.environ,
            scratch=scratch,
            run=self._run,
            timeout=settings.timeout,
            failed=self._failed,
        )
        criteria = prover.prove()
        remember(settings, board, prover.trials, timestamp(self._started_at))
        counts = dict.fromkeys(ProofOutcome, 0)
        for each in criteria:
            counts[each.outcome] += 1
        redactor = Redactor(secret_values(board, os.environ))
        return ProofDocument(
            tool=TOOL,
            board=board_ref(board, git.answer()),
            profile=board.profile,
            started_at=timestamp(self._started_at),
            duration_s=round(time.monotonic() - began, 3),
            interrupted=bool(self._interrupted),
            exit_status=self._status(counts),
            can_fail=counts[ProofOutcome.CAN_FAIL],
            still_passes=counts[ProofOutcome.STILL_PASSES],
            not_tried=counts[ProofOutcome.NOT_TRIED],
            skipped=len(list(board.criteria())) - len(self._chosen),
            linked=[redactor.redact(path) for path in prover.worlds.original.linked],
            criteria=criteria,
        )

    def _run(self, part: TrialPlan) -> RunDocument:
        start = begin(self._board.profile)
        document = execute(part.board, part.plan, start, self._settings, versions={}).document
        if document.interrupted:
            self._interrupted = document.gate.exit_status
        return document

    def _status(self, counts: Mapping[ProofOutcome, int]) -> int:
        if self._interrupted:
            return self._interrupted
        if counts[ProofOutcome.STILL_PASSES]:
            return ExitStatus.NOT_READY
        if counts[ProofOutcome.NOT_TRIED] or not self._chosen:
            return ExitStatus.UNDECIDED
        return ExitStatus.READY


# --- for people ---------------------------------------------------------------------------------


def _blocks(proof: ProofDocument, say: Sentences, *, quiet: bool) -> Iterator[Block]:
    """Yield each criterion with its verdict in every world, then what still passes and why."""
    if not quiet:
        yield Line(parts=((proof.board.title, Style.STRONG),))
        yield Line()
        yield from _worlds(proof, say)
    for outcome, title in (
        (ProofOutcome.STILL_PASSES, say("prove.still_passes")),
        (ProofOutcome.NOT_TRIED, say("prove.not_tried")),
    ):
        records = [record for record in proof.criteria if record.outcome is outcome]
        if records:
            yield Line()
            yield Line(parts=((title, _STYLES[outcome]),))
        for record in records:
            yield from _explained(record, say)
    yield Line()
    if proof.linked:
        yield from text_lines(say("prove.shared", names=", ".join(proof.linked)))
    style = Style.BAD if proof.still_passes else Style.WARN if proof.not_tried else Style.GOOD
    yield Line(parts=((_summary(proof, say), style),))


_STYLES = {
    ProofOutcome.CAN_FAIL: Style.GOOD,
    ProofOutcome.STILL_PASSES: Style.BAD,
    ProofOutcome.NOT_TRIED: Style.WARN,
}


def _worlds(proof: ProofDocument, say: Sentences) -> Iterator[Block]:
    used = {trial.world for record in proof.criteria for trial in record.trials}
    worlds = [world for world in World if world is not World.NORMAL and world in used]
    rows = []
    for record in proof.criteria:
        verdicts = {trial.world: trial.verdict for trial in record.trials}
        now = (say(f"verdict.{record.now.verdict}") if record.now else "-", Style.DIM)
        cells = [_in_world(verdicts.get(world), say) for world in worlds]
        outcome = (say(f"prove.outcome.{record.outcome}"), _STYLES[record.outcome])
        rows.append([(record.id, Style.STRONG), now, *cells, outcome])
    names = [say(f"prove.world.{world}") for world in worlds]
    yield Grid(rows=rows, heads=[*say.heads("prove.heads"), *names, ""])
    yield Line()
    for world, name in zip(worlds, names, strict=True):
        meaning = ((say(f"prove.meaning.{world}"), Style.DIM),)
        yield Line(label=(name, Style.DIM), parts=meaning)


def _in_world(verdict: Verdict | None, say: Sentences) -> Part:
    """Return a verdict where something is missing or broken: to pass there is the fault."""
    if verdict is None:
        return "-", Style.DIM
    return say(f"verdict.{verdict}"), Style.BAD if verdict.good else Style.PLAIN


def _explained(record: ProofRecord, say: Sentences) -> Iterator[Line]:
    yield from text_lines(f"  {record.id} {record.title}", f"    {in_language(record.why, say)}")
    if record.hint:
        yield from text_lines(f"    {say('prove.hint', hint=in_language(record.hint, say))}")


def _summary(proof: ProofDocument, say: Sentences) -> str:
    parts = [say("prove.count_can_fail", count=proof.can_fail)]
    if proof.still_passes:
        parts.append(say("prove.count_passes", count=proof.still_passes))
    if proof.not_tried:
        parts.append(say("prove.count_not_tried", count=proof.not_tried))
    if proof.skipped:
        parts.append(say("prove.count_skipped", count=proof.skipped))
    counts, time_taken = say("report.comma").join(parts), duration(proof.duration_s)
    number = len(proof.criteria)
    if proof.interrupted:
        return say("prove.cut", counts=counts, time=time_taken, count=number)
    return say("prove.sum", counts=counts, time=time_taken, count=number)


VERB = Verb(prove, prints=ProofDocument)
