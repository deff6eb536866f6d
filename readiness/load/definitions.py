"""What may stand in a board and in a check file: the definitions behind validation and schemas.

`AsText` fields hold what the file says, as written: `true` and `3.10` stay text there.
"""

from decimal import Decimal
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from readiness.model.words import (
    Better,
    Format,
    Goal,
    Pick,
    Place,
    Priority,
    Scoring,
)
from readiness.text.languages import Language

# Below these keys plain values are text as written, whatever they look like.
TEXT_UNDER: Final = frozenset(
    {"env", "with", "matrix", "params", "expect", "warn", "up_to"}
    | {"timeout", "run_timeout", "wait", "valid", "key_figures", "notes", "says"}
)
# Marks, in a schema, the strings that may be written as other scalars too.
WRITTEN: Final = "x-as-written"

Number: TypeAlias = int | Decimal
AsText: TypeAlias = Annotated[str, Meta(extra_json_schema={WRITTEN: True})]
Id: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]+$(?!\n)")]
VariableName: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$(?!\n)")]
Words: TypeAlias = str | list[str]
Parameters: TypeAlias = dict[VariableName, AsText | list[AsText]]
Environment: TypeAlias = dict[VariableName, AsText]
Regex: TypeAlias = Annotated[str, Meta(description="A regular expression.")]
Text: TypeAlias = Annotated[str, Meta(min_length=1)]
Duration: TypeAlias = Annotated[
    AsText, Meta(description='A time, like "90s", "10m" or "1.5h"; a bare number is seconds.')
]
Expects: TypeAlias = Annotated[
    AsText,
    Meta(
        description='What must hold: "<= 5", ">= 80 %", "between 1 and 3", "true", "matches REGEX"'
    ),
]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A mapping in a file, in which unknown keys are mistakes."""


# --- what both have -------------------------------------------------------------------------------


class ReaderFile(_Part, frozen=True):
    """How a value is read from what a probe left."""

    as_: Annotated[Format, Meta(description="The format of the output.")] = field(name="as")
    from_: Annotated[
        str, Meta(description="stdout, stderr, output (both), or a file's path.", min_length=1)
    ] = field(name="from", default="stdout")
    query: Annotated[str, Meta(description="A JMESPath expression.")] = ""
    regex: Regex = ""
    count: Annotated[str, Meta(description="Count the lines that match this pattern.")] = ""
    pick: Annotated[Pick, Meta(description="Which of several values counts.")] | UnsetType = UNSET


class MeasureFile(ReaderFile, frozen=True):
    """A named value that a check can read."""

    unit: Annotated[str, Meta(description='Its unit, or what it counts: "ms", "errors".')] = ""
    better: Better | UnsetType = UNSET
    of: Annotated[
        str, Meta(description="The measure that it is counted among; none there is an error.")
    ] = ""


class ExitFile(_Part, frozen=True):
    """What the exit status means."""

    ok: Annotated[
        list[Annotated[int, Meta(ge=0, le=255)]],
        Meta(description="The statuses after which the output may be read.", min_length=1),
    ]


# --- a check file ---------------------------------------------------------------------------------


class ParameterFile(_Part, frozen=True):
    """A parameter of a check; without a default it must be given."""

    help: str = ""
    default: AsText | list[AsText] | UnsetType = UNSET


class ControlFile(_Part, frozen=True):
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


class WhenFile(_Part, frozen=True):
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


class ProposeFile(_Part, frozen=True):
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
    each: Annotated[
        Literal["", "command", "file"], Meta(description="One criterion for each that speaks.")
    ] = ""
    with_: Annotated[
        dict[VariableName, AsText | list[AsText]],
        Meta(description="Parameters: of several texts the first whose {facts} are all known."),
    ] = field(name="with", default_factory=dict)
    options: Annotated[
        list[str], Meta(description='Options that {options} keeps; with a value: "--config=".')
    ] = field(default_factory=list)
    measure: str = ""
    goal: Goal = Goal.MEET


class PhraseFile(_Part, frozen=True):
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


class StandsForFile(_Part, frozen=True):
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


class CheckFile(_Part, frozen=True):
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
    inputs: Annotated[
        list[str], Meta(description="Patterns of the files that the result depends on.")
    ] = field(default_factory=list)
    timeout: Duration | UnsetType = UNSET
    exclusive: Annotated[Words, Meta(description="Probes that share a word never overlap.")] = (
        field(default_factory=list)
    )
    recipes: Annotated[
        str,
        Meta(
            description="A command that lists, as JSON, what the tool would run, and runs nothing;"
            " the tool's own arguments follow."
        ),
    ] = ""
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


# --- a board --------------------------------------------------------------------------------------


class AttestFile(_Part, frozen=True):
    """A person's word, in place of a probe; without `by` and `on` it is still to be given."""

    by: Text | UnsetType = UNSET
    on: Annotated[str, Meta(description="The day it was given, YYYY-MM-DD.")] | UnsetType = UNSET
    valid: Annotated[AsText, Meta(description='For how long it is good: "180d".')] | UnsetType = (
        UNSET
    )
    evidence: Annotated[str, Meta(description="A file, a folder, a link or prose.")] = ""
    digest: (
        Annotated[
            str,
            Meta(
                description="What the evidence held when it was attested.",
                pattern=r"^sha256:[0-9a-f]{64}$(?!\n)",
            ),
        ]
        | UnsetType
    ) = UNSET


class WaiveFile(_Part, frozen=True):
    """A decision to let a criterion fail for a while."""

    reason: Text
    by: Text
    until: Annotated[str, Meta(description="The last day it is in force, YYYY-MM-DD.")]
    up_to: Expects | UnsetType = UNSET


class AcceptFile(_Part, frozen=True):
    """A decision that changes may loosen something; the change that adds it gains nothing by it."""

    what: Annotated[
        Text, Meta(description="A file from the repository's root, or a pattern: tests/old/*.")
    ]
    reason: Text
    by: Text
    until: Annotated[str, Meta(description="The last day it is in force, YYYY-MM-DD.")] = ""


class CriterionFile(_Part, frozen=True):
    """One acceptance criterion: exactly one of `check`, `run` and `attest`."""

    id: Annotated[Id, Meta(description="Default: the task's id and the position.")] | UnsetType = (
        UNSET
    )
    title: str = ""
    check: Annotated[str, Meta(description="The name of a check.")] | UnsetType = UNSET
    run: Annotated[str, Meta(description="A command.", min_length=1)] | UnsetType = UNSET
    attest: AttestFile | UnsetType = UNSET
    with_: Parameters | UnsetType = field(name="with", default=UNSET)
    matrix: (
        Annotated[
            dict[VariableName, Annotated[list[AsText], Meta(min_length=1)]],
            Meta(description="Passes when every combination does; ${NAME} in `with`, `workdir`."),
        ]
        | UnsetType
    ) = UNSET
    workdir: Annotated[str, Meta(description="As of its task, which is the default.")] = ""
    measure: Annotated[str, Meta(description="Default: the check's first.")] | UnsetType = UNSET
    expect: Expects | UnsetType = UNSET
    warn: Expects | UnsetType = UNSET
    read: MeasureFile | UnsetType = UNSET
    exit: ExitFile | UnsetType = UNSET
    proof: ReaderFile | UnsetType = UNSET
    reject: Regex | UnsetType = UNSET
    inputs: list[str] | UnsetType = UNSET
    exclusive: Words | UnsetType = UNSET
    timeout: Duration | UnsetType = UNSET
    baseline: Annotated[Number, Meta(description="Where it started.")] | UnsetType = UNSET
    ratchet: Annotated[bool, Meta(description="Worse than the baseline always fails.")] = False
    weight: Number = 1
    profiles: list[Id] = field(default_factory=list)
    samples: Annotated[int, Meta(description="Runs; the median counts.", ge=1, le=1000)] = 1
    wait: Annotated[Duration, Meta(description="Tried again for this long.")] | UnsetType = UNSET
    retries: Annotated[int, Meta(ge=0, le=1000)] = 0
    waive: WaiveFile | UnsetType = UNSET


class TaskFile(_Part, frozen=True):
    """A piece of work that stands between the project and its release."""

    id: Id
    criteria: Annotated[list[CriterionFile], Meta(min_length=1)]
    title: str = ""
    priority: Annotated[Priority, Meta(description="Default: P2.")] = Priority.P2
    workdir: Annotated[
        str,
        Meta(description="Where its criteria's probes run: a folder below the board's workdir."),
    ] = ""
    owner: str = ""
    estimate: str = ""
    risk: str = ""
    weight: Annotated[Number, Meta(description="Among tasks of the same priority.")] = 1
    depends_on: list[Id] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    problem: str = ""
    details: Annotated[str, Meta(description="Markdown, for the rendered board.")] = ""
    steps: list[str] = field(default_factory=list)
    notes: Annotated[
        dict[str, AsText], Meta(description='What was done, by day: "2025-10-30: ...".')
    ] = field(default_factory=dict)


class PriorityFile(_Part, frozen=True):
    """What a priority weighs, and whether its failures block the release."""

    weight: Number | UnsetType = UNSET
    blocking: bool | UnsetType = UNSET


class ProfileFile(_Part, frozen=True):
    """A place where a run takes place."""

    env: Environment = field(default_factory=dict)


class RequiresFile(_Part, frozen=True):
    """What a milestone asks."""

    priority: Priority | UnsetType = UNSET
    score: Number | UnsetType = UNSET


class MilestoneFile(_Part, frozen=True):
    """A dated promise."""

    id: Id
    requires: RequiresFile
    title: str = ""
    due: Annotated[str, Meta(description="A day, YYYY-MM-DD.")] = ""


class SectionFile(_Part, frozen=True):
    """A part of the rendered board that the team writes itself."""

    title: Text
    text: Annotated[str, Meta(description="Markdown; HTML in it is shown as text.", min_length=1)]
    place: Annotated[Place, Meta(description="Where it stands.")] = Place.BOTTOM


class SuccessFile(_Part, frozen=True):
    """What success takes, in words, and the criteria that measure it."""

    title: Text
    criteria: Annotated[
        list[Id], Meta(description="It holds when all of these are good.", min_length=1)
    ]


class BoardFile(_Part, frozen=True):
    """A board: the tasks that stand between a project and its release."""

    tasks: Annotated[list[TaskFile], Meta(min_length=1)]
    version: Literal[1] = 1
    title: str = ""
    subtitle: Annotated[str, Meta(description="A second title, in another language say.")] = ""
    language: Annotated[Language, Meta(description="Of reports and rendered boards.")] = Language.EN
    workdir: Annotated[str, Meta(description="Where probes run, relative to this file.")] = ""
    target: Annotated[Number, Meta(description="The score the gate asks for, 0 to 10.")] = 10
    min_measured: (
        Annotated[
            str,
            Meta(
                description='The share a release must measure: "90%".',
                pattern=r"^[0-9.]+ ?%$(?!\n)",
            ),
        ]
        | UnsetType
    ) = UNSET
    baseline: Annotated[Number, Meta(description="The score at the start.")] | UnsetType = UNSET
    scoring: Scoring = Scoring.STRICT
    priorities: dict[Priority, PriorityFile] = field(default_factory=dict)
    checks: Annotated[
        list[str] | UnsetType, Meta(description="Catalogue folders; default: checks/ beside it.")
    ] = UNSET
    env: Environment = field(default_factory=dict)
    secrets: list[VariableName] = field(default_factory=list)
    timeout: Annotated[Duration, Meta(description="Default per probe.")] | UnsetType = UNSET
    run_timeout: Annotated[Duration, Meta(description="For the whole run.")] | UnsetType = UNSET
    profiles: dict[Id, ProfileFile] = field(default_factory=dict)
    milestones: list[MilestoneFile] = field(default_factory=list)
    accept: Annotated[
        list[AcceptFile], Meta(description="What changes may loosen, by whose decision.")
    ] = field(default_factory=list)
    created: Annotated[str, Meta(description="The day it was opened, YYYY-MM-DD.")] = ""
    goal: Annotated[str, Meta(description="What it is for, in Markdown.")] = ""
    review: Annotated[str, Meta(description="How often it is looked at.")] = ""
    sections: Annotated[
        list[SectionFile], Meta(description="What else the rendered board says.")
    ] = field(default_factory=list)
    key_figures: Annotated[
        dict[Id, AsText],
        Meta(description='Criteria whose numbers it names, and what to call them: "T4.1: ...".'),
    ] = field(default_factory=dict)
    success: Annotated[
        list[SuccessFile], Meta(description="What success takes, measured by criteria.")
    ] = field(default_factory=list)
