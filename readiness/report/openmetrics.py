"""OpenMetrics of gauges alone, so that the classic Prometheus text parser reads it as well.

Node exporter's textfile collector takes neither info and state set types nor timestamps. What is
not known has no sample.
"""

import datetime
import math
from collections.abc import Iterator, Mapping

import msgspec

from readiness.model.words import Decision, Verdict
from readiness.record.document import CriterionRecord, RunDocument, TaskRecord
from readiness.report import Context
from readiness.report._facts import SAY, board_file, seconds
from readiness.text.layout import inert, literal

Sample = tuple[dict[str, str], float | bool]


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """A gauge and its samples. Its name ends with its unit, where it has one."""

    name: str
    samples: list[Sample]
    unit: str = ""


def render(run: RunDocument, _: Context) -> str:
    """Return `run` as metrics. Every sample has the board's title and the profile as labels."""
    common = {"board": run.board.title, "profile": run.profile}
    lines = [
        line
        for metric in (*_whole(run), *_tasks(run), *_criteria(run), *_probes(run))
        for line in _lines(metric, common)
    ]
    return "\n".join([*lines, "# EOF", ""])


def _whole(run: RunDocument) -> Iterator[Metric]:
    """Yield the metrics of the run, its score and its gate."""
    score, git = run.score, run.git
    gate = {} if run.gate.milestone is None else {"milestone": run.gate.milestone}
    yield _metric(
        "readiness_board_info",
        1,
        {
            "file": board_file(run),
            "digest": run.board.digest,
            "version": run.tool.version,
            "run": run.id,
            "commit": git.commit if git else "",
            "branch": git.branch if git else "",
            "dirty": _word(git.dirty) if git else "",
        },
    )
    yield _metric("readiness_score", score.value)
    yield _metric("readiness_score_target", score.target)
    yield _metric(
        "readiness_score_progress_ratio",
        None if score.value is None else score.progress,
        unit="ratio",
    )
    yield Metric(
        name="readiness_gate_decision",
        samples=[
            ({"decision": decision.value, **gate}, decision is run.gate.decision)
            for decision in Decision
        ],
    )
    yield _metric("readiness_gate_exit_status", run.gate.exit_status, gate)
    yield _metric("readiness_run_partial", run.partial)
    yield _metric("readiness_run_interrupted", run.interrupted)
    yield _metric(
        "readiness_run_timestamp_seconds",
        _unix(run.finished_at),
        unit="seconds",
    )
    yield _metric("readiness_run_duration_seconds", run.duration_s, unit="seconds")
    yield Metric(
        name="readiness_milestone_met",
        samples=[({"milestone": each.id}, each.met) for each in run.milestones],
    )


def _tasks(run: RunDocument) -> Iterator[Metric]:
    yield Metric(
        name="readiness_task_attainment_ratio",
        unit="ratio",
        samples=[
            (_task_labels(task), task.attainment)
            for task in run.tasks
            if task.attainment is not None
        ],
    )
    yield Metric(
        name="readiness_task_done",
        samples=[(_task_labels(task), task.done) for task in run.tasks],
    )


def _criteria(run: RunDocument) -> Iterator[Metric]:
    pairs = list(run.pairs())
    verdicts = [criterion.verdict for _, criterion in pairs]
    yield Metric(
        name="readiness_criteria",
        samples=[({"verdict": verdict.value}, verdicts.count(verdict)) for verdict in Verdict],
    )
    yield Metric(
        name="readiness_criterion_verdict",
        samples=[
            (_labels(task, criterion) | {"verdict": criterion.verdict.value}, 1)
            for task, criterion in pairs
        ],
    )
    yield Metric(
        name="readiness_criterion_value",
        samples=[
            (_labels(task, criterion) | {"unit": criterion.unit}, criterion.value)
            for task, criterion in pairs
            if isinstance(criterion.value, int | float)
        ],
    )
    yield Metric(
        name="readiness_criterion_progress_ratio",
        unit="ratio",
        samples=[
            (_labels(task, criterion), criterion.progress)
            for task, criterion in pairs
            if criterion.progress is not None
        ],
    )
    took = seconds(run)
    yield Metric(
        name="readiness_criterion_duration_seconds",
        unit="seconds",
        samples=[
            (_labels(task, criterion), took[criterion.id])
            for task, criterion in pairs
            if criterion.probes
        ],
    )


def _probes(run: RunDocument) -> Iterator[Metric]:
    yield Metric(
        name="readiness_probe_duration_seconds",
        unit="seconds",
        samples=[
            ({"probe": probe.id, "check": probe.check or ""}, probe.duration_s)
            for probe in run.probes
            if not probe.reused
        ],
    )
    yield Metric(
        name="readiness_probe_reused_age_seconds",
        unit="seconds",
        samples=[
            ({"probe": probe.id, "check": probe.check or ""}, probe.reused_from.age_s)
            for probe in run.probes
            if probe.reused_from is not None
        ],
    )


def _task_labels(task: TaskRecord) -> dict[str, str]:
    return {"task": task.id, "priority": task.priority.value}


def _labels(task: TaskRecord, criterion: CriterionRecord) -> dict[str, str]:
    return {**_task_labels(task), "criterion": criterion.id}


def _metric(
    name: str,
    value: float | bool | None,
    labels: Mapping[str, str] | None = None,
    *,
    unit: str = "",
) -> Metric:
    samples: list[Sample] = [] if value is None else [(dict(labels or {}), value)]
    return Metric(name=name, samples=samples, unit=unit)


def _lines(metric: Metric, common: Mapping[str, str]) -> Iterator[str]:
    """Format one metric; nothing for one without a numeric sample."""
    samples = [(labels, value) for labels, value in metric.samples if math.isfinite(value)]
    if not samples:
        return
    yield f"# TYPE {metric.name} gauge"
    if metric.unit:
        yield f"# UNIT {metric.name} {metric.unit}"
    yield f"# HELP {metric.name} {SAY(f'metric.{metric.name}')}"
    for labels, value in samples:
        pairs = ",".join(f'{key}="{_escaped(text)}"' for key, text in {**common, **labels}.items())
        yield f"{metric.name}{{{pairs}}} {_number(value)}"


def _escaped(text: str) -> str:
    text = inert(literal(text))
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _number(value: float | bool) -> str:
    return str(int(value)) if isinstance(value, int) else repr(value)


def _word(value: bool) -> str:
    return "true" if value else "false"


def _unix(moment: str) -> float | None:
    """Convert a time of the document to Unix time; None if it is not one."""
    try:
        parsed = datetime.datetime.fromisoformat(moment)
    except ValueError:
        return None
    return parsed.timestamp() if parsed.tzinfo else None
