"""What was found in a project: plain facts, which say nothing of what any tool is for."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

Data = Mapping[str, object]


class Layout(StrEnum):
    """How a project's code lies in its folder."""

    SRC = "src"
    FLAT = "flat"
    MODULE = "module"
    NONE = "none"


class Suite(StrEnum):
    """How a project's tests are written."""

    FUNCTIONS = "functions"
    UNITTEST = "unittest"
    DOCTEST = "doctest"
    NONE = "none"


class Ecosystem(StrEnum):
    """What a project is written for."""

    PYTHON = "python"
    NODE = "node"
    GO = "go"
    RUST = "rust"
    JAVA = "java"


class Origin(StrEnum):
    """Who runs a command, the one first that says most about what the team believes in."""

    CI = "CI"
    HOOK = "pre-commit"
    RECIPE = "a recipe"


class RunCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A command as somebody runs it: its words, wrappers such as `uv run` taken away.

    `text` is the command as it could be run again, `source` how the origin spells it (`make lint`),
    `path` in which file, `folder` where it is run ("" for the root). `alone` says that it needs
    nothing of the commands around it. With `recipe` it only names others, whose words are in
    `inner`. `env` are the variables that CI sets for it, where their values are plain. A line that
    is not yet taken apart has no words.
    """

    text: str
    origin: Origin
    path: str
    words: tuple[str, ...] = ()
    source: str = ""
    folder: str = ""
    alone: bool = True
    recipe: bool = False
    inner: tuple[tuple[str, ...], ...] = ()
    env: tuple[tuple[str, str], ...] = ()


class Omission(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was found and is no criterion, and why."""

    what: str
    why: str


class Subproject(msgspec.Struct, frozen=True, kw_only=True):
    """A project, or one of several in one repository; paths are relative to the root.

    `folder` is "" for the root. `files` are those below it. `settings` has the data of settings
    files by their paths, `dependencies` the names that it needs, each with the file that says so.
    """

    folder: str
    name: str
    files: tuple[str, ...]
    ecosystem: Ecosystem = Ecosystem.PYTHON
    layout: Layout = Layout.NONE
    source: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    suite: Suite = Suite.NONE
    settings: Mapping[str, Data] = {}
    dependencies: Mapping[str, str] = {}


class ProjectFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that was found: the parts, and what is run where.

    `others` are the projects of other languages, whose paths are relative to their own folders.
    `python_path` are the folders from which the code is imported, where that is not the root.
    `files` are all that there are, `test_target` is what make is asked for to run the tests.
    `examples` are variables that it may need.
    Code that is `of_colours` asks for the variable NO_COLOR.
    """

    name: str
    parts: tuple[Subproject, ...]
    others: tuple[Subproject, ...] = ()
    steps: tuple[RunCommand, ...] = ()
    python_path: tuple[str, ...] = ()
    left_out: tuple[Omission, ...] = ()
    files: tuple[str, ...] = ()
    git: bool = False
    examples: Mapping[str, str] = {}
    of_colours: bool = False
    test_target: str = ""
