"""The command that serves other programs."""

from readiness.cli.app import app
from readiness.cli.options import Board, History, Profile, Project, given_history
from readiness.model.settings import RunSettings


@app.command()
def mcp(
    board: Board = None,
    project: Project = None,
    profile: Profile = None,
    history: History = None,
) -> int:
    """Serve check, next, show, explain and guard to coding agents (Model Context Protocol)."""
    from readiness.commands.mcp import mcp as command

    return command(
        RunSettings(board=board, project=project, profile=profile, history=given_history(history))
    )
