"""What the commands that run probes share: one run, from settings to an exit status."""

import os
import sys
import time
from collections.abc import Callable, Collection
from contextlib import ExitStack
from typing import TYPE_CHECKING

from readiness.decide.score import exit_status
from readiness.history.store import AlteredError, History, board_key
from readiness.model.board import Board
from readiness.model.errors import ExitStatus, NotWrittenError, UsageError
from readiness.model.judgement import Gate
from readiness.model.plan import Plan
from readiness.model.settings import RunSettings, history_path
from readiness.pipeline.execute import TOOL, Outcome, Start, execute
from readiness.pipeline.interrupts import held, interruptible
from readiness.pipeline.opening import asked_milestone, open_board
from readiness.pipeline.past import last_verdicts, with_past
from readiness.pipeline.step_files import write_step_files
from readiness.plan import make_plan, secret_values
from readiness.project.git import Asking
from readiness.record.document import RunDocument
from readiness.record.excerpts import PastRun
from readiness.record.run import board_ref
from readiness.record.values import timestamp
from readiness.report import FORMATS, Context, invalidate, render, unfinished, write_report
from readiness.run.processes.supervise import run_name, supervise
from readiness.run.scratch import choose, make, remove
from readiness.terminal.ending import bug, protected, tell
from readiness.terminal.output import context, put, put_text
from readiness.terminal.progress import progress
from readiness.text.clean import Redactor

if TYPE_CHECKING:
    from readiness.pipeline.judging import Judged

Printer = Callable[[RunDocument, RunSettings, Context], str]

IN_A_FILE = Context()
ENDINGS = (".yaml", ".yml")

_KEPT: "list[_Run]" = []
"""The run until the process ends, for that is next: to take it apart first would be in vain."""


def run_and_report(settings: RunSettings, printer: Printer) -> int:
    """Run the board, record the run, write its reports, and print what `printer` makes of it."""
    if settings.output_format not in FORMATS:
        raise UsageError(
            f'--output-format: no format is called "{settings.output_format}";'
            f" there is {', '.join(sorted(FORMATS))}"
        )
    if settings.dry_run:
        with ExitStack() as stack:
            return _Run(settings, stack).show_plan()
    return supervise(lambda: protected(lambda: _perform(settings, printer)))


def _perform(settings: RunSettings, printer: Printer) -> int:
    with interruptible(), ExitStack() as stack:
        if settings.base is not None:  # what is copied of the base has to be removed again
            stack.enter_context(held())
        run = _Run(settings, stack)
        _KEPT.append(run)
        return run.perform(printer)


class _Run:
    """One run and what has to be told at its end."""

    def __init__(self, settings: RunSettings, stack: ExitStack) -> None:
        self.settings = settings
        self.problems: list[str] = []
        self.judged = _judged_by_base(settings, stack)
        self.board = self.judged.board if self.judged else open_board(settings)
        self.milestone = asked_milestone(settings, self.board)
        self.history = open_history(settings, self.board)
        self.previous = self._remembered()

    def show_plan(self) -> int:
        from readiness.pipeline.dry_run import describe

        durations, _ = self._learned()
        plan = self._plan(durations, {})
        redactor = Redactor(secret_values(self.board, os.environ))
        put_text(redactor.redact(describe(self.board, plan)))
        return ExitStatus.READY

    def perform(self, printer: Printer) -> int:
        git = Asking(self.board.workdir)
        durations, versions = self._learned()
        plan = self._plan(durations, versions)
        at = time.time()
        start = Start(
            id=run_id(at),
            at=at,
            profile=self.board.profile,
            git=git.answer(),
            previous=self.previous,
            base=self.judged.base if self.judged else None,
            loosened=self.judged.loosened if self.judged else (),
            weighed=self.judged.weighed if self.judged else None,
            milestone=self.milestone,
        )
        with held():
            self._invalidate_reports(start)
            self._enter(start)
            outcome = self._execute(plan, start, versions)
            document = self._with_past(self._finish(outcome))
            self._write_reports(document)
        settings = self.settings
        seen = context(os.environ, quiet=settings.quiet, verbose=settings.verbose)
        self._put(printer(document, settings, seen))
        return self._status(document)

    def _execute(self, plan: Plan, start: Start, versions: dict[str, str]) -> Outcome:
        settings = self.settings
        jobs = settings.jobs or len(os.sched_getaffinity(0))
        scratch = make(choose(os.environ, run_name()))
        observer = progress(plan, jobs=jobs, terminal=sys.stderr.isatty(), quiet=settings.quiet)
        try:
            return execute(
                self.board,
                plan,
                start,
                secrets=secret_values(self.board, os.environ),
                known_versions=versions,
                jobs=jobs,
                run_timeout=settings.run_timeout or self.board.run_timeout,
                scratch=scratch,
                fail_fast=settings.fail_fast,
                observer=observer,
            )
        finally:
            observer.close()
            remove(scratch)

    def _plan(self, durations: dict[str, float], versions: dict[str, str]) -> Plan:
        return make_plan(
            self.board,
            environ=os.environ,
            selectors=self.settings.selectors,
            failed=self._failed(),
            durations=durations,
            versions=versions,
            timeout=self.settings.timeout,
        )

    def _failed(self) -> Collection[str] | None:
        if self.previous is None:
            return None
        return {criterion.id for criterion in self.previous.criteria() if criterion.verdict.bad}

    def _remembered(self) -> PastRun | None:
        return None if self.history is None else last_verdicts(self.history, self.board)

    def _learned(self) -> tuple[dict[str, float], dict[str, str]]:
        """What earlier runs taught of durations and versions; nothing where that is unreadable."""
        if self.history is None:
            return {}, {}
        try:
            return self.history.durations(), self.history.versions()
        except NotWrittenError:  # told already, when the last run was asked for
            return {}, {}

    def _enter(self, start: Start) -> None:
        if self.history is None:
            return
        board = self.board
        try:
            self.history.begin(start.id, board_key(board.path), board.profile, timestamp(start.at))
        except NotWrittenError as error:
            self.problems.append(str(error))
            self.history = None
        else:
            for remark in self.history.remarks:
                tell(f"warning: {remark}")

    def _finish(self, outcome: Outcome) -> RunDocument:
        """Record the run; return its document as the history holds it."""
        document = outcome.document
        if self.history is None:
            return document
        try:
            # A probe of the base's has the name of a folder in it that is never there again.
            durations = {} if self.judged else outcome.durations
            return self.history.finish(document, durations, outcome.versions)
        except AlteredError as error:
            self.problems.append(str(error))
            return error.document
        except NotWrittenError as error:
            self.problems.append(str(error))
            return document

    def _invalidate_reports(self, start: Start) -> None:
        """Yesterday's report must not read ready while today's run goes on, or is killed."""
        if self.settings.reports:
            document = unfinished(
                run=start.id,
                tool=TOOL,
                board=board_ref(self.board, start.git),
                profile=self.board.profile,
                git=start.git,
                started_at=timestamp(start.at),
            )
            self._write(document, invalidate)

    def _write_reports(self, document: RunDocument) -> None:
        self._write(document, write_report)
        self.problems += write_step_files(document, self.settings, os.environ)

    def _with_past(self, document: RunDocument) -> RunDocument:
        settings = self.settings
        formats = [settings.output_format, *(target.format for target in settings.reports)]
        return with_past(document, settings, self.board, formats)

    def _write(self, document: RunDocument, write: Callable[..., None]) -> None:
        if self.settings.reports:
            history = self.history.path if self.history is not None else ""
            forbidden = irreplaceable(self.board, history)
            self.problems += write_reports(document, self.settings, write, forbidden)

    def _put(self, text: str) -> None:
        try:
            put(text)
        except NotWrittenError as error:
            self.problems.append(str(error))

    def _status(self, document: RunDocument) -> int:
        for problem in dict.fromkeys(self.problems):
            tell(f"readiness: {problem}")
        return final_status(document, self.settings, written=not self.problems)


def _judged_by_base(settings: RunSettings, stack: ExitStack) -> "Judged | None":
    if settings.base is None:
        return None
    from readiness.pipeline.judging import judged_by_base

    return stack.enter_context(judged_by_base(settings))


def write_reports(
    document: RunDocument,
    settings: RunSettings,
    write: Callable[..., None],
    forbidden: Collection[str],
) -> list[str]:
    """Write every report with `write`, whatever becomes of the others; return what went wrong."""
    problems = []
    for target in settings.reports:
        try:
            write(target.path, render(target.format, document, IN_A_FILE), forbidden=forbidden)
        except NotWrittenError as error:
            problems.append(str(error))
        except Exception as error:  # noqa: BLE001 - one broken format must not cost the others
            problems.append(f"{target.path}: not written: {bug(error)}")
    return problems


def irreplaceable(board: Board, history: str) -> list[str]:
    """The files that no report may take the place of: the board, its checks and the history."""
    files = [board.path]
    if history:
        files += [f"{history}{ending}" for ending in ("", "-wal", "-shm", "-journal")]
    own = os.path.realpath(board.path)
    for catalogue in board.catalogues:
        if own.startswith(os.path.join(os.path.realpath(catalogue), "")):
            beside = os.listdir(catalogue)  # checks beside the board: other files are no checks
            files += [os.path.join(catalogue, name) for name in beside if name.endswith(ENDINGS)]
        else:
            files += [
                os.path.join(folder, name)
                for folder, _, names in os.walk(catalogue)
                for name in names
            ]
    return files


def open_history(settings: RunSettings, board: Board) -> History | None:
    """The history that the run is recorded in; None where there is to be none.

    A read-only checkout that has no history gets none, unless the caller named one.
    """
    path = history_path(settings, board.path)
    if not path:
        return None
    folder = os.path.dirname(os.path.abspath(path))
    if settings.history is None and not os.path.lexists(folder):
        above = os.path.dirname(folder)
        if not os.access(above, os.W_OK):
            tell(f"warning: no history is kept: {above} is read-only; name one with --history")
            return None
    return History(path)


def final_status(document: RunDocument, settings: RunSettings, *, written: bool) -> int:
    """The status that the process ends with, told where it is not the gate's."""
    gate = Gate(decision=document.gate.decision, exit_status=document.gate.exit_status)
    status = exit_status(gate, written=written, exit_zero=settings.exit_zero)
    if settings.exit_zero and status != document.gate.exit_status:
        tell(f"readiness: exit status {document.gate.exit_status} becomes {status} by --exit-zero")
    return status


def run_id(at: float) -> str:
    """A name for a run that starts now; it sorts by time."""
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
    return f"{moment}-{os.urandom(4).hex()}"
