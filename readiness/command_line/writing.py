"""Command lines written from the parameters of the application, which starts itself again."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from typer.core import TyperArgument, TyperOption

from readiness.command_line.application import load
from readiness.command_line.options import field_of
from readiness.model.settings import AcceptedBy, ReportTarget, RunSettings


def command_line(name: str, settings: RunSettings, /, **parameters: object) -> list[str]:
    """Return the words after `readiness` that mean these settings, and these `parameters`.

    `parameters` are of the command alone. What is as by default is not written, nor are settings
    that the command does not take.
    """
    arguments: list[str] = []
    flags: list[str] = []
    for parameter in load(name).params:
        own = parameter.name or ""
        value: Any = parameters.get(own, getattr(settings, field_of(own), None))
        if value in (None, (), parameter.default):
            continue
        texts = [*map(_spelled, value)] if _repeats(parameter) else [_spelled(value)]
        if isinstance(parameter, TyperOption):
            flags += _flagged(parameter, texts)
        else:
            arguments += texts
    if any(text.startswith("-") for text in arguments):
        return [name, *flags, "--", *arguments]
    return [name, *arguments, *flags]


def _repeats(parameter: Any) -> bool:
    if isinstance(parameter, TyperArgument):
        return parameter.nargs == -1
    return bool(parameter.multiple)


def _flagged(option: TyperOption, texts: Iterable[str]) -> Iterator[str]:
    flag = option.opts[0]
    if option.is_flag:
        yield flag
        return
    for text in texts:
        # What begins with a dash looks like the next flag.
        yield from [f"{flag}={text}"] if text.startswith("-") else [flag, text]


def _spelled(value: Any) -> str:
    """Return a value as it is spelled on a command line."""
    if isinstance(value, ReportTarget):
        return f"{value.format}={value.path}"
    if isinstance(value, AcceptedBy):
        return f"{value.by}: {value.reason}"
    if isinstance(value, float):
        return f"{Decimal(repr(value)).normalize():f}s"
    if isinstance(value, tuple):
        return "/".join(map(str, value))
    return str(value)
