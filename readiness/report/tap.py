"""TAP 14: a subtest a task, a test point a criterion, and the gate as the last one.

A waived criterion is `not ok … # TODO`, which no harness takes for a failure; one that was not in
scope is `ok … # SKIP`. An interrupted run bails out.
"""

from collections.abc import Iterator

from readiness.model.words import Verdict
from readiness.record.document import CriterionRecord, RunDocument, TaskRecord
from readiness.report import Context
from readiness.report._evidence import reused
from readiness.report._facts import (
    SAY,
    GateState,
    board_place,
    gate_name,
    gate_sentence,
    gate_state,
    name,
    seconds,
    sentence,
    waived,
)
from readiness.report._json import dump
from readiness.text.layout import literal


def render(run: RunDocument, _: Context) -> str:
    """Return `run` as TAP version 14."""
    return "".join(f"{line}\n" for line in _lines(run))


def _lines(run: RunDocument) -> Iterator[str]:
    took = seconds(run)
    yield "TAP version 14"
    yield f"1..{len(run.tasks) + 1}"
    for number, task in enumerate(run.tasks, 1):
        title = _text(f"{task.id} {literal(task.title)}")
        yield f"# Subtest: {title}"
        yield f"    1..{len(task.criteria)}"
        for index, criterion in enumerate(task.criteria, 1):
            for line in _point(run, criterion, index, took[criterion.id]):
                yield f"    {line}"
        yield from _task(task, number, title)
    yield from _gate(run, len(run.tasks) + 1)
    if run.interrupted:
        yield f"Bail out! {SAY('formats.bail_out')}"


def _point(run: RunDocument, criterion: CriterionRecord, number: int, took: float) -> Iterator[str]:
    verdict = criterion.verdict
    directive = ""
    if verdict is Verdict.WAIVED:
        directive = f" # TODO {_text(waived(criterion))}"
    elif not verdict.in_scope:
        directive = f" # SKIP {_text(sentence(criterion))}"
    status = "not ok" if verdict.open else "ok"
    yield f"{status} {number} - {_text(name(criterion))}{directive}"
    place = board_place(run, criterion)
    yield from _diagnostics(
        id=literal(criterion.id),
        verdict=verdict.value,
        message=sentence(criterion),
        found=literal(criterion.value) if isinstance(criterion.value, str) else criterion.value,
        unit=literal(criterion.unit),
        wanted=literal(criterion.expect),
        reason_code=criterion.reason_code,
        hint=literal(criterion.hint) if criterion.hint else None,
        flaky=True if criterion.flaky else None,
        duration_ms=round(took * 1000, 1),
        reused=_reused(run, criterion),
        at={"file": place.path, "line": place.line},
    )


def _reused(run: RunDocument, criterion: CriterionRecord) -> str | None:
    """Return the age of the results where all of a criterion's probes were reused; else None."""
    probes = [probe for probe in run.probes if probe.id in criterion.probes]
    return reused(probes, SAY) if probes and all(probe.reused for probe in probes) else None


def _task(task: TaskRecord, number: int, title: str) -> Iterator[str]:
    """End a subtest, whose own point fails if one of its points does."""
    verdicts = [criterion.verdict for criterion in task.criteria]
    status = "not ok" if any(verdict.bad for verdict in verdicts) else "ok"
    skipped = not task.in_scope()
    directive = f" # SKIP {SAY('formats.not_in_scope')}" if skipped else ""
    yield f"{status} {number} - {title}{directive}"
    yield from _diagnostics(
        priority=task.priority.value,
        owner=literal(task.owner) or None,
        done=task.done,
        **{verdict.value: verdicts.count(verdict) for verdict in Verdict if verdict in verdicts},
    )


def _gate(run: RunDocument, number: int) -> Iterator[str]:
    state = gate_state(run)
    status = "ok" if state in (GateState.READY, GateState.PARTIAL, GateState.HELD) else "not ok"
    partial = f" # SKIP {SAY('meaning.partial').lstrip(': ')}"
    directive = partial if state is GateState.PARTIAL else ""
    yield f"{status} {number} - {_text(gate_name(run))}{directive}"
    yield from _diagnostics(
        decision=run.gate.decision.value,
        exit_status=run.gate.exit_status,
        message=gate_sentence(run),
        score=run.score.value,
        target=run.score.target,
        interrupted=True if run.interrupted else None,
    )


def _diagnostics(**facts: object) -> Iterator[str]:
    """Write facts as a YAML block; each value is JSON, which is YAML. None is left out."""
    yield "  ---"
    for key, value in facts.items():
        if value is not None:
            yield f"  {key}: {dump(value)}"
    yield "  ..."


def _text(text: str) -> str:
    r"""Escape what is not a number sign of ours. A `{` at the end would open a block for some."""
    text = literal(text).strip().replace("\\", "\\\\").replace("#", "\\#")
    return f"{text}." if text.endswith("{") else text
