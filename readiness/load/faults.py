"""Collecting faults: where they stand, which criterion they are about, what was probably meant."""

from collections.abc import Iterable

import msgspec

from readiness.load.yamlfile import Document, Path, child
from readiness.model.units import quote
from readiness.text import nearest
from readiness.text.fault import Fault
from readiness.text.worded import Worded, joined, mapped


class Problems:
    """The faults of one file. A field with a fault is `broken`, and not complained of again."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.faults: list[Fault] = [
            msgspec.structs.replace(fault, message=printable(fault.message))
            for fault in document.faults
        ]
        self._broken: set[Path] = set()

    def add(
        self,
        path: Path,
        message: str,
        hint: str = "",
        *,
        key: bool = False,
    ) -> None:
        """Record a fault at the value (or the key) at `path`, or as near to it as there is."""
        place = self.document.position(path, key=key)
        fault = Fault(
            path=self.document.path,
            line=place.line,
            column=place.column,
            message=printable(message),
            subject=subject(self.document, path),
            hint=printable(hint),
        )
        self._broken.add(path)
        if fault not in self.faults:  # of what several criteria share
            self.faults.append(fault)

    def break_field(self, path: Path) -> None:
        """Mark a field as unusable, for a fault that is reported elsewhere."""
        self._broken.add(path)

    def broken(self, path: Path) -> bool:
        """Return whether the value at `path` has a fault already."""
        return path in self._broken


def subject(document: Document, path: Path) -> str:
    """Return the id of the task or criterion that a place in a board belongs to, or ""."""
    match path:
        case ("tasks", int() as task, "criteria", int() as criterion, *_):
            parent = _id(document, path[:2])
            own = _id(document, path[:4])
            return own or (f"{parent}.{criterion + 1}" if parent else f"task {task + 1}")
        case ("tasks", int() as task, *_):
            return _id(document, path[:2]) or f"task {task + 1}"
        case _:
            return ""


def _id(document: Document, path: Path) -> str:
    found = child(document.at(path), "id")
    return shown(found)[1:-1] if isinstance(found, str) else ""


def printable(text: str) -> str:
    """Return the text with nothing in it that a terminal would obey."""
    if text.isprintable():
        return text
    if isinstance(text, Worded) and text.key:
        return mapped(text, printable)
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def shown(text: str) -> str:
    """Quote the text, cut, and with nothing in it that a terminal would obey."""
    return quote(printable(text))


def suggestion(word: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """Return `did you mean "mypy"?`, or what is known if nothing is near and the list is short."""
    names = list(known)
    few = otherwise and 0 < len(names) <= 12
    listed = joined([otherwise, joined(names, "names")], "words") if few else ""
    return nearest.suggestion(word, names, listed)
