"""What the values of options mean. Raises `typer.BadParameter` for one that does not fit."""

import os
from typing import Any

import typer

from readiness.text.languages import Language
from readiness.text.worded import worded, words_of


def whole_number(text: object) -> int:
    """Return a number of things, 1 or more."""
    shown = str(text)
    if not (shown.isascii() and shown.isdecimal() and int(shown) > 0):
        raise typer.BadParameter(worded("line.value.no_integer", text=shown))
    return int(shown)


def seconds(text: str) -> float:
    """Return a time such as 90s, in seconds."""
    from readiness.model.units import duration

    try:
        return duration(text)
    except ValueError as error:
        raise typer.BadParameter(words_of(error)) from None


def language(text: str) -> Language:
    """Return a language by its short name."""
    if text not in [*Language]:
        there = ", ".join(Language)
        raise typer.BadParameter(worded("line.value.no_language", name=text, there=there))
    return Language(text)


def shard(text: str) -> tuple[int, int]:
    """Return which part of how many `K/N` is."""
    number, _, count = text.partition("/")
    parts = (number, count)
    is_read = all(part.isascii() and part.isdecimal() and len(part) < 7 for part in parts)
    if not is_read or not 1 <= int(number) <= int(count):
        raise typer.BadParameter(worded("line.value.no_shard", text=repr(text)))
    return int(number), int(count)


def acceptance(text: str) -> Any:
    """Return who accepts what a change loosens, and why, of `NAME: why`."""
    from readiness.model.settings import AcceptedBy

    name, _, reason = (part.strip() for part in text.partition(":"))
    if not name or not reason:
        raise typer.BadParameter(worded("line.value.no_acceptance", text=repr(text)))
    return AcceptedBy(by=name, reason=reason)


def report_target(text: str) -> Any:
    """Return the report that `FORMAT=FILE` asks for."""
    from readiness.model.settings import ReportTarget
    from readiness.report import FORMATS

    name, equals, path = text.partition("=")
    if not equals or not path:
        raise typer.BadParameter(worded("line.value.format_file", value=text))
    if name not in FORMATS:
        there = ", ".join(sorted(FORMATS))
        raise typer.BadParameter(worded("line.value.no_format", name=name, there=there))
    return ReportTarget(name, path)


def of_different_files(targets: list[Any] | None) -> list[Any] | None:
    """Return the reports, of which each has a file of its own."""
    paths: set[str] = set()
    for target in targets or ():
        path = os.path.realpath(target.path)
        if path in paths:
            raise typer.BadParameter(worded("line.value.named_twice", path=target.path))
        paths.add(path)
    return targets
