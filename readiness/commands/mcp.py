"""Serve check, next, show and guard to coding agents (Model Context Protocol)."""

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from readiness import __version__
from readiness.agents.briefing import (
    CHARACTERS,
    STEPS,
    Answer,
    in_text,
    run_answer,
    without_blanks,
)
from readiness.command_line import options
from readiness.command_line.options import Verb, asked
from readiness.command_line.writing import command_line
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.settings import RunSettings, find_board
from readiness.record.document import from_json
from readiness.text.clean import clean

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.types import CallToolResult

INSTALL = "pip install 'readiness[mcp]'"
INSTRUCTIONS = """\
A release gate that measures. A criterion passes on what was measured alone: do not edit the board,
its checks or the settings of tools to make it pass; `guard` shows every such change. Start with
`next`, repair what it names first, then `check` that criterion alone, and `show` it for the whole
evidence. Exit statuses: 0 ready or all good, 1 not ready, 2 wrong board or arguments, 3 undecided,
4 the change loosens its own gate, 5 a report was not written.
"""


def mcp(
    board_file: options.Board = None,
    project: options.Project = None,
    profile: options.Profile = None,
    history: options.History = None,
) -> int:
    """Serve on standard input and output until the client goes.

    Raises `UsageError` where the SDK is missing, and where no board is found.
    """
    settings = asked(locals())
    find_board(settings, os.environ, os.getcwd())
    try:
        import mcp as sdk  # noqa: F401 - only whether it is there
    except ImportError:
        raise UsageError(f"readiness mcp needs the protocol's SDK: {INSTALL}") from None
    gc.enable()  # switched off for runs, which are short
    server(settings).run("stdio")
    return ExitStatus.READY


def server(settings: RunSettings) -> "MCPServer":
    """Create the server with its tools, for the board of these settings."""
    from mcp.server.mcpserver import MCPServer
    from mcp.types import ToolAnnotations

    made = MCPServer("readiness", version=__version__, instructions=INSTRUCTIONS, log_level="ERROR")
    reading = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    running = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=True)
    commands = _Commands(settings)
    tools: dict[str, Callable[..., Any]] = {
        "check": commands.check,
        "next": commands.next_steps,
        "show": commands.show,
        "guard": commands.guard,
    }
    for name, tool in tools.items():
        hints = running if name in ("check", "guard") else reading
        # Not structured by the SDK, whose text would be JSON.
        made.tool(name=name, annotations=hints, structured_output=False)(tool)
    return made


class _Commands:
    """The tools. Their docstrings are what an agent reads of them."""

    def __init__(self, settings: RunSettings) -> None:
        self._settings = msgspec.structs.replace(settings, output_format="json")

    async def check(self, selectors: list[str] | None = None, characters: int = CHARACTERS) -> Any:
        """Run the probes and decide whether the project is ready.

        `selectors` are task or criterion ids, P0, tag:NAME, check:NAME, or failed; without any,
        the whole board is run and the release is decided on. Returns the exit status, the
        decision with its reasons, the score, a line for each criterion that is not good, and
        details of the first ones (output, places, what to do), all in at most so many
        `characters`: ask for more where `more` says that there is more.
        """
        asked = msgspec.structs.replace(self._settings, selectors=tuple(selectors or ()))
        status, out, err = await self._run("check", asked)
        if not out:
            raise _failed(status, err)
        return _result(run_answer(from_json(out, "check"), status, max(characters, CHARACTERS)))

    async def next_steps(self, to: float | None = None, most: int = STEPS) -> Any:
        """Tell what to do next by the newest measurements: open criteria by gain, blockers first.

        With `to`, a score from 0 to 10, also tasks that reach it. At most so many criteria are
        told; `more` says how many others are open.
        """
        answer = await self._json("next", to=None if to is None else f"{to:g}")
        criteria = answer.get("criteria")
        if isinstance(criteria, list) and (left := len(criteria) - max(most, 1)) > 0:
            answer["criteria"] = criteria[:-left]
            answer["more"] = f"{left} more are open: next with a higher most"
        return _result(answer)

    async def show(self, subject: str) -> Any:
        """Show one task or criterion by its newest measurement, with the evidence of it.

        `subject` is its id. The evidence is each probe's command, exit status, duration and output.
        """
        return _result(await self._json("show", subject=subject))

    async def guard(self, base: str, no_run: bool = False) -> Any:
        """Tell what the change since the revision `base` loosens.

        In the gate (criteria, expectations, weights, commands, waivers), and in what it measures
        (suppressions, tests, settings of tools, recipes, scripts). What decides how a criterion is
        measured is taken from the base, and measured over the change in a throw-away copy; with
        `no_run` nothing is run, and less is seen. Exit status 4 means that something was loosened.
        """
        asked = msgspec.structs.replace(self._settings, base=base)
        return _result(await self._json("guard", asked, no_run=no_run))

    async def _json(
        self, command: str, settings: RunSettings | None = None, **parameters: object
    ) -> Answer:
        status, out, err = await self._run(command, settings, **parameters)
        if not out:
            raise _failed(status, err)
        answer: Answer = msgspec.json.decode(out, type=Answer)
        return without_blanks({"exit_status": status, **answer})

    async def _run(
        self, command: str, settings: RunSettings | None = None, **parameters: object
    ) -> tuple[int, bytes, str]:
        import anyio

        words = command_line(command, settings or self._settings, **parameters)
        if any("\0" in word for word in words):
            raise _failed(
                ExitStatus.USAGE, "a NUL character is in the arguments, where none can be"
            )
        ended = await anyio.run_process(
            [sys.executable, "-P", "-m", "readiness", *words],
            stdin=subprocess.DEVNULL,
            check=False,
        )
        err = clean(ended.stderr.decode("utf-8", "backslashreplace"), newlines=True)
        return ended.returncode, ended.stdout, err


def _result(answer: Answer) -> "CallToolResult":
    """Return the result for the agent: as data, and as text for hosts that show no data."""
    from mcp.types import CallToolResult, TextContent

    text = TextContent(type="text", text=in_text(answer))
    return CallToolResult(content=[text], structured_content=answer)


def _failed(status: int, message: str) -> "ToolError":
    """Return the error of a call whose command gave no answer, with its exit status."""
    from mcp.server.mcpserver.exceptions import ToolError

    return ToolError(f"exit status {status}: {message.strip()}")


VERB = Verb(mcp)
