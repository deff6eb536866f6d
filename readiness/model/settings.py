"""What a command was asked to do, apart from how it was spelled."""

import math
import os
from collections.abc import Mapping

import msgspec

from readiness.model.errors import NoBoardError, UsageError
from readiness.text.worded import worded

BOARD_NAME = "board.yaml"
ALSO_NAMED = "readiness.yaml"
BOARD_SUFFIX = ".readiness.yaml"
HISTORY = os.path.join(".readiness", "history.db")


class ReportTarget(msgspec.Struct, frozen=True):
    """A report that a run writes: one of the formats, and the file."""

    format: str
    path: str


class AcceptedBy(msgspec.Struct, frozen=True, kw_only=True):
    """Who accepts what a change loosens, and why: said from outside of the change."""

    by: str
    reason: str

    def __str__(self) -> str:
        """Return it as the option takes it."""
        return f"{self.by}: {self.reason}"


class BoardSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Which board, for which project, in which profile, and how the answer is printed.

    `base` is the revision that a change is compared with, and judged by.
    """

    board: str | None = None
    project: str | None = None
    profile: str | None = None
    output_format: str = "table"
    quiet: bool = False
    verbose: bool = False
    base: str | None = None


class RunSettings(BoardSettings, frozen=True, kw_only=True):
    """What commands that run probes are asked. Times are in seconds; `history` "" is none.

    `shard` is which part of how many. With `fresh` nothing is reused. `over_at` is when all runs of
    the command have to be over, by the clock `time.monotonic`.
    """

    selectors: tuple[str, ...] = ()
    recorded: tuple[str, ...] = ()
    jobs: int | None = None
    timeout: float | None = None
    run_timeout: float | None = None
    over_at: float = math.inf
    fail_fast: bool = False
    reuse: bool = False
    fresh: bool = False
    reports: tuple[ReportTarget, ...] = ()
    history: str | None = None
    dry_run: bool = False
    explain: bool = False
    exit_zero: bool = False
    hold_line: bool = False
    release: bool = False
    accepted: AcceptedBy | None = None
    shard: tuple[int, int] | None = None
    on: str | None = None
    repository: str | None = None


def find_board(settings: BoardSettings, environ: Mapping[str, str], folder: str) -> str:
    """Return the board's path: as given, or the nearest from `folder` up to the repository's root.

    A pyproject.toml with `[tool.readiness] board = "..."` names it relative to itself; else it is
    board.yaml, readiness.yaml, or what alone ends with .readiness.yaml. Raises `NoBoardError`
    where there is none.
    """
    if settings.board == "":
        raise UsageError(worded("usage.board_unnamed"))
    given = settings.board or environ.get("READINESS_BOARD")
    if given:
        return given
    start = folder
    while True:
        board = _board_in(folder)
        if board:
            relative = os.path.relpath(board, start)
            return board if relative.startswith("..") else relative
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            raise NoBoardError(worded("usage.no_board", name=BOARD_NAME))
        folder = parent


def history_path(settings: RunSettings, board: str) -> str:
    """Return the history's path: as given, else `.readiness/history.db` by the board."""
    if settings.history is not None:
        return settings.history
    return os.path.join(os.path.dirname(os.path.abspath(board)), HISTORY)


def named_board(folder: str) -> str:
    """Return the board that a folder's pyproject.toml names, there or not; "" if it names none."""
    named = _named_in(os.path.join(folder, "pyproject.toml"))
    return os.path.join(folder, named) if named else ""


def is_board_name(name: str) -> bool:
    """Return whether a file of this name is taken for a board without being named."""
    if name in (BOARD_NAME, ALSO_NAMED):
        return True
    return name.endswith(BOARD_SUFFIX) and name != BOARD_SUFFIX


def _board_in(folder: str) -> str:
    named = named_board(folder)
    if named:
        return named
    for name in (BOARD_NAME, ALSO_NAMED):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            return path
    try:
        ending = sorted(filter(is_board_name, os.listdir(folder)))
    except OSError:
        return ""
    if len(ending) > 1:
        raise UsageError(worded("usage.several_boards", folder=folder, names=", ".join(ending)))
    return os.path.join(folder, ending[0]) if ending else ""


def _named_in(pyproject: str) -> str:
    try:
        with open(pyproject, "rb") as file:
            content = file.read()
    except OSError:
        return ""
    if b"readiness" not in content:
        return ""
    import tomllib

    try:
        data = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{pyproject}: {error}") from None
    section = data.get("tool")
    section = section.get("readiness") if isinstance(section, dict) else None
    board = section.get("board", "") if isinstance(section, dict) else ""
    if not isinstance(board, str):
        raise UsageError(worded("usage.board_path", file=pyproject, found=repr(board)))
    return board
