"""Show one task or criterion with its evidence."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import msgspec

from readiness.command_line import options
from readiness.command_line.options import Verb, argument, asked, shared_switch
from readiness.model.board import Board, Criterion, Task, Waiver
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.judgement import TrialOutcome
from readiness.model.settings import RunSettings
from readiness.model.words import Verdict
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import past_of, runs_by_id, standing
from readiness.pipeline.seen import PastTrial, is_tried, past_trials, recipe_of
from readiness.pipeline.unaltered import changed_since_measured
from readiness.plan import secret_values
from readiness.project.recipes import recipe_files
from readiness.record.by_hand import criterion_by_hand
from readiness.record.document import (
    CriterionRecord,
    FindingRecord,
    ProbeRecord,
    RunDocument,
    TaskRecord,
)
from readiness.record.localised import localised_criterion, localised_findings
from readiness.record.newest import measured_by
from readiness.report._shown import Entry, ago
from readiness.report._standing import elsewhere, last_known, tree_changed
from readiness.report._table.problems import Explainer
from readiness.terminal.blocks import Line, Style, text_lines
from readiness.terminal.output import put_blocks, put_json, wants_json
from readiness.text.clean import Redactor
from readiness.text.languages import Language
from readiness.text.nearest import suggestion
from readiness.text.sentences import Sentences, for_reader, spoken
from readiness.text.worded import worded
from readiness.walls import find_wall


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What `--output-format json` gives: the newest measurements, empty where there are none.

    The probes are those of the runs that took them. `by_hand` has, by criterion, a command by
    which people see the same. `tree_changed` names the files that are not as they were measured.
    """

    id: str
    title: str
    criteria: list[CriterionRecord]
    probes: list[ProbeRecord]
    by_hand: dict[str, str] = {}
    tree_changed: list[str] = []


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion's newest measurement, which run took it and when, and its evidence of it."""

    task: TaskRecord
    record: CriterionRecord
    at: str
    run: str
    probes: list[ProbeRecord]
    findings: list[FindingRecord]


def show(
    subject: Annotated[
        str | None, argument("[ID]", "A task or a criterion. Default: a list of all.", "ids")
    ] = None,
    board_file: options.Board = None,
    profile: options.Profile = None,
    output_format: options.OutputFormat = "table",
    history: options.History = None,
    verbose: Annotated[
        bool,
        shared_switch(
            "--verbose -v",
            "Show all places, and the whole output that was recorded.",
            panel=options.OUTPUT,
        ),
    ] = False,
) -> int:
    """Print the task or criterion whose id is `subject`; without one, what there is."""
    settings = asked(locals())
    as_json = wants_json(settings.output_format)
    board = open_board(settings)
    if subject is None:
        from readiness.commands.list import list_tasks

        every = [criterion.id for criterion in board.criteria()]
        return list_tasks(every, board_file, profile, output_format, history)
    task, criteria = _find(board, subject)
    run = standing(settings, board)
    measured = {} if run is None else _evidence(settings, board, criteria, run)
    changed = [] if run is None else changed_since_measured(settings, board, run, [*measured])
    trials = _trials(settings, board, criteria)
    redactor = Redactor(secret_values(board, os.environ))
    if as_json:
        shown = _shown(subject, task, criteria, measured, redactor)
        put_json(msgspec.structs.replace(shown, tree_changed=changed))
        return ExitStatus.READY
    say = for_reader(board.language)
    viewer = _Viewer(say, spoken(board.language), verbose=settings.verbose)
    blocks = list(viewer.task(task, whole=subject == task.id))
    for criterion in criteria:
        seen = measured.get(criterion.id)
        blocks += [
            Line(),
            *viewer.criterion(criterion, seen),
            *viewer.trial(criterion, trials.get(criterion.id)),
        ]
    if changed:
        blocks += text_lines("", tree_changed(changed, say))
    put_blocks(blocks, redactor.redact)
    return ExitStatus.READY


def _find(board: Board, subject: str) -> tuple[Task, list[Criterion]]:
    names = []
    for task in board.tasks:
        if task.id == subject:
            return task, list(task.criteria)
        names.append(task.id)
        for criterion in task.criteria:
            if criterion.id == subject:
                return task, [criterion]
            names.append(criterion.id)
    advice = suggestion(subject, names, worded("hint.list_tasks"))
    raise UsageError(worded("usage.no_task_or", name=subject, advice=advice))


def _trials(
    settings: RunSettings, board: Board, criteria: Sequence[Criterion]
) -> dict[str, PastTrial]:
    """Return how the board's own commands were tried, by criterion."""
    recipes = {
        one.id: recipe_of(one, recipe_files(one, board.workdir))
        for one in criteria
        if is_tried(one)
    }
    with past_of(settings, board) as history:
        known = past_trials(history, recipes.values())
    return {name: known[recipe] for name, recipe in recipes.items() if recipe in known}


class _Viewer:
    """Says what a task and its criteria are, and what is known of them."""

    def __init__(self, say: Sentences, language: Language, *, verbose: bool) -> None:
        self._say = say
        self._language = language
        self._verbose = verbose
        self._now = time.time()
        self._labels = Explainer((), {}, say, verbose=verbose, closely=True)

    def task(self, task: Task, *, whole: bool) -> Iterator[Line]:
        """Yield a task's id and title; the `whole` of it with everything that the board says."""
        yield Line(parts=((f"{task.id}  {task.title}", Style.STRONG),))
        if not whole:
            return
        facts = {
            "priority": task.priority.value,
            "owner": task.owner,
            "estimate": task.estimate,
            "risk": task.risk,
            "depends_on": ", ".join(task.depends_on),
            "tags": ", ".join(task.tags),
            "problem": " ".join(task.problem.split()),
        }
        for name, value in facts.items():
            if value:
                yield from text_lines(f"  {self._say(f'show.fact.{name}', it=value)}")
        for line in task.details.splitlines():
            yield from text_lines(f"  {line}")
        for number, step in enumerate(task.steps, 1):
            yield from text_lines(f"  {number}. {step}")
        for on, note in sorted(task.notes.items()):
            yield from text_lines(f"  {on}: {note}")

    def criterion(self, criterion: Criterion, measured: Measured | None) -> Iterator[Line]:
        """Yield what was found of a criterion, and where the board has it from."""
        say = self._say
        if measured is None:
            title = f"{criterion.id}  {criterion.title}"
            yield Line(parts=((title, Style.STRONG),))
            if criterion.attest is None:
                yield self._fact(self._say("report.expected"), criterion.expect.text)
                yield self._fact(
                    self._say("report.by_hand"), " ".join(criterion_by_hand(criterion).split())
                )
        else:
            record = localised_criterion(measured.record, self._language)
            explainer = Explainer(
                measured.probes,
                {criterion.id: localised_findings(measured.findings, say)},
                say,
                verbose=self._verbose,
                closely=True,
            )
            yield from explainer.block([(measured.task, record)])
            if known := elsewhere(record, say) or last_known(record, say):
                yield self._fact("", known)
        yield from self._definition(criterion)
        waived = measured is not None and measured.record.verdict is Verdict.WAIVED
        if criterion.waive is not None and not waived:
            yield self._fact(self._say("report.waiver"), _waived(criterion.waive, say))
        if measured is None:
            yield self._fact(self._say("report.taken"), say("show.never"))
        else:
            at = ago(measured.at, self._now, say)
            yield self._fact(
                self._say("report.taken"), say("show.measured", moment=at, run=measured.run)
            )

    def _definition(self, criterion: Criterion) -> Iterator[Line]:
        if criterion.check is not None and criterion.check.name:
            usual = {param.name: param.default for param in criterion.check.params}
            parts = [
                f"{name}={value!s}"
                for name, value in criterion.params.items()
                if value not in ("", usual.get(name))
            ]
            yield self._fact(self._say("report.check"), "  ".join([criterion.check.name, *parts]))
        if criterion.attest is not None and criterion.attest.evidence:
            yield self._fact(self._say("report.evidence"), criterion.attest.evidence)

    def trial(self, criterion: Criterion, past: PastTrial | None) -> Iterator[Line]:
        """Yield when a board's own command was seen to fail."""
        if not is_tried(criterion):
            return
        if past is None or past.trial.outcome is not TrialOutcome.SEEN:
            yield self._fact(self._say("report.trial"), _why_unseen(criterion, past, self._say))
            return
        at = ago(past.at, self._now, self._say)
        names = ", ".join(past.trial.programs)
        yield self._fact(
            self._say("report.trial"),
            self._say("show.seen_without", moment=at, names=names) if names else at,
        )

    def _fact(self, label: str, text: str) -> Line:
        return self._labels.fact(label, ((text, Style.PLAIN),))


def _why_unseen(criterion: Criterion, past: PastTrial | None, say: Sentences) -> str:
    """Return the sentence that says why a command was not seen to fail."""
    if not criterion.trial:
        return say("show.not_tried_off")
    if past is not None and past.trial.outcome is TrialOutcome.ACTS:
        return say("show.not_tried_acts")
    if past is None and not find_wall(os.environ):
        return say("show.not_tried_no_wall")
    return say("show.unseen")


def _waived(waive: Waiver, say: Sentences) -> str:
    by, until, reason = waive.by, waive.until, waive.reason
    if waive.up_to is None:
        return say("show.waived_by", by=by, until=until, reason=reason)
    limit = waive.up_to.text
    return say("show.waived_up_to", by=by, until=until, limit=limit, reason=reason)


def _evidence(
    settings: RunSettings, board: Board, criteria: Sequence[Criterion], run: RunDocument
) -> dict[str, Measured]:
    """Find the newest measurement of each criterion, with the evidence of the run that took it."""
    names = {criterion.id for criterion in criteria}
    entries = [entry for entry in run.pairs() if entry[1].id in names]
    carried = {record.carried.run for _, record in entries if record.carried is not None}
    runs = {run.id: run, **runs_by_id(settings, board, carried)}
    return {entry[1].id: _measured(entry, run, runs) for entry in entries}


def _measured(entry: Entry, newest: RunDocument, runs: Mapping[str, RunDocument]) -> Measured:
    task, record = entry
    name = measured_by(record, newest.id)
    run = runs.get(name)
    probes: list[str] = []
    for criterion in [] if run is None else run.criteria():
        if criterion.id == record.id:
            probes = criterion.probes
    at = newest.started_at if record.carried is None else record.carried.at
    return Measured(
        task=task,
        record=record,
        at=at,
        run=name,
        probes=[] if run is None else [probe for probe in run.probes if probe.id in probes],
        findings=[]
        if run is None
        else [finding for finding in run.findings if finding.criterion == record.id],
    )


def _shown(
    subject: str,
    task: Task,
    criteria: Sequence[Criterion],
    evidence: Mapping[str, Measured],
    redactor: Redactor,
) -> Shown:
    probes = {
        (measured.at, probe.id): probe
        for measured in evidence.values()
        for probe in measured.probes
    }
    return Shown(
        id=subject,
        title=task.title if subject == task.id else criteria[0].title,
        criteria=[measured.record for measured in evidence.values()],
        probes=list(probes.values()),
        by_hand={
            criterion.id: redactor.redact(command)
            for criterion in criteria
            if (command := criterion_by_hand(criterion))
        },
    )


VERB = Verb(show, prints=Shown)
