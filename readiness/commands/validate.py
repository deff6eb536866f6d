"""`readiness validate`: every mistake of a board and its checks, and nothing else."""

import os

from readiness.errors import ExitStatus
from readiness.load import load_board
from readiness.output import put
from readiness.settings import BoardSettings, find_board


def validate(settings: BoardSettings) -> int:
    """Load the board. Raises `BoardError` with all its faults."""
    path = find_board(settings, os.environ, os.getcwd())
    board = load_board(path, profile=settings.profile, environ=os.environ, project=settings.project)
    if not settings.quiet:
        criteria = sum(len(task.criteria) for task in board.tasks)
        put(f"{path}: valid: {len(board.tasks)} tasks, {criteria} criteria")
    return ExitStatus.READY
