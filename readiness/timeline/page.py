"""A report to a team as Markdown: what is new and bad first, then where it stands."""

import os
import re
from collections.abc import Iterable, Sequence

from readiness.advice.steps import NextStep
from readiness.model.words import Verdict
from readiness.record.comparison import Movement
from readiness.record.document import MilestoneRecord, TaskRecord
from readiness.record.scores import goal_text, over
from readiness.text.layout import points
from readiness.text.markdown import filled, prose, row, text
from readiness.text.sentences import Sentences, sentences
from readiness.timeline.difference import CriterionChange, cause_in_words
from readiness.timeline.period import ReportKind, TeamReport

TEMPLATE = os.path.join(os.path.dirname(__file__), "templates", "team.md")
CHANGES, DAYS = 30, 14
STEPS, STEPS_AT_MOST = {ReportKind.DAILY: 3}, 5
"""So many steps a person."""
MARKS = {True: Verdict.PASS.emoji, False: Verdict.FAIL.emoji, None: Verdict.ERROR.emoji}


def page(report: TeamReport) -> str:
    """Write the report, ending with a line end. What the board and its probes say stays text."""
    now, compared = report.now, report.difference
    words = _Words(sentences(now.board.language))
    say = words.say
    changes = [] if compared is None else compared.criteria
    changes = [item for item in changes if report.is_about(item.id)]
    days = {point.at[5:10]: point.shown for point in report.course.points} if report.course else {}
    moved = [item for item in changes if item.change is not Movement.SAME]
    tasks = [task for task in report.tasks() if not task.done and task.asked()]
    daily = report.kind is ReportKind.DAILY
    made = filled(
        TEMPLATE,
        {"planned": words.planned},
        report=report,
        now=now,
        compared=compared,
        milestone=report.milestone,
        words=words,
        say=say,
        kind=say(f"team.kind.{report.kind}", since=report.since[:10]),
        decision=say(f"decision.{now.gate.decision}"),
        meaning=say(f"meaning.{now.gate.decision}"),
        score=now.score.shown + over(now.score, say)
        if now.score.value is not None
        else say("report.unknown"),
        target=goal_text(now.score.target),
        dates=(report.since[:10], (report.until or now.started_at)[:10]),
        causes=[one for one in (compared.causes if compared else ()) if report.is_about(one.what)],
        course=" → ".join(f"{shown} ({day})" for day, shown in [*days.items()][-DAYS:]),
        signed=signed,
        did=_did(report),
        moved=moved,
        changed_table=_table(say.heads("team.changed_heads"), map(words.changed, moved[:CHANGES])),
        redefined=[item for item in changes if item.redefined][:CHANGES],
        milestone_table=_table(
            say.heads("team.milestone_heads"), map(words.of_milestone, now.milestones)
        ),
        plan=say(f"team.plan.{report.kind}"),
        most=STEPS.get(report.kind, STEPS_AT_MOST),
        risky=[task for task in tasks if task.risk.strip() and not daily],
        open=[] if daily else tasks,
        unowned=[task for task in tasks if task.blocking and not task.owner],
        daily=daily,
        task_table=_table(say.heads("team.task_heads"), map(_task, tasks)),
        CHANGES=CHANGES,
        MARKS=MARKS,
    )
    return re.sub(r"\n{3,}", "\n\n", made).strip() + "\n"


def _did(report: TeamReport) -> dict[str, list[str]]:
    """Return by owner what runs found to be good or bad since, what became done, and notes."""
    did: dict[str, list[str]] = {}
    for step in report.moved:
        mark, record = step.criterion.verdict.emoji, step.criterion
        line = f"{mark} {step.day} **{text(record.id)}** {prose(record.title)}"
        did.setdefault(step.task.owner, []).append(line)
    for task in report.done():
        done = f"{MARKS[True]} **{text(task.id)}** {prose(task.title)}"
        did.setdefault(task.owner, []).append(done)
    for task in report.tasks():
        for day, note in sorted(task.notes.items()):
            if report.since and day >= report.since[:10]:
                line = f"{text(day)} **{text(task.id)}**: {prose(note)}"
                did.setdefault(task.owner, []).append(line)
    return did


def signed(value: float) -> str:
    """Format points of the score with their sign, as precise as everywhere."""
    return f"{'-' if value < 0 else '+'}{points(abs(value))}"


class _Words:
    """What a report says of single things, as Markdown."""

    def __init__(self, say: Sentences) -> None:
        self.say = say

    def changed(self, item: CriterionChange) -> list[str]:
        """Return the row of a criterion that changed."""
        mark = {Movement.BETTER: "▲ ", Movement.WORSE: "▼ "}.get(item.change or Movement.SAME, "")
        before = self._verdict(item.before, item.before_value)
        after = self._verdict(item.after, item.after_value)
        return [f"{mark}{text(item.id)}", before, after, prose(item.title)]

    def _verdict(self, verdict: Verdict | None, shown: str) -> str:
        if verdict is None:
            return "–"
        return f"{self.say(f'verdict.{verdict}')} {text(shown)}".rstrip()

    def name(self, milestone: MilestoneRecord) -> str:
        """Return a milestone's id and title."""
        return f"{text(milestone.id)} {prose(milestone.title)}".rstrip()

    def state(self, milestone: MilestoneRecord) -> str:
        """Return whether a milestone is met."""
        return self.say(f"report.milestone.{milestone.state}")

    def lacks(self, milestone: MilestoneRecord) -> list[str]:
        """Return what a milestone still asks for."""
        if milestone.met:
            return []
        lacks = [text(name) for name in milestone.missing]
        if milestone.score is not None:
            lacks.append(self.say("team.lacks_score", score=goal_text(milestone.score)))
        return lacks

    def of_milestone(self, milestone: MilestoneRecord) -> list[str]:
        """Return the row of a milestone."""
        lacking = ", ".join(self.lacks(milestone))
        return [self.name(milestone), text(milestone.due), self.state(milestone), lacking]

    def cause(self, what: str) -> str:
        """Return what moved the score."""
        return cause_in_words(what, self.say, text)

    def planned(self, step: NextStep) -> str:
        """Return a step of the plan."""
        facts = [step.priority]
        facts += [self.say("report.blocks")] if step.blocking else []
        facts.append(signed(step.gain))
        if step.after:
            facts.append(self.say("team.after", names=", ".join(map(text, step.after))))
        title = f"{text(step.id)} {prose(step.title)} ({', '.join(facts)})"
        hint = step.hint or step.reason
        return f"{title}: {text(hint)}" if hint else title


def _task(task: TaskRecord) -> list[str]:
    return [
        f"{text(task.id)} {prose(task.title)}",
        task.priority.value,
        text(task.owner),
        text(task.estimate),
        f"{task.good()}/{len(task.asked())}",
        prose(task.risk),
    ]


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(row(*cells) for cells in [heads, ["---"] * len(heads), *rows])
