"""A report to a team as Markdown: what is new and bad first, then where it stands."""

from collections.abc import Iterator, Sequence

from readiness.model.words import Verdict
from readiness.record.comparison import Movement
from readiness.record.document import MilestoneRecord
from readiness.record.scores import goal_text
from readiness.text.markdown import code, prose, text
from readiness.text.sentences import Sentences, sentences
from readiness.timeline.difference import CriterionChange, Difference, cause_in_words
from readiness.timeline.period import (
    Alarm,
    AlarmKind,
    OpenItem,
    OpenTask,
    PlannedStep,
    ReportKind,
    TeamReport,
)

NEXT = {ReportKind.DAILY: 5}
NEXT_AT_MOST = 10
CHANGES = 30
STEPS, STEPS_AT_MOST = {ReportKind.DAILY: 3}, 5
"""So many steps a person."""


def page(report: TeamReport) -> str:
    """Write the report, ending with a line end. What the board and its probes say stays text."""
    say = sentences(report.language)
    blocks = [
        _title(report, say),
        *_own_verdict(report, say),
        *_alarms(report.alarms, say),
        *_state(report, say),
        *_progress(report, say),
        *_changes(report.difference, say),
        *(() if report.kind is ReportKind.MILESTONE else _milestones(report.milestones, say)),
        *(_plan(report, say) if report.plan else _next(report, say)),
        *_risks(report, say),
        *(_tasks(report.tasks, say) if report.kind is not ReportKind.DAILY else ()),
        _footer(report, say),
    ]
    return "\n\n".join(blocks) + "\n"


def title(report: TeamReport) -> str:
    """Return the heading as plain text, for the subject of a message."""
    return f"{report.title}: {_kind(report, sentences(report.language))}"


def _kind(report: TeamReport, say: Sentences) -> str:
    return say(f"team.kind.{report.kind}", since=report.since[:10])


def _title(report: TeamReport, say: Sentences) -> str:
    return f"# {prose(report.title)}: {text(_kind(report, say))}"


def _own_verdict(report: TeamReport, say: Sentences) -> Iterator[str]:
    """Yield the milestone's own verdict, where the report is on one."""
    if report.kind is not ReportKind.MILESTONE:
        return
    (milestone,) = report.milestones
    mark = (Verdict.PASS if milestone.met else Verdict.FAIL).emoji
    name = f"{text(milestone.id)} {prose(milestone.title)}".rstrip()
    facts = [f"**{say(f'report.milestone.{milestone.state}')}**"]
    facts += [say("report.due", date=text(milestone.due))] if milestone.due else []
    if lacks := _lacks(milestone, say):
        facts.append(say("report.missing", names=say("report.comma").join(lacks)))
    yield f"{mark} {name}: {say('report.comma').join(facts)}"


def _alarms(alarms: Sequence[Alarm], say: Sentences) -> Iterator[str]:
    if not alarms:
        return
    yield f"## 🚨 {say('team.alarm_heading')}"
    lines = []
    for alarm in alarms:
        what = say(f"team.alarm.{alarm.kind}", what=text(alarm.text))
        line = f"- **{text(alarm.subject)}** {prose(alarm.title)}: {what}"
        if alarm.kind is AlarmKind.REGRESSION and alarm.text:
            line += f" ({text(alarm.text)})"
        lines.append(line)
    yield "\n".join(lines)


def _state(report: TeamReport, say: Sentences) -> Iterator[str]:
    now, compared = report.now, report.difference
    yield f"## {say('team.state')}"
    shown = now.shown if now.score is not None else say("report.unknown")
    target = goal_text(report.target)
    lines = [f"- **{say(f'decision.{now.decision}')}**{say(f'meaning.{now.decision}')}"]
    if compared is None:
        lines.append(f"- {say('team.first_run', score=shown, target=target)}")
    elif compared.score_change is None:
        lines.append(f"- {say('team.not_comparable')}")
    else:
        lines.append(
            f"- {say('team.score', before=compared.before.shown, now=shown, target=target)}"
        )
    if compared is not None:
        counts = say(
            "team.counts", better=compared.better, worse=compared.worse, same=compared.same
        )
        lines.append(f"- {counts}")
    if report.kind is not ReportKind.MILESTONE:
        lines.append(f"- {say('team.runs', count=report.runs)}")
    if report.pace is not None and report.expected_on:
        pace = f"{report.pace:+.3g}"
        lines.append(f"- {say('trend.arrives', pace=pace, date=report.expected_on)}")
    elif report.pace is not None and not _reached(report):
        lines.append(f"- {say('trend.never', pace=f'{report.pace:+.3g}')}")
    yield "\n".join(lines)
    if compared is not None and compared.causes:
        yield f"{say('team.causes')}:"
        yield "\n".join(
            f"- {cause.points:+g} {cause_in_words(cause.what, say, text)}"
            for cause in compared.causes
        )


def _reached(report: TeamReport) -> bool:
    return report.now.score is not None and report.now.score >= report.target


def _changes(compared: Difference | None, say: Sentences) -> Iterator[str]:
    if compared is None:
        return
    moved = [item for item in compared.criteria if item.change is not Movement.SAME]
    if moved:
        yield f"## {say('team.changes')}"
        rows = [_changed_row(item, say) for item in moved[:CHANGES]]
        yield _table(say.heads("team.changed_heads"), rows, len(moved) - CHANGES, say)
    redefined = [item for item in compared.criteria if item.redefined]
    if redefined:
        yield f"## {say('team.board_changes')}"
        yield "\n".join(
            f"- **{text(item.id)}** {'; '.join(map(text, item.redefined))}"
            for item in redefined[:CHANGES]
        )


def _changed_row(item: CriterionChange, say: Sentences) -> list[str]:
    mark = {Movement.BETTER: "▲ ", Movement.WORSE: "▼ "}.get(item.change or Movement.SAME, "")
    return [
        f"{mark}{text(item.id)}",
        _verdict(item.before, item.before_value, say),
        _verdict(item.after, item.after_value, say),
        prose(item.title),
    ]


def _verdict(verdict: Verdict | None, shown: str, say: Sentences) -> str:
    return "–" if verdict is None else f"{say(f'verdict.{verdict}')} {text(shown)}".rstrip()


def _milestones(milestones: Sequence[MilestoneRecord], say: Sentences) -> Iterator[str]:
    if not milestones:
        return
    yield f"## {say('report.milestones')}"
    rows = []
    for milestone in milestones:
        state = say(f"report.milestone.{milestone.state}")
        name = f"{text(milestone.id)} {prose(milestone.title)}".rstrip()
        rows.append([name, text(milestone.due), state, ", ".join(_lacks(milestone, say))])
    yield _table(say.heads("team.milestone_heads"), rows, 0, say)


def _lacks(milestone: MilestoneRecord, say: Sentences) -> list[str]:
    if milestone.met:
        return []
    lacks = [text(name) for name in milestone.missing]
    if milestone.score is not None:
        lacks.append(say("team.lacks_score", score=goal_text(milestone.score)))
    return lacks


def _progress(report: TeamReport, say: Sentences) -> Iterator[str]:
    """Yield what became done, and what was noted."""
    if not report.done and not report.notes:
        return
    yield f"## {say('team.progress')}"
    done = [f"- ✅ **{text(task.id)}** {prose(task.title)}" for task in report.done]
    notes = [
        f"- {text(note.day)} **{text(note.task)}**: {prose(note.text)}" for note in report.notes
    ]
    yield "\n".join([*done, *notes])


def _plan(report: TeamReport, say: Sentences) -> Iterator[str]:
    """Yield what is next, person by person."""
    yield f"## {say(f'team.plan.{report.kind}')}"
    lines = []
    for plan in report.plan:
        lines.append(f"- **{text(plan.owner) or say('board.nobody')}**")
        shown = plan.steps[: STEPS.get(report.kind, STEPS_AT_MOST)]
        lines += [f"  - {_planned(step, say)}" for step in shown]
        if more := len(plan.steps) - len(shown):
            lines.append(f"  - {say('team.more', count=more)}")
    yield "\n".join(lines)


def _planned(step: PlannedStep, say: Sentences) -> str:
    facts = [step.priority]
    facts += [say("report.blocks")] if step.blocking else []
    facts.append(f"+{step.gain:.3g}")
    if step.after:
        facts.append(say("team.after", names=", ".join(map(text, step.after))))
    title = f"{text(step.id)} {prose(step.title)} ({', '.join(facts)})"
    return f"{title}: {text(step.hint)}" if step.hint else title


def _risks(report: TeamReport, say: Sentences) -> Iterator[str]:
    """Yield the open tasks that have a risk, in the order of the board; not in a daily report."""
    risky = [task for task in report.tasks if task.risk.strip()]
    if not risky or report.kind is ReportKind.DAILY:
        return
    yield f"## {say('team.risks')}"
    yield "\n".join(
        f"- **{text(task.id)}** {prose(task.title)}: {prose(task.risk)}" for task in risky
    )


def _next(report: TeamReport, say: Sentences) -> Iterator[str]:
    yield f"## {say('report.todo')}"
    if not report.open:
        yield say("team.nothing_open")
        return
    most = NEXT.get(report.kind, NEXT_AT_MOST)
    rows = [_next_row(item, say) for item in report.open[:most]]
    yield _table(say.heads("team.next_heads"), rows, len(report.open) - most, say)


def _next_row(item: OpenItem, say: Sentences) -> list[str]:
    blocks = f" ({say('report.blocks')})" if item.blocking else ""
    return [
        f"{text(item.id)} {prose(item.title)}",
        f"{item.priority}{blocks}",
        f"+{item.gain:.3g}",
        f"{say(f'verdict.{item.verdict}')} {text(item.shown)}".rstrip(),
        text(item.hint or item.reason),
    ]


def _tasks(tasks: Sequence[OpenTask], say: Sentences) -> Iterator[str]:
    if not tasks:
        return
    yield f"## {say('team.tasks')}"
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
    yield _table(say.heads("team.task_heads"), rows, 0, say)


def _footer(report: TeamReport, say: Sentences) -> str:
    now = report.now
    line = say("team.measured", time=text(now.started_at[:16].replace("T", " ")), run=code(now.id))
    if now.commit:
        modified = f" ({say('report.modified')})" if now.dirty else ""
        line += f", {code(now.commit[:10])}{modified}"
    return f"*{line}*"


def _table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], further: int, say: Sentences
) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in [heads, ["---"] * len(heads), *rows]]
    if further > 0:
        lines += ["", say("team.more", count=further)]
    return "\n".join(lines)
