"""What shows that a command did its work: its proof, or the doubt that it passes without."""

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from msgspec import UNSET

from readiness import shell
from readiness.load.faults import Problems
from readiness.load.readers import OF_A_TOOL, passing, pattern, reader
from readiness.load.yamlfile import Path
from readiness.model import expect
from readiness.model.board import Doubt, Measure, Reader
from readiness.model.words import Format
from readiness.shell.silence import STATUSES, Silence, silence, silent_count
from readiness.text.worded import joined, worded

if TYPE_CHECKING:
    from readiness.load.check_definitions import CheckFile
    from readiness.load.definitions import CriterionFile

_SUCCESS: Final = frozenset({0})
_TROUBLE: Final = frozenset({2, 3, 101})
"""Statuses of a tool that could not do its work."""

_PROOF: Final = "`proof: {from: output, as: text, regex: '^done'}`"
_Doubted = tuple[Doubt | None, tuple[str, ...]]


def proof_of(file: "CheckFile | CriterionFile", path: Path, problems: Problems) -> Reader | None:
    """Return the proof that a tool did its work; records faults in it and in `reject`."""
    if file.reject:
        pattern(file.reject, (*path, "reject"), problems)
    if file.proof is UNSET:
        return None
    proof = reader(file.proof, (*path, "proof"), problems, one_value=False)
    if proof.format is Format.EXIT:
        problems.add((*path, "proof", "as"), worded("fault.status_no_proof"))
    return proof


def doubt_of(
    file: "CheckFile | CriterionFile",
    command: str,
    measure: Measure,
    expected: str,
    path: Path,
    problems: Problems,
) -> _Doubted:
    """Return the doubt about a command without a proof; records one that has only comments.

    With it come the tools without which it would count nothing, and pass: they have to be there.
    """
    if file.proof is not UNSET or problems.broken((*path, "proof")):
        return None, ()
    if command and shell.does_nothing(command):
        problems.add((*path, "run"), worded("fault.does_nothing"), worded("hint.say_what_to_run"))
    if measure.reader.format is not Format.EXIT:
        return _of_what_is_read(command, measure, expected)
    good = passing(expected)
    if good == _SUCCESS:
        silent = silence(command)
        return (_doubt(silent) if silent else None), ()
    is_open = good >= _TROUBLE and not good.issuperset(OF_A_TOOL)
    if is_open and file.exit is UNSET and not shell.is_idle(command):
        what = worded("fault.passes_where", what=_short(command))
        return Doubt(reason=what, hint=worded("hint.name_statuses", example=f"`{STATUSES}`")), ()
    return None, ()


def _of_what_is_read(command: str, measure: Measure, expected: str) -> _Doubted:
    is_number = measure.reader.format is Format.TEXT and bool(measure.reader.regex)
    silent = silent_count(command) if is_number and "|" in command else None
    if silent is None:
        return None, ()
    try:
        passes = expect.holds(expect.parse(expected), Decimal(0), measure.unit)
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
    if silent.if_silent:
        reason = worded("fault.passes_without")
    if silent.remedy:
        from readiness.text.yaml_lines import scalar

        command, *fields = silent.remedy
        lines = [f"`{line}`" for line in (f"run: {scalar(command)}", *fields)]
        hint = worded("hint.write", text=joined(lines, "and"))
    elif silent.mask:
        other = worded("hint.say_proof", example=_PROOF)
        hint = worded("hint.remove_mask", what=silent.mask, other=other)
    return Doubt(reason=reason, hint=hint, heard=silent.heard, if_silent=silent.if_silent)


def _short(command: str) -> str:
    return " ".join(command.split())
