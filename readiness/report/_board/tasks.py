"""The tasks of a rendered board: a chapter for each priority, a box for each criterion."""

import re
from collections.abc import Iterator

from readiness.model.words import Better, Priority, Verdict
from readiness.record.document import CriterionRecord, RunDocument, TaskRecord
from readiness.report._board.words import BoardWords
from readiness.report._shown import counted, percent
from readiness.text.labels import Labels
from readiness.text.markdown import code, own, prose, strong, text

_ESTIMATE = re.compile(r"\s*([0-9.]+(?:\s*-\s*[0-9.]+)?)\s*([mhdw])\s*")


class TaskChapters:
    """Writes the chapters of tasks."""

    def __init__(self, run: RunDocument, words: BoardWords, names: Labels) -> None:
        self._run = run
        self._words = words
        self._labels = names
        self._started = {probe.id: probe.started_at for probe in run.probes}
        self._done = {task.id: task.done for task in run.tasks}

    def lines(self) -> Iterator[str]:
        """Yield every task, by priority and in the order of the board."""
        for priority in Priority:
            tasks = [task for task in self._run.tasks if task.priority is priority]
            if tasks:
                yield f"## {self._words.priorities[priority].chapter}\n"
            for task in tasks:
                yield from self._task(task)
                yield "---\n"

    def _task(self, task: TaskRecord) -> Iterator[str]:
        words = self._words
        yield f"### {words.task.format(text(task.id))}{words.colon}{prose(task.title)}\n"
        yield f"{' | '.join(self._facts(task))}\n"
        if task.problem.strip():
            yield f"{self._label(words.problem)}\n\n{_paragraphs(task.problem)}\n"
        yield f"{self._label(words.status)} {status(task, words)}\n"
        yield f"{self._label(words.criteria)}\n"
        for criterion in task.criteria:
            yield self._criterion(criterion)
        yield ""
        if task.details.strip():
            yield f"{self._label(words.details)}\n\n{own(task.details, level=4)}\n"
        if task.steps:
            yield f"{self._label(words.steps)}\n"
            yield from (f"{rank}. {prose(step)}" for rank, step in enumerate(task.steps, 1))
            yield ""
        yield from self._rest(task)

    def _facts(self, task: TaskRecord) -> Iterator[str]:
        words = self._words
        level = f"{words.priorities[task.priority].level} ({task.priority.value})"
        if task.blocking:
            level += f" - {self._labels.blocking}"
        yield f"{self._label(words.priority)} {level}"
        if task.estimate.strip():
            yield f"{self._label(words.estimate)} {estimate(task.estimate, words)}"
        yield f"{self._label(words.owner)} {text(task.owner) or words.nobody}"

    def _rest(self, task: TaskRecord) -> Iterator[str]:
        words = self._words
        if task.risk.strip():
            yield f"{self._label(words.risk)} {risk(task.risk, words)}\n"
        if task.depends_on:
            told = [
                text(name) if self._done.get(name) else words.depends_open.format(text(name))
                for name in task.depends_on
            ]
            yield f"{self._label(words.depends)} {words.comma.join(told)}\n"
        if task.tags:
            yield f"{self._label(words.tags)} {words.comma.join(map(text, task.tags))}\n"

    def _label(self, name: str) -> str:
        return f"**{name}**:"

    # --- criteria ---------------------------------------------------------------------------------

    def _criterion(self, criterion: CriterionRecord) -> str:
        """Return the line of one criterion; pass and warn alone tick its box."""
        box = "x" if criterion.verdict.good else " "
        facts = " · ".join(filter(None, self._told(criterion)))
        return f"- [{box}] {strong(criterion.id)} {prose(criterion.title)} · {facts}"

    def _told(self, criterion: CriterionRecord) -> Iterator[str]:
        """Tell the verdict, and what it rests on."""
        names = self._labels
        verdict = criterion.verdict
        yield f"{verdict.emoji} {names.verdicts[verdict]}"
        if not verdict.in_scope:
            yield text(criterion.reason)
            return
        if criterion.attestation is not None:
            yield from self._attested(criterion)
            return
        yield text(criterion.shown)
        if criterion.expect:
            yield f"{names.expected} {code(criterion.expect)}"
        yield from self._shortfall(criterion)
        if criterion.flaky:
            yield names.flaky
        yield from self._waiver(criterion)
        yield self._day(criterion)
        yield self._commit()

    def _shortfall(self, criterion: CriterionRecord) -> Iterator[str]:
        """Tell how far a criterion that is not met has come, or why it could not be measured."""
        if criterion.verdict.good:
            return
        if criterion.reason_code is not None:
            yield text(criterion.reason)
        elif criterion.progress is not None and _is_number(criterion):
            yield f"{self._labels.progress} {percent(criterion.progress)}"

    def _attested(self, criterion: CriterionRecord) -> Iterator[str]:
        given = criterion.attestation
        if given is None:
            return
        names = self._labels
        if not criterion.verdict.good:
            yield text(criterion.reason)
            yield from self._waiver(criterion)
            return
        yield names.attested
        yield names.attested_by.format(text(given.by), text(given.on), text(given.until))
        if given.evidence:
            yield code(given.evidence)

    def _waiver(self, criterion: CriterionRecord) -> Iterator[str]:
        waiver = criterion.waiver
        if waiver is not None and criterion.verdict is Verdict.WAIVED:
            given = (text(waiver.reason), text(waiver.by), text(waiver.until))
            yield self._labels.waived_by.format(*given)

    def _day(self, criterion: CriterionRecord) -> str:
        """Return the day on which the first of its probes started."""
        days = [self._started.get(probe) for probe in criterion.probes]
        return text(min(filter(None, days), default=self._run.started_at)[:10])

    def _commit(self) -> str:
        git = self._run.git
        if git is None:
            return ""
        return code(f"{git.commit[:10]}{'+' if git.dirty else ''}")


def status(task: TaskRecord, words: BoardWords) -> str:
    """Tell from the evidence how far a task has come."""
    done, scope = counted(task)
    if not scope:
        return words.status_out
    verdicts = [criterion.verdict for criterion in task.criteria]
    unmeasured, waived = verdicts.count(Verdict.ERROR), verdicts.count(Verdict.WAIVED)
    if task.done:
        state = words.status_done
    elif done or any(map(_has_moved, task.criteria)):
        state = words.status_progress
    else:
        state = words.status_unknown if unmeasured == scope else words.status_open
    facts = [words.passed.format(done, scope)]
    facts += [words.unmeasured.format(unmeasured)] if unmeasured else []
    facts += [words.waived.format(waived)] if waived else []
    return f"{state} - {words.comma.join(facts)}"


def _paragraphs(written: str) -> str:
    parts = (part for part in written.split("\n\n") if part.strip())
    return "\n\n".join(map(prose, parts))


def _has_moved(criterion: CriterionRecord) -> bool:
    """Whether a number is better than where it started."""
    value, baseline = criterion.value, criterion.baseline
    if criterion.better is None or baseline is None or not _is_number(criterion):
        return False
    assert isinstance(value, int | float)  # noqa: S101 - just asked
    return value < baseline if criterion.better is Better.LOWER else value > baseline


def _is_number(criterion: CriterionRecord) -> bool:
    return isinstance(criterion.value, int | float) and not isinstance(criterion.value, bool)


def estimate(written: str, words: BoardWords) -> str:
    """Write `1-2d` in words; what is of another form stays as it is."""
    found = _ESTIMATE.fullmatch(written)
    if found is None:
        return text(written)
    one, many = words.units[found[2]]
    return f"{found[1]} {one if found[1] == '1' else many}".replace(" ", "" if one == many else " ")


def risk(written: str, words: BoardWords) -> str:
    """Show a risk's level, which stands before a dash, with its colour."""
    level, dash, rest = written.partition(" - ")
    colour = words.risks.get(level.strip().lower(), "")
    told = f"{colour} {strong(level)}".strip()
    return f"{told} - {prose(rest)}" if dash else told
