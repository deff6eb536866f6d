"""What is known of tools whose settings and comments can silence them: the table that all read.

It stands beside the scripts of the checks, `silencing.toml`, which says what its parts are.
"""

import os
import re
from enum import StrEnum
from typing import Final

import msgspec

from readiness.load import builtin_checks


class Effect(StrEnum):
    """What a change of a setting does."""

    MORE_LOOSENS = "more"
    LESS_LOOSENS = "less"
    TRUE_LOOSENS = "true"
    FALSE_LOOSENS = "false"
    LOWER_LOOSENS = "lower"
    HIGHER_LOOSENS = "higher"
    WORDS = "words"
    SILENCES = "silences"
    NONE = "none"
    UNKNOWN = "unknown"  # whatever changes, nobody can tell the direction


class SettingsPlace(msgspec.Struct, frozen=True):
    """Where a tool's settings stand: a file's name and the prefix of its keys in that file."""

    file: str
    prefix: str
    owned: bool = False


class ToolSettings(msgspec.Struct, frozen=True):
    """A tool's settings: places in the order in which it looks, and what each key does.

    `implied` has patterns of the switches that are on where another one is.
    """

    name: str
    places: tuple[SettingsPlace, ...]
    keys: tuple[tuple[str, Effect], ...]
    implied: dict[str, str] = {}


class Comment(msgspec.Struct, frozen=True):
    """A comment that keeps a tool silent. `codes` is what it is silent about; without it, all."""

    name: str
    files: tuple[str, ...]
    pattern: re.Pattern[str]


class Silencing(msgspec.Struct, frozen=True):
    """The whole table."""

    tools: tuple[ToolSettings, ...]
    comments: tuple[Comment, ...]
    skips: frozenset[str]
    untyped: frozenset[str]
    unchecked: re.Pattern[str]
    data: re.Pattern[str]
    ignored_files: frozenset[str]
    hook_files: frozenset[str]
    hooks: frozenset[str]
    exits: frozenset[str]
    outcomes: frozenset[str]
    ignore_lists: tuple[str, ...]
    locks: dict[str, str]
    commands: frozenset[str]
    off: dict[str, frozenset[str]]
    interpreters: frozenset[str]
    flags: re.Pattern[str]
    harmless_words: re.Pattern[str]
    strict_words: re.Pattern[str]
    limit_words: re.Pattern[str]
    test_file: re.Pattern[str]
    test_class: re.Pattern[str]
    makefiles: re.Pattern[str]
    scripts: re.Pattern[str]
    workflows: re.Pattern[str]
    requirements: re.Pattern[str]
    inputs: re.Pattern[str]
    callers: re.Pattern[str]
    test_tree: re.Pattern[str]
    test_runners: re.Pattern[str]
    lenient: str
    sources: re.Pattern[str]
    prose: re.Pattern[str]
    plugins: re.Pattern[str]
    plugin_words: re.Pattern[str]
    entries: re.Pattern[str]
    commands_of_packages: frozenset[str]
    test_names: frozenset[str]
    configures: re.Pattern[str]
    ruling: frozenset[str]
    printers: frozenset[str]
    formats: re.Pattern[str]
    described: frozenset[str]
    runners: dict[str, tuple[str, ...]]


def _read() -> Silencing:
    with open(os.path.join(builtin_checks(), "scripts", "silencing.toml"), "rb") as file:
        return msgspec.toml.decode(file.read(), type=Silencing, dec_hook=_compiled)


def _compiled(_: type, written: object) -> re.Pattern[str]:
    return re.compile(str(written))


TABLE: Final = _read()
