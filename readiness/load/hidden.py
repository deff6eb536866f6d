"""Commands that do not tell of their tool's failure: refused, or told to whoever proves a board."""

from typing import Final

from readiness import shell
from readiness.load.faults import Problems
from readiness.load.readers import EXIT_IS_ZERO, OF_A_TOOL, passing
from readiness.load.yamlfile import Path
from readiness.model import expect
from readiness.model.board import Measure
from readiness.model.words import Format
from readiness.startup.patterns import later
from readiness.text.worded import joined, worded

# Commands that clear up before or after a tool; whether they fail says nothing of what is read.
_CLEANERS: Final = ("rm ", "rmdir ", "mkdir ", "kill ", "pkill ", "killall ")
_SUCCESS: Final = frozenset({0})
# Without any of these a command's status is its tool's.
_SYNTAX: Final = later(r"[!&|;\n{(`]")
_PLAIN: Final = later(r"[\w./-][^#:\"'{}\[\]&*!|>%@`,]*")


def hidden_failure(
    command: str,
    read: Measure,
    path: Path,
    problems: Problems,
    *,
    expected: str = EXIT_IS_ZERO.text,
    statuses_named: bool = False,
) -> None:
    """Record a command, without a proof, that does nothing, or whose tool may fail unseen.

    Where its status is all that is read, and nobody has named the statuses, that is a fault. A
    command whose output is read may count, ask and branch: it is only told.
    """
    if command and shell.does_nothing(command):
        problems.add(path, worded("fault.does_nothing"), worded("hint.say_what_to_run"))
        return
    if read.reader.format is not Format.EXIT:
        _tell_what_is_read(command, path, problems)
        return
    good = passing(expected)
    if good.issuperset(OF_A_TOOL):  # a fault of its own, as is what is no expectation of statuses
        good = frozenset()
    good = good or _SUCCESS
    if good == _SUCCESS and not _SYNTAX.search(command):
        return
    if found := _unheard(command, good):
        problems.add(path, *found, masked=True, refused=not statuses_named)


def needed_tools(command: str, read: Measure, expected: str) -> tuple[str, ...]:
    """Name the tools without which a command would print what passes, as `tool | grep -c x || :`.

    They have to be there: such a command loads, and is no measurement without them.
    """
    reader = read.reader
    if reader.format is not Format.TEXT or not reader.regex or "|" not in command:
        return ()
    import re
    from decimal import Decimal

    from readiness.shell.trouble import certain_outputs

    needed = []
    for tool, output in certain_outputs(command).items():
        found = re.fullmatch(r"\D*(\d+)\D*", output)
        try:
            wanted = expect.parse(expected)
            passes = found and expect.holds(wanted, Decimal(found[1]), read.unit)
        except (ValueError, TypeError):  # a fault, which is told where it is read
            continue
        if passes and re.fullmatch(r"[\w.+-]+", tool):
            needed.append(tool)
    return tuple(needed)


def _unheard(command: str, good: frozenset[int]) -> tuple[str, str] | None:
    """Return what is wrong with a command whose status is all that is read, and the remedy."""
    from readiness.shell.remedies import instead
    from readiness.shell.trouble import unheard

    decides = [mask for mask in shell.masks(command) if mask.final or mask.ends]
    tool = unheard(command, good.__contains__)
    if good != _SUCCESS:
        if not tool:
            return None
        hint = worded("hint.name_statuses", example=_quoted("exit: {ok: [0, 1]}"))
        return worded("fault.passes_where", what=tool), hint
    if not (decides or tool):
        return None
    what = worded("fault.passes_where_word", what=tool)
    if decides:
        mask = decides[0]
        what = (
            worded("fault.can_never_fail_word")
            if mask.final
            else worded("fault.passes_where_word", what=mask.command)
        )
    if better := instead(command):
        lines = [f"run: {_scalar(better.run)}"]
        if better.good:
            lines += ["exit: {ok: [0, 1]}", f'expect: "== {better.good}"']
        return worded("fault.this_command", what=what), worded(
            "hint.write", text=joined(list(map(_quoted, lines)), "and")
        )
    proof = worded("hint.say_proof", example=_quoted(_PROOF))
    if decides:
        return worded("fault.this_command", what=what), worded(
            "hint.remove_mask", what=mask.text, other=proof
        )
    return worded("fault.this_command", what=what), proof


_PROOF: Final = "proof: {from: output, as: text, regex: '^done'}"


def _quoted(line: str) -> str:
    return f"`{line}`"


def _scalar(command: str) -> str:
    """Write a command as YAML has it: plain where that is safe."""
    import json

    return command if _PLAIN.fullmatch(command) else json.dumps(command, ensure_ascii=False)


def _tell_what_is_read(command: str, path: Path, problems: Problems) -> None:
    for mask in shell.masks(command):
        # What is sent to the background and lives on is found when it runs.
        if (
            mask.text != "&"
            and not mask.tested
            and (mask.final or not mask.command.startswith(_CLEANERS))
        ):
            message = worded("fault.hidden_by", what=mask.text)
            hint = worded("hint.say_proof", example=_quoted(_PROOF))
            problems.add(path, message, hint, masked=True, refused=False)
            return
