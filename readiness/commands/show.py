"""Show one task or criterion with its evidence."""

import os
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from readiness.command_line.options import Argument, Verb
from readiness.model.board import Board, Criterion, Task, Waiver
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.judgement import TrialOutcome
from readiness.model.settings import RunSettings
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import past_of, runs_by_id, standing
from readiness.pipeline.seen import PastTrial, is_tried, past_trials, recipe_of
from readiness.plan import secret_values
from readiness.project.recipes import recipe_files
from readiness.record.by_hand import criterion_by_hand
from readiness.record.document import CriterionRecord, FindingRecord, ProbeRecord, RunDocument
from readiness.record.localised import localised_criterion
from readiness.record.newest import measured_by
from readiness.report._evidence import ending, output
from readiness.report._standing import elsewhere, last_known
from readiness.terminal.output import put_json, put_text, wants_json
from readiness.text.clean import Redactor
from readiness.text.languages import Language
from readiness.text.nearest import suggestion
from readiness.text.sentences import Sentences, for_reader, spoken
from readiness.text.worded import worded

FINDINGS = 10


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What `--output-format json` gives: the newest measurements, empty where there are none.

    The probes are those of the runs that took them. `by_hand` has, by criterion, a command by
    which people see the same.
    """

    id: str
    title: str
    criteria: list[CriterionRecord]
    probes: list[ProbeRecord]
    by_hand: dict[str, str] = {}


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion's newest measurement, when its run started, and that run's evidence of it."""

    record: CriterionRecord
    at: str
    probes: list[ProbeRecord]
    findings: list[FindingRecord]


def show(settings: RunSettings, subject: str) -> int:
    """Print the task or criterion whose id is `subject`."""
    as_json = wants_json(settings.output_format)
    board = open_board(settings)
    task, criteria = _find(board, subject)
    measured = _evidence(settings, board, criteria)
    trials = _trials(settings, board, criteria)
    redactor = Redactor(secret_values(board, os.environ))
    if as_json:
        put_json(_shown(subject, task, criteria, measured, redactor))
        return ExitStatus.READY
    say = for_reader(board.language)
    lines = list(_task_lines(task, say)) if subject == task.id else [f"{task.id} {task.title}"]
    for criterion in criteria:
        lines += [
            "",
            *_criterion_lines(criterion, measured.get(criterion.id), say, spoken(board.language)),
            *_trial_lines(criterion, trials.get(criterion.id), say),
        ]
    put_text(redactor.redact("\n".join(lines)))
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


def _task_lines(task: Task, say: Sentences) -> Iterator[str]:
    yield f"{task.id} {task.title}"
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
            yield f"  {say(f'show.fact.{name}', it=value)}"
    for number, step in enumerate(task.steps, 1):
        yield f"  {number}. {step}"
    for on, told in sorted(task.notes.items()):
        yield f"  {on}: {told}"


def _criterion_lines(
    criterion: Criterion, measured: Measured | None, say: Sentences, language: Language
) -> Iterator[str]:
    yield f"{criterion.id} {criterion.title}"
    yield from (f"  {line}" for line in _definition_lines(criterion, say))
    if criterion.waive is not None:
        yield f"  {_waived(criterion.waive, say)}"
    if measured is None:
        yield f"  {say('show.never')}"
        return
    record = localised_criterion(measured.record, language)
    verdict, at, reason = say(f"verdict.{record.verdict}"), measured.at, record.reason
    yield f"  {say('show.last_run', moment=at, verdict=verdict, reason=reason)}".rstrip()
    if told := elsewhere(record, say) or last_known(record, say):
        yield f"  {told}"
    if record.hint:
        yield f"  {say('show.next', hint=record.hint)}"
    for probe in measured.probes:
        yield from _probe_lines(probe, say)
    for finding in measured.findings[:FINDINGS]:
        yield f"  {finding.place}: {finding.rule} {finding.message}".rstrip()
    if len(measured.findings) > FINDINGS:
        yield f"  {say('show.more_findings', count=len(measured.findings) - FINDINGS)}"


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


def _trial_lines(criterion: Criterion, past: PastTrial | None, say: Sentences) -> Iterator[str]:
    if not is_tried(criterion):
        return
    if past is None or past.trial.outcome is not TrialOutcome.SEEN:
        yield f"  {say('show.unseen')}"
    elif past.trial.programs:
        names = ", ".join(past.trial.programs)
        yield f"  {say('show.seen_without', moment=past.at, names=names)}"
    else:
        yield f"  {say('show.seen', moment=past.at)}"


def _definition_lines(criterion: Criterion, say: Sentences) -> Iterator[str]:
    if criterion.attest is not None:
        attest = criterion.attest
        if attest.by:
            yield say("show.attested_by", by=attest.by, on=attest.on, until=attest.until)
        else:
            yield say("show.to_attest", id=criterion.id)
        if attest.evidence:
            yield say("show.evidence", path=attest.evidence)
        return
    assert criterion.check is not None  # noqa: S101 - what is not attested has a check
    yield say("show.expected", expect=criterion.expect.text)
    if criterion.check.name:
        params = ", ".join(f"{name}={value!r}" for name, value in criterion.params.items())
        yield say("show.check", name=criterion.check.name, params=params)
    yield say("show.by_hand", command=" ".join(criterion_by_hand(criterion).split()))


def _waived(waive: Waiver, say: Sentences) -> str:
    by, until, reason = waive.by, waive.until, waive.reason
    if waive.up_to is None:
        return say("show.waived_by", by=by, until=until, reason=reason)
    limit = waive.up_to.text
    return say("show.waived_up_to", by=by, until=until, limit=limit, reason=reason)


def _probe_lines(probe: ProbeRecord, say: Sentences) -> Iterator[str]:
    yield f"  {probe.id} ({say('report.comma').join(ending(probe, say))})"
    for name, stream in (("stdout", probe.stdout), ("stderr", probe.stderr)):
        if stream.bytes:
            yield f"  {say('show.wrote', stream=name, count=stream.bytes)}"
            yield from (f"    | {line}" for line in output(stream).splitlines())


def _evidence(
    settings: RunSettings, board: Board, criteria: Sequence[Criterion]
) -> dict[str, Measured]:
    """Find the newest measurement of each criterion, with the evidence of the run that took it."""
    run = standing(settings, board)
    if run is None:
        return {}
    names = {criterion.id for criterion in criteria}
    records = [record for record in run.criteria() if record.id in names]
    carried = {record.carried.run for record in records if record.carried is not None}
    runs = {run.id: run, **runs_by_id(settings, board, carried)}
    return {record.id: _measured(record, run, runs) for record in records}


def _measured(
    record: CriterionRecord, newest: RunDocument, runs: Mapping[str, RunDocument]
) -> Measured:
    run = runs.get(measured_by(record, newest.id))
    probes: list[str] = []
    for criterion in [] if run is None else run.criteria():
        if criterion.id == record.id:
            probes = criterion.probes
    at = newest.started_at if record.carried is None else record.carried.at
    return Measured(
        record=record,
        at=at,
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


VERB = Verb(
    show,
    Argument("subject", "ID", "A task or a criterion."),
    takes="board profile output_format history",
    prints=Shown,
)
