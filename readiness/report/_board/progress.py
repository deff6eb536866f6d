"""The progress of a rendered board: key figures, milestones, and what success takes."""

import math
from collections.abc import Iterator

from readiness.model.words import Decision, Priority, Verdict
from readiness.record.document import CriterionRecord, MilestoneRecord, RunDocument
from readiness.record.scores import goal_text, score_text
from readiness.report._shown import badge, percent
from readiness.text.markdown import code, prose, row, strong, text
from readiness.text.sentences import Sentences


def score_shown(run: RunDocument, say: Sentences) -> str:
    """Return the score as it must be printed, out of 10."""
    shown = text(score_text(run.score, say))
    return f"{shown}/10" if run.score.value is not None else shown


def share(part: float) -> str:
    """Return a share 0..1 as a percentage of at most two decimals, never more than it is."""
    hundredths = math.floor(round(part * 10_000, 2))
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


def figures(run: RunDocument, say: Sentences) -> Iterator[str]:
    """Yield the table of key figures: the score, the tasks of each priority, chosen criteria."""
    yield f"### {say('board.figures')}\n"
    yield row(say("board.figure"), say("board.now"), say("board.aim"), say("report.progress"))
    yield row("---", "---", "---", "---")
    shown = score_shown(run, say)
    progress = share(run.score.progress or 0) if run.score.value is not None else "0%"
    yield row(say("board.degree_figure"), shown, f"{goal_text(run.score.target)}/10", progress)
    for priority in Priority:
        tasks = [task for task in run.tasks if task.priority is priority]
        if tasks:
            done = sum(task.done for task in tasks)
            yield row(
                say("board.tasks_done", priority=priority.value),
                f"{done}/{len(tasks)}",
                f"{len(tasks)}/{len(tasks)}",
                percent(done / len(tasks)),
            )
    for criterion, name in _chosen(run):
        yield _figure(criterion, name, say)
    yield ""


def _chosen(run: RunDocument) -> Iterator[tuple[CriterionRecord, str]]:
    """Yield the criteria that the board names, else those that started from a number."""
    named = run.board.key_figures
    if not named:
        yield from ((record, "") for record in run.criteria() if record.baseline is not None)
        return
    criteria = {criterion.id: criterion for criterion in run.criteria()}
    for identifier, name in named.items():
        if identifier in criteria:
            yield criteria[identifier], name


def _figure(criterion: CriterionRecord, name: str, say: Sentences) -> str:
    now = text(criterion.shown) or badge(criterion, say).word
    if criterion.verdict in (Verdict.WAIVED, Verdict.ERROR) and criterion.shown:
        now += f" ({say(f'verdict.{criterion.verdict}')})"
    progress = "" if criterion.progress is None else percent(criterion.progress)
    title = f"{prose(name or criterion.title)} ({text(criterion.id)})"
    return row(title, now, code(criterion.expect, cell=True), progress)


def milestones(run: RunDocument, say: Sentences) -> Iterator[str]:
    """Yield every milestone with its day, what it asks and how it stands."""
    if not run.milestones:
        return
    yield f"### {say('board.milestones')}\n"
    yield from (f"- {_milestone(milestone, say)}" for milestone in run.milestones)
    yield ""


def _milestone(milestone: MilestoneRecord, say: Sentences) -> str:
    state = f"{Verdict.PASS.emoji} {say('report.milestone.met')}"
    if not milestone.met:
        state = f"{Verdict.FAIL.emoji} {say('report.milestone.not_met')}"
    facts = [state]
    if milestone.overdue:
        facts.append(f"**{say('report.milestone.overdue')}**")
    if milestone.missing:
        facts.append(
            say("report.missing", names=say("report.comma").join(map(text, milestone.missing)))
        )
    asks = []
    if milestone.priority is not None:
        asks.append(say("board.asks_priority", priority=milestone.priority.value))
    if milestone.score is not None:
        asks.append(say("board.asks_score", score=goal_text(milestone.score)))
    heads = [f"{strong(milestone.id)}"]
    heads += [f"({text(milestone.due)})"] if milestone.due else []
    title = f"{' '.join(heads)}: {prose(milestone.title)}"
    asked = f" [{say('report.comma').join(asks)}]" if asks else ""
    return f"{title}{asked} · {say('report.comma').join(facts)}"


def success(run: RunDocument, say: Sentences) -> Iterator[str]:
    """Yield what a release requires, each with its box."""
    score = run.score
    reached = score.value is not None and score.value >= score.target
    blocking = [
        criterion.id for task, criterion in run.pairs() if task.blocking and criterion.verdict.bad
    ]
    ready = run.gate.decision is Decision.READY
    yield f"{say('board.success_rule')}\n"
    yield _box(
        reached,
        say("board.success_score", target=goal_text(score.target), now=score_shown(run, say)),
    )
    still = f" · {say('board.success_open', names=say('report.comma').join(map(text, blocking)))}"
    yield _box(
        bool(run.tasks) and not blocking, say("board.success_blocking") + still * bool(blocking)
    )
    verdicts = {record.id: (record.carried or record).verdict for record in run.criteria()}
    for goal in run.board.success:
        lacking = [name for name in goal.criteria if name in verdicts and not verdicts[name].good]
        still = say("board.success_open", names=say("report.comma").join(map(text, lacking)))
        names = say("report.comma").join(map(text, goal.criteria))
        title = f"{prose(goal.title)} ({names})"
        yield _box(not lacking, f"{title} · {still}" if lacking else title)
    yield _box(ready, say("board.success_gate"))
    if not ready:
        yield from (f"  - {text(reason)}" for reason in run.gate.reasons if reason.strip())
    yield ""


def _box(ticked: bool, title: str) -> str:
    return f"- [{'x' if ticked else ' '}] {title}"
