"""Tasks and criteria as the page shows them."""

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from readiness.model.words import Verdict
from readiness.record.document import CriterionRecord, RunDocument, TaskRecord
from readiness.report._evidence import WIDEST, printed, varying
from readiness.report._html.charts import Spark
from readiness.report._html.evidence import all_evidence, findings_by_criterion, longest_text
from readiness.report._shown import (
    Badge,
    badge,
    beneath,
    change_in_words,
    measured,
    number,
    percent,
    value_shown,
    waived_by,
    whole,
)
from readiness.report._standing import carried, last_known
from readiness.text.clean import cut
from readiness.text.layout import middle, points
from readiness.text.sentences import Sentences

UNFOLDED = 120
"""Number of criteria up to which tasks that fail are unfolded."""

_SAFE_ID = re.compile(r"[A-Za-z0-9._-]+")


class Link(msgspec.Struct, frozen=True):
    """Something else on the page; `anchor` is empty where it is not there."""

    text: str
    anchor: str


class Viewer:
    """Makes the views of one run. `sparks` has the course of each number, by criterion."""

    def __init__(self, run: RunDocument, say: Sentences, sparks: Mapping[str, Spark]) -> None:
        self._say = say
        self._sparks = sparks
        criteria = [criterion.id for criterion in run.criteria()]
        self._criteria = anchors("c", criteria)
        self._tasks = anchors("t", [task.id for task in run.tasks])
        self._longest = longest_text(run)
        self._evidence = all_evidence(run, say)
        self._findings = findings_by_criterion(
            run, most=max(min(2000 // max(len(criteria), 1), 20), 3)
        )
        self._shown_at: dict[str, Link] = {}
        for criterion in sorted(run.criteria(), key=lambda criterion: criterion.verdict.good):
            for probe in criterion.probes:  # what is not good shows it: that is what is printed
                self._shown_at.setdefault(probe, self.criterion_link(criterion))
        self._probes = {probe.id: probe for probe in run.probes}
        self._unfolded = 0

    def tasks(self, tasks: Iterable[TaskRecord]) -> list[dict[str, object]]:
        """Return tasks by priority, the most urgent first; what fails is before the others."""
        ordered = sorted(tasks, key=lambda task: (task.priority, not _fails(task)))
        return list(map(self._task, ordered))

    def badge(self, criterion: CriterionRecord) -> Badge:
        """Return how a criterion's verdict is shown."""
        return badge(criterion, self._say)

    def criterion_link(self, criterion: CriterionRecord) -> Link:
        """Return the link to a criterion, which is on the page if it is in scope."""
        return Link(criterion.id, self._criteria[criterion.id] * criterion.verdict.in_scope)

    def task_link(self, name: str, run: RunDocument) -> Link:
        """Return the link to a task."""
        there = any(task.id == name and task.attainment is not None for task in run.tasks)
        return Link(name, self._tasks[name] if there else "")

    def printed(self, criterion: CriterionRecord) -> str:
        """Return the lines that show why a criterion is not good, each cut in its middle."""
        return "\n".join(middle(line, WIDEST) for line in printed(criterion, self._probes))

    def command(self, criterion: CriterionRecord) -> str:
        """Return the command that the verdict rests on, as people would type it; "" for none."""
        probe = self._evidence.get(criterion.decisive or next(iter(criterion.probes), ""), {})
        return "" if probe.get("command") == probe.get("check") else str(probe["command"])

    def findings(self, criterion: CriterionRecord, most: int) -> list[dict[str, str]]:
        """Return the first places that tools name for a criterion."""
        return self._findings.get(criterion.id, ([], 0))[0][:most]

    def short(self, text: str) -> str:
        """Return a foreign text no longer than the page has room for."""
        return cut(text, self._longest)

    def _task(self, task: TaskRecord) -> dict[str, object]:
        """Return a task with those of its criteria that are in scope, what fails first.

        It is `open` if anything fails, as long as there is room.
        """
        criteria = sorted(task.in_scope(), key=lambda criterion: not criterion.verdict.bad)
        say = self._say
        self._unfolded += len(criteria) if _fails(task) else 0
        facts = [
            (say("report.estimate"), task.estimate),
            (say("page.risk"), task.risk),
            (say("report.tags"), ", ".join(task.tags)),
            (say("page.weight"), "" if task.weight == 1 else number(task.weight)),
        ]
        attainment = task.attainment or 0.0
        return {
            "anchor": self._tasks[task.id],
            "id": task.id,
            "title": self.short(task.title),
            "priority": task.priority,
            "blocking": task.blocking,
            "owner": task.owner,
            "done": task.done,
            "open": _fails(task) and self._unfolded <= UNFOLDED,
            "done_text": say("report.done", good=task.good(), scope=len(task.asked())),
            "share": whole(attainment),
            "progress": percent(attainment),
            "missing": sum(one.points_possible - one.points for one in criteria),
            "problem": self.short(task.problem),
            "details": self.short(task.details),
            "steps": list(map(self.short, task.steps)),
            "notes": [(day, self.short(note)) for day, note in sorted(task.notes.items())],
            "facts": [(name, text) for name, text in facts if text],
            "depends": [Link(name, self._tasks.get(name, "")) for name in task.depends_on],
            "criteria": list(map(self._criterion, criteria)),
        }

    def _criterion(self, criterion: CriterionRecord) -> dict[str, object]:
        """Return one criterion; `share` is its progress in percent, None if there is none."""
        shown, count = self._findings.get(criterion.id, ([], 0))
        progress = criterion.progress
        return {
            "anchor": self._criteria[criterion.id],
            "id": criterion.id,
            "title": self.short(criterion.title),
            "badge": self.badge(criterion),
            "value": self.short(value_shown(criterion, self._say)),
            "expect": "" if criterion.attestation else self.short(criterion.expect),
            "share": None if progress is None else whole(progress),
            "progress": "" if progress is None else percent(progress),
            "spark": self._sparks.get(criterion.id),
            "found": self._outcome(criterion),
            "hint": self.short(criterion.hint or ""),
            "facts": self._facts(criterion),
            "newly": newly_bad(criterion),
            "uses": list(self._uses(criterion)),
            "findings": shown,
            "more_findings": count - len(shown),
        }

    def _outcome(self, criterion: CriterionRecord) -> str:
        """Format what was found, where the row does not show it already."""
        text = measured(criterion)
        if criterion.verdict is Verdict.WAIVED:
            text = beneath(criterion, self._say)
        return "" if text == criterion.shown else self.short(text)

    def _facts(self, criterion: CriterionRecord) -> list[tuple[str, str]]:
        say = self._say
        change, _ = change_in_words(criterion, say)
        lacking = criterion.points_possible - criterion.points >= 0.005
        earned = say(
            "page.points",
            earned=points(criterion.points),
            possible=points(criterion.points_possible),
        )
        limit = say("report.warn_at", expect=criterion.expect, warn=criterion.warn)
        facts = [
            (say("report.expected"), limit if criterion.warn else ""),
            (say("report.change"), change),
            ("", say("report.flaky") if criterion.flaky else ""),
            (say("report.waived"), waived_by(criterion, say, self.short)),
            ("", carried(criterion, say, str)),
            ("", last_known(criterion, say, self.short)),
            (say("page.score"), earned if lacking else ""),
        ]
        return [(name, text) for name, text in facts if text]

    def _uses(self, criterion: CriterionRecord) -> Iterator[dict[str, object]]:
        """Yield the probes that a criterion rests on.

        `at` is the criterion that shows it in full, if another; `differs` has the parameters that
        tell it from the other probes of the criterion.
        """
        probes = [self._probes[name] for name in criterion.probes if name in self._probes]
        names = varying(probes)
        here = self.criterion_link(criterion)
        for probe in probes:
            at = self._shown_at.get(probe.id, here)
            yield {
                "evidence": self._evidence[probe.id],
                "at": None if at == here else at,
                "differs": [(name, self.short(probe.params.get(name, ""))) for name in names],
            }


def _fails(task: TaskRecord) -> bool:
    return any(criterion.verdict.bad for criterion in task.criteria)


def newly_bad(criterion: CriterionRecord) -> bool:
    """Return whether a criterion that held in the run before does not any more."""
    previous = criterion.previous
    return criterion.verdict.bad and previous is not None and previous.verdict.good


def anchors(kind: str, names: Iterable[str]) -> dict[str, str]:
    """Return an id in the page for each name: `c-T2.1`, or a number where it has other letters."""
    return {
        name: f"{kind}-{name}" if _SAFE_ID.fullmatch(name) else f"{kind}{place}"
        for place, name in enumerate(names)
    }
