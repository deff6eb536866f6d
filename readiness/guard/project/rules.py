"""What is known of tools whose settings and comments can silence them: the table that all read.

It stands among the checks, `silence/silencing.toml`, which says what its parts are.
"""

import os
from enum import StrEnum
from typing import Final

import msgspec

from readiness.builtin import builtin_checks
from readiness.startup.patterns import Later, later


class Effect(StrEnum):
    """What a change of a setting does."""

    MORE_LOOSENS = "more"
    LESS_LOOSENS = "less"
    FEWER_LOOSENS = "fewer"
    TRUE_LOOSENS = "true"
    FALSE_LOOSENS = "false"
    LOWER_LOOSENS = "lower"
    HIGHER_LOOSENS = "higher"
    LEVEL = "level"
    WORDS = "words"
    NONE = "none"
    UNKNOWN = "unknown"  # whatever changes, nobody can tell the direction


class SettingsPlace(msgspec.Struct, frozen=True):
    """Where a tool's settings stand: a file's name and the prefix of its keys in that file."""

    file: str
    prefix: str
    owned: bool = False


class ToolSettings(msgspec.Struct, frozen=True):
    """A tool's settings: places in the order in which it looks, and what each key does.

    `implied` has patterns of the switches that are on where another one is, `defaults` what keys
    are that are not written, and `extended` the lists that an `extend-…` adds to by itself. Keys
    like `moved` are below `moved_to` in newer releases. `excluding` is a pattern of the keys that
    leave files out.
    """

    name: str
    places: tuple[SettingsPlace, ...]
    keys: tuple[tuple[str, Effect], ...]
    implied: dict[str, str] = {}
    defaults: dict[str, str] = {}
    extended: dict[str, str] = {}
    excluding: str = ""
    moved: str = ""
    moved_to: str = ""


class Comment(msgspec.Struct, frozen=True):
    """A comment that keeps a tool silent. `codes` is what it is silent about; without it, all."""

    name: str
    files: tuple[str, ...]
    pattern: Later


class Silencing(msgspec.Struct, frozen=True):
    """The whole table."""

    tools: tuple[ToolSettings, ...]
    comments: tuple[Comment, ...]
    skips: frozenset[str]
    marks: frozenset[str]
    untyped: frozenset[str]
    unchecked: Later
    data: Later
    ignored_files: frozenset[str]
    hook_files: frozenset[str]
    hooks: frozenset[str]
    exits: frozenset[str]
    outcomes: frozenset[str]
    locks: dict[str, str]
    commands: frozenset[str]
    off: dict[str, frozenset[str]]
    interpreters: frozenset[str]
    harmless_of: Later
    harmless_words: Later
    strict_words: Later
    limit_words: Later
    test_file: Later
    test_function: str
    serves_tests: Later
    speaks_of_tests: Later
    among_code: Later
    outcomes_check: str
    counting: frozenset[str]
    collecting: str
    collecting_path: str
    executed: str
    starts_python: Later
    makefiles: Later
    scripts: Later
    workflows: Later
    requirements: Later
    callers: Later
    test_tree: Later
    test_runners: Later
    sources: Later
    prose: Later
    plugins: Later
    plugin_words: Later
    entries: Later
    commands_of_packages: frozenset[str]
    test_names: frozenset[str]
    configures: Later
    ruling: frozenset[str]
    printers: frozenset[str]
    seekers: frozenset[str]
    carriers: frozenset[str]
    harmless_variables: Later
    lookers: dict[str, Later]
    formats: Later
    described: frozenset[str]
    runners: dict[str, tuple[str, ...]]


def _load_table() -> Silencing:
    with open(os.path.join(builtin_checks(), "silence", "silencing.toml"), "rb") as file:
        return msgspec.toml.decode(file.read(), type=Silencing, dec_hook=_compiled)


def _compiled(_: type, written: object) -> Later:
    return later(str(written))


TABLE: Final = _load_table()
