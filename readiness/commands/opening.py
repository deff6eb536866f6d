"""Opening the board that a command is about."""

import os

from readiness.errors import UsageError
from readiness.load import load_board
from readiness.model import Board
from readiness.settings import BoardSettings, find_board


def open_board(settings: BoardSettings) -> Board:
    """Find and load the board. Raises `UsageError` or `BoardError` where it cannot be used."""
    path = find_board(settings, os.environ, os.getcwd())
    project = settings.project
    if project is not None and not os.path.isdir(project):
        raise UsageError(f"--project: there is no folder {project}")
    return load_board(path, profile=settings.profile, environ=os.environ, project=project)
