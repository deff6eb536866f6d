"""The questions on a terminal: each proposal can be taken, refused or edited."""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from readiness.model.expect import parse
from readiness.model.words import Priority
from readiness.propose.proposals import Proposal

Ask = Callable[[str], str]
"""Shows a prompt and returns the line that was typed. Raises EOFError where there is no more."""

CHOICES: Final = "[Y]es, (n)o, (e)dit, (a)ll the rest, (q)uit"


def choose(
    proposals: Sequence[Proposal], ask: Ask, tell: Callable[[str], None]
) -> tuple[list[Proposal], list[Proposal]]:
    """The proposals that were taken, as they were edited, and those that were refused.

    Raises EOFError for one who quits.
    """
    taken: list[Proposal] = []
    refused: list[Proposal] = []
    for number, one in enumerate(proposals, 1):
        tell(
            f"\n{number} of {len(proposals)}  {one.priority}  {one.task}: {one.title}\n{_what(one)}"
        )
        answer = _answer(ask)
        if answer == "a":
            return [*taken, *proposals[number - 1 :]], refused
        if answer == "q":
            raise EOFError
        if answer == "e":
            one = _edited(one, ask, tell)
        (refused if answer == "n" else taken).append(one)
    return taken, refused


def _answer(ask: Ask) -> str:
    while True:
        given = ask(f"  {CHOICES}: ").strip().lower()[:1] or "y"
        if given in "yneaq":
            return given


def _what(one: Proposal) -> str:
    what = f"check: {one.check}" if one.check else f"run: {one.run}"
    given = "".join(f", {name}: {value}" for name, value in one.params.items() if value)
    return f"  {what}{given}\n  {one.why}"


def _edited(one: Proposal, ask: Ask, tell: Callable[[str], None]) -> Proposal:
    """Ask for each thing that may be changed; an empty line keeps it, "-" makes it empty."""
    title = _typed("title", one.title, ask) or one.title
    priority = one.priority
    while True:
        given = _typed("priority", priority.value, ask)
        if given in list(Priority):
            priority = Priority(given)
            break
        tell(f"  there is {', '.join(Priority)}")
    if one.run:
        run = _typed("run", one.run, ask) or one.run
        return msgspec.structs.replace(one, title=title, priority=priority, run=run)
    params = {name: _typed(name, value, ask) for name, value in one.params.items()}
    while True:
        expect = _typed("expect", one.expect, ask, empty="by what is measured")
        try:
            if expect:
                parse(expect)
            break
        except ValueError as error:
            tell(f"  {error}")
    return msgspec.structs.replace(
        one, title=title, priority=priority, params=params, expect=expect
    )


def _typed(name: str, value: str, ask: Ask, empty: str = "") -> str:
    given = ask(f"    {name} [{value or empty}]: ").strip()
    return "" if given == "-" else given or value
