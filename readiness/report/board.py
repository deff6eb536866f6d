"""The board as Markdown, for people to read: what the board file says, ticked by evidence alone."""

import math
import os
import re
from collections.abc import Iterator

from readiness.model.words import Better, Priority, Verdict
from readiness.record.document import CriterionRecord, MilestoneRecord, RunDocument, TaskRecord
from readiness.record.newest import of_the_project
from readiness.record.scores import goal_text, over, score_text
from readiness.report import Context
from readiness.report._shown import (
    attested_by,
    badge,
    beneath,
    in_words,
    meaning,
    moment,
    percent,
    reuse,
    revision,
    waived_by,
)
from readiness.report._standing import as_of, elsewhere, last_known
from readiness.text.layout import inert
from readiness.text.markdown import code, filled, prose, strong, text
from readiness.text.sentences import Sentences, sentences

FOR_PEOPLE = True

TEMPLATE = os.path.join(os.path.dirname(__file__), "templates", "board.md")

RISKS = {"high": "🔴", "medium": "🟡", "low": "🟠", "very_low": "🔵"}
_ESTIMATE = re.compile(r"\s*([0-9.]+(?:\s*-\s*[0-9.]+)?)\s*([mhdw])\s*")


def render(run: RunDocument, context: Context) -> str:  # noqa: ARG001 - it is as wide as its page
    """Return the whole board, in its language; each criterion is one line."""
    return inert(_Board(of_the_project(run)).written())


class _Board:
    """Writes one board."""

    def __init__(self, run: RunDocument) -> None:
        self._run = run
        self._say = sentences(run.board.language)
        self._started = {probe.id: probe.started_at for probe in run.probes}
        self._done = {task.id: task.done for task in run.tasks}

    def written(self) -> str:
        """Return the template, filled with the words of this board."""
        run, say, score = self._run, self._say, self._run.score
        shown, of = text(score_text(score, say)), over(score, say)
        verdicts = {record.id: (record.carried or record).verdict for record in run.criteria()}
        filters = {
            "estimate": lambda written: estimate(written, say),
            "risk": lambda written: risk(written, say),
            "status": lambda task: status(task, say),
            "asked": self._asked,
            "awaited": self._awaited,
            "facts": lambda criterion: " · ".join(filter(None, self._facts(criterion))),
        }
        return filled(
            TEMPLATE,
            filters,
            run=run,
            board=run.board,
            say=say,
            comma=say("report.comma"),
            by_priority={
                priority: [task for task in run.tasks if task.priority is priority]
                for priority in Priority
            },
            decision=run.gate.decision,
            meaning=meaning(run.gate, say, text),
            updated=moment(run.finished_at),
            score=shown,
            over=of,
            score_shown=f"{shown}/10{of}" if score.value is not None else shown,
            progress="–" if score.left_out else share(score.progress or 0),
            target=goal_text(score.target),
            goal_text=goal_text,
            percent=percent,
            rests=as_of(run, say),
            reuse=reuse(run, say),
            revision=revision(run, say, code),
            figures=[self._figure(*chosen) for chosen in self._chosen()],
            reached=score.value is not None and score.value >= score.target and not of,
            blocking=[
                it.id
                for task, it in run.pairs()
                if task.blocking and (it.verdict.bad or it.left_out)
            ],
            goals=[
                (goal, [name for name in goal.criteria if _lacks(verdicts.get(name))])
                for goal in run.board.success
            ],
            profile=f" ({say('report.profile', name=code(run.profile))})" if run.profile else "",
            reviews=list(self._reviews()),
        )

    def _awaited(self, name: str) -> str:
        return (
            text(name) if self._done.get(name) else self._say("board.depends_open", id=text(name))
        )

    def _chosen(self) -> list[tuple[CriterionRecord, str]]:
        """Return the criteria that the board names, else those that started from a number."""
        named = self._run.board.key_figures
        if not named:
            return [(one, "") for one in self._run.criteria() if one.baseline is not None]
        criteria = {criterion.id: criterion for criterion in self._run.criteria()}
        return [(criteria[key], name) for key, name in named.items() if key in criteria]

    def _figure(self, criterion: CriterionRecord, name: str) -> list[str]:
        now = text(criterion.shown) or badge(criterion, self._say).word
        if criterion.verdict in (Verdict.WAIVED, Verdict.ERROR) and criterion.shown:
            now += f" ({self._say(f'verdict.{criterion.verdict}')})"
        progress = "" if criterion.progress is None else percent(criterion.progress)
        title = f"{prose(name or criterion.title)} ({text(criterion.id)})"
        return [title, now, code(criterion.expect, cell=True), progress]

    def _asked(self, milestone: MilestoneRecord) -> str:
        """Return what a milestone asks for, and how it stands."""
        say, priority, score = self._say, milestone.priority, milestone.score
        asks = [] if priority is None else [say("board.asks_priority", priority=priority.value)]
        asks += [] if score is None else [say("board.asks_score", score=goal_text(score))]
        state = "not_met" if milestone.overdue else milestone.state
        like = {True: Verdict.PASS, False: Verdict.FAIL, None: Verdict.ERROR}[milestone.met]
        facts = [f"{like.emoji} {say(f'report.milestone.{state}')}"]
        facts += [f"**{say('report.milestone.overdue')}**"] if milestone.overdue else []
        if milestone.missing:
            names = say("report.comma").join(map(text, milestone.missing))
            facts.append(say("report.missing", names=names))
        asked = f" [{say('report.comma').join(asks)}]" if asks else ""
        return f"{asked} · {say('report.comma').join(facts)}"

    def _reviews(self) -> Iterator[str]:
        run, say = self._run, self._say
        if run.board.review.strip():
            yield text(run.board.review)
        ahead = ("not_met", "undecided")
        due = [record for record in run.milestones if record.due and record.state in ahead]
        if due:
            first = min(due, key=lambda milestone: milestone.due)
            yield say("board.next_due", milestone=f"{strong(first.id)} ({text(first.due)})")

    # --- criteria ---------------------------------------------------------------------------------

    def _facts(self, criterion: CriterionRecord) -> Iterator[str]:
        """Yield the verdict, and what it rests on."""
        say = self._say
        yield in_words(criterion, say)
        if not criterion.verdict.in_scope:
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
        measured = criterion.carried or self._run.git
        if measured is None or not measured.commit:
            return ""
        return code(f"{measured.commit[:10]}{'+' if measured.dirty else ''}")


def share(part: float) -> str:
    """Return a share 0..1 as a percentage of at most two decimals, never more than it is."""
    hundredths = math.floor(round(part * 10_000, 2))
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


def status(task: TaskRecord, say: Sentences) -> str:
    """Return how far a task has come, judged by the evidence."""
    done, scope = task.good(), len(task.in_scope())
    left = len(task.asked()) - scope
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
    facts = [say("board.passed", good=done, scope=scope + left)]
    facts += [say("board.left_out", count=left)] if left else []
    facts += [say("board.unmeasured", count=unmeasured)] if unmeasured else []
    facts += [say("board.waived", count=waived)] if waived else []
    return f"{state} - {say('report.comma').join(facts)}"


def _has_moved(criterion: CriterionRecord) -> bool:
    """Return whether a number is better than where it started."""
    value, baseline = criterion.number, criterion.baseline
    if criterion.better is None or baseline is None or value is None:
        return False
    return value < baseline if criterion.better is Better.LOWER else value > baseline


def _lacks(verdict: Verdict | None) -> bool:
    return verdict is not None and not verdict.good


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
