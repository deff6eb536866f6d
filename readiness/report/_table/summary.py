"""The head of the table, and its end: the score, the reasons and the decision."""

from collections.abc import Iterator

from readiness.model.words import Decision, Verdict
from readiness.record.document import MilestoneRecord, RunDocument
from readiness.record.scores import goal_text, over, score_text
from readiness.report._reasons import also_bad, first_reasons
from readiness.report._shown import badge_counts, meaning, moment, reuse, revision
from readiness.report._standing import last_whole
from readiness.terminal.blocks import Block, Grid, Line, Part, Style, title
from readiness.text.layout import bar, duration, percentage
from readiness.text.sentences import Sentences

_NAMES = 6
_MET = {True: Verdict.PASS, False: Verdict.FAIL, None: Verdict.ERROR}
_DOT: Part = (" · ", Style.DIM)


def header(run: RunDocument, say: Sentences) -> Iterator[Line]:
    """Yield what was measured, and when."""
    yield Line(parts=((run.board.title, Style.STRONG),))
    facts = [say("report.profile", name=run.profile)] if run.profile else []
    facts.append(revision(run, say))
    if run.base is not None:
        facts.append(say("report.base", base=f"{run.base.ref} {run.base.commit[:10]}"))
    facts += [moment(run.started_at), duration(run.duration_s), *reuse(run, say)]
    yield Line(parts=((" · ".join(facts), Style.DIM),))
    if run.interrupted:
        yield Line(parts=((say("report.interrupted"), Style.BAD),))


def milestones(run: RunDocument, say: Sentences) -> Iterator[Block]:
    """Yield whether each milestone is met, and when it is due."""
    if not run.milestones:
        return
    yield from title(say("report.milestones"))
    rows = [
        [
            (f"  {milestone.id}", Style.PLAIN),
            (_state(milestone, say), Style(_MET[milestone.met].tone)),
            (say("report.due", date=milestone.due) if milestone.due else "", Style.DIM),
            (milestone.title, Style.PLAIN),
        ]
        for milestone in run.milestones
    ]
    yield Grid(rows=rows, heads=[], flexible=3)


def _state(milestone: MilestoneRecord, say: Sentences) -> str:
    return f"{_MET[milestone.met].mark} {say(f'report.milestone.{milestone.state}')}"


def score(run: RunDocument, say: Sentences, *, folded: bool = False) -> Iterator[Line]:
    """Yield the count of each verdict, the score, and the way to the target.

    Where the grid is `folded`, the count says how to see all.
    """
    yield Line()
    more: tuple[Part, ...] = (_DOT, (say("report.hidden"), Style.DIM)) if folded else ()
    yield Line(parts=(*_counts(run, say), *more))
    record = run.score
    shown = score_text(record, say)
    goal = goal_text(record.target)
    of = over(record, say)
    words = say("report.score", score=shown, over=of, target=goal)
    if record.value is not None:
        percent = percentage(shown)
        words = say("report.readiness", percent=percent, score=shown, over=of, target=goal)
    parts: list[Part] = [(words, Style.STRONG)]
    if record.value is not None and (progress := record.progress) is not None:
        parts.append((f"  {bar(progress, 30)}", Style.GOOD if progress >= 1 else Style.WARN))
    yield Line(parts=tuple(parts))
    if not record.measured == record.in_scope == record.total:
        measured = say(
            "report.measured", measured=record.measured, scope=record.in_scope, total=record.total
        )
        yield Line(parts=((measured, Style.PLAIN),))
    if run.selected and not run.interrupted:
        whole = last_whole(run, say) or say("report.no_whole_run")
        yield Line(parts=((whole, Style.DIM),))


def _counts(run: RunDocument, say: Sentences) -> tuple[Part, ...]:
    parts: list[Part] = []
    for shown, count in badge_counts(run.criteria(), say):
        parts += [_DOT] if parts else []
        parts.append((f"{count} {shown.word}", Style(shown.like.tone)))
    return tuple(parts)


def also_failed(run: RunDocument, say: Sentences) -> Iterator[Line]:
    """Yield what is bad and in no reason of the decision."""
    lines = first_reasons(also_bad(run), say)
    for line in lines:
        yield Line(parts=((line, Style.PLAIN),))
    if lines:
        yield Line()


def decision(
    run: RunDocument, say: Sentences, reasons: list[str], *, verbose: bool = False
) -> Iterator[Line]:
    """Yield these of the gate's reasons, and last the decision."""
    gate = run.gate
    for number, reason in enumerate(first_reasons(reasons, say, whole=verbose)):
        yield Line(
            label=("" if number else say("report.reasons"), Style.DIM),
            parts=((reason, Style.PLAIN),),
        )
    if reasons:
        yield Line()
    if run.gate.decision is Decision.PARTIAL and not run.left_to:
        yield _part(run, say)
    mark, style = gate.decision.mark, Style(gate.decision.tone)
    yield Line(
        parts=(
            (f"{mark} {say(f'decision.{gate.decision}')}", style),
            (meaning(run.gate, say), Style.PLAIN),
            (f" · {say('report.exit_status', status=gate.exit_status)}", Style.DIM),
        )
    )


def _part(run: RunDocument, say: Sentences) -> Line:
    """Format whether what was asked for is good, with ids of tasks that were measured whole."""
    names: list[str] = []
    for task in run.tasks:
        measured = task.in_scope()
        whole = len(measured) == len(task.criteria)
        names += [task.id] if whole else [criterion.id for criterion in measured]
    verdicts = [record.verdict for record in run.criteria() if record.verdict.in_scope]
    if not verdicts:
        return Line(parts=((f"- {say('report.part_none')}", Style.DIM),))
    bad = [verdict for verdict in verdicts if verdict.bad]
    selected = ", ".join(names) if len(names) <= _NAMES else say("report.part_all")
    good, scope = len(verdicts) - len(bad), len(verdicts)
    if not bad:
        verdict = Verdict.PASS
        answer = say("report.part_good", names=selected, good=good, scope=scope)
    else:
        verdict = Verdict.FAIL if Verdict.FAIL in bad else Verdict.ERROR
        answer = say("report.part_bad", names=selected, good=good, scope=scope)
    return Line(parts=((f"{verdict.mark} {answer}", Style(verdict.tone)),))
