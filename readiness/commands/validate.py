"""Report every mistake in the board without running anything."""

from itertools import islice
from typing import Annotated

import msgspec

from readiness.command_line import options
from readiness.command_line.options import Verb, asked, shared_switch
from readiness.load.decisions import remarks
from readiness.model.errors import BoardError, ExitStatus
from readiness.pipeline.opening import open_board, tell_remarks
from readiness.terminal.ending import tell
from readiness.terminal.output import put_json, put_text, wants_json
from readiness.text.fault import Fault
from readiness.text.layout import literal
from readiness.text.sentences import for_reader
from readiness.text.worded import in_language

CONTEXT = 48
"""How many characters of a long line are shown on either side of a fault."""


class Validation(msgspec.Struct, frozen=True, kw_only=True):
    """What `--output-format json` gives. A board with faults has no counts."""

    valid: bool
    board: str | None
    tasks: int
    criteria: int
    faults: list[Fault]
    notes: list[Fault] | msgspec.UnsetType = msgspec.UNSET


def validate(
    board_file: options.Board = None,
    project: options.Project = None,
    profile: options.Profile = None,
    output_format: options.OutputFormat = "table",
    quiet: Annotated[
        bool,
        shared_switch("--quiet -q", "Print nothing if the board is valid.", panel=options.OUTPUT),
    ] = False,
) -> int:
    """Load the board and say so, or tell all its faults, and how many there are."""
    settings = asked(locals())
    as_json = wants_json(settings.output_format)
    try:
        board = open_board(settings)
    except BoardError as error:
        if not as_json:
            say = for_reader(error.language)
            for fault in error.faults:
                tell("\n".join([in_language(fault.worded(), say), *_pointed(fault)]))
            tell(say("validate.faults", count=len(error.faults)))
            return error.status
        put_json(Validation(valid=False, board=None, tasks=0, criteria=0, faults=error.faults))
        return error.status
    criteria = sum(1 for _ in board.criteria())
    if as_json:
        put_json(
            Validation(
                valid=True,
                board=board.path,
                tasks=len(board.tasks),
                criteria=criteria,
                faults=[],
                notes=list(remarks(board)) or msgspec.UNSET,
            )
        )
    elif not settings.quiet:
        say = for_reader(board.language)
        tell_remarks(board)
        tasks = say("validate.tasks", count=len(board.tasks))
        number = say("validate.criteria", count=criteria)
        put_text(say("validate.valid", path=board.path, tasks=tasks, criteria=number))
    return ExitStatus.READY


def _pointed(fault: Fault) -> list[str]:
    """Return the line of a fault with a mark below its column; nothing if it cannot be read."""
    from rich.cells import cell_len

    try:
        with open(fault.path, encoding="utf-8") as file:
            line = next(islice(file, fault.line - 1, None), "").rstrip()
    except (OSError, ValueError):
        return []
    start = max(fault.column - CONTEXT, 1)
    shown = literal(line[start - 1 : start + 2 * CONTEXT])
    before = literal(line[start - 1 : fault.column - 1])
    cut = "…" if start > 1 else ""
    return [f"    {cut}{shown}", f"    {' ' * cell_len(cut + before)}^"] if line else []


VERB = Verb(validate, prints=Validation)
