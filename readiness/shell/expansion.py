"""What the words of a shell command stand for, as far as it is known."""

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Final

from readiness.shell.plain import BUILTINS
from readiness.shell.syntax import end_of_commands
from readiness.shell.words import Unreadable
from readiness.startup.patterns import later

_VARIABLE: Final = later(r"\$(?:\{(\w+)\}|(\w+)|([?]))")
_QUOTED: Final = later(r"""'([^']*)'|"([^"$`\\]*)\"""")
_COMPARED: Final = later(r"\$?\{?(\w+)\}?\s*(==|!=|<=?|>=?)\s*(\d+)")
_SHELLS: Final = frozenset(("sh", "bash", "dash", "zsh", "ksh"))
_NUMBERS: Final[dict[str, Callable[[int, int], bool]]] = {
    "-eq": int.__eq__,
    "-ne": int.__ne__,
    "-lt": int.__lt__,
    "-le": int.__le__,
    "-gt": int.__gt__,
    "-ge": int.__ge__,
}
_SIGNS: Final = {"==": "-eq", "!=": "-ne", "<": "-lt", "<=": "-le", ">": "-gt", ">=": "-ge"}


class Expander:
    """Expands words, given the variables that are `known`, and what commands in them print."""

    def __init__(self, known: Mapping[str, str], output: Callable[[str], str | None]) -> None:
        self.known = known
        self.output = output

    def text(self, word: str) -> str | None:
        """Return what the word stands for, or None where something in it is not known."""
        parts: list[str] = []
        place, double = 0, False
        while place < len(word):
            here = word[place]
            if here == '"':
                double, place = not double, place + 1
            elif here == "'" and not double:
                end = word.index("'", place + 1)
                parts.append(word[place + 1 : end])
                place = end + 1
            elif here == "\\":
                parts.append(word[place + 1 : place + 2])
                place += 2
            elif here in "$`" or word.startswith(("<(", ">("), place):
                found, place = self._expansion(word, place)
                if found is None:
                    return None
                parts.append(found)
            else:
                parts.append(here)
                place += 1
        return "".join(parts)

    def _expansion(self, word: str, place: int) -> tuple[str | None, int]:
        if inner := _command_at(word, place):
            return self.output(inner), place + len(inner) + 3
        variable = _VARIABLE.match(word, place)
        if variable is None:
            return None, len(word)
        return self.known.get(variable[1] or variable[2] or variable[3]), variable.end()

    @staticmethod
    def commands_in(word: str) -> Iterator[str]:
        """Yield the commands whose output a word uses."""
        place = 0
        while place < len(word):
            inner = _command_at(word, place)
            if inner:
                yield inner
            place += len(inner) + 3 if inner else 1

    @staticmethod
    def only_command(word: str) -> str | None:
        """Return the command of a word that is all its output, `"$(…)"`, or None."""
        bare = word[1:-1] if word[:1] == word[-1:] == '"' else word
        inner = _command_at(bare, 0)
        return inner if inner and len(inner) + 3 == len(bare) else None

    @staticmethod
    def script(name: str, words: list[str]) -> str:
        """Return the script of `sh -c '…'` and `eval '…'` where it is all literal, or ""."""
        rest = words[1:]
        if name != "eval":
            options = [word for word in rest if word.startswith("-")]
            if name not in _SHELLS or not options or "c" not in options[-1]:
                return ""
            rest = [word for word in rest[len(options) :] if word != "pipefail"]
        found = _QUOTED.fullmatch(rest[0]) if rest else None
        return (found[1] or found[2] or "") if found else ""


def _command_at(word: str, place: int) -> str:
    """Return the command within `$(…)` at this place, or ""."""
    if not word.startswith("$(", place) or word.startswith("$((", place):
        return ""
    try:
        return word[place + 2 : end_of_commands(word, place + 2)]
    except Unreadable:
        return ""


def test(fields: list[str | None]) -> int | None:
    """Return the status of `test` with these fields, or None where it is not known."""
    match fields:
        case []:
            return 1
        case ["!", *rest]:
            status = test(rest)
            return status if status is None or status > 1 else 1 - status
        case [one]:
            return None if one is None else int(not one)
        case ["-z", one]:
            return None if one is None else int(bool(one))
        case ["-n", one]:
            return None if one is None else int(not one)
        case [str(left), "=" | "==", str(right)]:
            return int(left != right)
        case [str(left), "!=", str(right)]:
            return int(left == right)
        case [str(left), str(sign), str(right)] if sign in _NUMBERS:
            return _numbers(left, sign, right)
        case [str(sign), str()] if sign in _NUMBERS:
            return 2  # an operand was empty and is gone
    return None


def _numbers(left: str, sign: str, right: str) -> int:
    try:
        return int(not _NUMBERS[sign](int(left), int(right)))
    except ValueError:
        return 2


def comparison(text: str, expand: Callable[[str], str | None]) -> int | None:
    """Return the status of `[[ … ]]` or `(( … ))`, or None where it is not known."""
    inner = text[2:-2].strip()
    if text.startswith("(("):
        found = _COMPARED.fullmatch(_expanded(inner, expand))
        if not found:
            return None
        left = found[1] if found[1].isdecimal() else expand(f"${found[1]}")
        return None if left is None else _numbers(left or "0", _SIGNS[found[2]], found[3])
    words = _split(inner)
    if {"&&", "||", "(", ")"} & set(words):
        return None
    if words[:1] == ["!"]:
        status = comparison(f"[[{inner[1:]}]]", expand)
        return status if status is None or status > 1 else 1 - status
    if len(words) == 3 and words[1] in ("==", "=", "!=", "=~"):
        left = expand(words[0])
        return None if left is None else _matched(left, words[1], words[2], expand)
    fields = [word if word in BUILTINS or word[:1] in "-!" else expand(word) for word in words]
    if len(fields) == 3 and fields[1] in _NUMBERS:
        fields = [fields[0] or "0" if fields[0] is not None else None, *fields[1:]]
    return test(fields)


def _matched(left: str, sign: str, right: str, expand: Callable[[str], str | None]) -> int | None:
    wanted = expand(right)
    if wanted is None:
        return None
    if sign == "=~":
        try:
            return int(re.search(wanted, left) is None)
        except re.error:
            return None
    same = left == wanted if right[:1] in ("'", '"') else fnmatchcase(left, wanted)
    return int(same if sign == "!=" else not same)


def _expanded(text: str, expand: Callable[[str], str | None]) -> str:
    """Put what commands in an arithmetic expression print in their place."""
    for inner in Expander.commands_in(text):
        found = expand(f"$({inner})")
        text = text.replace(f"$({inner})", found or "0") if found is not None else text
    return text


def _split(text: str) -> list[str]:
    """Split at blanks that stand neither in quotes nor in a command's output."""
    words, start, place, double = [], 0, 0, False
    while place < len(text):
        if text[place] == '"':
            double = not double
        elif text[place] == "'" and not double:
            place = text.find("'", place + 1) if "'" in text[place + 1 :] else len(text)
        elif inner := _command_at(text, place):
            place += len(inner) + 2
        elif text[place].isspace() and not double:
            words.append(text[start:place])
            start = place + 1
        place += 1
    return [word for word in (*words, text[start:]) if word]
