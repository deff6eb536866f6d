"""OpenMetrics of gauges alone, so that the classic Prometheus text parser reads it as well.

Node exporter's textfile collector takes neither info and state set types nor timestamps. What is
not known has no sample.
"""

import math
from collections.abc import Iterator

from readiness.model.words import Decision, Verdict
from readiness.record.document import RunDocument, TaskRecord
from readiness.record.newest import of_the_project
from readiness.record.values import unix_seconds
from readiness.report import Context
from readiness.report._facts import SAY, board_file, seconds
from readiness.text.layout import inert, literal

Labels = dict[str, str]
Metric = tuple[str, list[tuple[Labels, float | bool]]]
"""The name of a gauge, which ends with its unit where it has one, and its samples."""

_UNITS = ("seconds", "ratio")


def render(run: RunDocument, _: Context) -> str:
    """Return `run` as metrics. Every sample has the board's title and the profile as labels."""
    run = of_the_project(run)
    common = {"board": run.board.title, "profile": run.profile}
    lines = [
        line
        for name, samples in (*_whole(run), *_tasks(run), *_criteria(run), *_probes(run))
        for line in _lines(name, samples, common)
    ]
    return "\n".join([*lines, "# EOF", ""])


def _whole(run: RunDocument) -> Iterator[Metric]:
    """Yield the metrics of the run, its score and its gate."""
    score, git = run.score, run.git
    board = {
        "file": board_file(run),
        "digest": run.board.digest,
        "version": run.tool.version,
        "run": run.id,
        "commit": git.commit if git else "",
        "branch": git.branch if git else "",
        "dirty": _word(git.dirty) if git else "",
    }
    yield "readiness_board_info", [(board, 1)]
    yield from _known("readiness_score", score.value)
    yield "readiness_score_target", [({}, score.target)]
    yield from _known("readiness_score_progress_ratio", score.progress)
    yield (
        "readiness_gate_decision",
        [({"decision": decision.value}, decision is run.gate.decision) for decision in Decision],
    )
    yield "readiness_gate_exit_status", [({}, run.gate.exit_status)]
    yield "readiness_run_partial", [({}, run.partial)]
    yield "readiness_run_interrupted", [({}, run.interrupted)]
    yield from _known("readiness_run_timestamp_seconds", unix_seconds(run.finished_at))
    yield "readiness_run_duration_seconds", [({}, run.duration_s)]
    met = {one.id: one.met for one in run.milestones if one.met is not None}
    yield "readiness_milestone_met", [({"milestone": name}, each) for name, each in met.items()]


def _known(name: str, value: float | None) -> Iterator[Metric]:
    """Yield a metric of one value, unless that is unknown."""
    if value is not None:
        yield name, [({}, value)]


def _tasks(run: RunDocument) -> Iterator[Metric]:
    yield (
        "readiness_task_attainment_ratio",
        [
            (_task_labels(task), task.attainment)
            for task in run.tasks
            if task.attainment is not None
        ],
    )
    yield "readiness_task_done", [(_task_labels(task), task.done) for task in run.tasks]


def _criteria(run: RunDocument) -> Iterator[Metric]:
    labelled = [
        ({**_task_labels(task), "criterion": criterion.id}, criterion)
        for task, criterion in run.pairs()
    ]
    verdicts = [criterion.verdict for _, criterion in labelled]
    took = seconds(run)
    yield (
        "readiness_criteria",
        [({"verdict": verdict.value}, verdicts.count(verdict)) for verdict in Verdict],
    )
    yield (
        "readiness_criterion_verdict",
        [(labels | {"verdict": criterion.verdict.value}, 1) for labels, criterion in labelled],
    )
    yield (
        "readiness_criterion_value",
        [
            (labels | {"unit": criterion.unit}, criterion.value)
            for labels, criterion in labelled
            if isinstance(criterion.value, int | float)
        ],
    )
    yield (
        "readiness_criterion_progress_ratio",
        [
            (labels, criterion.progress)
            for labels, criterion in labelled
            if criterion.progress is not None
        ],
    )
    yield (
        "readiness_criterion_duration_seconds",
        [(labels, took[criterion.id]) for labels, criterion in labelled if criterion.probes],
    )


def _probes(run: RunDocument) -> Iterator[Metric]:
    labelled = [({"probe": probe.id, "check": probe.check or ""}, probe) for probe in run.probes]
    yield (
        "readiness_probe_duration_seconds",
        [(labels, probe.duration_s) for labels, probe in labelled if not probe.reused],
    )
    yield (
        "readiness_probe_reused_age_seconds",
        [
            (labels, probe.reused_from.age_s)
            for labels, probe in labelled
            if probe.reused_from is not None
        ],
    )


def _task_labels(task: TaskRecord) -> Labels:
    return {"task": task.id, "priority": task.priority.value}


def _lines(name: str, samples: list[tuple[Labels, float | bool]], common: Labels) -> Iterator[str]:
    """Format one metric; nothing for one without a numeric sample."""
    finite = [(labels, value) for labels, value in samples if math.isfinite(value)]
    if not finite:
        return
    yield f"# TYPE {name} gauge"
    unit = name.rpartition("_")[2]
    if unit in _UNITS:
        yield f"# UNIT {name} {unit}"
    yield f"# HELP {name} {SAY(f'metric.{name}')}"
    for labels, value in finite:
        pairs = ",".join(f'{key}="{_escaped(text)}"' for key, text in {**common, **labels}.items())
        yield f"{name}{{{pairs}}} {_number(value)}"


def _escaped(text: str) -> str:
    text = inert(literal(text))
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _number(value: float | bool) -> str:
    return str(int(value)) if isinstance(value, int) else repr(value)


def _word(value: bool) -> str:
    return "true" if value else "false"
