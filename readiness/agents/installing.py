"""Writing a hook into an agent's settings, and taking it out."""

import os
import shlex
import shutil
import sys
from contextlib import suppress

from readiness.agents.forms import Agent, Event
from readiness.agents.settings import fresh, with_hooks, without_hooks
from readiness.command_line.writing import command_line
from readiness.model.errors import ExitStatus, NotWrittenError, UsageError
from readiness.model.settings import RunSettings, find_board
from readiness.project.git import repository
from readiness.report import write_over, write_report
from readiness.terminal.ending import heed_board_here
from readiness.terminal.output import put_text
from readiness.text.sentences import for_reader
from readiness.text.worded import worded


def edit_settings(agent: Agent, settings: RunSettings, *, remove: bool) -> int:
    """Write the hooks into the agent's settings of this project, or take them out, and say so.

    Raises `UsageError` where the settings cannot be understood, and where there is no board.
    """
    folder = os.path.abspath(settings.project or os.curdir)
    root = repository(folder) or folder
    path = os.path.realpath(os.path.join(root, agent.settings))
    text = _read_settings(path)
    before = text or fresh(agent)
    try:
        if remove:
            after = without_hooks(before, agent)
        else:
            commands = {event: _hook_command(agent, event, root, settings) for event in Event}
            after = with_hooks(before, agent, commands)
    except ValueError as error:
        raise UsageError(worded("hook.settings", path=path, why=error)) from None
    heed_board_here()
    say = for_reader()
    if after == text or (remove and not text):
        put_text(say("hook.as_it_was", path=path))
        return ExitStatus.READY
    if remove and after.split() == fresh(agent).split():
        os.unlink(path)
        with suppress(OSError):  # unless something else is in it
            os.rmdir(os.path.dirname(path))
    else:
        _write(path, after)
    if remove:
        put_text(say("hook.removed", agent=agent.title, path=path))
    else:
        put_text(say("hook.installed", agent=agent.title, path=path))
        put_text(say(f"hook.next.{agent.name}"))
    return ExitStatus.READY


def _read_settings(path: str) -> str:
    """Return the text of an agent's settings; "" where there are none."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(worded("hook.settings", path=path, why=error)) from None


def _hook_command(agent: Agent, event: Event, root: str, settings: RunSettings) -> str:
    """Return what the agent has to call; what is in the project is named from its root."""
    board = settings.board or os.environ.get("READINESS_BOARD")
    if not board:
        find_board(settings, {}, root)  # without one the hook would be silent for ever
    asked = RunSettings(
        board=os.path.abspath(board) if board else None,
        profile=settings.profile or None,
        base=settings.base or None,
    )
    words = command_line("hook", asked, event=event.value, agent=agent.name)
    quoted = [
        _from_root(agent, root, word) if word == asked.board else shlex.quote(word)
        for word in words
    ]
    return " ".join([*_program(agent, root), *quoted])


def _program(agent: Agent, root: str) -> list[str]:
    script = os.path.abspath(sys.argv[0])
    if os.path.basename(script) != "readiness" or not os.access(script, os.X_OK):
        return [_from_root(agent, root, sys.executable), "-P", "-m", "readiness"]
    if os.path.dirname(os.path.relpath(script, root)).startswith(os.pardir):
        on_path = shutil.which("readiness")
        if on_path and os.path.samefile(on_path, script):
            return ["readiness"]
    return [_from_root(agent, root, script)]


def _from_root(agent: Agent, root: str, path: str) -> str:
    relative = os.path.relpath(path, root)
    if relative.startswith(os.pardir):
        return shlex.quote(path)
    return f"{agent.root}/{shlex.quote(relative)}"


def _write(path: str, text: str) -> None:
    """Put the text in the place of the file, whole or not at all, with the rights that it has."""
    if os.path.exists(path):
        write_over(path, text.encode())
        return
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    except OSError as error:
        raise NotWrittenError(f"{path}: {error.strerror}") from None
    write_report(path, text)
