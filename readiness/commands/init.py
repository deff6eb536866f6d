"""Write a first board from the project's files and what can be measured here."""

import datetime
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated

from readiness.command_line import options
from readiness.command_line.options import Verb, asked, option, shared_switch, switch
from readiness.decide.score import display, score
from readiness.load import load_board, load_board_text
from readiness.model.board import Board, Criterion
from readiness.model.errors import BoardError, ExitStatus, UsageError
from readiness.model.judgement import Judgement, Reading
from readiness.model.settings import RunSettings, find_board
from readiness.pipeline.first_run import FirstRun, best_run, judged_again
from readiness.pipeline.interrupts import held, interruptible
from readiness.propose.account import FirstAccount, template_account
from readiness.propose.additions import new_proposals, with_tasks
from readiness.propose.addresses import with_addresses
from readiness.propose.board_text import PlannedTask, board_text, entries, grouped
from readiness.propose.ci_lines import KINDS, branch_of, write_ci
from readiness.propose.ecosystems import patterns_of_code
from readiness.propose.facts import Omission, ProjectFacts
from readiness.propose.goals import with_goals
from readiness.propose.new_board import (
    FirstBoard,
    NewProbe,
    Offer,
    new_board_path,
    new_criterion,
    write_new_file,
)
from readiness.propose.proposal import Proposal, Proposed
from readiness.propose.proposals import propose
from readiness.propose.rules import load_rules
from readiness.propose.survey import survey
from readiness.propose.templates import filled, templates
from readiness.report import write_over
from readiness.run.processes.supervise import run_name, supervise
from readiness.run.scratch import scratch_folder
from readiness.terminal.blocks import table
from readiness.terminal.ending import protected, tell
from readiness.terminal.output import ask, put_blocks, put_json, put_text, wants_json
from readiness.text.nearest import suggestion
from readiness.text.sentences import for_reader, sentences, spoken
from readiness.text.worded import in_language, joined, worded

SERVICE = "service"
"""The ready-made board of which `--ask` is most use."""

LIST = "list"
"""What `--template` takes in place of a name, for a list of all."""


def init(
    yes: Annotated[bool, switch("--yes", "Accept the proposals without asking.")] = False,
    no_measure: Annotated[bool, switch("--no-measure", "Run nothing.")] = False,
    template: Annotated[
        str | None,
        option(
            "--template",
            "NAME",
            "Write this ready-made board instead; `list` shows their names.",
            complete=lambda: [LIST, *templates()],
        ),
    ] = None,
    ask: Annotated[
        bool,
        switch(
            "--ask", "Ask for the addresses that the ready-made board needs, and try each once."
        ),
    ] = False,
    again: Annotated[bool, switch("--again", "Add what is new to the board.")] = False,
    add: Annotated[
        list[str] | None,
        option("--add", "NAME", "Add a check that is possible here; can be repeated."),
    ] = None,
    ci: Annotated[
        str | None,
        option("--ci", "NAME", "Write the file for `github` or `gitlab`.", complete=tuple(KINDS)),
    ] = None,
    board_file: options.NewBoard = None,
    project: options.NewProject = None,
    jobs: options.Jobs = None,
    timeout: options.Timeout = None,
    output_format: options.OutputFormat = "table",
    quiet: options.NewQuiet = False,
    verbose: Annotated[
        bool,
        shared_switch(
            "--verbose -v", "Also list what was left out, and why.", panel=options.OUTPUT
        ),
    ] = False,
    history: options.History = None,
) -> int:
    """Write a first board for the project, and tell what it says.

    Raises `UsageError` where there is a board already, and where nobody can be asked. With `yes`
    nobody is asked; with `no_measure` none is run. With `template` the board is that
    ready-made one, and nothing is run. With `again` a board that is there gets what is new; with
    `ci` its file for that CI is written, and a board only where there is none. With `ask` the
    ready-made board, by default `service`, gets the addresses that it needs, each tried once.
    """
    settings = asked(locals())
    if ci is not None and ci not in KINDS:
        raise UsageError(worded("init.no_ci", name=ci, names=joined(KINDS, "names")))
    as_json = wants_json(settings.output_format)
    if template == LIST:
        return _list_templates(as_json=as_json)
    project = settings.project or "."
    if not os.path.isdir(project):
        raise UsageError(worded("init.no_project", path=project))
    board = _existing(settings) if again or ci or add else None
    path = new_board_path(settings, project) if board is None else board.path
    facts = survey(project)
    if ci and board is not None and not (again or add):
        put_text(write_ci(ci, facts, board, project, for_reader()))
        return ExitStatus.READY
    folder = os.path.dirname(os.path.abspath(path))
    if template is not None or ask:
        text = filled(template or SERVICE, facts, workdir=os.path.relpath(project, folder))
        return _copy_template(settings, path, text, ask=ask, can_ask=not (yes or as_json))
    added = add or ()
    proposed = propose(facts, load_rules([os.path.join(folder, "checks")]), added)
    for name in {*added}.difference(one.check for one in proposed.proposals):
        names = [one.check for one in proposed.offers]
        hint = suggestion(name, names, worded("init.templates_are", names=joined(names, "names")))
        raise UsageError(worded("init.no_offer", name=name, hint=hint))
    proposals = proposed.proposals
    if board is not None:
        wanted = [one for one in proposals if again or one.check in added]
        proposals = tuple(new_proposals(wanted, board))
    if board is not None and not proposals:
        put_text(worded("init.nothing_new", path=path))
        return ExitStatus.READY
    if not yes:
        _agree(proposals, can_ask=not as_json)
    first = _First(settings, path, project, facts, proposed, proposals, not no_measure, board, ci)
    return supervise(lambda: protected(first.perform))


def _existing(settings: RunSettings) -> Board | None:
    """Load the board that is there; None where there is none."""
    try:
        path = find_board(settings, os.environ, os.getcwd())
    except UsageError:
        return None
    return load_board(path, profile=None, environ=os.environ, project=settings.project)


def _list_templates(*, as_json: bool) -> int:
    """Print every template with what it is for."""
    purposes = templates()
    if as_json:
        put_json(dict(purposes))
    else:
        say = for_reader()
        rows = [(name, in_language(purpose, say)) for name, purpose in purposes.items()]
        put_blocks([table(rows, flexible=1)])
    return ExitStatus.READY


def _copy_template(settings: RunSettings, path: str, text: str, *, ask: bool, can_ask: bool) -> int:
    """Write a ready-made board, with `ask` and its addresses, and tell what it still needs."""
    lines, left_out = list[str](), list[Omission]()
    if ask:
        terminal = can_ask and sys.stdin.isatty() and sys.stderr.isatty()
        board = _load(text, path)
        text, lines, left_out = with_addresses(text, board, os.environ, can_ask=terminal)
    board = _load(text, path)
    write_new_file(path, text)
    if wants_json(settings.output_format):
        criteria = [
            new_criterion(criterion.id, _probe_of(criterion), criterion.title)
            for criterion in board.criteria()
        ]
        put_json(FirstBoard(board=path, criteria=criteria, left_out=left_out))
    else:
        put_text("\n".join([*lines, template_account(path, board, for_reader())]))
    return ExitStatus.READY


def _probe_of(criterion: Criterion) -> NewProbe | None:
    check = criterion.check
    if check is None:
        return None
    return NewProbe(check=check.name) if check.name else NewProbe(run=check.run)


def _load(text: str, path: str) -> Board:
    return load_board_text(text.encode(), path, profile=None, environ=os.environ)


def _agree(proposals: Sequence[Proposal], *, can_ask: bool) -> None:
    """Show the proposals, and ask whether to measure and write them.

    Raises `UsageError` where nobody can be asked, and for any answer but yes.
    """
    if not (can_ask and sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(worded("init.nobody_to_ask", count=len(proposals)))
    say = for_reader()
    rows = [
        (proposal.priority, in_language(proposal.title, say), proposal.check or proposal.run)
        for proposal in proposals
    ]
    answer = ask(say("init.agree"), [table(rows, flexible=1)])
    if answer is None or answer.strip().lower()[:1] not in ("", "y"):
        raise UsageError(worded("init.nothing_written"))


class _First:
    """One first board, from the proposals to what is told at the end."""

    def __init__(
        self,
        settings: RunSettings,
        path: str,
        project: str,
        facts: ProjectFacts,
        proposed: Proposed,
        proposals: Sequence[Proposal],
        measure: bool,
        existing: Board | None,
        ci: str | None,
    ) -> None:
        self._settings = settings
        self._existing = existing
        self._ci = ci
        self._measure = measure
        self._path = path
        self._project = project
        self._facts = facts
        self._left_out = list(proposed.left_out)
        self._offers = [
            Offer(one.check, in_language(one.title, for_reader())) for one in proposed.offers
        ]
        self._day = datetime.datetime.now(datetime.UTC).date().isoformat()
        self._needed: Mapping[str, str] = {}
        self._groups = self._loadable(self._grouped(proposals))
        self._proposed = self._loaded(self._groups)
        self._readings: Mapping[str, Reading] = {}
        self._seconds = 0.0

    def perform(self) -> int:
        """Measure what is proposed, write the board, record the run, and tell of all that."""
        if not self._measure or not entries(self._groups):
            return self._perform("")
        with scratch_folder(os.environ, run_name()) as scratch:
            return self._perform(scratch)

    def _perform(self, scratch: str) -> int:
        """Measure in the folder `scratch`, if there is one, and go on as `perform` says."""
        run: FirstRun | None = None
        if scratch:
            self._announce()
            with interruptible(), held():
                run = best_run(self._with, self._facts.examples, self._settings, scratch)
            if run.document.interrupted:
                tell(for_reader()("init.nothing_written"))
                return run.document.gate.exit_status
            self._readings, self._seconds = run.readings(), run.document.duration_s
            self._groups = with_goals(self._groups, self._proposed, self._readings)
        board = self._loaded(self._groups)
        judgements = judged_again(board, self._readings)
        total = score(board, judgements)
        shown = (
            display(total.value, total.target) if self._readings and total.value is not None else ""
        )
        problems: list[str] = []
        if self._existing is not None:
            self._add(self._existing)
        else:
            text = self._text(self._groups, shown, proven=run is not None and run.proven())
            board = _load(text, self._path)
            write_new_file(self._path, text)
            problems = run.record(self._settings, board) if run else []
        self._tell(board, judgements)
        if self._ci:
            put_text(write_ci(self._ci, self._facts, board, self._project, for_reader()))
        for problem in problems:
            tell(worded("notice.warning", what=problem))
        return ExitStatus.NOT_WRITTEN if problems else ExitStatus.READY

    def _with(self, needed: Mapping[str, str]) -> Board:
        """Return what is proposed as a board that sets these variables."""
        self._needed = needed
        self._proposed = self._loaded(self._groups)
        return self._proposed

    def _grouped(self, proposals: Sequence[Proposal]) -> Sequence[PlannedTask]:
        board = self._existing
        if board is None:
            return grouped(proposals)
        tasks = [task.id for task in board.tasks]
        return grouped(proposals, [*tasks, *(criterion.id for criterion in board.criteria())])

    def _add(self, board: Board) -> None:
        """Write what is new behind the last task of the board."""
        with open(board.path, "rb") as file:
            content = file.read()
        text = with_tasks(content, self._groups, sentences(spoken(board.language)))
        _load(text, board.path)
        write_over(board.path, text.encode())

    def _announce(self) -> None:
        """Name each probe before it runs, on standard error."""
        if self._settings.quiet:
            return
        names = dict.fromkeys(
            entry.proposal.check or entry.proposal.run
            for entry in entries(self._groups)
            if not entry.proposal.exits
        )
        tell(worded("init.runs", names=", ".join(names), folder=self._project))

    # --- the board ------------------------------------------------------------------------------

    def _text(self, groups: Sequence[PlannedTask], shown: str = "", *, proven: bool = False) -> str:
        folder = os.path.dirname(os.path.abspath(self._path))
        return board_text(
            self._facts.name,
            groups,
            day=self._day,
            workdir=os.path.relpath(self._project, folder),
            score=shown,
            proven=proven,
            python_path=self._facts.python_path,
            needed=self._needed,
            code=patterns_of_code(self._facts.parts, self._facts.others),
            language=spoken(),
        )

    def _loaded(self, groups: Sequence[PlannedTask]) -> Board:
        return _load(self._text(groups), self._path)

    def _loadable(self, groups: Sequence[PlannedTask]) -> Sequence[PlannedTask]:
        """Return the groups without what a board refuses."""
        try:
            self._loaded(groups)
        except BoardError as error:
            why = {fault.subject: fault.message for fault in error.faults if fault.subject}
            if not why:
                raise
        else:
            return groups
        kept = []
        for entry in entries(groups):
            if entry.id in why:
                what = entry.proposal.run or entry.proposal.check
                self._left_out.append(Omission(what=what, why=why[entry.id]))
            else:
                kept.append(entry.proposal)
        return self._loadable(self._grouped(kept))

    # --- what is told ---------------------------------------------------------------------------

    def _tell(self, board: Board, judgements: Sequence[Judgement]) -> None:
        if wants_json(self._settings.output_format):
            proposals = {entry.id: entry.proposal for entry in entries(self._groups)}
            criteria = [
                new_criterion(
                    judgement.criterion.id,
                    proposal,
                    proposal.why,
                    judgement if self._readings else None,
                )
                for judgement in judgements
                if (proposal := proposals.get(judgement.criterion.id))
            ]
            first = FirstBoard(
                board=self._path,
                criteria=criteria,
                left_out=self._left_out,
                offers=self._offers,
            )
            put_json(first)
            return
        account = FirstAccount(
            path=self._path,
            facts=self._facts,
            board=board,
            judgements=judgements,
            readings=self._readings,
            planned=entries(self._groups),
            left_out=self._left_out,
            offers=self._offers,
            seconds=self._seconds,
            branch=branch_of(self._project),
            added=self._existing is not None,
            say=for_reader(),
        )
        put_blocks(account.blocks(quiet=self._settings.quiet, verbose=self._settings.verbose))


VERB = Verb(init, prints=FirstBoard, alone={"--template": LIST})
