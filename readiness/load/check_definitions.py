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

    files: Annotated[
        dict[str, str],
        Meta(description="A small project; `{n}` in a path stands for 1, 2 … up to `times`."),
    ] = field(default_factory=dict)
    run: Annotated[str, Meta(description="Prints what the tool says of something bad.")] = ""
    with_: Parameters = field(name="with", default_factory=dict)
    measures: Annotated[
        list[str], Meta(description="The measures that see how bad it is; default: the first.")
    ] = field(default_factory=list)
    times: Annotated[int, Meta(ge=1, le=1000)] = 1


class WhenFile(FilePart, frozen=True):
    """What in a project speaks for a check: any one of these."""

    commands: Annotated[
        list[str],
        Meta(description="How commands of CI, hooks or recipes begin; all of one with $ behind."),
    ] = field(default_factory=list)
    settings: Annotated[
        list[str], Meta(description='Tables of settings files: "pyproject.toml:tool.mypy".')
    ] = field(default_factory=list)
    files: Annotated[list[str], Meta(description="Patterns of files.")] = field(
        default_factory=list
    )
    dependencies: Annotated[list[str], Meta(description="Packages that it asks for.")] = field(
        default_factory=list
    )
    otherwise: Annotated[
        Literal["never", "installed", "always"],
        Meta(description="Whether it applies where nothing speaks for it."),
    ] = "never"
    unless: Annotated[list[str], Meta(description="Patterns of files that speak against that.")] = (
        field(default_factory=list)
    )


class ProposeFile(FilePart, frozen=True):
    """What makes the check apply to a project, and the criterion that `init` then proposes."""

    title: Text
    task: Annotated[str, Meta(description="The title of its task.", min_length=1)]
    priority: Priority
    why: Annotated[str, Meta(description="Why it is worth a criterion, in a few words.")]
    when: WhenFile = field(default_factory=WhenFile)
    needs: Annotated[
        list[Literal["python", "source", "tests", "no-tests", "git"]],
        Meta(description="Facts without which it does not apply."),
    ] = field(default_factory=list)
    per: Annotated[
        Literal["", "command", "file"], Meta(description="One criterion for each that speaks.")
    ] = field(name="each", default="")
    with_: Annotated[
        dict[VariableName, AsText | list[AsText]],
        Meta(description="Parameters: of several texts the first whose {facts} are all known."),
    ] = field(name="with", default_factory=dict)
    options: Annotated[
        list[str], Meta(description='Options that {options} keeps; with a value: "--config=".')
    ] = field(default_factory=list)
    measure: str = ""
    goal: Goal = Goal.MEET


class PhraseFile(FilePart, frozen=True):
    """Sentences of task boards that the check answers, and the criterion that `import` makes."""

    says: Annotated[
        list[Text],
        Meta(
            description="Words that must all be there: `a|b` either, `a_b` with a space between,"
            " `a?` may be. Nothing else may be said but a limit, facts that `with` takes, and"
            " words without a meaning of their own.",
            min_length=1,
        ),
    ]
    with_: Annotated[
        Parameters,
        Meta(
            description="Parameters, with {part}, {path}, {url}, {number}, {target} (of the command"
            " that is named), {sibling} (that of another criterion of the task) or {place} (what"
            " another one looks at)."
        ),
    ] = field(name="with", default_factory=dict)
    matrix: dict[VariableName, Annotated[list[AsText], Meta(min_length=1)]] = field(
        default_factory=dict
    )
    measure: str = ""
    expect: Annotated[Expects, Meta(description="Where no limit is said.")] = ""


class StandsForFile(FilePart, frozen=True):
    """The plain commands of a board that a check takes the place of."""

    command: Annotated[
        str,
        Meta(
            description="The words: `make {args} {target}`. `{args}` takes all options and"
            " assignments, the last parameter all other words that are left.",
            min_length=1,
        ),
    ]
    values: Annotated[Words, Meta(description="The options whose value is the next word.")] = field(
        default_factory=list
    )
    with_: Parameters = field(name="with", default_factory=dict)


class CheckFile(FilePart, frozen=True):
    """A check: how to run one tool and read its numbers."""

    run: Annotated[str, Meta(description="The command, for bash -euo pipefail.", min_length=1)]
    summary: Annotated[str, Meta(description="What it measures, in one line.")] = ""
    work: Annotated[
        str, Meta(description="What there is to do, and how it is told that all of it was done.")
    ] = ""
    tool: Annotated[Words, Meta(description="What must be on PATH.")] = field(default_factory=list)
    version: Annotated[str, Meta(description="A command that tells the tool's version.")] = ""
    install: Annotated[str, Meta(description="How to install the tool.")] = ""
    tried: Annotated[
        dict[
            str,
            Annotated[str, Meta(pattern=r"^(?:[<>]=?|==)[0-9.]+(?:,(?:[<>]=?|==)[0-9.]+)*$(?!\n)")],
        ],
        Meta(description="By tool, the versions that the check is tried with: `>=0.7,<0.18`."),
    ] = field(default_factory=dict)
    by_hand: Annotated[
        str,
        Meta(
            description="What people type to see the same: `mypy $args $paths`. Default: `run`,"
            " where it uses nothing of ours."
        ),
    ] = ""
    settings_env: Annotated[
        list[Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*\*?$(?!\n)")]],
        Meta(
            description="Environment variables that change what the tool does, such as `MYPY_*`:"
            " they reach probes only where the board sets them."
        ),
    ] = field(default_factory=list)
    params: dict[VariableName, ParameterFile] = field(default_factory=dict)
    after: Annotated[Words, Meta(description="Checks whose probes must have succeeded first.")] = (
        field(default_factory=list)
    )
    exit: ExitFile | UnsetType = UNSET
    proof: Annotated[
        ReaderFile | UnsetType, Meta(description="What only a tool that did its work leaves.")
    ] = UNSET
    reject: Annotated[str, Meta(description="Output that this pattern matches is an error.")] = ""
    measures: Annotated[
        dict[Id, MeasureFile], Meta(description="What can be read; the first is the default.")
    ] = field(default_factory=dict)
    expect: Expects | UnsetType = UNSET
    findings: ReaderFile | UnsetType = UNSET
    inputs: Inputs = field(default_factory=list)
    max_age: Annotated[
        Duration | UnsetType,
        Meta(description="How long a result may be reused: where it depends on more than files."),
    ] = UNSET
    timeout: Duration | UnsetType = UNSET
    exclusive: Annotated[Words, Meta(description="Probes that share a word never overlap.")] = (
        field(default_factory=list)
    )
    needs: Annotated[Words, Meta(description="Labels of the machines of a cluster that can.")] = (
        field(default_factory=list)
    )
    stands_for: StandsForFile | UnsetType = UNSET
    control: Annotated[
        ControlFile | UnsetType, Meta(description="A known-bad sample, which `prove` tries.")
    ] = UNSET
    propose: Annotated[
        list[ProposeFile], Meta(description="When `init` proposes it, and with what.")
    ] = field(default_factory=list)
    phrases: Annotated[
        list[PhraseFile], Meta(description="What a task board says that means it, for `import`.")
    ] = field(default_factory=list)
