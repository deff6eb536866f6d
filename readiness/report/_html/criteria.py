"""Tasks and criteria as the page shows them."""

import math
import re
from collections.abc import Iterable, Mapping
from itertools import groupby

import msgspec

from readiness.model.words import Priority, Verdict
from readiness.record.document import CriterionRecord, RunDocument, TaskRecord
from readiness.report._evidence import WIDEST, printed
from readiness.report._html.charts import Spark
from readiness.report._html.evidence import (
    Evidence,
    FindingView,
    all_evidence,
    findings_by_criterion,
    known,
    longest_text,
)
from readiness.report._shown import beneath, change_in_words, measured, number, percent, waived_by
from readiness.report._standing import carried, last_known
from readiness.text.clean import cut
from readiness.text.layout import middle, points
from readiness.text.sentences import Sentences

_SAFE_ID = re.compile(r"[A-Za-z0-9._-]+")


class Badge(msgspec.Struct, frozen=True):
    """A verdict: what it is, its mark and its word."""

    verdict: str
    mark: str
    word: str


class Link(msgspec.Struct, frozen=True):
    """Something else on the page; `anchor` is empty where it is not there."""

    text: str
    anchor: str


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A probe that a criterion rests on. `at` is the criterion that shows it in full, if another.

    `differs` has the parameters that tell it from the other probes of the criterion.
    """

    evidence: Evidence
    at: Link | None
    differs: list[tuple[str, str]]


class CriterionView(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion; `share` is its progress in percent, None where there is none to show."""

    anchor: str
    id: str
    title: str
    badge: Badge
    value: str
    expect: str
    share: int | None
    progress: str
    spark: Spark | None
    found: str
    hint: str
    facts: list[tuple[str, str]]
    newly: bool
    uses: list[Use]
    findings: list[FindingView]
    more_findings: int
    gain: float


class TaskView(msgspec.Struct, frozen=True, kw_only=True):
    """One task with those of its criteria that are in scope."""

    anchor: str
    id: str
    title: str
    priority: Priority
    owner: str
    done: bool
    done_text: str
    share: int
    progress: str
    problem: str
    details: str
    steps: list[str]
    notes: list[tuple[str, str]]
    facts: list[tuple[str, str]]
    depends: list[Link]
    criteria: list[CriterionView]


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The tasks of one priority."""

    priority: Priority
    blocking: bool
    tasks: list[TaskView]


class Viewer:
    """Makes the views of one run. `sparks` has the course of each number, by criterion."""

    def __init__(self, run: RunDocument, say: Sentences, sparks: Mapping[str, Spark]) -> None:
        self._say = say
        self._sparks = sparks
        criteria = [criterion.id for criterion in run.criteria()]
        self._criteria = anchors("c", criteria)
        self._tasks = anchors("t", [task.id for task in run.tasks])
        self._badges = {
            verdict: Badge(verdict.value, verdict.mark, say(f"verdict.{verdict}"))
            for verdict in Verdict
        }
        self._longest = longest_text(run)
        self._evidence = all_evidence(run, say)
        self._findings = findings_by_criterion(
            run, most=max(min(2000 // max(len(criteria), 1), 20), 3)
        )
        self._shown_at: dict[str, Link] = {}
        for one in sorted(run.criteria(), key=lambda one: one.verdict.good):
            for probe in one.probes:  # what is not good shows it: that is what is printed
                self._shown_at.setdefault(probe, self.criterion_link(one))
        self._probes = {probe.id: probe for probe in run.probes}

    def groups(self, run: RunDocument) -> list[Group]:
        """Return the tasks that are in scope, the most urgent priority first."""
        tasks = sorted(
            (task for task in run.tasks if task.attainment is not None),
            key=lambda task: task.priority,
        )
        return [
            self._group(priority, list(same))
            for priority, same in groupby(tasks, key=lambda task: task.priority)
        ]

    def badge(self, verdict: Verdict) -> Badge:
        """Return the badge of a verdict."""
        return self._badges[verdict]

    def criterion_link(self, criterion: CriterionRecord) -> Link:
        """Return the link to a criterion, which is on the page if it is in scope."""
        there = self._criteria.get(criterion.id, "") if criterion.verdict.in_scope else ""
        return Link(criterion.id, there)

    def task_link(self, name: str, run: RunDocument) -> Link:
        """Return the link to a task."""
        there = any(task.id == name and task.attainment is not None for task in run.tasks)
        return Link(name, self._tasks[name] if there else "")

    def printed(self, criterion: CriterionRecord) -> str:
        """Return the lines that show why a criterion is not good, each cut in its middle."""
        return "\n".join(middle(line, WIDEST) for line in printed(criterion, self._probes))

    def findings(self, criterion: CriterionRecord, most: int) -> list[FindingView]:
        """Return the first places that tools name for a criterion."""
        return self._findings.get(criterion.id, ([], 0))[0][:most]

    def short(self, text: str) -> str:
        """Return a foreign text no longer than the page has room for."""
        return cut(text, self._longest)

    def _group(self, priority: Priority, tasks: list[TaskRecord]) -> Group:
        return Group(
            priority=priority,
            blocking=any(task.blocking for task in tasks),
            tasks=[self._task(task) for task in tasks],
        )

    def _task(self, task: TaskRecord) -> TaskView:
        criteria = task.in_scope()
        say = self._say
        facts = [
            (say("report.estimate"), task.estimate),
            (say("page.risk"), task.risk),
            (say("report.tags"), ", ".join(task.tags)),
            (say("page.weight"), "" if task.weight == 1 else number(task.weight)),
        ]
        attainment = task.attainment or 0.0
        return TaskView(
            anchor=self._tasks[task.id],
            id=task.id,
            title=self.short(task.title),
            priority=task.priority,
            owner=task.owner,
            done=task.done,
            done_text=self._say("report.done", good=task.good(), scope=len(criteria)),
            share=whole(attainment),
            progress=percent(attainment),
            problem=self.short(task.problem),
            details=self.short(task.details),
            steps=[self.short(step) for step in task.steps],
            notes=[(day, self.short(told)) for day, told in sorted(task.notes.items())],
            facts=[(name, text) for name, text in facts if text],
            depends=[Link(name, self._tasks.get(name, "")) for name in task.depends_on],
            criteria=[self._criterion(item) for item in criteria],
        )

    def _criterion(self, criterion: CriterionRecord) -> CriterionView:
        value, expect = self._value(criterion)
        shown, count = self._findings.get(criterion.id, ([], 0))
        progress = criterion.progress
        return CriterionView(
            anchor=self._criteria[criterion.id],
            id=criterion.id,
            title=self.short(criterion.title),
            badge=self._badges[criterion.verdict],
            value=self.short(value),
            expect=self.short(expect),
            share=None if progress is None else whole(progress),
            progress="" if progress is None else percent(progress),
            spark=self._sparks.get(criterion.id),
            found=self._outcome(criterion),
            hint=self.short(criterion.hint or ""),
            facts=self._facts(criterion),
            newly=newly_bad(criterion),
            uses=self._uses(criterion),
            findings=shown,
            more_findings=count - len(shown),
            gain=max(criterion.points_possible - criterion.points, 0.0),
        )

    def _value(self, criterion: CriterionRecord) -> tuple[str, str]:
        if criterion.attestation is not None:
            return (self._say("report.attested") if criterion.verdict is Verdict.PASS else ""), ""
        if criterion.shown or criterion.reason_code is None:
            return criterion.shown, criterion.expect
        return self._say(f"code.{criterion.reason_code}"), criterion.expect

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
            (say("report.waived"), self._waiver(criterion)),
            ("", carried(criterion, say, str)),
            ("", last_known(criterion, say, self.short)),
            (say("page.score"), earned if lacking else ""),
        ]
        return [(name, text) for name, text in facts if text]

    def _waiver(self, criterion: CriterionRecord) -> str:
        waiver = criterion.waiver
        if waiver is None or criterion.verdict is not Verdict.WAIVED:
            return ""
        return waived_by(waiver, self._say, self.short)

    def _uses(self, criterion: CriterionRecord) -> list[Use]:
        evidence = known(self._evidence, criterion.probes)
        names = sorted({name for item in evidence for name, _ in item.params})
        differing = [
            name for name in names if len({dict(item.params).get(name) for item in evidence}) > 1
        ]
        here = self.criterion_link(criterion)
        uses = []
        for item in evidence:
            at = self._shown_at.get(item.id, here)
            uses.append(
                Use(
                    evidence=item,
                    at=None if at == here else at,
                    differs=[(name, dict(item.params).get(name, "")) for name in differing],
                )
            )
        return uses


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


def whole(share: float) -> int:
    """Return a share as whole percent, 100 only for a whole share; 0 if it is not finite."""
    if not math.isfinite(share):
        return 0
    return 100 if share >= 1 else max(min(round(share * 100), 99), 0)
