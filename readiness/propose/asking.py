"""The questions on a terminal: each proposal can be taken or refused."""

from collections.abc import Callable, Sequence

from readiness.propose.facts import Omission
from readiness.propose.proposal import Proposal
from readiness.text.sentences import Sentences
from readiness.text.worded import in_language, joined, worded

Ask = Callable[[str], str]
"""Shows a prompt and returns the line that was typed. Raises EOFError where there is no more."""


def choose(
    proposals: Sequence[Proposal], ask: Ask, tell: Callable[[str], None], say: Sentences
) -> tuple[list[Proposal], list[Proposal]]:
    """Ask about each proposal; return those taken and those refused.

    Raises EOFError for one who quits.
    """
    taken: list[Proposal] = []
    refused: list[Proposal] = []
    for number, proposal in enumerate(proposals, 1):
        place = say("init.number_of", number=number, count=len(proposals))
        title = in_language(joined([proposal.task, proposal.title], "colon"), say)
        probe = f"check: {proposal.check}" if proposal.check else f"run: {proposal.run}"
        params = "".join(f", {name}: {value}" for name, value in proposal.params.items())
        why = in_language(proposal.why, say)
        tell(f"\n{place}  {proposal.priority}  {title}\n  {probe}{params}\n  {why}")
        answer = ""
        while answer not in ("y", "n", "a", "q"):
            answer = ask(f"  {say('init.choices')}: ").strip().lower()[:1] or "y"
        if answer == "a":
            return [*taken, *proposals[number - 1 :]], refused
        if answer == "q":
            raise EOFError
        (refused if answer == "n" else taken).append(proposal)
    return taken, refused


def refusal(proposal: Proposal) -> Omission:
    """Return what is told of a proposal that was refused."""
    what = joined([proposal.check or proposal.run, proposal.title], "colon")
    return Omission(what=what, why=worded("init.refused"))
