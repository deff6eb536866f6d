"""The questions on a terminal: each proposal can be taken, refused or edited."""

from collections.abc import Callable, Sequence

import msgspec

from readiness.model.expect import parse
from readiness.model.words import Priority
from readiness.propose.proposals import Proposal
from readiness.text.sentences import Sentences
from readiness.text.worded import in_language, joined, words_of

Ask = Callable[[str], str]
"""Shows a prompt and returns the line that was typed. Raises EOFError where there is no more."""


def choose(
    proposals: Sequence[Proposal], ask: Ask, tell: Callable[[str], None], say: Sentences
) -> tuple[list[Proposal], list[Proposal]]:
    """Ask about each proposal; return those taken, as they were edited, and those refused.

    Raises EOFError for one who quits.
    """
    taken: list[Proposal] = []
    refused: list[Proposal] = []
    for number, one in enumerate(proposals, 1):
        place = say("init.number_of", number=number, count=len(proposals))
        about = in_language(joined([one.task, one.title], "colon"), say)
        tell(f"\n{place}  {one.priority}  {about}\n{_what(one, say)}")
        answer = _answer(ask, say)
        if answer == "a":
            return [*taken, *proposals[number - 1 :]], refused
        if answer == "q":
            raise EOFError
        if answer == "e":
            one = _edited(one, ask, tell, say)
        (refused if answer == "n" else taken).append(one)
    return taken, refused


def _answer(ask: Ask, say: Sentences) -> str:
    while True:
        given = ask(f"  {say('init.choices')}: ").strip().lower()[:1] or "y"
        if given in "yneaq":
            return given


def _what(one: Proposal, say: Sentences) -> str:
    what = f"check: {one.check}" if one.check else f"run: {one.run}"
    given = "".join(f", {name}: {value}" for name, value in one.params.items() if value)
    return f"  {what}{given}\n  {in_language(one.why, say)}"


def _edited(one: Proposal, ask: Ask, tell: Callable[[str], None], say: Sentences) -> Proposal:
    """Ask for each thing that may be changed; an empty line keeps it, "-" makes it empty."""
    shown = in_language(one.title, say)
    typed = _typed("title", shown, ask)
    title = one.title if typed in ("", shown) else typed
    priority = one.priority
    while True:
        given = _typed("priority", priority.value, ask)
        if given in list(Priority):
            priority = Priority(given)
            break
        names = in_language(joined(list(Priority), "names"), say)
        tell(f"  {say('init.there_is', names=names)}")
    if one.run:
        run = _typed("run", one.run, ask) or one.run
        return msgspec.structs.replace(one, title=title, priority=priority, run=run)
    params = {name: _typed(name, value, ask) for name, value in one.params.items()}
    while True:
        expect = _typed("expect", one.expect, ask, empty=say("init.by_measured"))
        try:
            if expect:
                parse(expect)
            break
        except ValueError as error:
            tell(f"  {in_language(words_of(error), say)}")
    return msgspec.structs.replace(
        one, title=title, priority=priority, params=params, expect=expect
    )


def _typed(name: str, value: str, ask: Ask, empty: str = "") -> str:
    given = ask(f"    {name} [{value or empty}]: ").strip()
    return "" if given == "-" else given or value
