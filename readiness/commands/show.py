"""Show one task or criterion with its evidence."""

import os
from collections.abc import Iterator

import msgspec

from readiness.commands._options import Argument, Verb
from readiness.load.catalogue import Catalogue
from readiness.load.standing import why_plain
from readiness.model.board import Board, Criterion, Task, Waiver
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.settings import RunSettings
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import last_run
from readiness.plan import secret_values
from readiness.record.by_hand import criterion_by_hand
from readiness.record.document import CriterionRecord, ProbeRecord, RunDocument
from readiness.terminal.output import put_json, put_text, wants_json
from readiness.text.clean import Redactor
from readiness.text.nearest import suggestion
from readiness.text.sentences import Sentences, sentences

FINDINGS = 10


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What `--output-format json` gives: records of the last run, empty where there was none.

    `by_hand` has, by criterion, a command by which people see the same.
    """

    id: str
    title: str
    criteria: list[CriterionRecord]
    probes: list[ProbeRecord]
    by_hand: dict[str, str] = {}


def show(settings: RunSettings, subject: str) -> int:
    """Print the task or criterion whose id is `subject`."""
    as_json = wants_json(settings.output_format)
    board = open_board(settings)
    task, criteria = _find(board, subject)
    run = last_run(settings, board)
    redactor = Redactor(secret_values(board, os.environ))
    if as_json:
        put_json(_shown(subject, task, criteria, run, redactor))
        return ExitStatus.READY
    say = sentences(board.language)
    lines = list(_task_lines(task, say)) if subject == task.id else [f"{task.id} {task.title}"]
    for criterion in criteria:
        lines += ["", *_criterion_lines(criterion, run, say)]
        if why := why_plain(Catalogue(board.catalogues), criterion):
            lines.append(f"  {why}")
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
    advice = suggestion(subject, names, "`readiness list` names the tasks")
    raise UsageError(f'no task or criterion is called "{subject}"; {advice}')


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


def _criterion_lines(
    criterion: Criterion, run: RunDocument | None, say: Sentences
) -> Iterator[str]:
    yield f"{criterion.id} {criterion.title}"
    yield from (f"  {line}" for line in _definition_lines(criterion, say))
    if criterion.waive is not None:
        yield f"  {_waived(criterion.waive, say)}"
    record = None if run is None else _record(run, criterion.id)
    if run is None or record is None:
        yield f"  {say('show.never')}"
        return
    verdict, at, reason = say(f"verdict.{record.verdict}"), run.started_at, record.reason
    yield f"  {say('show.last_run', moment=at, verdict=verdict, reason=reason)}".rstrip()
    if record.hint:
        yield f"  {say('show.next', hint=record.hint)}"
    for probe in run.probes:
        if probe.id in record.probes:
            yield from _probe_lines(probe, say)
    found = [finding for finding in run.findings if finding.criterion == criterion.id]
    for finding in found[:FINDINGS]:
        where = f"{finding.path}:{finding.line}" if finding.line else finding.path
        yield f"  {where}: {finding.rule} {finding.message}".rstrip()
    if len(found) > FINDINGS:
        yield f"  {say('show.more_findings', count=len(found) - FINDINGS)}"


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
    took = f"{probe.duration_s:g}"
    ended = say("show.exit", probe=probe.id, status=probe.exit_status, time=took)
    if probe.signal:
        ended = say("show.signal", probe=probe.id, number=probe.signal, time=took)
    yield f"  {ended}" + (f", {probe.tool_version}" if probe.tool_version else "")
    for name, stream in (("stdout", probe.stdout), ("stderr", probe.stderr)):
        if stream.bytes:
            yield f"  {say('show.wrote', stream=name, count=stream.bytes)}"
            yield from (f"    | {line}" for line in stream.head.splitlines())
            if stream.tail:
                yield "    | ..."
                yield from (f"    | {line}" for line in stream.tail.splitlines())


def _record(run: RunDocument, criterion: str) -> CriterionRecord | None:
    return next((record for record in run.criteria() if record.id == criterion), None)


def _shown(
    subject: str,
    task: Task,
    criteria: list[Criterion],
    run: RunDocument | None,
    redactor: Redactor,
) -> Shown:
    ids = {criterion.id for criterion in criteria}
    records = [] if run is None else [record for record in run.criteria() if record.id in ids]
    wanted = {probe for record in records for probe in record.probes}
    return Shown(
        id=subject,
        title=task.title if subject == task.id else criteria[0].title,
        criteria=records,
        probes=[] if run is None else [probe for probe in run.probes if probe.id in wanted],
        by_hand={
            one.id: redactor.redact(command)
            for one in criteria
            if (command := criterion_by_hand(one))
        },
    )


VERB = Verb(
    show,
    Argument("subject", "ID", "A task or a criterion."),
    takes="board profile output_format history",
    prints=Shown,
)
