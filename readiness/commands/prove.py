"""Show that each criterion can fail: without its tools, with empty output, on a bad sample."""

import os
import time
from collections.abc import Collection, Mapping

import msgspec

from readiness.command_line.options import SELECTORS, Option, Verb
from readiness.model.board import Board
from readiness.model.errors import ExitStatus
from readiness.model.settings import RunSettings
from readiness.pipeline.execution import execute
from readiness.pipeline.facts import TOOL, begin
from readiness.pipeline.interrupts import held, interruptible
from readiness.pipeline.opening import open_board, open_changed
from readiness.pipeline.past import last_run
from readiness.pipeline.seen import remember
from readiness.plan import secret_values, select
from readiness.plan.selection import skip_reason
from readiness.project.git import Asking
from readiness.prove.document import ProofDocument, ProofOutcome
from readiness.prove.prover import Prover
from readiness.prove.table import table
from readiness.prove.trials import TrialPlan, criteria_of
from readiness.record.document import RunDocument
from readiness.record.run import board_ref
from readiness.record.values import timestamp
from readiness.run.processes.supervise import run_name, supervise
from readiness.run.scratch import scratch_folder
from readiness.terminal.ending import protected
from readiness.terminal.output import put_json, put_text, wants_json
from readiness.text.clean import Redactor
from readiness.text.sentences import for_reader


def prove(settings: RunSettings, change: str | None = None) -> int:
    """Try the criteria in copies of the project, print what they did, and return the status.

    0: all can fail; 1: one still passes, or the project was changed; 3: one could not be tried.
    With `change`, a revision, it is the change since then that its own tests have to prove.
    """
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
        put_text(redactor.redact(change_table(proof, quiet=settings.quiet)))
    return proof.exit_status


class _Proof:
    """One proof, from the board to its document."""

    def __init__(self, settings: RunSettings) -> None:
        self._settings = settings
        self._board = open_board(settings)
        chosen = select(self._board, settings.selectors, _failed(settings, self._board))
        self._chosen = [
            name
            for name, one in criteria_of(self._board).items()
            if not skip_reason(one, self._board, chosen)
        ]
        self._interrupted = 0
        self._started_at = time.time()

    def perform(self) -> int:
        with held(), scratch_folder(os.environ, run_name()) as scratch:
            document = self._document(scratch)
        if wants_json(self._settings.output_format):
            put_json(document)
        else:
            put_text(table(document, for_reader(), quiet=self._settings.quiet))
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
            skipped=len(criteria_of(board)) - len(self._chosen),
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


def _failed(settings: RunSettings, board: Board) -> Collection[str] | None:
    """Return the criteria that were not good in the last run, if `failed` is asked; else None."""
    run = last_run(settings, board) if "failed" in settings.selectors else None
    if run is None:
        return None
    return {one.id for one in run.criteria() if one.verdict.bad}


VERB = Verb(
    prove,
    SELECTORS,
    Option(
        "change",
        "REF",
        "Show instead that the tests of the change since this revision fail without it.",
        variable=False,
    ),
    takes="board project profile jobs timeout output_format history quiet verbose",
    prints=ProofDocument,
)
