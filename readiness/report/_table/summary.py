"""The head of the table, and its end: the score, the reasons and the decision."""

from collections import Counter
from collections.abc import Iterator

from readiness.model.words import Verdict
from readiness.record.document import MilestoneRecord, RunDocument
from readiness.report._shown import meaning, moment, percent, revision, target
from readiness.report._table.blocks import Line, Part, Style
from readiness.report._table.problems import heading
from readiness.text.labels import Labels
from readiness.text.layout import bar, duration, literal, pad, width

_DOT: Part = (" · ", Style.DIM)


def header(run: RunDocument, words: Labels) -> Iterator[Line]:
    """Tell what was measured, and when."""
    yield Line(parts=((literal(run.board.title), Style.STRONG),))
    facts = [words.profile.format(literal(run.profile))] if run.profile else []
    facts.append(revision(run, words))
    if run.base is not None:
        facts.append(words.base.format(f"{literal(run.base.ref)} {literal(run.base.commit)[:10]}"))
    facts += [moment(run.started_at), duration(run.duration_s)]
    yield Line(parts=((" · ".join(facts), Style.DIM),))
    if run.interrupted:
        yield Line(parts=((words.interrupted, Style.BAD),))


def milestones(run: RunDocument, words: Labels) -> Iterator[Line]:
    """Tell of each milestone whether it is met, and when it is due."""
    if not run.milestones:
        return
    yield from heading(words.milestones)
    names = [literal(milestone.id) for milestone in run.milestones]
    dues = [words.due.format(literal(item.due)) if item.due else "" for item in run.milestones]
    states = [_state(milestone, words) for milestone in run.milestones]
    cells, due_cells, state_cells = (max(map(width, texts)) + 2 for texts in (names, dues, states))
    for name, due, state, milestone in zip(names, dues, states, run.milestones, strict=True):
        yield Line(
            label=(name, Style.PLAIN),
            label_cells=cells,
            parts=(
                (
                    pad(state, state_cells),
                    Style.GOOD if milestone.met else Style.BAD,
                ),
                (pad(due, due_cells), Style.DIM),
                (literal(milestone.title), Style.PLAIN),
            ),
            indent=2,
        )


def _state(milestone: MilestoneRecord, words: Labels) -> str:
    if milestone.met:
        return f"✓ {words.met}"
    return f"✗ {words.overdue if milestone.overdue else words.not_met}"


def score(run: RunDocument, words: Labels) -> Iterator[Line]:
    """Tell how many have which verdict, the score, and the way to the target."""
    yield Line()
    yield Line(parts=_counts(run, words))
    record = run.score
    shown = literal(record.shown) if record.value is not None else words.unknown
    goal = target(record.target)
    yield Line(
        parts=(
            (words.score.format(shown, goal), Style.STRONG),
            _DOT,
            (words.measured.format(record.measured, record.in_scope, record.total), Style.PLAIN),
        )
    )
    if record.value is not None:
        reached = record.progress >= 1
        yield Line(
            parts=(
                (bar(record.progress, 30), Style.GOOD if reached else Style.WARN),
                (f" {words.way.format(percent(record.progress), goal)}", Style.DIM),
            )
        )


def _counts(run: RunDocument, words: Labels) -> tuple[Part, ...]:
    counts = Counter(criterion.verdict for criterion in run.criteria())
    parts: list[Part] = []
    for verdict in Verdict:
        if counts[verdict]:
            parts += [_DOT] if parts else []
            parts.append((f"{counts[verdict]} {words.verdicts[verdict]}", Style(verdict.tone)))
    return tuple(parts)


def decision(run: RunDocument, words: Labels) -> Iterator[Line]:
    """Give the reasons, and last the decision."""
    gate = run.gate
    cells = width(words.reasons) + 2
    for number, reason in enumerate(gate.reasons):
        yield Line(
            label=("" if number else words.reasons, Style.DIM),
            label_cells=cells,
            parts=((literal(reason), Style.PLAIN),),
        )
    if gate.reasons:
        yield Line()
    mark, style = gate.decision.mark, Style(gate.decision.tone)
    yield Line(
        parts=(
            (f"{mark} {words.decisions[gate.decision]}", style),
            (meaning(run, words), Style.PLAIN),
            (f" · {words.exit_status.format(gate.exit_status)}", Style.DIM),
        )
    )
