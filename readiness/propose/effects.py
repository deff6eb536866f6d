"""What commands do, by a table of how they begin: only what looks and tells may become a probe."""

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from readiness.shell.programs import is_utility

_PYTHON: Final = re.compile(r"python[\d.]*|py")
_SET: Final = re.compile(r"[A-Za-z_]\w*=.*")


_TESTS: Final = "tests"


class Deed(StrEnum):
    """What becomes of things when a command is run."""

    LOOKS = "looks"
    NEUTRAL = "neutral"
    PUBLISHES = "publishes"
    DEPLOYS = "deploys"
    DELETES = "deletes"
    INSTALLS = "installs"
    BUILDS = "builds"
    STARTS = "starts"
    ASKS = "asks"
    REWRITES = "rewrites"
    MIGRATES = "migrates"
    UNKNOWN = "unknown"


class _Only(msgspec.Struct, frozen=True):
    """What makes a command look only: one of `needs` is there, and none of `never`."""

    command: str
    needs: list[str] = []
    never: list[str] = []


class _Beginnings(msgspec.Struct, frozen=True):
    commands: list[str]
    only: list[_Only] = []
    values: list[str] = []


@cache
def _table() -> Mapping[str, _Beginnings]:
    text = files("readiness.propose").joinpath("effects.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, _Beginnings])


@cache
def _beginnings() -> Mapping[tuple[str, ...], Deed]:
    return {
        tuple(command.split()): Deed.LOOKS if name == _TESTS else Deed(name)
        for name, group in _table().items()
        if name != "wrappers"
        for command in group.commands
    }


def unwrapped(words: Sequence[str]) -> tuple[str, ...]:
    """Unwrap a command: `uv run --group dev python -m mypy src` becomes `mypy src`.

    Programs go by their file's name, and a script by its own instead of Python's.
    """
    here = tuple(words)
    while here:
        if _SET.fullmatch(here[0]):
            here = here[1:]
            continue
        here = (os.path.basename(here[0]), *here[1:])
        if len(here) > 1 and _PYTHON.fullmatch(here[0]):
            if here[1] == "-m":
                here = here[2:]
                continue
            if here[1].endswith(".py"):
                here = here[1:]
                continue
        rest = _unwrapped_once(here)
        if rest is None:
            return here
        here = rest
    return here


def by_manager(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the program that `pnpm vitest` or `yarn run eslint` starts, where no script does."""
    rest = words[2 if words[1:2] == ("run",) else 1 :]
    is_own = words[:1] not in [("pnpm",), ("yarn",), ("bun",)] or effect(words) is not Deed.UNKNOWN
    return words if is_own or effect(rest) in (Deed.UNKNOWN, Deed.NEUTRAL) else rest


def _unwrapped_once(words: tuple[str, ...]) -> tuple[str, ...] | None:
    group = _table()["wrappers"]
    for command in sorted(group.commands, key=len, reverse=True):
        start = tuple(command.split())
        if words[: len(start)] == start:
            return _behind_options(words[len(start) :], group.values)
    return None


def _behind_options(words: tuple[str, ...], with_value: Sequence[str]) -> tuple[str, ...]:
    while words and words[0].startswith("-"):
        if words[0] in ("--", "-m"):
            return words[1:]
        words = words[2:] if words[0] in with_value else words[1:]
    return words


def effect(words: Sequence[str]) -> Deed:
    """Return what a command does, as far as the table knows. `words` may be wrapped."""
    here = unwrapped(words)
    if not here:
        return Deed.NEUTRAL
    known = _beginnings()
    ends = [size for size in range(min(len(here), 5), 0, -1) if here[:size] in known]
    if not ends:
        return Deed.NEUTRAL if is_utility(here[0]) else Deed.UNKNOWN
    return _with_conditions(here, known[here[: ends[0]]])


def runs_tests(words: Sequence[str]) -> bool:
    """Return whether a command runs tests, as far as the table knows."""
    here = unwrapped(words)
    starts = [tuple(command.split()) for command in _table()[_TESTS].commands]
    return any(here[: len(start)] == start for start in starts)


def _with_conditions(words: tuple[str, ...], deed: Deed) -> Deed:
    """Let options decide: some commands only look with one and rewrite without, or the reverse."""
    options = {word.partition("=")[0] for word in words[1:]}
    for only in _table()["looks"].only:
        start = tuple(only.command.split())
        if words[: len(start)] == start:
            if options & set(only.never):
                return Deed.REWRITES
            if only.needs:
                return Deed.LOOKS if options & set(only.needs) else deed
    return deed
