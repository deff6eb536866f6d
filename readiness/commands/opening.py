"""Opening the board that a command is about."""

import os

from readiness.errors import UsageError
from readiness.load import load_board
from readiness.model import Board, Milestone
from readiness.settings import BoardSettings, RunSettings, find_board


def open_board(settings: BoardSettings) -> Board:
    """Find and load the board. Raises `UsageError` or `BoardError` where it cannot be used."""
    path = find_board(settings, os.environ, os.getcwd())
    project = settings.project
    if project is not None and not os.path.isdir(project):
        raise UsageError(f"--project: there is no folder {project}")
    return load_board(path, profile=settings.profile, environ=os.environ, project=project)


def asked_milestone(settings: RunSettings, board: Board) -> Milestone | None:
    """The milestone that the gate is to decide on. Raises `UsageError` for one that is not there.

    A selection cannot show a milestone to be met, so both together are an error too.
    """
    if settings.milestone is None:
        return None
    for milestone in board.milestones:
        if milestone.id == settings.milestone:
            if settings.selectors:
                raise UsageError("--milestone needs the whole board: leave the selectors out")
            return milestone
    names = ", ".join(milestone.id for milestone in board.milestones)
    there = f"there is {names}" if names else "the board has none"
    raise UsageError(f'--milestone: no milestone is called "{settings.milestone}"; {there}')
