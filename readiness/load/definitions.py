"""What may stand in a board and in a check file: the definitions behind validation and schemas.

`AsText` fields hold what the file says, as written: `true` and `3.10` stay text there.
"""

from decimal import Decimal
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from readiness.model.board import Acceptance, Quarantine, Section, Success
from readiness.model.board import Id as Id
from readiness.model.board import Text as Text
from readiness.model.words import Better, Format, Pick, Priority, Scoring
from readiness.text.languages import Language

# Below these keys plain values are text as written, whatever they look like.
TEXT_UNDER: Final = frozenset(
    {"env", "with", "defaults", "matrix", "params", "expect", "warn", "up_to"}
    | {"timeout", "run_timeout", "wait", "valid", "key_figures", "notes", "says"}
)
# Marks, in a schema, the strings that may be written as other scalars too.
WRITTEN: Final = "x-as-written"

Number: TypeAlias = int | Decimal
AsText: TypeAlias = Annotated[str, Meta(extra_json_schema={WRITTEN: True})]
VariableName: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$(?!\n)")]
Words: TypeAlias = str | list[str]
Ignores: TypeAlias = Annotated[
    Words, Meta(description="Patterns of the files that the tool does not read.")
]
Inputs: TypeAlias = Annotated[
    Words,
    Meta(description="No longer read: see `ignores`.", extra_json_schema={"deprecated": True}),
]
Parameters: TypeAlias = dict[VariableName, AsText | list[AsText]]
Environment: TypeAlias = dict[VariableName, AsText]
Regex: TypeAlias = Annotated[str, Meta(description="A regular expression.")]
Percent: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9.]+ ?%$(?!\n)")]
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

    as_: Format = field(name="as")
    """The format of the output."""
    from_: Text = field(name="from", default="stdout")
    """stdout, stderr, output (both), or a file's path."""
    query: str = ""
    """A JMESPath expression."""
    regex: Regex = ""
    count: str = ""
    """Count the lines that match this pattern."""
    pick: Pick | UnsetType = UNSET
    """Which of several values counts."""


class MeasureFile(ReaderFile, frozen=True):
    """A named value that a check can read."""

    unit: str = ""
    """Its unit, or what it counts: "ms", "errors"."""
    lines: str = ""
    """A JMESPath expression for the lines that explain it, shown below a failure."""
    better: Better | UnsetType = UNSET
    of: str = ""
    """The measure that it is counted among; none there is an error."""


class ExitFile(FilePart, frozen=True):
    """What the exit status means."""

    ok: Annotated[list[Annotated[int, Meta(ge=0, le=255)]], Meta(min_length=1)]
    """The statuses after which the output may be read."""


# --- a board --------------------------------------------------------------------------------------


class AttestFile(FilePart, frozen=True):
    """A person's word, in place of a probe; without `by` and `on` it is still to be given."""

    by: Text | UnsetType = UNSET
    on: str | UnsetType = UNSET
    """The day it was given, YYYY-MM-DD."""
    valid: AsText | UnsetType = UNSET
    """For how long it is good: "180d"."""
    evidence: str = ""
    """A file, a folder, a link or prose."""
    digest: Annotated[str, Meta(pattern=r"^sha256:[0-9a-f]{64}$(?!\n)")] | UnsetType = UNSET
    """What the evidence held when it was attested."""


class WaiveFile(FilePart, frozen=True):
    """A decision to let a criterion fail for a while."""

    reason: Text
    by: Text
    until: str
    """The last day it is in force, YYYY-MM-DD."""
    up_to: Expects | UnsetType = UNSET


class SamplesFile(FilePart, frozen=True):
    """As many runs as it takes to be sure."""

    min: Annotated[int, Meta(ge=1, le=1000)] = 5
    max: Annotated[int, Meta(ge=1, le=1000)] = 20


class CriterionFile(FilePart, frozen=True):
    """One acceptance criterion: exactly one of `check`, `run` and `attest`.

    Beside a check that reads reports, `run` is the command that writes them.
    """

    id: Id | UnsetType = UNSET
    """Default: the task's id and the position."""
    title: str = ""
    check: str | UnsetType = UNSET
    """The name of a check."""
    run: Text | UnsetType = UNSET
    """A command."""
    attest: AttestFile | UnsetType = UNSET
    with_: Parameters | UnsetType = field(name="with", default=UNSET)
    matrix: dict[VariableName, Annotated[list[AsText], Meta(min_length=1)]] | UnsetType = UNSET
    """Passes when every combination does; ${NAME} in `with`, `workdir`."""
    workdir: str = ""
    """As of its task, which is the default."""
    measure: str | UnsetType = UNSET
    """Default: the check's first."""
    expect: Expects | UnsetType = UNSET
    warn: Expects | UnsetType = UNSET
    read: MeasureFile | UnsetType = UNSET
    exit: ExitFile | UnsetType = UNSET
    proof: ReaderFile | UnsetType = UNSET
    reject: Regex = ""
    ignores: Ignores | UnsetType = UNSET
    inputs: Inputs | UnsetType = UNSET
    reuse: bool = True
    """Whether a result may be reused: not where it asks a service."""
    max_age: Duration | UnsetType = UNSET
    exclusive: Words | UnsetType = UNSET
    timeout: Duration | UnsetType = UNSET
    baseline: Number | UnsetType = UNSET
    """Where it started."""
    ratchet: bool = False
    """Worse than the baseline always fails."""
    weight: Number = 1
    profiles: list[Id] = field(default_factory=list)
    elsewhere: Literal["never"] | UnsetType = UNSET
    """`never`: other profiles have no use for it, and are whole without it."""
    samples: Annotated[int, Meta(ge=1, le=1000)] | SamplesFile = 1
    """Runs, of which the median counts; or `{min, max}`: as many as it takes to be sure."""
    confidence: Percent | UnsetType = UNSET
    """How sure the verdict must be; default with `samples: {min, max}`: 95%."""
    tolerance: Percent | UnsetType = UNSET
    """What share of the limit, or of the base's value, makes no difference; default: 0%, 5%."""
    against: Literal["base"] | UnsetType = UNSET
    """Compare with the base, measured alternately on this machine."""
    wait: Duration | UnsetType = UNSET
    """Tried again for this long."""
    retries: Annotated[int, Meta(ge=0, le=1000)] = 0
    trial: bool | UnsetType = UNSET
    """Whether its command is tried in broken copies: false never, true also if it acts outside."""
    allow_changes: Words | UnsetType = UNSET
    """Files of the repository that its probe may change."""
    waive: WaiveFile | UnsetType = UNSET


class TaskFile(FilePart, frozen=True):
    """A piece of work that stands between the project and its release."""

    id: Id
    criteria: Annotated[list[CriterionFile], Meta(min_length=1)]
    title: str = ""
    priority: Priority = Priority.P2
    """Default: P2."""
    workdir: str = ""
    """Where its criteria's probes run: a folder below the board's workdir."""
    owner: str = ""
    estimate: str = ""
    risk: str = ""
    weight: Number = 1
    """Among tasks of the same priority."""
    depends_on: list[Id] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    problem: str = ""
    details: str = ""
    """Markdown, for the rendered board."""
    steps: list[str] = field(default_factory=list)
    notes: dict[str, AsText] = field(default_factory=dict)
    """What was done, by day: "2025-10-30: ..."."""


class PriorityFile(FilePart, frozen=True):
    """What a priority weighs, and whether its failures block the release."""

    weight: Number | UnsetType = UNSET
    blocking: bool | UnsetType = UNSET


class WaiversFile(FilePart, frozen=True):
    """What holds for all waivers."""

    max: Duration | UnsetType = UNSET
    """How long they may run from today: "90d"."""


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
    due: str = ""
    """A day, YYYY-MM-DD."""


class BoardFile(FilePart, frozen=True):
    """A board: the tasks that stand between a project and its release."""

    tasks: Annotated[list[TaskFile], Meta(min_length=1)]
    version: Literal[1] = 1
    title: str = ""
    subtitle: str = ""
    """A second title, in another language say."""
    language: Language = Language.EN
    """Of reports and rendered boards."""
    workdir: str = ""
    """Where probes run, relative to this file."""
    target: Number = 10
    """The score the gate asks for, 0 to 10."""
    min_measured: Percent | UnsetType = UNSET
    """The share a release must measure: "90%"."""
    require_proof: bool = False
    """What was never seen to fail is unknown."""
    waivers: WaiversFile = field(default_factory=WaiversFile)
    baseline: Number | UnsetType = UNSET
    """The score at the start."""
    scoring: Scoring = Scoring.STRICT
    priorities: dict[Priority, PriorityFile] = field(default_factory=dict)
    checks: list[str] | UnsetType = UNSET
    """Catalogue folders; default: checks/ beside it."""
    defaults: dict[Id, Parameters] = field(default_factory=dict)
    """Parameters by check: what its criteria have that set no other value."""
    env: Environment = field(default_factory=dict)
    secrets: list[VariableName] = field(default_factory=list)
    timeout: Duration | UnsetType = UNSET
    """Default per probe."""
    run_timeout: Duration | UnsetType = UNSET
    """For the whole run."""
    profiles: dict[Id, ProfileFile] = field(default_factory=dict)
    milestones: list[MilestoneFile] = field(default_factory=list)
    accept: list[Acceptance] = field(default_factory=list)
    """What changes may loosen, by whose decision."""
    code: list[str] = field(default_factory=list)
    """What is measured, as patterns; other files decide how, where that is not seen."""
    flaky: Literal["warns", "blocks"] = "warns"
    """Whether what passes only sometimes is a warning or fails."""
    quarantine: list[Quarantine] = field(default_factory=list)
    """Flaky tests that are out of the verdict for a while."""
    created: str = ""
    """The day it was opened, YYYY-MM-DD."""
    goal: str = ""
    """What it is for, in Markdown."""
    review: str = ""
    """How often it is looked at."""
    sections: list[Section] = field(default_factory=list)
    """What else the rendered board says."""
    key_figures: dict[Id, AsText] = field(default_factory=dict)
    """Criteria whose numbers it names, and what to call them: "T4.1: ..."."""
    success: list[Success] = field(default_factory=list)
    """What success takes, measured by criteria."""
