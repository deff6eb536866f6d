"""Show which tools are installed, and how to install the others."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from readiness.agents.canary import HookState, hook_states
from readiness.builtin import builtin_checks
from readiness.command_line import options
from readiness.command_line.options import Verb, asked
from readiness.guard.catalogue import with_producers
from readiness.load import load_board
from readiness.model.board import Board, Check
from readiness.model.errors import ExitStatus
from readiness.model.versions import is_within
from readiness.pipeline.opening import open_board
from readiness.plan import secret_values
from readiness.plan.environment import Surroundings, is_elsewhere
from readiness.plan.selection import skip_reason
from readiness.project.environments import Environment
from readiness.project.git import repository
from readiness.project.managers import fitting
from readiness.shell.programs import is_utility, programs
from readiness.terminal.blocks import Block, Grid, Line, Part, Style, plain, text_lines
from readiness.terminal.output import put_blocks, put_json, wants_json
from readiness.text.clean import Redactor
from readiness.text.sentences import Sentences, for_reader, say_now
from readiness.walls import find_wall, wall_of_copies

TIME_LIMIT = 30.0
_ASKING = ("--version", "-V", "version")


class ToolRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One tool: where it is (null where it is missing), its version, and which checks need it.

    What a check without a tool needs, such as a library, is told under the check's name; it is
    where the check's `version` command says. Programs that a criterion's own command names are
    told with its id. A hook of a coding agent is one too, where its settings are. `fault` says why
    what is there does not work; its path is null. `elsewhere`: it is not of the project's own
    environment, though there is one. `tried` are the versions that the checks are tried with, and
    `outside` that this one is none.
    """

    tool: str
    path: str | None
    version: str | None
    checks: list[str]
    install: str
    fault: str = ""
    elsewhere: bool = False
    tried: str = ""
    outside: bool = False


Tools = list[ToolRecord]
"""What `--output-format json` gives."""


class _Need(NamedTuple):
    """A tool that is needed in a folder: by a check, or by a criterion's own command."""

    tool: str
    folder: str
    check: Check
    by: str


def doctor(
    board_file: options.Board = None,
    project: options.Project = None,
    profile: options.Profile = None,
    output_format: options.OutputFormat = "table",
) -> int:
    """Print every tool and variable that this profile needs, and the hooks of coding agents.

    The status is 3 where a tool is missing or a hook is dead.
    """
    settings = asked(locals())
    as_json = wants_json(settings.output_format)
    board = open_board(settings)
    surroundings = Surroundings(board, os.environ)
    redactor = Redactor(secret_values(board, os.environ))
    tools = look(board, surroundings, redactor)
    tools += [_hook(one, redactor) for one in hook_states(repository(board.workdir) or os.curdir)]
    if as_json:
        put_json(tools)
    else:
        say = for_reader(board.language)
        own = surroundings.own(board.workdir)
        where = _where(board.workdir, own, surroundings.environment(board.workdir), say)
        lines = [where, *_walls(say), *_elsewhere(tools, own, say), ""]
        blocks = [*text_lines(*lines), *_table(tools, say), *text_lines(*_variables(board, say))]
        put_blocks(blocks, redactor.redact)
    return ExitStatus.UNDECIDED if any(tool.path is None for tool in tools) else ExitStatus.READY


def _hook(state: HookState, redactor: Redactor) -> ToolRecord:
    """Return the record of a hook as a tool: there where it answers, missing where it does not."""
    name, fault = state.agent.name, redactor.redact(state.fault)
    return ToolRecord(
        tool=f"{name} hook",
        path=None if state.fault else state.path,
        version=None,
        checks=[],
        install="",
        fault=say_now("doctor.hook", why=fault, agent=name) if fault else "",
    )


def look(board: Board, surroundings: Surroundings, redactor: Redactor) -> list[ToolRecord]:
    """Find each tool that this profile's criteria need, as a probe would find it.

    What is the same file for several checks, or missing for several, is one record.
    """
    records: dict[tuple[str, str | None], ToolRecord] = {}
    for need in _needs(board):
        environment = {
            "READINESS_PYTHON": sys.executable,
            **surroundings.environment(need.folder),
        }
        own = surroundings.own(need.folder)
        path = _find(need, environment)
        if path is None and (session := surroundings.session(need.folder, [need.tool])):
            own, path = session, os.path.join(session.programs, need.tool)
            environment["PATH"] = os.pathsep.join([session.programs, environment.get("PATH", "")])
        by = [need.by] if need.by else []
        key = (need.tool, path)
        if key in records:
            checks = list(dict.fromkeys([*records[key].checks, *by]))
            records[key] = msgspec.structs.replace(records[key], checks=checks)
            continue
        telling = _telling(need)
        tried = need.check.tried.get(need.tool, "")
        works, words = _ask(telling, environment) if path and telling else (False, "")
        version = words if works else ""
        named = need.tool in need.check.tools or not _is_builtin(need.check)
        install = need.check.install if need.by else say_now("doctor.every_debian")
        fault = ""
        if words and not works and telling.split()[0] == need.tool:
            fault = redactor.redact(say_now("doctor.broken", command=telling, words=words))
        records[key] = ToolRecord(
            tool=need.tool,
            path=path if version or (named and not fault) else None,
            version=redactor.redact(version) or None,
            checks=by,
            install=fitting(install, need.folder),
            fault=fault,
            elsewhere=bool(need.check.name) and is_elsewhere(need.check, path or "", own),
            tried=tried,
            outside=not is_within(version, tried),
        )
    return list(records.values())


def _needs(board: Board) -> Iterator[_Need]:
    for criterion in board.criteria():
        check = criterion.check
        if check is None or skip_reason(criterion, board, None):
            continue
        for folder in dict.fromkeys(criterion.workdirs or ("",)):
            place = os.path.join(board.workdir, folder)
            if not check.name:
                for tool in _named_in(check.run):
                    yield _Need(tool, place, check, criterion.id)
            named = sorted(with_producers([check.name], board)) if check.name else ()
            for each in (board.checks[name] for name in named):
                for tool in each.tools or ((each.name,) if each.version else ()):
                    yield _Need(tool, place, each, each.name)
    yield _Need("bash", board.workdir, Check(name="", run="", measures=()), "")


def _telling(need: _Need) -> str:
    """Return the command that tells the version: the check's where it speaks of this tool.

    What a catalogue of the project says is not run because of a look, "", unless it is the tool
    itself that is asked, and nothing else.
    """
    command = _version_command(need)
    asks_tool = command.split() in ([need.tool, option] for option in _ASKING)
    return command if asks_tool or _is_builtin(need.check) else ""


def _is_builtin(check: Check) -> bool:
    return check.folder.startswith(builtin_checks())


def _version_command(need: _Need) -> str:
    """Return the check's command where it speaks of this tool; others are asked by themselves."""
    check, tool = need.check, need.tool
    named = next((name for name in check.tools if check.version.split()[:1] == [name]), "")
    is_first = tool == (*check.tools, check.name)[0] and tool not in check.tried
    if named == tool or (is_first and not named):
        return check.version
    asked = tool in check.tried or (tool in check.tools and check.version)
    return f"{tool} --version" if asked else ""


def _named_in(command: str) -> list[str]:
    """List the programs that a command names, without those that every system has.

    A command that looks for programs in places of its own is not looked through.
    """
    if "PATH=" in command:
        return []
    named = dict.fromkeys(words[0] for words in programs(command))
    return [name for name in named if not is_utility(name)]


def _find(need: _Need, environment: dict[str, str]) -> str | None:
    if need.check.name and need.tool not in need.check.tools:
        return sys.executable
    if os.path.dirname(need.tool):
        path = os.path.join(need.folder, need.tool)
        return path if os.access(path, os.X_OK) else None
    return shutil.which(need.tool, path=environment.get("PATH"))


def _ask(command: str, environment: Mapping[str, str]) -> tuple[bool, str]:
    """Return whether a command tells a tool's version, and the first line of what it says.

    It is asked in an empty folder: in the project's, `python -m build --version` would run a
    `build.py` of the project.
    """
    alone = {name: value for name, value in environment.items() if name != "PYTHONPATH"}
    try:
        with tempfile.TemporaryDirectory(prefix="readiness-") as empty:
            finished = subprocess.run(
                ["bash", "-c", command],
                cwd=empty,
                env={**alone, "PWD": empty},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIME_LIMIT,
                check=False,
            )
    except (OSError, subprocess.TimeoutExpired):
        return False, ""
    works = finished.returncode == 0
    streams = (finished.stdout, finished.stderr) if works else (finished.stderr, finished.stdout)
    output = (streams[0] or streams[1]).decode("utf-8", "backslashreplace").strip()
    return works, output.partition("\n")[0]


def _where(
    workdir: str, own: Environment | None, environment: dict[str, str], say: Sentences
) -> str:
    python = shutil.which("python", path=environment.get("PATH")) or "-"
    if own is None:
        return say("report.no_environment", workdir=workdir, python=python)
    return say(
        "report.environment", workdir=workdir, kind=own.kind, folder=own.folder, python=python
    )


def _walls(say: Sentences) -> Iterator[str]:
    wall = find_wall(os.environ)
    yield say("doctor.wall", wall=wall) if wall else say("doctor.no_wall")
    if wall_of_copies(os.environ) is None:
        yield say("doctor.open_copies")


def _elsewhere(tools: list[ToolRecord], own: Environment | None, say: Sentences) -> list[str]:
    folder = own.folder if own else ""
    return [
        say("report.elsewhere", tool=tool.path, folder=folder) for tool in tools if tool.elsewhere
    ]


def _variables(board: Board, say: Sentences) -> Iterator[str]:
    """Yield the variables of the caller that this profile needs and for what, and what follows."""
    bare = load_board(board.path, profile=board.profile or None, environ={})
    needed: dict[str, list[str]] = {}
    for criterion in bare.criteria():
        for name in () if skip_reason(criterion, bare, None) else criterion.unset:
            needed.setdefault(name, []).append(criterion.id)
    lacking = {name for criterion in board.criteria() for name in criterion.unset}
    for name, ids in needed.items():
        shown = ", ".join(ids)
        if name in lacking:
            yield say("doctor.variable_missing", name=name, names=shown)
        else:
            yield say("doctor.variable_set", name=name, names=shown)
    for name in board.profile_env if needed else ():
        if name not in os.environ and board.env.get(name):
            yield say("doctor.variable_follows", name=name, value=board.env[name])


def _table(tools: list[ToolRecord], say: Sentences) -> Iterator[Block]:
    yield Grid(
        rows=[_row(tool, say) for tool in tools],
        heads=say.heads("doctor.heads"),
        flexible=3,
        spare=(4, 2),
    )
    missing = sum(1 for tool in tools if tool.path is None)
    total = say("doctor.all_here", count=len(tools))
    if missing:
        total = say("doctor.some_missing", count=len(tools), missing=missing)
    yield Line()
    yield Line(parts=((total, Style.BAD if missing else Style.GOOD),))


def _row(tool: ToolRecord, say: Sentences) -> list[Part]:
    here = (say("doctor.here"), Style.GOOD) if tool.path else (say("doctor.missing"), Style.BAD)
    version = _version_text(tool, say)
    return [
        (tool.tool, Style.STRONG),
        here,
        (version, Style.WARN if tool.outside else Style.PLAIN),
        *plain(tool.path or _remedy(tool, say)),
        (", ".join(tool.checks), Style.DIM),
    ]


def _version_text(tool: ToolRecord, say: Sentences) -> str:
    version = tool.version or ""
    return say("doctor.outside", version=version, tried=tool.tried) if tool.outside else version


def _remedy(tool: ToolRecord, say: Sentences) -> str:
    if tool.fault:
        return tool.fault
    return say("doctor.install", how=tool.install) if tool.install else say("doctor.unknown")


VERB = Verb(doctor, prints=Tools)
