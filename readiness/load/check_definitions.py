"""What may stand in a check file: the definitions behind validation and schemas."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from readiness.load.definitions import (
    AsText,
    Duration,
    ExitFile,
    Expects,
    FilePart,
    Id,
    Ignores,
    Inputs,
    MeasureFile,
    Parameters,
    ReaderFile,
    Text,
    VariableName,
    Words,
)
from readiness.model.words import Goal, Priority


class ParameterFile(FilePart, frozen=True):
    """A parameter of a check; without a default it must be given."""

    help: str = ""
    default: AsText | list[AsText] | UnsetType = UNSET


class ControlFile(FilePart, frozen=True):
    """A sample that the check must reject: a small project, or a command in place of its own."""

    files: dict[str, str] = field(default_factory=dict)
    """A small project; `{n}` in a path stands for 1, 2 … up to `times`."""
    run: str = ""
    """Prints what the tool says of something bad."""
    with_: Parameters = field(name="with", default_factory=dict)
    measures: list[str] = field(default_factory=list)
    """The measures that see how bad it is; default: the first."""
    times: Annotated[int, Meta(ge=1, le=1000)] = 1


class WhenFile(FilePart, frozen=True):
    """What in a project speaks for a check: any one of these."""

    commands: list[str] = field(default_factory=list)
    """How commands of CI, hooks or recipes begin; all of one with $ behind.

    With * behind, all of its words can be run again; `uses NAME` is an action of GitHub's.
    """
    settings: list[str] = field(default_factory=list)
    """Tables of settings files: "pyproject.toml:tool.mypy"."""
    files: list[str] = field(default_factory=list)
    """Patterns of files."""
    dependencies: list[str] = field(default_factory=list)
    """Packages that it asks for."""
    otherwise: Literal["never", "always"] = "never"
    """Whether it applies where nothing speaks for it."""
    unless: list[str] = field(default_factory=list)
    """Patterns of files that speak against that."""


class ProposeFile(FilePart, frozen=True):
    """What makes the check apply to a project, and the criterion that `init` then proposes."""

    title: Text
    task: Text
    """The title of its task."""
    priority: Priority
    why: str
    """Why it is worth a criterion, in a few words."""
    when: WhenFile = field(default_factory=WhenFile)
    needs: list[
        Literal[
            "python",
            "source",
            "tests",
            "no-tests",
            "doctests",
            "git",
            "dependencies",
            "node",
            "go",
            "rust",
            "java",
        ]
    ] = field(default_factory=list)
    """Facts without which it does not apply."""
    files: list[str] = field(default_factory=list)
    """Patterns of files: it does not apply without one of them."""
    per: Literal["", "command", "file"] = field(name="each", default="")
    """One criterion for each that speaks."""
    with_: dict[VariableName, AsText | list[AsText]] = field(name="with", default_factory=dict)
    """Parameters: of several texts the first whose {facts} are all known."""
    options: list[str] = field(default_factory=list)
    """Options that {options} keeps; with a value: "--config="; a flag that it drops: "--check!"."""
    measure: str = ""
    goal: Goal = Goal.MEET


class PhraseFile(FilePart, frozen=True):
    """Sentences of task boards that the check answers, and the criterion that `import` makes."""

    says: Annotated[list[Text], Meta(min_length=1)]
    """Words that must all be there: `a|b` either, `a_b` with a space between, `a?` may be.
    Nothing else may be said but a limit, facts that `with` takes, and words without a meaning
    of their own.
    """
    with_: Parameters = field(name="with", default_factory=dict)
    """Parameters, with {part}, {path}, {url}, {number}, {target} (of the command that is
    named), {sibling} (that of another criterion of the task) or {place} (what another one looks
    at).
    """
    matrix: dict[VariableName, Annotated[list[AsText], Meta(min_length=1)]] = field(
        default_factory=dict
    )
    measure: str = ""
    expect: Expects = ""
    """Where no limit is said."""


class StandsForFile(FilePart, frozen=True):
    """The plain commands of a board that a check takes the place of."""

    command: Text
    """The words: `make {args} {target}`. `{args}` takes all options and assignments, the last
    parameter all other words that are left.
    """
    values: Words = field(default_factory=list)
    """The options whose value is the next word."""
    with_: Parameters = field(name="with", default_factory=dict)


class CheckFile(FilePart, frozen=True):
    """A check: how to run one tool and read its numbers."""

    run: Text
    """The command, for bash -euo pipefail."""
    summary: str = ""
    """What it measures, in one line."""
    work: str = ""
    """What there is to do, and how it is told that all of it was done."""
    tool: Words = field(default_factory=list)
    """What must be on PATH."""
    version: str = ""
    """A command that tells the tool's version."""
    install: str = ""
    """How to install the tool."""
    tried: dict[
        str, Annotated[str, Meta(pattern=r"^(?:[<>]=?|==)[0-9.]+(?:,(?:[<>]=?|==)[0-9.]+)*$(?!\n)")]
    ] = field(default_factory=dict)
    """By tool, the versions that the check is tried with: `>=0.7,<0.18`."""
    by_hand: str = ""
    """What people type to see the same: `mypy $args $paths`. Default: `run`, where it uses
    nothing of ours.
    """
    settings_env: list[Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*\*?$(?!\n)")]] = field(
        default_factory=list
    )
    """Environment variables that change what the tool does, such as `MYPY_*`: they reach probes
    only where the board sets them.
    """
    params: dict[VariableName, ParameterFile] = field(default_factory=dict)
    after: Words = field(default_factory=list)
    """Checks whose probes must have succeeded first."""
    exit: ExitFile | UnsetType = UNSET
    proof: ReaderFile | UnsetType = UNSET
    """What only a tool that did its work leaves."""
    reject: str = ""
    """Output that this pattern matches is an error."""
    idle: str = ""
    """What the tool prints where it had nothing to do: a command of a board's own that runs it, and
    prints this, did nothing.
    """
    measures: dict[Id, MeasureFile] = field(default_factory=dict)
    """What can be read; the first is the default."""
    expect: Expects | UnsetType = UNSET
    findings: ReaderFile | UnsetType = UNSET
    flaky: ReaderFile | UnsetType = UNSET
    """Tests that passed only on another try, as findings."""
    ignores: Ignores = field(default_factory=list)
    inputs: Inputs = field(default_factory=list)
    reuse: bool = True
    """Whether a result may be reused: not where it asks a service."""
    max_age: Duration | UnsetType = UNSET
    """How old a report may be that the command only reads; such a result is not reused."""
    timeout: Duration | UnsetType = UNSET
    exclusive: Words = field(default_factory=list)
    """Probes that share a word never overlap; `$name` stands for the words of that parameter."""
    stands_for: StandsForFile | UnsetType = UNSET
    control: ControlFile | UnsetType = UNSET
    """A known-bad sample, which `prove` tries."""
    propose: list[ProposeFile] = field(default_factory=list)
    """When `init` proposes it, and with what."""
    phrases: list[PhraseFile] = field(default_factory=list)
    """What a task board says that means it, for `import`."""
