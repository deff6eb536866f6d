"""What `next` says of a step: what was found, where, what to do, and how to see that it is done."""

from collections.abc import Iterator, Sequence

import msgspec

from readiness.model.words import Verdict
from readiness.text.layout import columns, literal, pad, points, width, wrap
from readiness.text.sentences import Sentences

STEPS_IN_FULL = 3
"""How many steps are told in full; the others have a line each."""


class NextStep(msgspec.Struct, frozen=True, kw_only=True):
    """An open criterion. `gain` is in points of 10; `after` names the tasks it waits for.

    `by_hand` is a command by which people see the same, `steps` are those of its task, `findings`
    the first places that its tool names, and `check` the command that measures it again.
    """

    id: str
    title: str
    task: str
    priority: str
    verdict: str
    gain: float
    blocking: bool
    after: list[str]
    reason: str
    hint: str | None
    by_hand: str = ""
    steps: list[str] = []
    findings: list[str] = []
    check: str = ""


def step_lines(
    steps: Sequence[NextStep], say: Sentences, limit: int | None, nothing_new: str
) -> Iterator[str]:
    """Tell the first steps in full, and of the others a line each.

    `nothing_new` is the reason of what was never measured, which needs no telling.
    """
    blocks = _by_cause(steps, nothing_new)
    for number, block in enumerate(blocks[:STEPS_IN_FULL], 1):
        if number > 1:
            yield ""
        yield from _block_lines(block, say, limit, nothing_new)
    rest = [step for block in blocks[STEPS_IN_FULL:] for step in block]
    if not rest:
        return
    yield ""
    rows = [
        [
            step.id,
            step.priority,
            say("report.blocks") if step.blocking else "",
            f"+{points(step.gain)}",
            say(f"verdict.{step.verdict}"),
            " ".join(step.after),
            step.title if step.reason == nothing_new else step.hint or step.reason,
            step.by_hand,
        ]
        for step in rest
    ]
    heads = say.heads("next.heads")
    yield columns(rows, heads, right=(3,), flexible=6, limit=limit, spare=(7, 5, 2)).rstrip()


def _by_cause(steps: Sequence[NextStep], nothing_new: str) -> "list[list[NextStep]]":
    """Put those steps together that one cause keeps from being measured."""
    blocks: dict[object, list[NextStep]] = {}
    for place, step in enumerate(steps):
        shared = step.verdict == Verdict.ERROR and step.reason != nothing_new
        blocks.setdefault((step.reason, step.hint) if shared else place, []).append(step)
    return list(blocks.values())


def _block_lines(
    block: "list[NextStep]", say: Sentences, limit: int | None, nothing_new: str
) -> Iterator[str]:
    """Tell the first step of a block in full, and name those that share its cause."""
    step = block[0]
    facts = [step.priority, *([say("report.blocking")] if step.blocking else [])]
    facts.append(f"+{points(step.gain)}")
    facts += [say("next.waits", names=", ".join(step.after))] if step.after else []
    yield f"{step.id}  {step.title}  ({', '.join(facts)})"
    parts = [
        (say("next.also"), [f"{other.id}  {other.title}" for other in block[1:]]),
        (say("report.found"), [] if step.reason == nothing_new else [step.reason]),
        (say("report.where"), step.findings),
        (say("report.next_step"), [*([step.hint] if step.hint else []), *step.steps]),
        (say("report.by_hand"), [step.by_hand] if step.by_hand else []),
        (say("next.then"), [step.check]),
    ]
    cells = max(width(label) for label, _ in parts) + 2
    for label, texts in parts:
        lines = [line for text in texts for line in _wrapped(text, limit, cells + 2)]
        for place, line in enumerate(lines):
            yield f"  {pad('' if place else label, cells)}{line}"


def _wrapped(text: str, limit: int | None, used: int) -> list[str]:
    """Return the lines of a text, beside which `used` cells of each line are taken."""
    text = literal(text)
    return [text] if limit is None else wrap(text, max(limit - used, 20))
