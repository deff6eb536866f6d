"""A report to a team as Markdown: what is new and bad first, then where it stands."""

from collections.abc import Iterator, Sequence

from readiness.advice.steps import NextStep
from readiness.model.words import Verdict
from readiness.record.comparison import Movement
from readiness.record.document import MilestoneRecord, TaskRecord
from readiness.record.scores import goal_text
from readiness.text.markdown import code, prose, row, text
from readiness.text.sentences import Sentences, sentences
from readiness.timeline.difference import CriterionChange, Difference, cause_in_words
from readiness.timeline.period import ReportKind, TeamReport

CHANGES = 30
STEPS, STEPS_AT_MOST = {ReportKind.DAILY: 3}, 5
"""So many steps a person."""


def page(report: TeamReport) -> str:
    """Write the report, ending with a line end. What the board and its probes say stays text."""
    say = sentences(report.now.board.language)
    blocks = [
        _title(report, say),
        *_own_verdict(report, say),
        *_alarms(report, say),
        *_state(report, say),
        *_progress(report, say),
        *_changes(report.difference, say),
        *(_milestones(report.now.milestones, say) if report.milestone is None else ()),
        *_plan(report, say),
        *(_open_tasks(report, say) if report.kind is not ReportKind.DAILY else ()),
        _footer(report, say),
    ]
    return "\n\n".join(blocks) + "\n"


def _kind(report: TeamReport, say: Sentences) -> str:
    return say(f"team.kind.{report.kind}", since=report.since[:10])


def _title(report: TeamReport, say: Sentences) -> str:
    return f"# {prose(report.now.board.title)}: {text(_kind(report, say))}"


def _own_verdict(report: TeamReport, say: Sentences) -> Iterator[str]:
    """Yield the milestone's own verdict, where the report is on one."""
    milestone = report.milestone
    if milestone is None:
        return
    mark = (Verdict.PASS if milestone.met else Verdict.FAIL).emoji
    name = f"{text(milestone.id)} {prose(milestone.title)}".rstrip()
    facts = [f"**{say(f'report.milestone.{milestone.state}')}**"]
    facts += [say("report.due", date=text(milestone.due))] if milestone.due else []
    if lacks := _lacks(milestone, say):
        facts.append(say("report.missing", names=say("report.comma").join(lacks)))
    yield f"{mark} {name}: {say('report.comma').join(facts)}"


def _alarms(report: TeamReport, say: Sentences) -> Iterator[str]:
    """Yield what is new and bad, and must be read first."""
    if not report.is_exception():
        return
    yield f"## 🚨 {say('team.alarm_heading')}"
    lines = []
    for item in report.regressions():
        why = f" ({text(item.reason)})" if item.reason else ""
        lines.append(_alarm(item.id, item.title, f"{say('team.alarm.regression')}{why}"))
    for milestone in report.overdue():
        late = say("team.alarm.overdue", what=text(milestone.due))
        lines.append(_alarm(milestone.id, milestone.title, late))
    for loosening in report.now.loosened:
        change = text(f"{loosening.before} → {loosening.after}")
        weaker = say("team.alarm.loosened", what=change)
        lines.append(_alarm(loosening.subject, loosening.what, weaker))
    yield "\n".join(lines)


def _alarm(subject: str, title: str, what: str) -> str:
    return f"- **{text(subject)}** {prose(title)}: {what}"


def _state(report: TeamReport, say: Sentences) -> Iterator[str]:
    score, decision, compared = report.now.score, report.now.gate.decision, report.difference
    yield f"## {say('team.state')}"
    shown = score.shown if score.value is not None else say("report.unknown")
    target = goal_text(score.target)
    lines = [f"- **{say(f'decision.{decision}')}**{say(f'meaning.{decision}')}"]
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
    if report.milestone is None:
        lines.append(f"- {say('team.runs', count=report.runs)}")
    course = report.course
    if course is not None and course.pace is not None and not course.reached:
        pace, date = f"{course.pace:+.3g}", course.expected_on
        never = say("trend.never", pace=pace)
        lines.append(f"- {say('trend.arrives', pace=pace, date=date) if date else never}")
    yield "\n".join(lines)
    if compared is not None and compared.causes:
        yield f"{say('team.causes')}:"
        yield "\n".join(
            f"- {cause.points:+g} {cause_in_words(cause.what, say, text)}"
            for cause in compared.causes
        )


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
    done = [f"- ✅ **{text(task.id)}** {prose(task.title)}" for task in report.done()]
    notes = [
        f"- {text(day)} **{text(task.id)}**: {prose(note)}"
        for task in report.tasks()
        for day, note in sorted(task.notes.items())
        if report.since and day >= report.since[:10]
    ]
    if done or notes:
        yield f"## {say('team.progress')}"
        yield "\n".join([*done, *notes])


def _plan(report: TeamReport, say: Sentences) -> Iterator[str]:
    """Yield what is next, person by person."""
    if not report.plan:
        yield f"## {say('report.todo')}"
        yield say("team.nothing_open")
        return
    yield f"## {say(f'team.plan.{report.kind}')}"
    lines = []
    for owner, steps in report.plan.items():
        lines.append(f"- **{text(owner) or say('board.nobody')}**")
        shown = steps[: STEPS.get(report.kind, STEPS_AT_MOST)]
        lines += [f"  - {_planned(step, say)}" for step in shown]
        if more := len(steps) - len(shown):
            lines.append(f"  - {say('team.more', count=more)}")
    yield "\n".join(lines)


def _planned(step: NextStep, say: Sentences) -> str:
    facts = [step.priority]
    facts += [say("report.blocks")] if step.blocking else []
    facts.append(f"+{step.gain:.3g}")
    if step.after:
        facts.append(say("team.after", names=", ".join(map(text, step.after))))
    title = f"{text(step.id)} {prose(step.title)} ({', '.join(facts)})"
    hint = step.hint or step.reason
    return f"{title}: {text(hint)}" if hint else title


def _open_tasks(report: TeamReport, say: Sentences) -> Iterator[str]:
    """Yield the tasks that are not done, first those that have a risk, in the board's order."""
    tasks = [task for task in report.tasks() if not task.done and task.in_scope()]
    if risky := [task for task in tasks if task.risk.strip()]:
        yield f"## {say('team.risks')}"
        yield "\n".join(
            f"- **{text(task.id)}** {prose(task.title)}: {prose(task.risk)}" for task in risky
        )
    if tasks:
        yield f"## {say('team.tasks')}"
        yield _table(say.heads("team.task_heads"), list(map(_task_row, tasks)), 0, say)


def _task_row(task: TaskRecord) -> list[str]:
    return [
        f"{text(task.id)} {prose(task.title)}",
        task.priority.value,
        text(task.owner),
        text(task.estimate),
        f"{task.good()}/{len(task.in_scope())}",
        prose(task.risk),
    ]


def _footer(report: TeamReport, say: Sentences) -> str:
    now = report.now
    line = say("team.measured", time=text(now.started_at[:16].replace("T", " ")), run=code(now.id))
    if now.git is not None:
        modified = f" ({say('report.modified')})" if now.git.dirty else ""
        line += f", {code(now.git.commit[:10])}{modified}"
    return f"*{line}*"


def _table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], further: int, say: Sentences
) -> str:
    lines = [row(*cells) for cells in [heads, ["---"] * len(heads), *rows]]
    if further > 0:
        lines += ["", say("team.more", count=further)]
    return "\n".join(lines)
