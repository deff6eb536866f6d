"""Tell which tools are here, and how to get the others."""

import os
import shutil
import subprocess
import sys

import msgspec

from readiness.commands._options import Verb
from readiness.model.board import Check
from readiness.model.errors import ExitStatus
from readiness.model.settings import BoardSettings
from readiness.pipeline.opening import open_board
from readiness.plan import secret_values
from readiness.plan.environment import Surroundings, is_elsewhere
from readiness.project.environments import Environment
from readiness.terminal.output import put_json, put_text, wants_json
from readiness.text.clean import Redactor
from readiness.text.layout import columns
from readiness.text.sentences import Sentences, for_reader

TIME_LIMIT = 30.0


class ToolRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One tool: where it is (null where it is missing), its version, and which checks need it.

    What a check without a tool needs, such as a library, is told under the check's name; it is
    where the check's `version` command says. `elsewhere`: it is not of the project's own
    environment, though there is one.
    """

    tool: str
    path: str | None
    version: str | None
    checks: list[str]
    install: str
    elsewhere: bool = False


Tools = list[ToolRecord]
"""What `--output-format json` gives."""


def doctor(settings: BoardSettings) -> int:
    """Print every tool that the board's checks need. The status is 3 where one is missing."""
    as_json = wants_json(settings.output_format)
    board = open_board(settings)
    used = {
        criterion.check.name
        for criterion in board.criteria()
        if criterion.check is not None and criterion.check.name
    }
    needed = _with_producers(used, board.checks)
    surroundings = Surroundings(board, os.environ)
    environment = surroundings.environment(board.workdir)
    own = surroundings.own(board.workdir)
    redactor = Redactor(secret_values(board, os.environ))
    tools = look(needed, environment, board.workdir, redactor, own)
    if as_json:
        put_json(tools)
    else:
        say = for_reader(board.language)
        where = _where(board.workdir, own, environment, say)
        put_text("\n".join([where, *_elsewhere(tools, own, say), "", _table(tools, say)]))
    return ExitStatus.UNDECIDED if any(tool.path is None for tool in tools) else ExitStatus.READY


def look(
    checks: list[Check],
    environment: dict[str, str],
    workdir: str,
    redactor: Redactor,
    own: Environment | None = None,
) -> list[ToolRecord]:
    """Find each tool that `checks` name on the PATH of `environment`, and ask for its version.

    `own` is the project's own environment, of which tools from elsewhere are told apart.
    """
    users: dict[str, list[Check]] = {"bash": []}
    for check in checks:
        for tool in check.tools or ((check.name,) if check.version else ()):
            users.setdefault(tool, []).append(check)
    environment = {"READINESS_PYTHON": sys.executable, **environment}
    records = []
    for tool, asking in users.items():
        named = not asking or tool in asking[0].tools
        path = shutil.which(tool, path=environment.get("PATH")) if named else sys.executable
        telling = [check for check in asking if tool == (*check.tools, check.name)[0]]
        command = next((check.version for check in telling if check.version), "")
        version = _version(command, environment, workdir) if path and command else None
        path = path if named or version else None
        records.append(
            ToolRecord(
                tool=tool,
                path=path,
                version=redactor.redact(version) if version else None,
                checks=[check.name for check in asking],
                install=asking[0].install if asking else "part of every Debian",
                elsewhere=bool(asking) and is_elsewhere(asking[0], path or "", own),
            )
        )
    return records


def _with_producers(names: set[str], catalogue: dict[str, Check]) -> list[Check]:
    waiting = sorted(names)
    found: dict[str, Check] = {}
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = catalogue[name]
            waiting += catalogue[name].after
    return list(found.values())


def _version(command: str, environment: dict[str, str], workdir: str) -> str | None:
    try:
        finished = subprocess.run(
            ["bash", "-c", command],
            cwd=workdir,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIME_LIMIT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    output = (finished.stdout or finished.stderr).decode("utf-8", "backslashreplace").strip()
    return output.splitlines()[0] if finished.returncode == 0 and output else None


def _where(
    workdir: str, own: Environment | None, environment: dict[str, str], say: Sentences
) -> str:
    python = shutil.which("python", path=environment.get("PATH")) or "-"
    if own is None:
        return say("report.no_environment", workdir=workdir, python=python)
    return say(
        "report.environment", workdir=workdir, kind=own.kind, folder=own.folder, python=python
    )


def _elsewhere(tools: list[ToolRecord], own: Environment | None, say: Sentences) -> list[str]:
    folder = own.folder if own else ""
    return [
        say("report.elsewhere", tool=tool.path, folder=folder) for tool in tools if tool.elsewhere
    ]


def _table(tools: list[ToolRecord], say: Sentences) -> str:
    rows = [
        [
            tool.tool,
            say("doctor.here") if tool.path else say("doctor.missing"),
            (tool.version or tool.path) if tool.path else say("doctor.install", how=tool.install),
            ", ".join(tool.checks),
        ]
        for tool in tools
    ]
    missing = sum(1 for tool in tools if tool.path is None)
    total = say("doctor.all_here", count=len(tools))
    if missing:
        total = say("doctor.some_missing", count=len(tools), missing=missing)
    return f"{columns(rows, say.heads('doctor.heads'))}\n\n{total}"


VERB = Verb(doctor, takes="board project profile output_format", prints=Tools)
