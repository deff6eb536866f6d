"""Report every mistake in the board without running anything."""

import msgspec

from readiness.command_line.options import Verb
from readiness.load.decisions import remarks
from readiness.model.errors import BoardError, ExitStatus
from readiness.model.settings import BoardSettings
from readiness.pipeline.opening import open_board, tell_remarks
from readiness.terminal.ending import tell
from readiness.terminal.output import put_json, put_text, wants_json
from readiness.text.fault import Fault
from readiness.text.sentences import for_reader
from readiness.text.worded import in_language, words_of


class Validation(msgspec.Struct, frozen=True, kw_only=True):
    """What `--output-format json` gives. A board with faults has no counts."""

    valid: bool
    board: str | None
    tasks: int
    criteria: int
    faults: list[Fault]
    notes: list[Fault] | msgspec.UnsetType = msgspec.UNSET


def validate(settings: BoardSettings) -> int:
    """Load the board and say so, or tell all its faults, and how many there are."""
    as_json = wants_json(settings.output_format)
    try:
        board = open_board(settings)
    except BoardError as error:
        if not as_json:
            say = for_reader(error.language)
            tell(in_language(words_of(error), say))
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
        tasks = len(board.tasks)
        tell_remarks(board)
        put_text(say("validate.valid", path=board.path, tasks=tasks, criteria=criteria))
    return ExitStatus.READY


VERB = Verb(validate, takes="board project profile output_format quiet", prints=Validation)
