"""The check that takes the place of a plain command of the board, such as `make lint`."""

from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from readiness.load.catalogue import Catalogue
from readiness.load.definitions import CriterionFile
from readiness.load.readers import passing
from readiness.model.board import Check, StandsFor
from readiness.shell.plain import argv, assigned

# With one of these, a command is judged as the board says.
_JUDGED = ("read", "proof", "with_", "matrix", "warn")


def standing(
    catalogue: Catalogue, file: CriterionFile, inline: Check
) -> tuple[Check, dict[str, str]]:
    """Return the check that stands for a command, and its parameters; `inline` where there is none.

    What it ignores and its time limit are as for any other command.
    """
    if file.run is UNSET or _is_judged(file):
        return inline, {}
    for check, params in stood_for(catalogue, file.run):
        own = {
            "ignores": inline.ignores,
            "reuse": inline.reuse,
            "max_age": inline.max_age,
            "exclusive": inline.exclusive,
            "timeout": inline.timeout,
        }
        return msgspec.structs.replace(check, **own), params
    return inline, {}


def stood_for(catalogue: Catalogue, command: str) -> Iterator[tuple[Check, dict[str, str]]]:
    """Find the checks that stand for a command, each with the parameters that it then has."""
    variables, rest = assigned(command)
    words = argv(rest)
    for check in catalogue.standing_for(words[0]) if words else ():
        if words and check.stands_for:
            params = match(check.stands_for, words, variables)
            if params is not None:
                yield check, params


def _is_judged(file: CriterionFile) -> bool:
    """Return whether the board says how the command is judged, beyond writing out 0 as success."""
    if file.reject or any(getattr(file, field) is not UNSET for field in _JUDGED):
        return True
    if file.exit is not UNSET and file.exit.ok != [0]:
        return True
    return file.expect is not UNSET and passing(file.expect) != {0}


def match(pattern: StandsFor, words: tuple[str, ...], variables: str = "") -> dict[str, str] | None:
    """Return the parameters that a command's words give; None where they are not of the pattern.

    `variables` are those set in front of it, as `assigned` returns them.
    """
    if any(character.isspace() for word in words for character in word):
        return None
    options, plain = _sorted_out(pattern, words)
    wanted = [word for word in pattern.command if word != "{args}"]
    params = dict(pattern.params)
    if wanted[0][0] == "{":
        params[wanted.pop(0)[1:-1]] = variables
    elif variables:
        return None
    if "{args}" in pattern.command:
        params["args"] = " ".join(options)
    elif options:
        return None
    for index, want in enumerate(wanted):
        if want[0] == "{":
            # What comes last takes all that is left.
            last = index == len(wanted) - 1
            params[want[1:-1]] = " ".join(plain[index:] if last else plain[index : index + 1])
        elif plain[index : index + 1] != [want]:
            return None
    return params


def _sorted_out(pattern: StandsFor, words: tuple[str, ...]) -> tuple[list[str], list[str]]:
    options: list[str] = []
    plain: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in pattern.values:
            options += [word, *filter(None, [next(rest, "")])]
        else:
            (options if word.startswith("-") or "=" in word else plain).append(word)
    return options, plain
