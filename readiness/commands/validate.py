"""`readiness validate`: every mistake of a board and its checks, and nothing else."""

from readiness.commands.opening import open_board
from readiness.errors import ExitStatus
from readiness.output import put_text
from readiness.settings import BoardSettings


def validate(settings: BoardSettings) -> int:
    """Load the board. Raises `BoardError` with all its faults."""
    board = open_board(settings)
    if not settings.quiet:
        criteria = sum(len(task.criteria) for task in board.tasks)
        put_text(f"{board.path}: valid: {len(board.tasks)} tasks, {criteria} criteria")
    return ExitStatus.READY
