"""Whether tests in other languages than Python only follow the code that a change alters.

Faults cannot be tried there, so the edits are read: other values, and what speaks of names that the
code no longer has, belong to the code; any other word, or less without it, does not.
"""

import difflib
import os
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

from readiness.guard.changes import Kind
from readiness.guard.collected import Case
from readiness.guard.deciding import serves_tests
from readiness.guard.project.rules import TABLE
from readiness.guard.states import States

_VALUE: Final = re.compile(
    r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`[^`]*`|(?<!\w)-?\d[\w.]*|\b(?:true|false|null|nil)\b"
)
_ABOVE: Final = re.compile(r"//|#|@|/?\*")
"""How lines begin that belong to what follows: comments, and what is said of a test."""
OF_TESTS: Final = re.compile(r"\.(?:test|spec)\.\w+$|_(?:test|spec)\.\w+$|Tests?\.\w+$")
"""Files that hold tests and nothing that others use, by the customs of most languages."""
_SHORT: Final = 2
_WORD: Final = re.compile(r"[^\W\d]\w*")


class Followers:
    """Tells which files of tests only follow the code."""

    def __init__(self, states: States) -> None:
        self._states = states

    @cached_property
    def _names(self) -> list[set[str]]:
        """The words of the code that differs, before and after, with the names of its files."""
        sides = [
            [text and f"{_stem(path)} {_parted(path, text)[0]}" for text in self._states.both(path)]
            for path in self._states.changed
            if _is_program(path) and not serves_tests(path, self._states)
        ]
        differing = [texts for texts in sides if texts[0] != texts[1]]
        return [_words(texts[side] for texts in differing) for side in (0, 1)]

    @property
    def has_code(self) -> bool:
        """Whether the change alters code at all."""
        return any(self._names)

    def follows(self, path: str) -> bool:
        """Return whether a file of tests says nothing else but what the code made necessary."""
        if path.endswith(".py") or not _is_program(path) or not self.has_code:
            return False
        if path not in self._states.before:
            return bool(OF_TESTS.search(path))
        tests = [
            text if serves_tests(path, self._states) else _parted(path, text)[1]
            for text in self._states.both(path)
        ]
        old, new = (_VALUE.sub("0", text).splitlines() for text in tests)
        gone, come = self._names[0] - self._names[1], self._names[1] - self._names[0]
        for what, *(start, end, begin, stop) in difflib.SequenceMatcher(
            None, old, new
        ).get_opcodes():
            before, after = _words(old[start:end]), _words(new[begin:stop])
            if what == "delete" and not all(_words(part) & gone for part in _parts(old[start:end])):
                return False
            if what == "replace" and not (
                before & gone and before - after <= gone and after - before <= come
            ):
                return False
        return bool(self._states.text(path, 1))

    def loses_with_code(self, path: str) -> bool:
        """Return whether a file of tests lost what spoke of names that the code lost, and no more.

        With these go names of its own that only such lines have.
        """
        gone = self._names[0] - self._names[1]
        old, new = (text.splitlines() for text in self._states.both(path))
        if not new:
            return any(word in _stem(path) for word in gone if len(word) > _SHORT)
        edits = difflib.SequenceMatcher(None, old, new).get_opcodes()
        lost = [
            _words(old[start:end])
            for what, start, end, *_ in edits
            if what in ("delete", "replace")
        ]
        gone |= {word for words in lost if words & gone for word in words.difference(_words(new))}
        return bool(lost) and all(words & gone for words in lost)

    def without(
        self, missing: Mapping[Case, Kind], kept: Container[tuple[str, str]]
    ) -> dict[Case, Kind]:
        """Return the missing tests, but for those `kept` and those whose files follow the code.

        A test that is skipped now stands there still: no code made that necessary.
        """
        return {
            case: kind
            for case, kind in missing.items()
            if (case.path, case.function) not in kept
            and (kind is Kind.SKIP or not self._is_of_followers(case.path))
        }

    def _has_tests(self, path: str) -> bool:
        if serves_tests(path, self._states):
            return True
        texts = self._states.both(path) if TABLE.sources.search(path) else ()
        return any(_parted(path, text)[1] for text in texts)

    def _is_of_followers(self, path: str) -> bool:
        """Return whether a test stands in such a file; or all do, where reports name no file."""
        if path in self._states and TABLE.sources.search(path):
            return self.follows(path)
        tests = [each for each in self._states.changed if self._has_tests(each)]
        return bool(tests) and all(map(self.follows, tests))


def _is_program(path: str) -> bool:
    return bool(TABLE.sources.search(path) or TABLE.scripts.search(path))


def _stem(path: str) -> str:
    return os.path.basename(path).partition(".")[0]


def _parted(path: str, text: str) -> tuple[str, str]:
    """Divide the text of a file into code and the tests that follow it there."""
    begins = None if path.endswith(".py") else TABLE.among_code.search(text)
    return (text[: begins.start()], text[begins.start() :]) if begins else (text, "")


def _parts(lines: list[str]) -> Iterator[list[str]]:
    """Divide lines where something begins that is no deeper than the first."""
    part: list[str] = []
    for line in filter(str.strip, lines):
        begins = not line[0].isspace() and line[0] not in ")]}" and not _ABOVE.match(line)
        if begins and not all(map(_ABOVE.match, part)):
            yield part
            part = []
        part.append(line)
    yield part


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text)}
