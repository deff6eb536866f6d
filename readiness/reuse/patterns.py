"""The patterns of a check's inputs: parameters replaced, and which paths they mean. Pure."""

import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

import msgspec

from readiness.project.globs import matches
from readiness.startup.patterns import later

_NAME = later(r"\$(?:\{(\w+)\}|(\w+))")
_WILD = later(r"[*?\[]")
_QUOTING = later(r"""['"]|\\\s""")


class Pattern(msgspec.Struct, frozen=True):
    """One pattern: where it begins, and what it asks of the paths below that.

    `base` is relative to the folder in which the probe runs, or absolute; "" is that folder. With
    an empty `rest` it is a file, or all that is below a folder. A `base` that is a file is meant
    whatever `rest` is, as where a parameter for folders names a file.
    """

    base: str
    rest: str = ""

    def __str__(self) -> str:
        """Format the pattern as one would write it."""
        return "/".join(filter(None, (self.base, self.rest))) or "."

    def covers(self, path: str) -> bool:
        """Return whether the pattern matches a path, relative to the same folder."""
        if path == self.base:
            return True
        start = os.path.join(self.base, "")
        if not path.startswith(start) or path.startswith("../") > start.startswith("../"):
            return False
        return not self.rest or matches(self.rest, path[len(start) :])


def expanded(
    inputs: Sequence[str], env: Mapping[str, str], exists: Callable[[str], bool]
) -> tuple[Pattern, ...]:
    """Replace `$NAME` in the patterns by the words of its value, one pattern for each word.

    An empty parameter that stands alone means nothing. One that begins a longer pattern means the
    whole folder, as to a tool that is given no paths; so does a word of it that is no path here,
    because only the tool knows what it makes of that.
    """
    patterns: dict[Pattern, None] = {}
    for text in inputs:
        led = _NAME.match(text)
        alone = led is not None and led.end() == len(text)
        for words in _replaced(text, env):
            pattern = _pattern("".join(words))
            unknown = led is not None and not alone and not (words[1] and exists(pattern.base))
            if words[1:] == ("", "") and alone:
                continue
            patterns[Pattern("", pattern.rest) if unknown else pattern] = None
    return tuple(patterns)


def is_plain_name(text: str) -> bool:
    """Return whether a pattern is the name of one file, without a folder."""
    return not ("/" in text or "$" in text or _WILD.search(text))


def _replaced(text: str, env: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Return the pieces of the text, plain ones and words by turns, for each choice of words."""
    choices: list[Sequence[str]] = []
    end = 0
    for name in _NAME.finditer(text):
        choices += [text[end : name.start()]], _words(env.get(name[1] or name[2], "")) or [""]
        end = name.end()
    return product(*choices, [text[end:]])


def _words(text: str) -> list[str]:
    """Split a parameter as checks do: quotes keep a word with blanks together."""
    try:
        return shlex.split(text) if _QUOTING.search(text) else text.split()
    except ValueError:  # a lone quote is one of the text
        return text.split()


def _pattern(text: str) -> Pattern:
    parts = os.path.normpath(text).split("/") if text else []
    wild = next((i for i, part in enumerate(parts) if _WILD.search(part)), len(parts))
    base = "/".join(parts[:wild])
    if base == "" and text.startswith("/"):
        base = "/"
    return Pattern("" if base == "." else base, "/".join(parts[wild:]))
