"""What may stand in a board and in a check file: the definitions behind validation and schemas.

`AsText` fields hold what the file says, as written: `true` and `3.10` stay text there.
"""

from decimal import Decimal
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from readiness.model.board import Acceptance, Section
from readiness.model.words import (
    Better,
    Format,
    Pick,
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
Inputs: TypeAlias = Annotated[
    Literal["traced"] | list[str],
    Meta(
        description="Patterns of the files that the result depends on, or `traced`: what its"
        " command is seen to look at."
    ),
]
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


class FilePart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A mapping in a file, in which unknown keys are mistakes."""


# --- what both have -------------------------------------------------------------------------------


class ReaderFile(FilePart, frozen=True):
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


class ExitFile(FilePart, frozen=True):
    """What the exit status means."""

    ok: Annotated[
        list[Annotated[int, Meta(ge=0, le=255)]],
        Meta(description="The statuses after which the output may be read.", min_length=1),
    ]


# --- a board --------------------------------------------------------------------------------------


class AttestFile(FilePart, frozen=True):
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


class WaiveFile(FilePart, frozen=True):
    """A decision to let a criterion fail for a while."""

    reason: Text
    by: Text
    until: Annotated[str, Meta(description="The last day it is in force, YYYY-MM-DD.")]
    up_to: Expects | UnsetType = UNSET


class CriterionFile(FilePart, frozen=True):
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
    reject: Regex = ""
    inputs: Inputs | UnsetType = UNSET
    max_age: Duration | UnsetType = UNSET
    exclusive: Words | UnsetType = UNSET
    needs: Words | UnsetType = UNSET
    timeout: Duration | UnsetType = UNSET
    baseline: Annotated[Number, Meta(description="Where it started.")] | UnsetType = UNSET
    ratchet: Annotated[bool, Meta(description="Worse than the baseline always fails.")] = False
    weight: Number = 1
    profiles: list[Id] = field(default_factory=list)
    samples: Annotated[int, Meta(description="Runs; the median counts.", ge=1, le=1000)] = 1
    wait: Annotated[Duration, Meta(description="Tried again for this long.")] | UnsetType = UNSET
    retries: Annotated[int, Meta(ge=0, le=1000)] = 0
    waive: WaiveFile | UnsetType = UNSET


class TaskFile(FilePart, frozen=True):
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


class PriorityFile(FilePart, frozen=True):
    """What a priority weighs, and whether its failures block the release."""

    weight: Number | UnsetType = UNSET
    blocking: bool | UnsetType = UNSET


class ProfileFile(FilePart, frozen=True):
    """A place where a run takes place."""

    env: Environment = field(default_factory=dict)


class RequiresFile(FilePart, frozen=True):
    """What a milestone asks."""

    priority: Priority | UnsetType = UNSET
    score: Number | UnsetType = UNSET


class MilestoneFile(FilePart, frozen=True):
    """A dated promise."""

    id: Id
    requires: RequiresFile
    title: str = ""
    due: Annotated[str, Meta(description="A day, YYYY-MM-DD.")] = ""


class SuccessFile(FilePart, frozen=True):
    """What success takes, in words, and the criteria that measure it."""

    title: Text
    criteria: Annotated[
        list[Id], Meta(description="It holds when all of these are good.", min_length=1)
    ]


class BoardFile(FilePart, frozen=True):
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
    durations: Annotated[
        str,
        Meta(description="A run document, or seconds by criterion: how to cut shards."),
    ] = ""
    profiles: dict[Id, ProfileFile] = field(default_factory=dict)
    milestones: list[MilestoneFile] = field(default_factory=list)
    accept: Annotated[
        list[Acceptance], Meta(description="What changes may loosen, by whose decision.")
    ] = field(default_factory=list)
    created: Annotated[str, Meta(description="The day it was opened, YYYY-MM-DD.")] = ""
    goal: Annotated[str, Meta(description="What it is for, in Markdown.")] = ""
    review: Annotated[str, Meta(description="How often it is looked at.")] = ""
    sections: Annotated[list[Section], Meta(description="What else the rendered board says.")] = (
        field(default_factory=list)
    )
    key_figures: Annotated[
        dict[Id, AsText],
        Meta(description='Criteria whose numbers it names, and what to call them: "T4.1: ...".'),
    ] = field(default_factory=dict)
    success: Annotated[
        list[SuccessFile], Meta(description="What success takes, measured by criteria.")
    ] = field(default_factory=list)
