"""Options of a probe: the fields of a struct, filled in from the command line.

A field's type says what its option takes: `str`, `int`, `float`, `bool` (`true` or `false`),
`Words` (parted by blanks) or `Lines` (one a line). A field without a default must be given. An
empty value counts as not given, so that a check can pass on every parameter that it has.
`--NAME-env VARIABLE` reads an option from a variable: a secret on the command line would be in the
list of processes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

Words = tuple[str, ...]
Lines = Annotated[tuple[str, ...], Meta(title="lines")]


class OptionsError(Exception):
    """A command line that a probe cannot obey."""


class ProbeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options that every probe has."""

    timeout: Annotated[float, Meta(gt=0, le=3600)] = 10.0


class Network(ProbeOptions, frozen=True, kw_only=True):
    """The options of a probe that opens connections."""

    source: str = ""
    netns: str = ""


_Options = TypeVar("_Options", bound=ProbeOptions)


def parse(kind: type[_Options], arguments: Sequence[str], environ: Mapping[str, str]) -> _Options:
    """Return the options that the arguments give. Raises OptionsError with what to write."""
    hints = get_type_hints(kind, include_extras=True)
    values: dict[str, object] = {}
    for name, text in _pairs(arguments, hints, environ):
        if name in values:
            raise OptionsError(f"{flag(name)} is given twice")
        if text.strip():
            values[name] = _value(name, text, hints[name])
    for field in msgspec.structs.fields(kind):
        if field.required and field.name not in values:
            raise OptionsError(f"{flag(field.name)} must be given")
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise OptionsError(_by_option(str(error))) from None


def pattern(name: str, text: str) -> re.Pattern[str]:
    """Read a regular expression that an option gives. Raises OptionsError where it is none."""
    try:
        return re.compile(text)
    except re.error as error:
        raise OptionsError(f"{flag(name)}: {text!r} is no regular expression: {error}") from None


def flag(name: str) -> str:
    """Return a field's option as it is written."""
    return "--" + name.replace("_", "-")


def _pairs(
    arguments: Sequence[str], known: Mapping[str, object], environ: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    left = iter(arguments)
    for argument in left:
        written, equals, value = argument.partition("=")
        name = written.removeprefix("--").replace("-", "_")
        from_env = name not in known and name.endswith("_env")
        name = name.removesuffix("_env") if from_env else name
        if not written.startswith("--") or name not in known:
            names = ", ".join(map(flag, known))
            raise OptionsError(f"{argument!r} is no option; the options are {names}")
        text = value if equals else next(left, None)
        if text is None:
            raise OptionsError(f"{written} needs a value")
        if from_env and text not in environ:
            raise OptionsError(f"{written}: the variable {text} is not set")
        yield name, environ[text] if from_env else text


def _value(name: str, text: str, hint: object) -> object:
    metas = [meta for meta in get_args(hint) if isinstance(meta, Meta)]
    plain = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if any(meta.title == "lines" for meta in metas):
        return [line.strip() for line in text.splitlines() if line.strip()]
    if get_origin(plain) is tuple:
        return text.split()
    if plain is bool and text.strip() not in {"true", "false"}:
        raise OptionsError(f"{flag(name)} is {text!r}; write true or false")
    return text.strip()


def _by_option(error: str) -> str:
    """Word a conversion error by option: `Expected … - at `$.port`."""
    parts = re.fullmatch(r"(.*) - at `\$\.(\w+)(.*)`", error)
    return f"{flag(parts[2])}: {parts[1].lower()}" if parts else error
