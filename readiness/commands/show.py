"""Show one task or criterion with its evidence."""

import os
from collections.abc import Iterator

import msgspec

from readiness.commands._options import Argument, Verb
from readiness.model.board import Board, Criterion, Task
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.settings import RunSettings
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import last_run
from readiness.plan import secret_values
from readiness.record.document import CriterionRecord, ProbeRecord, RunDocument
from readiness.terminal.output import put_json, put_text, wants_json
from readiness.text.clean import Redactor
from readiness.text.nearest import suggestion

FINDINGS = 10


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What `--output-format json` gives: records of the last run, empty where there was none."""

    id: str
    title: str
    criteria: list[CriterionRecord]
    probes: list[ProbeRecord]


def show(settings: RunSettings, subject: str) -> int:
    """Print the task or criterion whose id is `subject`."""
    as_json = wants_json(settings.output_format)
    board = open_board(settings)
    task, criteria = _find(board, subject)
    run = last_run(settings, board)
    if as_json:
        put_json(_shown(subject, task, criteria, run))
        return ExitStatus.READY
    lines = list(_task_lines(task)) if subject == task.id else [f"{task.id} {task.title}"]
    for criterion in criteria:
        lines += ["", *_criterion_lines(criterion, run)]
    redactor = Redactor(secret_values(board, os.environ))
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


def _task_lines(task: Task) -> Iterator[str]:
    yield f"{task.id} {task.title}"
    facts = {
        "priority": task.priority.value,
        "owner": task.owner,
        "estimate": task.estimate,
        "risk": task.risk,
        "depends on": ", ".join(task.depends_on),
        "tags": ", ".join(task.tags),
        "problem": " ".join(task.problem.split()),
    }
    for name, value in facts.items():
        if value:
            yield f"  {name}: {value}"
    for number, step in enumerate(task.steps, 1):
        yield f"  {number}. {step}"


def _criterion_lines(criterion: Criterion, run: RunDocument | None) -> Iterator[str]:
    yield f"{criterion.id} {criterion.title}"
    yield from _definition_lines(criterion)
    yield from _waiver_lines(criterion)
    record = None if run is None else _record(run, criterion.id)
    if run is None or record is None:
        yield "  not measured yet: run `readiness check`"
        return
    yield f"  last run {run.started_at}: {record.verdict.value} {record.reason}".rstrip()
    if record.hint:
        yield f"  next: {record.hint}"
    for probe in run.probes:
        if probe.id in record.probes:
            yield from _probe_lines(probe)
    found = [finding for finding in run.findings if finding.criterion == criterion.id]
    for finding in found[:FINDINGS]:
        where = f"{finding.path}:{finding.line}" if finding.line else finding.path
        yield f"  {where}: {finding.rule} {finding.message}".rstrip()
    if len(found) > FINDINGS:
        yield f"  ... and {len(found) - FINDINGS} more findings"


def _definition_lines(criterion: Criterion) -> Iterator[str]:
    if criterion.attest is not None:
        attest = criterion.attest
        if attest.by:
            yield f"  attested by {attest.by} on {attest.on}, good to {attest.until}"
        else:
            yield f"  to be attested: readiness attest {criterion.id}"
        if attest.evidence:
            yield f"  evidence: {attest.evidence}"
        return
    assert criterion.check is not None  # noqa: S101 - what is not attested has a check
    yield f"  expected: {criterion.expect.text}"
    if criterion.check.name:
        params = ", ".join(f"{name}={value!r}" for name, value in criterion.params.items())
        yield f"  check: {criterion.check.name} ({params})"
    yield f"  command: {' '.join(criterion.check.run.split())}"


def _waiver_lines(criterion: Criterion) -> Iterator[str]:
    if criterion.waive is not None:
        waive = criterion.waive
        up_to = f", up to {waive.up_to.text}" if waive.up_to is not None else ""
        yield f"  waived by {waive.by} until {waive.until}{up_to}: {waive.reason}"


def _probe_lines(probe: ProbeRecord) -> Iterator[str]:
    ended = f"signal {probe.signal}" if probe.signal else f"exit status {probe.exit_status}"
    version = f", {probe.tool_version}" if probe.tool_version else ""
    yield f"  {probe.id}: {ended} after {probe.duration_s:g} s{version}"
    for name, stream in (("stdout", probe.stdout), ("stderr", probe.stderr)):
        if stream.bytes:
            yield f"  {name}, {stream.bytes} bytes:"
            yield from (f"    | {line}" for line in stream.head.splitlines())
            if stream.tail:
                yield "    | ..."
                yield from (f"    | {line}" for line in stream.tail.splitlines())


def _record(run: RunDocument, criterion: str) -> CriterionRecord | None:
    return next((record for record in run.criteria() if record.id == criterion), None)


def _shown(subject: str, task: Task, criteria: list[Criterion], run: RunDocument | None) -> Shown:
    ids = {criterion.id for criterion in criteria}
    records = [] if run is None else [record for record in run.criteria() if record.id in ids]
    wanted = {probe for record in records for probe in record.probes}
    return Shown(
        id=subject,
        title=task.title if subject == task.id else criteria[0].title,
        criteria=records,
        probes=[] if run is None else [probe for probe in run.probes if probe.id in wanted],
    )


VERB = Verb(
    show,
    Argument("subject", "ID", "A task or a criterion."),
    takes="board profile output_format history",
    prints=Shown,
)
