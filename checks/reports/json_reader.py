"""Read JSON of any size in little memory, entry by entry."""

import json
from collections.abc import Collection, Iterator
from typing import NoReturn

from checks.reports.handed_in import refuse
from checks.reports.xml_reader import CHUNK, CUT_OFF, LARGE, LARGEST_PART

NEAR = 16
"""So close to what is still to be read, a number or a word of JSON may go on there."""


class JsonReader:
    """The parts of one JSON file.

    `opened` are the containers whose entries come one by one: the keys that lead there, `*` for the
    entries of a list. All else comes whole.
    """

    def __init__(self, path: str, opened: Collection[tuple[str, ...]]) -> None:
        self.path, self.opened = path, opened
        self._scan = json.JSONDecoder().raw_decode
        self._text, self._at, self._whole, self._line, self._column = "", 0, False, 1, 1

    def __iter__(self) -> Iterator[tuple[tuple[str, ...], object]]:
        """Yield the path and value of each part; for a container that is opened, first `...`."""
        with open(self.path, encoding="utf-8-sig", newline="") as self._file:
            yield from self._value(())
            if self._next():
                self._fault(self._at, "it goes on after its end")

    def _value(self, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
        ending = {"{": "}", "[": "]"}.get(self._next(), "")
        if path not in self.opened or not ending:
            yield path, self._entry()
            return
        yield path, ...
        self._at += 1
        mark = self._expect(ending) if self._next() == ending else ""
        while mark != ending:
            key: object = "*"
            if ending == "}":
                key = self._entry() if self._next() == '"' else None
                self._expect(":" if key is not None else "a key in quotes")
            yield from self._value((*path, str(key)))
            mark = self._expect(",", ending)

    def _expect(self, *marks: str) -> str:
        if (mark := self._next()) not in marks:
            self._fault(self._at, f"expected {' or '.join(marks)}")
        self._at += 1
        return mark

    def _next(self) -> str:
        """Return the next character that is no blank; "" at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in " \t\r\n":
                self._at += 1
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def _entry(self) -> object:
        while True:
            try:
                value, end = self._scan(self._text, self._at)
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated") or error.pos > len(self._text) - NEAR
                if not cut or not self._more():
                    self._fault(error.pos, error.msg)
            except RecursionError as error:
                self._fault(self._at, str(error))
            else:
                if end < len(self._text) - NEAR or not self._more():  # `1` may be cut from `1e9`
                    self._at = end
                    return value

    def _more(self) -> bool:
        """Read on, and forget what was read before; return whether there was more."""
        if self._whole:
            return False
        self._line, self._column = self._place(self._at)
        self._text, self._at = self._text[self._at :], 0
        if len(self._text) > LARGEST_PART:
            self._fault(0, LARGE)
        try:
            chunk = self._file.read(max(CHUNK, len(self._text)))
        except UnicodeDecodeError as error:
            self._fault(len(self._text), f"it is not UTF-8: {error.reason}")
        self._text, self._whole = self._text + chunk, not chunk
        return True

    def _place(self, at: int) -> tuple[int, int]:
        newlines = self._text.count("\n", 0, at)
        column = at - self._text.rfind("\n", 0, at) if newlines else self._column + at
        return self._line + newlines, column

    def _fault(self, at: int, why: str) -> NoReturn:
        cut = why.startswith("Unterminated") or (self._whole and at >= len(self._text.rstrip()))
        refuse(self.path, *self._place(at), CUT_OFF if cut else f"it is not JSON ({why})")
