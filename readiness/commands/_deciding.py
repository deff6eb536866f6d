"""What `waive` and `attest` share: from a decision to the board's new text, checked and written."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext

import msgspec

from readiness.commands._options import Argument, Option, Value
from readiness.load import load_board, load_board_text, text_data
from readiness.load.edit import EditError, edit
from readiness.model.board import Board, Criterion
from readiness.model.errors import BoardError, ExitStatus, NotWrittenError, UsageError
from readiness.model.settings import BoardSettings, find_board
from readiness.project.git import user_name
from readiness.report import write_over
from readiness.terminal.output import put_json, put_text, wants_json
from readiness.text.clean import clean
from readiness.text.nearest import suggestion

Fields = Mapping[str, str | None]
Make = Callable[[Board, Criterion, Mapping[str, str]], Fields]

CRITERION = Argument("subject", "ID", "The criterion.")
BY = Option("by", "NAME", "Who decides this. Default: git's user.name.", variable=False)
DRY_RUN = Option(
    "dry_run", "", "Show the change, write nothing.", value=Value.SWITCH, variable=False
)

PATIENCE = 10.0
"""So many seconds another process may hold the board."""


class BoardEdit(msgspec.Struct, frozen=True, kw_only=True):
    """What `--output-format json` gives: the decision as the board has it now, and had it before.

    `diff` is how the board's text changes; `written` is false where it was only shown.
    """

    criterion: str
    kind: str
    board: str
    line: int
    before: dict[str, str]
    after: dict[str, str]
    diff: str
    written: bool


def decide(
    settings: BoardSettings,
    subject: str,
    kind: str,
    make: Make,
    *,
    dry_run: bool,
) -> int:
    """Write the decision that `make` makes for a criterion into the board, and show it.

    It is given the board, the criterion, and what the decision says so far. Where `dry_run`, the
    change is only shown. Raises `UsageError` where the criterion cannot be decided on, and
    `NotWrittenError` where the board cannot be written: it is untouched then.
    """
    as_json = wants_json(settings.output_format)
    shown = find_board(settings, os.environ, os.getcwd())
    path = os.path.realpath(shown)
    with nullcontext() if dry_run else _held(path):
        board = load_board(
            shown, profile=settings.profile, environ=os.environ, project=settings.project
        )
        criterion, place = _find(board, subject)
        content = _read(path)
        before = _of(content, place, kind)
        made = _edited(content, place, kind, make(board, criterion, before))
        criterion = _reloaded(settings, board, made, subject)
        if not dry_run and made != content:
            write_over(path, made)
    decision = BoardEdit(
        criterion=subject,
        kind=kind,
        board=clean(shown, newlines=False),
        line=criterion.position.line,
        before=before,
        after=_of(made, place, kind),
        diff=_diff(content, made, shown),
        written=not dry_run and made != content,
    )
    if as_json:
        put_json(decision)
    else:
        put_text(_account(decision, dry_run=dry_run))
    return ExitStatus.READY


def person(by: str | None, board: Board) -> str:
    """Who decides: as named, or as git knows the user. Raises `UsageError` where nobody is."""
    from readiness.terminal.ending import tell

    if by is not None:
        return given("--by", by)
    found = user_name(os.path.dirname(os.path.abspath(board.path)))
    if not found:
        raise UsageError("--by: name the person who decides this")
    tell(f"by {found}, as git's user.name has it; --by names another")
    return given("git's user.name", found)


def given(option: str, text: str) -> str:
    """A text that may stand in a board. Raises `UsageError` for one that may not."""
    stripped = text.strip()
    if not stripped:
        raise UsageError(f"{option}: this must not be empty")
    if not stripped.isprintable():
        raise UsageError(f"{option}: one line of plain text is needed, found {stripped!a}")
    return stripped


# --- the criterion ------------------------------------------------------------------------------


def _find(board: Board, subject: str) -> tuple[Criterion, tuple[str | int, ...]]:
    ids = []
    for number, task in enumerate(board.tasks):
        for position, criterion in enumerate(task.criteria):
            if criterion.id == subject:
                return criterion, ("tasks", number, "criteria", position)
            ids.append(criterion.id)
        if task.id == subject:
            inner = ", ".join(criterion.id for criterion in task.criteria)
            raise UsageError(f"{subject} is a task; name one of its criteria: {inner}")
    advice = suggestion(subject, ids, "`readiness list` names the tasks")
    raise UsageError(f'no criterion is called "{subject}"; {advice}')


def _edited(content: bytes, place: tuple[str | int, ...], kind: str, fields: Fields) -> bytes:
    try:
        return edit(content, place, kind, fields)
    except EditError as error:
        raise UsageError(f"the board is left as it is: {error}") from None


def _reloaded(settings: BoardSettings, board: Board, made: bytes, subject: str) -> Criterion:
    """The criterion as the new text has it. Raises `UsageError` where that is no board."""
    try:
        new = load_board_text(
            made,
            board.path,
            profile=settings.profile,
            environ=os.environ,
            project=settings.project,
        )
    except BoardError as error:
        faults = "\n".join(f"  {fault}" for fault in error.faults)
        raise UsageError(f"the board is left as it is, for it would be wrong:\n{faults}") from None
    return _find(new, subject)[0]


# --- the file -----------------------------------------------------------------------------------


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None


@contextmanager
def _held(path: str) -> Iterator[None]:
    """Let nobody else decide on the same board meanwhile; wait for who does, for a while."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
        try:
            if _locked(path, handle):
                yield
                return
        finally:
            os.close(handle)
        if time.monotonic() > give_up:
            raise NotWrittenError(f"{path}: not written: another process is deciding on it")
        time.sleep(0.02)


def _locked(path: str, handle: int) -> bool:
    """Lock the open file; false where another has it, or has replaced it since it was opened."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.stat(path), os.fstat(handle))
    except OSError:
        return False


# --- what is shown ------------------------------------------------------------------------------


def _of(content: bytes, place: tuple[str | int, ...], kind: str) -> dict[str, str]:
    """What a text says of a decision; nothing where it has none."""
    here: object = text_data(content)
    for step in (*place, kind):
        if isinstance(here, dict):
            here = here.get(step)
        elif isinstance(here, list) and isinstance(step, int):
            here = here[step]
    return {str(k): str(v) for k, v in here.items()} if isinstance(here, dict) else {}


def _diff(before: bytes, after: bytes, name: str) -> str:
    from difflib import unified_diff

    old, new = (text.decode("utf-8").splitlines() for text in (before, after))
    return "\n".join(unified_diff(old, new, name, name, lineterm="", n=1))


def _account(decision: BoardEdit, *, dry_run: bool) -> str:
    what = ", ".join(f"{name}: {value}" for name, value in decision.after.items())
    lines = [f"{decision.criterion} {decision.kind}: {what}"]
    kept = [
        name
        for name in ("up_to", "evidence", "valid")
        if name in decision.before and decision.before[name] == decision.after.get(name)
    ]
    if kept:
        lines.append(f"kept as it was: {', '.join(kept)}")
    if dry_run:
        return "\n".join([*lines, "", decision.diff, "", "Nothing was written."])
    if not decision.written:
        return "\n".join([*lines, f"{decision.board} says so already."])
    return "\n".join([*lines, f"Written into {decision.board}, line {decision.line}."])
