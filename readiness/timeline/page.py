"""A report to a team as Markdown: what is new and bad first, then where it stands."""

from collections.abc import Iterator, Sequence

from readiness.model.words import Verdict
from readiness.record.comparison import Change
from readiness.record.document import MilestoneRecord
from readiness.text.labels import Labels, labels
from readiness.text.markdown import code, prose, text
from readiness.timeline.difference import BOARD, ROUNDING, SCOPE, CriterionChange, Difference
from readiness.timeline.period import Alarm, AlarmKind, OpenItem, OpenTask, ReportKind, TeamReport
from readiness.timeline.words import Words, words_in

NEXT = {ReportKind.DAILY: 5}
NEXT_AT_MOST = 10
CHANGES = 30


def page(report: TeamReport) -> str:
    """The whole report, ending with a line end. What the board and its probes say stays text."""
    words, fixed = words_in(report.language), labels(report.language)
    blocks = [
        _title(report, words),
        *_alarms(report.alarms, words),
        *_state(report, words, fixed),
        *_changes(report.difference, words, fixed),
        *_milestones(report.milestones, words),
        *_next(report, words, fixed),
        *(_tasks(report.tasks, words) if report.kind is not ReportKind.DAILY else ()),
        _footer(report, words),
    ]
    return "\n\n".join(blocks) + "\n"


def title(report: TeamReport) -> str:
    """The heading as plain text, for the subject of a message."""
    return f"{report.title}: {_kind(report, words_in(report.language))}"


def _kind(report: TeamReport, words: Words) -> str:
    return words.kinds[report.kind].format(report.since[:10])


def _title(report: TeamReport, words: Words) -> str:
    return f"# {prose(report.title)}: {text(_kind(report, words))}"


def _alarms(alarms: Sequence[Alarm], words: Words) -> Iterator[str]:
    if not alarms:
        return
    yield f"## 🚨 {words.alarm_heading}"
    lines = []
    for alarm in alarms:
        what = words.alarms[alarm.kind].format(text(alarm.text))
        line = f"- **{text(alarm.subject)}** {prose(alarm.title)}: {what}"
        if alarm.kind is AlarmKind.REGRESSION and alarm.text:
            line += f" ({text(alarm.text)})"
        lines.append(line)
    yield "\n".join(lines)


def _state(report: TeamReport, words: Words, fixed: Labels) -> Iterator[str]:
    now, compared = report.now, report.difference
    yield f"## {words.state}"
    shown = now.shown if now.score is not None else words.unknown_score
    target = f"{report.target:g}"
    lines = [f"- **{fixed.decisions[now.decision]}**{fixed.meanings[now.decision]}"]
    if compared is None:
        lines.append(f"- {words.first_run.format(shown, target)}")
    elif compared.score_change is None:
        lines.append(f"- {words.not_comparable}")
    else:
        lines.append(f"- {words.score.format(compared.before.shown, shown, target)}")
    if compared is not None:
        counts = words.counts.format(compared.better, compared.worse, compared.same)
        lines.append(f"- {counts}")
    if report.kind is not ReportKind.MILESTONE:
        lines.append(f"- {words.runs.format(report.runs)}")
    yield "\n".join(lines)
    if compared is not None and compared.causes:
        yield f"{words.causes}:"
        yield "\n".join(
            f"- {cause.points:+.4g} {_cause(cause.what, words)}" for cause in compared.causes
        )


def _cause(what: str, words: Words) -> str:
    fixed = {BOARD: words.board_cause, SCOPE: words.scope_cause, ROUNDING: words.rounding_cause}
    return fixed.get(what) or text(what)


def _changes(compared: Difference | None, words: Words, fixed: Labels) -> Iterator[str]:
    if compared is None:
        return
    moved = [one for one in compared.criteria if one.change is not Change.SAME]
    if moved:
        yield f"## {words.changes}"
        rows = [_changed_row(one, fixed) for one in moved[:CHANGES]]
        yield _table(words.changed_heads, rows, len(moved) - CHANGES, words)
    redefined = [one for one in compared.criteria if one.redefined]
    if redefined:
        yield f"## {words.board_changes}"
        yield "\n".join(
            f"- **{text(one.id)}** {'; '.join(text(what) for what in one.redefined)}"
            for one in redefined[:CHANGES]
        )


def _changed_row(one: CriterionChange, fixed: Labels) -> list[str]:
    mark = {Change.BETTER: "▲ ", Change.WORSE: "▼ "}.get(one.change or Change.SAME, "")
    return [
        f"{mark}{text(one.id)}",
        _verdict(one.before, one.before_value, fixed),
        _verdict(one.after, one.after_value, fixed),
        prose(one.title),
    ]


def _verdict(verdict: Verdict | None, shown: str, fixed: Labels) -> str:
    return "–" if verdict is None else f"{fixed.verdicts[verdict]} {text(shown)}".rstrip()


def _milestones(milestones: Sequence[MilestoneRecord], words: Words) -> Iterator[str]:
    if not milestones:
        return
    yield f"## {words.milestones}"
    rows = []
    for milestone in milestones:
        state = words.not_met
        if milestone.met:
            state = words.met
        elif milestone.overdue:
            state = words.overdue
        lacks = [] if milestone.met else [text(name) for name in milestone.missing]
        if milestone.score is not None and not milestone.met:
            lacks.append(words.lacks_score.format(f"{milestone.score:g}"))
        name = f"{text(milestone.id)} {prose(milestone.title)}".rstrip()
        rows.append([name, text(milestone.due), state, ", ".join(lacks)])
    yield _table(words.milestone_heads, rows, 0, words)


def _next(report: TeamReport, words: Words, fixed: Labels) -> Iterator[str]:
    yield f"## {words.next}"
    if not report.open:
        yield words.nothing_open
        return
    most = NEXT.get(report.kind, NEXT_AT_MOST)
    rows = [_next_row(one, words, fixed) for one in report.open[:most]]
    yield _table(words.next_heads, rows, len(report.open) - most, words)


def _next_row(one: OpenItem, words: Words, fixed: Labels) -> list[str]:
    blocks = f" ({words.blocks})" if one.blocking else ""
    return [
        f"{text(one.id)} {prose(one.title)}",
        f"{one.priority}{blocks}",
        f"+{one.gain:.3g}",
        f"{fixed.verdicts[one.verdict]} {text(one.shown)}".rstrip(),
        text(one.hint or one.reason),
    ]


def _tasks(tasks: Sequence[OpenTask], words: Words) -> Iterator[str]:
    if not tasks:
        return
    yield f"## {words.tasks}"
    rows = [
        [
            f"{text(task.id)} {prose(task.title)}",
            task.priority,
            text(task.owner),
            text(task.estimate),
            f"{task.good}/{task.in_scope}",
            prose(task.risk),
        ]
        for task in tasks
    ]
    yield _table(words.task_heads, rows, 0, words)


def _footer(report: TeamReport, words: Words) -> str:
    now = report.now
    line = words.measured.format(text(now.started_at[:16].replace("T", " ")), code(now.id))
    if now.commit:
        modified = f" ({words.modified})" if now.dirty else ""
        line += f", {code(now.commit[:10])}{modified}"
    return f"*{line}*"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], further: int, words: Words) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in [heads, ["---"] * len(heads), *rows]]
    if further > 0:
        lines += ["", words.more.format(further)]
    return "\n".join(lines)
