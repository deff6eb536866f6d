"""The tasks of a rendered board: a chapter for each priority, a box for each criterion."""

import re
from collections.abc import Iterator

from readiness.model.words import Better, Priority, Verdict
from readiness.record.document import CriterionRecord, RunDocument, TaskRecord
from readiness.report._shown import attested_by, beneath, in_words, percent, waived_by
from readiness.report._standing import elsewhere, last_known
from readiness.text.markdown import code, own, prose, strong, text
from readiness.text.sentences import Sentences

RISKS = {"high": "🔴", "medium": "🟡", "low": "🟠", "very_low": "🔵"}
_ESTIMATE = re.compile(r"\s*([0-9.]+(?:\s*-\s*[0-9.]+)?)\s*([mhdw])\s*")


class TaskChapters:
    """Writes the chapters of tasks."""

    def __init__(self, run: RunDocument, say: Sentences) -> None:
        self._run = run
        self._say = say
        self._started = {probe.id: probe.started_at for probe in run.probes}
        self._done = {task.id: task.done for task in run.tasks}

    def lines(self) -> Iterator[str]:
        """Yield every task, by priority and in the order of the board."""
        for priority in Priority:
            tasks = [task for task in self._run.tasks if task.priority is priority]
            if tasks:
                yield f"## {self._say(f'board.chapter.{priority}')}\n"
            for task in tasks:
                yield from self._task(task)
                yield "---\n"

    def _task(self, task: TaskRecord) -> Iterator[str]:
        say = self._say
        yield f"### {say('board.task', id=text(task.id))}: {prose(task.title)}\n"
        yield f"{' | '.join(self._facts(task))}\n"
        if task.problem.strip():
            yield f"{self._label(say('board.problem'))}\n\n{_paragraphs(task.problem)}\n"
        yield f"{self._label(say('board.status'))} {status(task, say)}\n"
        yield f"{self._label(say('board.criteria'))}\n"
        for criterion in task.criteria:
            yield self._criterion(criterion)
        yield ""
        if task.notes:
            yield f"{self._label(say('board.notes'))}\n"
            yield from (f"- {text(day)}: {prose(note)}" for day, note in sorted(task.notes.items()))
            yield ""
        if task.details.strip():
            yield f"{self._label(say('board.details'))}\n\n{own(task.details, level=4)}\n"
        if task.steps:
            yield f"{self._label(say('board.steps'))}\n"
            yield from (f"{rank}. {prose(step)}" for rank, step in enumerate(task.steps, 1))
            yield ""
        yield from self._rest(task)

    def _facts(self, task: TaskRecord) -> Iterator[str]:
        say = self._say
        level = f"{say(f'board.level.{task.priority}')} ({task.priority.value})"
        if task.blocking:
            level += f" - {say('report.blocking')}"
        yield f"{self._label(say('report.priority'))} {level}"
        if task.estimate.strip():
            yield f"{self._label(say('report.estimate'))} {estimate(task.estimate, say)}"
        yield f"{self._label(say('report.owner'))} {text(task.owner) or say('board.nobody')}"

    def _rest(self, task: TaskRecord) -> Iterator[str]:
        say = self._say
        if task.risk.strip():
            yield f"{self._label(say('board.risk'))} {risk(task.risk, say)}\n"
        if task.depends_on:
            names = [
                text(name) if self._done.get(name) else say("board.depends_open", id=text(name))
                for name in task.depends_on
            ]
            yield f"{self._label(say('board.depends'))} {say('report.comma').join(names)}\n"
        if task.tags:
            tags = say("report.comma").join(map(text, task.tags))
            yield f"{self._label(say('report.tags'))} {tags}\n"

    def _label(self, name: str) -> str:
        return f"**{name}**:"

    # --- criteria ---------------------------------------------------------------------------------

    def _criterion(self, criterion: CriterionRecord) -> str:
        """Return the line of one criterion; pass and warn alone tick its box, in any profile."""
        known = criterion.carried
        verdict = criterion.verdict if known is None else known.verdict
        box = "x" if verdict.good else " "
        facts = " · ".join(filter(None, self._verdict_facts(criterion)))
        return f"- [{box}] {strong(criterion.id)} {prose(criterion.title)} · {facts}"

    def _verdict_facts(self, criterion: CriterionRecord) -> Iterator[str]:
        """Yield the verdict, and what it rests on."""
        say = self._say
        verdict = criterion.verdict
        yield in_words(criterion, say)
        if not verdict.in_scope:
            yield text(criterion.reason)
            yield elsewhere(criterion, say, text)
            return
        if criterion.attestation is not None:
            yield from self._attested(criterion, criterion.attestation.evidence)
            return
        yield text(criterion.shown)
        if criterion.expect:
            yield f"{say('report.expected')} {code(criterion.expect)}"
        yield from self._shortfall(criterion)
        if criterion.flaky:
            yield say("report.flaky")
        yield waived_by(criterion, say, text)
        yield last_known(criterion, say, text)
        if criterion.carried is not None and criterion.carried.profile != self._run.profile:
            yield say("report.profile", name=text(criterion.carried.profile))
        yield self._day(criterion)
        yield self._commit(criterion)

    def _shortfall(self, criterion: CriterionRecord) -> Iterator[str]:
        """Yield how far a criterion that is not met has come, or why it could not be measured."""
        if criterion.verdict.good:
            return
        if criterion.reason_code is not None:
            yield text(criterion.reason)
        elif criterion.progress is not None and criterion.number is not None:
            yield f"{self._say('report.progress')} {percent(criterion.progress)}"

    def _attested(self, criterion: CriterionRecord, evidence: str) -> Iterator[str]:
        say = self._say
        if not criterion.verdict.good:
            yield text(beneath(criterion, say))
            yield waived_by(criterion, say, text)
            return
        yield say("report.attested")
        yield attested_by(criterion, say, text)
        if evidence:
            yield code(evidence)

    def _day(self, criterion: CriterionRecord) -> str:
        """Return the day of the measurement: on which the first of its probes started."""
        if criterion.carried is not None:
            return text(criterion.carried.at[:10])
        days = [self._started.get(probe) for probe in criterion.probes]
        return text(min(filter(None, days), default=self._run.started_at)[:10])

    def _commit(self, criterion: CriterionRecord) -> str:
        if (known := criterion.carried) is not None:
            return code(f"{known.commit[:10]}{'+' if known.dirty else ''}") if known.commit else ""
        git = self._run.git
        if git is None:
            return ""
        return code(f"{git.commit[:10]}{'+' if git.dirty else ''}")


def status(task: TaskRecord, say: Sentences) -> str:
    """Return how far a task has come, judged by the evidence."""
    done, scope = task.good(), len(task.in_scope())
    if not scope:
        return say("board.status_out")
    verdicts = [criterion.verdict for criterion in task.criteria]
    unmeasured, waived = verdicts.count(Verdict.ERROR), verdicts.count(Verdict.WAIVED)
    if task.done:
        state = say("board.status_done")
    elif done or any(map(_has_moved, task.criteria)):
        state = say("board.status_progress")
    else:
        state = say("board.status_unknown") if unmeasured == scope else say("board.status_open")
    facts = [say("board.passed", good=done, scope=scope)]
    facts += [say("board.unmeasured", count=unmeasured)] if unmeasured else []
    facts += [say("board.waived", count=waived)] if waived else []
    return f"{state} - {say('report.comma').join(facts)}"


def _paragraphs(written: str) -> str:
    parts = (part for part in written.split("\n\n") if part.strip())
    return "\n\n".join(map(prose, parts))


def _has_moved(criterion: CriterionRecord) -> bool:
    """Return whether a number is better than where it started."""
    value, baseline = criterion.number, criterion.baseline
    if criterion.better is None or baseline is None or value is None:
        return False
    return value < baseline if criterion.better is Better.LOWER else value > baseline


def estimate(written: str, say: Sentences) -> str:
    """Format `1-2d` in words; other text stays as it is."""
    quantity = _ESTIMATE.fullmatch(written)
    if quantity is None:
        return text(written)
    return say(f"board.unit.{quantity[2]}", count=quantity[1].replace(" ", ""))


def risk(written: str, say: Sentences) -> str:
    """Format a risk with the colour of its level, which stands before a dash."""
    level, dash, rest = written.partition(" - ")
    colours = {say(f"board.risk_level.{rank}"): colour for rank, colour in RISKS.items()}
    shown = f"{colours.get(level.strip().lower(), '')} {strong(level)}".strip()
    return f"{shown} - {prose(rest)}" if dash else shown
