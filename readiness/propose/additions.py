"""What is new for a board that is there already, and the board's text with it."""

import re
from collections.abc import Iterator, Sequence

from readiness.load import text_data
from readiness.model.board import Board
from readiness.model.errors import UsageError
from readiness.propose.board_text import PlannedTask, task_lines
from readiness.propose.proposal import Proposal
from readiness.text.sentences import Sentences
from readiness.text.worded import worded
from readiness.text.yaml_events import MappingNode, Node, ScalarNode, SequenceNode, outline


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
    text = content.decode("utf-8")
    tasks = _tasks(outline(text))
    if tasks is None:
        raise UsageError(worded("init.no_place"))
    lines = text.splitlines(keepends=True)
    end = max(leaf.end_mark.line for leaf in _leaves(tasks)) + 1
    while not re.match(r"\s*[^\s#]", "".join(lines[end - 1 : end])):
        end -= 1
    indent = " " * tasks.start_mark.column
    ending = "\r\n" if "\r\n" in text else "\n"
    added = [line for group in groups for line in ["", *task_lines(group, say)]]
    block = "".join(f"{indent}{line[2:]}".rstrip() + ending for line in added)
    before = "".join(lines[:end])
    new = before + ("" if before.endswith("\n") else ending) + block + "".join(lines[end:])
    if not _is_longer(text_data(content), text_data(new.encode())):
        raise UsageError(worded("init.no_place"))
    return new


def _is_longer(old: object, new: object) -> bool:
    """Return whether a board's data is that of another one, with more tasks behind its own."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return False
    return {**new, "tasks": new["tasks"][: len(old["tasks"])]} == old


def _tasks(root: Node | None) -> SequenceNode | None:
    """Return the list of tasks, where it has an item a line."""
    if isinstance(root, MappingNode):
        for key, value in root.value:
            if key.value == "tasks" and isinstance(value, SequenceNode) and not value.flow_style:
                return value
    return None


def _leaves(node: Node) -> Iterator[ScalarNode]:
    if isinstance(node, ScalarNode):
        yield node
    elif isinstance(node, MappingNode):
        for pair in node.value:
            for part in pair:
                yield from _leaves(part)
    elif isinstance(node, SequenceNode):
        for part in node.value:
            yield from _leaves(part)
