"""What is new for a board that is there already, and the board's text with it."""

from collections.abc import Sequence

from readiness.load import text_data
from readiness.load.edit import BOM, break_at, end_of, line_end, pair_of
from readiness.model.board import Board
from readiness.model.errors import UsageError
from readiness.propose.board_text import PlannedTask, task_lines
from readiness.propose.proposal import Proposal
from readiness.text.sentences import Sentences
from readiness.text.worded import worded
from readiness.text.yaml_events import SequenceNode, outline


def new_proposals(proposals: Sequence[Proposal], board: Board) -> list[Proposal]:
    """Return the proposals that no criterion of the board is about.

    A check that is proposed several times is another one with other parameters. That no tests are
    recognised is nothing new.
    """
    checks = [proposal.check for proposal in proposals if proposal.check]
    several = {check for check in checks if checks.count(check) > 1}
    names = {criterion.check.name for criterion in board.criteria() if criterion.check}
    runs = {criterion.check.run.strip() for criterion in board.criteria() if criterion.check}

    def is_there(proposal: Proposal) -> bool:
        if proposal.run:
            return bool(proposal.exits) or proposal.run in runs
        if proposal.check not in several:
            return proposal.check in names
        return any(
            criterion.check.name == proposal.check
            and proposal.params.items() <= criterion.params.items()
            for criterion in board.criteria()
            if criterion.check
        )

    return [proposal for proposal in proposals if not is_there(proposal)]


def with_tasks(content: bytes, groups: Sequence[PlannedTask], say: Sentences) -> str:
    """Return a board's text with tasks behind its last; every line that is there stays.

    Raises `UsageError` where the text leaves no place for a line.
    """
    text = content.decode("utf-8-sig")
    root = outline(text)
    pair = pair_of(root, "tasks") if root else None
    if pair is None or not isinstance(pair[1], SequenceNode) or pair[1].flow_style:
        raise UsageError(worded("init.no_place"))
    place = line_end(text, end_of(text, pair[1]))
    start = break_at(text, place) + " " * pair[1].start_mark.column
    added = [line for group in groups for line in ["", *task_lines(group, say)]]
    block = "".join(f"{start}{line[2:]}".rstrip(" ") for line in added)
    mark = "\ufeff" if content.startswith(BOM) else ""
    new = f"{mark}{text[:place]}{block}{text[place:] or break_at(text, place)}"
    if not _is_longer(text_data(content), text_data(new.encode())):
        raise UsageError(worded("init.no_place"))
    return new


def _is_longer(old: object, new: object) -> bool:
    """Return whether a board's data is that of another one, with more tasks behind its own."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return False
    return {**new, "tasks": new["tasks"][: len(old["tasks"])]} == old
