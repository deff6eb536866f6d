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
from readiness.shell.silence import Silence, silence, silent_count
from readiness.startup.patterns import later
from readiness.text.worded import joined, worded

_SUCCESS: Final = frozenset({0})
_TROUBLE: Final = frozenset({2, 3, 101})
"""Statuses of a tool that could not do its work."""

_PLAIN: Final = later(r"[\w./-][^#:\"'{}\[\]&*!|>%@`,]*")
_PROOF: Final = "`proof: {from: output, as: text, regex: '^done'}`"
_STATUSES: Final = "`exit: {ok: [0, 1]}`"


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
        return (_of_a_status(silent) if silent else None), ()
    is_open = good >= _TROUBLE and not good.issuperset(OF_A_TOOL)
    if is_open and not statuses_named and not shell.is_idle(command):
        what = worded("fault.passes_where", what=_short(command))
        return Doubt(reason=what, hint=worded("hint.name_statuses", example=_STATUSES)), ()
    return None, ()


def _of_what_is_read(
    command: str, read: Measure, expected: str
) -> tuple[Doubt | None, tuple[str, ...]]:
    is_number = read.reader.format is Format.TEXT and bool(read.reader.regex)
    counted = silent_count(command) if is_number and "|" in command else None
    if counted is None:
        return None, ()
    try:
        passes = expect.holds(expect.parse(expected), Decimal(0), read.unit)
    except (ValueError, TypeError):  # a fault, which is told where it is read
        passes = False
    program = counted.tool.split()[0]
    tools = (program,) if shell.argv(program) else ()
    return (_of_a_count(counted), tools) if passes else (None, ())


def _of_a_count(counted: Silence) -> Doubt:
    lines = [f"`run: {_scalar(counted.tool)}`", "`read: {as: text, count: …}`", _STATUSES]
    return Doubt(
        reason=worded("fault.passes_where", what=_short(counted.tool)),
        hint=worded("hint.write", text=joined(lines, "and")),
    )


def _of_a_status(silent: Silence) -> Doubt:
    if not silent.tool:
        what = worded("fault.can_never_fail_word")
        hint = worded("hint.say_what_to_run")
        if silent.mask:
            hint = worded("hint.remove_mask", what=silent.mask, other=_proof())
        return Doubt(reason=worded("fault.this_command", what=what), hint=hint)
    hint = _proof()
    if silent.instead:
        lines = [f"`run: {_scalar(silent.instead)}`"]
        if silent.wants_no:
            lines += [_STATUSES, '`expect: "== 1"`']
        hint = worded("hint.write", text=joined(lines, "and"))
    elif silent.mask:
        hint = worded("hint.remove_mask", what=silent.mask, other=hint)
    return Doubt(reason=worded("fault.passes_where", what=_short(silent.tool)), hint=hint)


def _proof() -> str:
    return worded("hint.say_proof", example=_PROOF)


def _short(command: str) -> str:
    return " ".join(command.split())


def _scalar(command: str) -> str:
    """Format a command as a YAML scalar: plain where that is safe."""
    import json

    return command if _PLAIN.fullmatch(command) else json.dumps(command, ensure_ascii=False)
