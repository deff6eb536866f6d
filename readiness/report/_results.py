"""What formats for code review list: the gate, criteria that are not good, what tools found.

Each has a place in the repository, a severity, and a fingerprint that outlives moved lines.
"""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from readiness.model.words import Priority, Verdict
from readiness.record.document import CriterionRecord, FindingRecord, RunDocument, TaskRecord
from readiness.report._facts import (
    SAY,
    FilePlace,
    GateState,
    board_place,
    finding_place,
    finding_sentence,
    fingerprint,
    gate_name,
    gate_sentence,
    gate_state,
    name,
    sentence,
    waived,
)
from readiness.report._shown import badge
from readiness.text.clean import cut
from readiness.text.layout import literal

_HARMLESS = (GateState.PARTIAL, GateState.HELD)

TITLE = 250
"""The longest title of a rule, in characters; GitHub allows 255."""

MOST_TAGS = 10
"""Number of tags of a rule that GitHub shows."""


class Severity(StrEnum):
    """How bad a result is, worst first, in GitLab's words."""

    BLOCKER = "blocker"
    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    INFO = "info"


Source = tuple[FindingRecord, TaskRecord, CriterionRecord]

_ORDER = {severity: number for number, severity in enumerate(Severity)}
_FAILING = {Priority.P0: Severity.CRITICAL, Priority.P1: Severity.CRITICAL}


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What a result breaks: the same in every run of a board. No text is empty."""

    id: str
    title: str
    help: str
    severity: Severity
    tags: tuple[str, ...]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to look at. `suppressed` says who waived it, where that is so."""

    rule: Rule
    message: str
    place: FilePlace
    fingerprint: str
    severity: Severity
    suppressed: str = ""


def results(run: RunDocument) -> list[Result]:
    """Return all results of `run`: the worst first, criteria before what tools found."""
    unsorted = [*_gate(run), *_criteria(run), *_findings(run)]
    return sorted(unsorted, key=lambda result: _ORDER[result.severity])


def _gate(run: RunDocument) -> Iterator[Result]:
    """Yield a decision other than ready, which no single criterion might show."""
    state = gate_state(run)
    if state is GateState.READY:
        return
    rule = Rule(
        id="readiness/gate",
        title=gate_name(run),
        help=SAY("formats.gate_help"),
        severity=Severity.BLOCKER,
        tags=("readiness",),
    )
    yield Result(
        rule=rule,
        message=f"{gate_name(run)}: {gate_sentence(run)}",
        place=board_place(run),
        fingerprint=fingerprint("gate"),
        severity=Severity.INFO if state in _HARMLESS else Severity.BLOCKER,
    )


def _criteria(run: RunDocument) -> Iterator[Result]:
    for task, criterion in run.pairs():
        if criterion.verdict.noted:
            yield Result(
                rule=_criterion_rule(task, criterion),
                message=f"{badge(criterion, SAY).word}: {name(criterion)}: {sentence(criterion)}",
                place=board_place(run, criterion),
                fingerprint=fingerprint("criterion", criterion.id),
                severity=_severity(task, criterion),
                suppressed=_suppressed(criterion),
            )


def _findings(run: RunDocument) -> Iterator[Result]:
    """Yield what tools found; equal ones of a file are told apart by order, not by line."""
    rules: dict[tuple[str, str], Rule] = {}
    seen: Counter[tuple[str, ...]] = Counter()
    for finding, task, criterion in _distinct(run):
        check = _check(criterion)
        if (check, finding.rule) not in rules:
            rules[check, finding.rule] = _finding_rule(task, criterion, finding)
        key = (check, finding.path, finding.rule, finding.message)
        seen[key] += 1
        place = finding_place(run, finding)
        yield Result(
            rule=rules[check, finding.rule],
            message=finding_sentence(finding, place),
            place=place or board_place(run, criterion),
            fingerprint=fingerprint("finding", *key, str(seen[key])),
            severity=_finding_severity(task, criterion),
            suppressed=_suppressed(criterion),
        )


def _distinct(run: RunDocument) -> list[Source]:
    """Return findings that several criteria read from one probe once, for the worst of them."""
    records = {criterion.id: (task, criterion) for task, criterion in run.pairs()}
    times: Counter[tuple[str, str, str, int, str, str]] = Counter()
    worst: dict[tuple[object, ...], Source] = {}
    for finding in run.findings:
        if finding.criterion not in records:
            continue
        task, criterion = records[finding.criterion]
        what = (_check(criterion), finding.path, finding.line, finding.rule, finding.message)
        times[finding.criterion, *what] += 1
        key = (*what, times[finding.criterion, *what])
        other = worst.get(key)
        if other is None or _hurts(task, criterion) < _hurts(*other[1:]):
            worst[key] = (finding, task, criterion)
    return list(worst.values())


def _hurts(task: TaskRecord, criterion: CriterionRecord) -> tuple[int, bool]:
    """Return the rank of a criterion's findings, the lowest for the worst."""
    return _ORDER[_finding_severity(task, criterion)], bool(_suppressed(criterion))


def _check(criterion: CriterionRecord) -> str:
    return literal(criterion.check or "").strip() or literal(criterion.id)


def _criterion_rule(task: TaskRecord, criterion: CriterionRecord) -> Rule:
    blocks = SAY("formats.blocks") if task.blocking else ""
    return Rule(
        id=f"readiness/{literal(criterion.id)}",
        title=cut(name(criterion), TITLE),
        help=SAY(
            "formats.criterion_help",
            name=name(criterion),
            expect=literal(criterion.expect) or SAY("formats.no_expectation"),
            priority=f"{task.priority}{blocks}",
            id=literal(criterion.id),
        ),
        severity=_failing(task),
        tags=_tags(task),
    )


def _finding_rule(task: TaskRecord, criterion: CriterionRecord, finding: FindingRecord) -> Rule:
    check = _check(criterion)
    rule = literal(finding.rule).strip()
    identifier = f"{check}/{rule}" if rule else check
    return Rule(
        id=identifier,
        title=cut(identifier, TITLE),
        help=SAY(
            "formats.finding_help", rule=identifier, name=name(criterion), id=literal(criterion.id)
        ),
        severity=Severity.MAJOR if task.blocking else Severity.MINOR,
        tags=_tags(task),
    )


def _tags(task: TaskRecord) -> tuple[str, ...]:
    tags = ["readiness", task.priority.value, *(literal(tag).strip() for tag in task.tags)]
    return tuple(dict.fromkeys(tag for tag in tags if tag))[:MOST_TAGS]


def _severity(task: TaskRecord, criterion: CriterionRecord) -> Severity:
    if criterion.verdict is Verdict.WARN:
        return Severity.MINOR
    return Severity.INFO if criterion.verdict is Verdict.WAIVED else _failing(task)


def _failing(task: TaskRecord) -> Severity:
    """Return the severity of a failing criterion of the task."""
    return Severity.BLOCKER if task.blocking else _FAILING.get(task.priority, Severity.MAJOR)


def _finding_severity(task: TaskRecord, criterion: CriterionRecord) -> Severity:
    """Return the severity of a finding: no worse than that of its criterion."""
    if criterion.verdict.bad:
        return Severity.MAJOR if task.blocking else Severity.MINOR
    return Severity.MINOR if criterion.verdict is Verdict.WARN else Severity.INFO


def _suppressed(criterion: CriterionRecord) -> str:
    return waived(criterion) if criterion.verdict is Verdict.WAIVED else ""
