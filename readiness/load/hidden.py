"""Commands that pass whatever their tool says: their criteria pass with a doubt."""

from decimal import Decimal
from typing import Final

from readiness import shell
from readiness.load.faults import Problems
from readiness.load.readers import OF_A_TOOL, passing
from readiness.load.yamlfile import Path
from readiness.model import expect
from readiness.model.board import Doubt, Measure
from readiness.model.words import Format
from readiness.shell.silence import STATUSES, Silence, silence, silent_count
from readiness.text.worded import joined, worded

_SUCCESS: Final = frozenset({0})
_TROUBLE: Final = frozenset({2, 3, 101})
"""Statuses of a tool that could not do its work."""

_PROOF: Final = "`proof: {from: output, as: text, regex: '^done'}`"


def expect_command(command: str, path: Path, problems: Problems) -> None:
    """Record a fault for a command that has only comments."""
    if command and shell.does_nothing(command):
        problems.add(path, worded("fault.does_nothing"), worded("hint.say_what_to_run"))


def doubt(
    command: str, read: Measure, expected: str, *, statuses_named: bool
) -> tuple[Doubt | None, tuple[str, ...]]:
    """Return the doubt about a command without a proof whose tool may fail unseen.

    With it come the tools without which it would count nothing, and pass: they have to be there.
    """
    if read.reader.format is not Format.EXIT:
        return _of_what_is_read(command, read, expected)
    good = passing(expected)
    if good == _SUCCESS:
        silent = silence(command)
        return (_doubt(silent) if silent else None), ()
    is_open = good >= _TROUBLE and not good.issuperset(OF_A_TOOL)
    if is_open and not statuses_named and not shell.is_idle(command):
        what = worded("fault.passes_where", what=_short(command))
        return Doubt(reason=what, hint=worded("hint.name_statuses", example=f"`{STATUSES}`")), ()
    return None, ()


def _of_what_is_read(
    command: str, read: Measure, expected: str
) -> tuple[Doubt | None, tuple[str, ...]]:
    is_number = read.reader.format is Format.TEXT and bool(read.reader.regex)
    silent = silent_count(command) if is_number and "|" in command else None
    if silent is None:
        return None, ()
    try:
        passes = expect.holds(expect.parse(expected), Decimal(0), read.unit)
    except (ValueError, TypeError):  # a fault, which is reported where it is read
        passes = False
    program = silent.tool.split()[0]
    tools = (program,) if shell.argv(program) else ()
    return (_doubt(silent), tools) if passes else (None, ())


def _doubt(silent: Silence) -> Doubt:
    if not silent.tool:
        reason = worded("fault.this_command", what=worded("fault.can_never_fail_word"))
        hint = worded("hint.say_what_to_run")
    else:
        reason = worded("fault.passes_where", what=_short(silent.tool))
        hint = worded("hint.say_proof", example=_PROOF)
    if silent.remedy:
        hint = worded("hint.write", text=joined([f"`{line}`" for line in silent.remedy], "and"))
    elif silent.mask:
        other = worded("hint.say_proof", example=_PROOF)
        hint = worded("hint.remove_mask", what=silent.mask, other=other)
    return Doubt(reason=reason, hint=hint)


def _short(command: str) -> str:
    return " ".join(command.split())
