"""What to do next: the first steps in full, a row for each of the others."""

from collections.abc import Iterator, Sequence

from readiness.advice.steps import NOT_MEASURED, NextStep
from readiness.report._shown import verdict_part
from readiness.terminal.blocks import Block, Grid, Line, Part, Style, plain, text_lines
from readiness.text.layout import points
from readiness.text.sentences import Sentences

STEPS_IN_FULL = 3
"""How many steps are shown in full; the others have a row each."""


def step_blocks(steps: Sequence[NextStep], say: Sentences) -> Iterator[Block]:
    """Yield the first steps in full, of the others a row each, and what they gain together."""
    if not steps:
        yield from text_lines(say("next.nothing"))
        return
    explained: set[str] = set()
    causes = _by_cause(steps)
    for steps_of_cause in causes[:STEPS_IN_FULL]:
        task = steps_of_cause[0].task
        yield from _full_step(steps_of_cause, say, with_steps=task not in explained)
        explained.add(task)
        yield Line()
    if rest := [step for steps_of_cause in causes[STEPS_IN_FULL:] for step in steps_of_cause]:
        yield Grid(
            rows=[_step_row(step, say) for step in rest],
            heads=say.heads("next.heads"),
            right=(3,),
            flexible=6,
            spare=(5, 2),
        )
        yield Line()
    gain = points(sum(step.gain for step in steps))
    yield Line(parts=((say("next.total", count=len(steps), gain=gain), Style.STRONG),))


def _step_row(step: NextStep, say: Sentences) -> list[Part]:
    return [
        (step.id, Style.STRONG),
        *plain(step.priority),
        (say("report.blocks") if step.blocking else "", Style.BAD),
        *plain(f"+{points(step.gain)}"),
        verdict_part(step.verdict, say),
        *plain(" ".join(step.after)),
        *plain(step.title if step.reason == NOT_MEASURED else step.hint or step.reason),
    ]


def _by_cause(steps: Sequence[NextStep]) -> list[list[NextStep]]:
    """Put those steps together that one cause keeps from being measured."""
    blocks: dict[object, list[NextStep]] = {}
    for place, step in enumerate(steps):
        shared = step.verdict.unknown and step.reason != NOT_MEASURED
        blocks.setdefault((step.reason, step.hint) if shared else place, []).append(step)
    return list(blocks.values())


def _full_step(
    same_cause: Sequence[NextStep], say: Sentences, *, with_steps: bool
) -> Iterator[Line]:
    """Yield everything about the first step of a cause, and name those that share it.

    What the board says to do for its task is told `with_steps`.
    """
    step = same_cause[0]
    facts = [step.priority, *([say("report.blocking")] if step.blocking else [])]
    facts.append(f"+{points(step.gain)}")
    facts += [say("next.waits", names=", ".join(step.after))] if step.after else []
    mark, style = verdict_part(step.verdict, say)
    label = f"{mark}  {step.id}"
    yield Line(
        label=(label, style),
        parts=(
            (f"{step.title}  ", Style.STRONG),
            (f"({say('report.comma').join(facts)})", Style.DIM),
        ),
    )
    to_do = [*([step.hint] if step.hint else []), *(step.steps if with_steps else [])]
    by_hand = [step.by_hand] if step.by_hand not in ("", step.check) else []
    parts = [
        (say("next.also"), [f"{other.id}  {other.title}" for other in same_cause[1:]]),
        (say("report.found"), [] if step.reason == NOT_MEASURED else [step.reason]),
        (say("report.where"), step.findings),
        (say("report.next_step"), to_do),
        (say("report.by_hand"), by_hand),
        (say("next.then"), [step.check]),
    ]
    for name, lines in parts:
        for place, line in enumerate(lines):
            label = "" if place else name
            text = ((line, Style.PLAIN),)
            yield Line(label=(label, Style.DIM), parts=text, indent=2)
