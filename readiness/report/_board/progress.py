"""The progress of a rendered board: key figures, milestones, and what success takes."""

import math
from collections.abc import Iterator

from readiness.model.words import Decision, Priority, Verdict
from readiness.record.document import CriterionRecord, MilestoneRecord, RunDocument
from readiness.report._board.words import BoardWords
from readiness.report._shown import percent, target
from readiness.text.labels import Labels
from readiness.text.markdown import code, prose, strong, text


def score_shown(run: RunDocument, names: Labels) -> str:
    """Return the score as it must be printed, out of 10."""
    return f"{text(run.score.shown)}/10" if run.score.value is not None else names.unknown


def share(part: float) -> str:
    """Return a share 0..1 as a percentage of at most two decimals, never more than it is."""
    hundredths = math.floor(round(part * 10_000, 2))
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


def figures(run: RunDocument, words: BoardWords, names: Labels) -> Iterator[str]:
    """Yield the table of key figures: the score, the tasks of each priority, chosen criteria."""
    yield f"### {words.figures}\n"
    yield _row(words.figure, words.now, words.aim, names.progress)
    yield _row("---", "---", "---", "---")
    shown = score_shown(run, names)
    progress = share(run.score.progress) if run.score.value is not None else "0%"
    yield _row(words.degree_figure, shown, f"{target(run.score.target)}/10", progress)
    for priority in Priority:
        tasks = [task for task in run.tasks if task.priority is priority]
        if tasks:
            done = sum(task.done for task in tasks)
            yield _row(
                words.tasks_done.format(priority.value),
                f"{done}/{len(tasks)}",
                f"{len(tasks)}/{len(tasks)}",
                percent(done / len(tasks)),
            )
    for criterion, name in _chosen(run):
        yield _figure(criterion, name, names)
    yield ""


def _chosen(run: RunDocument) -> Iterator[tuple[CriterionRecord, str]]:
    """Yield the criteria that the board names, else those that started from a number."""
    named = run.board.key_figures
    if not named:
        yield from ((each, "") for each in run.criteria() if each.baseline is not None)
        return
    criteria = {criterion.id: criterion for criterion in run.criteria()}
    for identifier, name in named.items():
        if identifier in criteria:
            yield criteria[identifier], name


def _figure(criterion: CriterionRecord, name: str, names: Labels) -> str:
    now = text(criterion.shown) or names.verdicts[criterion.verdict]
    if criterion.verdict in (Verdict.WAIVED, Verdict.ERROR) and criterion.shown:
        now += f" ({names.verdicts[criterion.verdict]})"
    progress = "" if criterion.progress is None else percent(criterion.progress)
    title = f"{prose(name or criterion.title)} ({text(criterion.id)})"
    return _row(title, now, code(criterion.expect, cell=True), progress)


def milestones(run: RunDocument, words: BoardWords, names: Labels) -> Iterator[str]:
    """Yield every milestone with its day, what it asks and how it stands."""
    if not run.milestones:
        return
    yield f"### {words.milestones}\n"
    yield from (f"- {_milestone(milestone, words, names)}" for milestone in run.milestones)
    yield ""


def _milestone(milestone: MilestoneRecord, words: BoardWords, names: Labels) -> str:
    state = f"{Verdict.PASS.emoji} {names.met}"
    if not milestone.met:
        state = f"{Verdict.FAIL.emoji} {names.not_met}"
    facts = [state]
    if milestone.overdue:
        facts.append(f"**{names.overdue}**")
    if milestone.missing:
        facts.append(words.missing.format(words.comma.join(map(text, milestone.missing))))
    asks = []
    if milestone.priority is not None:
        asks.append(words.asks_priority.format(milestone.priority.value))
    if milestone.score is not None:
        asks.append(words.asks_score.format(target(milestone.score)))
    heads = [f"{strong(milestone.id)}"]
    heads += [f"({text(milestone.due)})"] if milestone.due else []
    told = f"{' '.join(heads)}{words.colon}{prose(milestone.title)}"
    asked = f" [{words.comma.join(asks)}]" if asks else ""
    return f"{told}{asked} · {words.comma.join(facts)}"


def success(run: RunDocument, words: BoardWords, names: Labels) -> Iterator[str]:
    """Yield what a release takes, each with its box."""
    score = run.score
    reached = score.value is not None and score.value >= score.target
    blocking = [
        criterion.id for task, criterion in run.pairs() if task.blocking and criterion.verdict.bad
    ]
    ready = run.gate.decision is Decision.READY and run.gate.milestone is None
    yield f"{words.success_rule}\n"
    yield _box(reached, words.success_score.format(target(score.target), score_shown(run, names)))
    still = f" · {words.success_open.format(words.comma.join(map(text, blocking)))}"
    yield _box(bool(run.tasks) and not blocking, words.success_blocking + still * bool(blocking))
    yield _box(ready, words.success_gate)
    if not ready:
        yield from (f"  - {text(reason)}" for reason in run.gate.reasons if reason.strip())
    yield ""


def _box(ticked: bool, said: str) -> str:
    return f"- [{'x' if ticked else ' '}] {said}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
