"""Command lines written from the table of options, where this program starts itself again."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from readiness.command_line.options import OPTIONS, Option, Value, Verb
from readiness.model.settings import RunSettings

_PLACES = {option.name: place for place, option in enumerate(OPTIONS)}


def command_line(verb: Verb, settings: RunSettings, **parameters: object) -> list[str]:
    """Return the words after `readiness` that mean these settings, and these `parameters`.

    `parameters` are of the command's function. What is as by default is not written, nor are
    settings that the command does not take. Flags stand in the order of the table, behind the
    command's own.
    """
    arguments: list[str] = []
    flags: list[str] = []
    for option in sorted(verb.options, key=lambda option: _PLACES.get(option.name, -1)):
        if option.name in verb.parameters:
            usual = verb.defaults.get(option.name)
            value = parameters.get(option.name, usual)
        else:
            usual = getattr(RunSettings(), option.field)
            value = getattr(settings, option.field)
        if value == usual:
            continue
        if option.flags:
            flags += _words_of(option, value)
        else:
            arguments += _texts_of(option, value)
    if any(text.startswith("-") for text in arguments):
        return [verb.name, *flags, "--", *arguments]
    return [verb.name, *arguments, *flags]


def _words_of(option: Option, value: Any) -> Iterator[str]:
    flag = option.flags[0]
    if option.value is Value.SWITCH:
        yield flag
        return
    for text in _texts_of(option, value):
        # What begins with a dash would be read as the next flag.
        yield from [f"{flag}={text}"] if text.startswith("-") else [flag, text]


def _texts_of(option: Option, value: Any) -> Iterable[str]:
    """Return a value as it is spelled on a command line, once for each time that it is named."""
    if option.value is Value.TEXTS:
        return list(value)
    if option.value is Value.REPORTS:
        return [f"{target.format}={target.path}" for target in value]
    if option.value is Value.TIME:
        return [f"{Decimal(repr(value)).normalize():f}s"]
    if option.value is Value.SHARD:
        return ["/".join(map(str, value))]
    return [str(value)]
