"""What a board and a catalogue say, resolved: variables replaced, defaults filled in."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Final, TypeAlias

import msgspec

from readiness.model.words import Better, Format, Operator, Pick, Place, Priority, Scoring
from readiness.text.languages import Language

Text: TypeAlias = Annotated[str, msgspec.Meta(min_length=1)]
Id: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]+$(?!\n)")]


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a file, both numbers counted from 1."""

    line: int
    column: int


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed `expect`, `warn` or `up_to`.

    `text` is what the board says. `number` and `high` are exact; `high` is the upper end of
    `between`. `pattern` is the text of `matches` and `contains`. `unit` is "" where none is given.
    """

    text: str
    operator: Operator
    number: Decimal = Decimal(0)
    high: Decimal = Decimal(0)
    unit: str = ""
    pattern: str = ""


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """How one value is read from a finished probe.

    `source` is `stdout`, `stderr`, `output` or a file's path, which may hold `$NAME` of the
    probe's environment. `query` is JMESPath. Of `regex` and `count` a text reader has one.
    """

    format: Format
    source: str = "stdout"
    query: str = ""
    regex: str = ""
    count: str = ""
    pick: Pick | None = None


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A named number, string or boolean that a check can read.

    `of` is what it is counted among, another measure of its check: how much was looked at. `lines`
    is a query for what people see below a failure.
    """

    name: str
    reader: Reader
    unit: str = ""
    better: Better | None = None
    lines: str = ""
    of: "Measure | None" = None


SWITCHED: Final = ("true", "false")
"""The values that a switch may have."""


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter of a check. Without a default it must be given."""

    name: str
    help: str = ""
    default: str | None = None

    @property
    def is_switch(self) -> bool:
        """Whether it takes `true` or `false` and no other word, as its default is one of them."""
        return self.default in SWITCHED


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """A sample that a check must reject.

    It is a small project (`files`, by path; `{n}` in a path stands for 1 up to `times`), or a
    command (`run`) that takes the place of the check's own. `params` replaces parameters of the
    criterion. `measures` names those that see how bad it is.
    """

    measures: tuple[str, ...]
    files: dict[str, str] = {}
    run: str = ""
    params: dict[str, str] = {}
    times: int = 1


class StandsFor(msgspec.Struct, frozen=True, kw_only=True):
    """The plain commands that a check takes the place of, and the parameters that it then has.

    `command` are their words, a parameter's as `{name}`; `{args}` stands for any number of options
    and assignments, the last parameter for all words that are left, the first, in front of the
    program, for the variables that are set there. `values` are the options whose value is the next
    word.
    """

    command: tuple[str, ...]
    values: tuple[str, ...] = ()
    params: dict[str, str] = {}


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A catalogue entry, or (with an empty `name`) a probe that a board defines in place.

    `exit_ok` are the statuses after which the output may be read; None, only for a check whose
    measure is the exit status itself, leaves that to the reader. `folder` is where the check file
    stands. `work` tells what there is to do, and when it counts as done. `timeout` is in seconds;
    None: the board's. `ignores` are patterns of the files that the tool does not read; with `reuse`
    a result counts until another changes. `max_age` is how old, in seconds, a report may be that
    the command only reads. `by_hand` is what people type to see the same. `tried` has, by tool, the
    versions that the check is tried with.
    """

    name: str
    run: str
    measures: tuple[Measure, ...]
    summary: str = ""
    work: str = ""
    path: str = ""
    folder: str = ""
    tools: tuple[str, ...] = ()
    version: str = ""
    install: str = ""
    by_hand: str = ""
    tried: dict[str, str] = {}
    params: tuple[Parameter, ...] = ()
    after: tuple[str, ...] = ()
    exit_ok: tuple[int, ...] | None = (0,)
    proof: Reader | None = None
    reject: str = ""
    idle: str = ""
    expect: Expectation | None = None
    findings: Reader | None = None
    flaky: Reader | None = None
    ignores: tuple[str, ...] = ()
    reuse: bool = True
    max_age: float | None = None
    timeout: float | None = None
    exclusive: tuple[str, ...] = ()
    stands_for: StandsFor | None = None
    control: Control | None = None

    def readers(self) -> list[Reader]:
        """Return all readers that are applied to a finished probe."""
        beside = (self.proof, self.findings, self.flaky)
        return [each.reader for each in self.measures] + [one for one in beside if one is not None]


class Attestation(msgspec.Struct, frozen=True, kw_only=True):
    """A person's signed word, given on `on` and good to the end of `until` (ISO dates, UTC).

    All three are empty where nobody has given it yet. `digest` is that of the evidence when it
    was given, in a run document as it was found; empty where it is no file.
    """

    by: str
    on: str
    until: str
    evidence: str = ""
    digest: str = ""


def is_path(evidence: str) -> bool:
    """Return whether evidence names a file or a folder; else it is a link or prose."""
    text = evidence.strip()
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+:", text):
        return False
    named = re.search(r"\.[a-zA-Z][a-zA-Z0-9]{0,7}$", text) or re.fullmatch(r"\S*/\S*", text)
    return named is not None


class Waiver(msgspec.Struct, frozen=True, kw_only=True):
    """A decision to let a criterion fail until the end of the day `until` (ISO date, UTC)."""

    reason: str
    by: str
    until: str
    up_to: Expectation | None = None


class Acceptance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A decision that changes may loosen something; the change that adds it gains nothing by it."""

    what: Text
    """A file from the repository's root, or a pattern: tests/old/*."""
    reason: Text
    by: Text
    until: str = ""
    """The last day it is in force, YYYY-MM-DD."""


class Quarantine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A decision to keep a flaky test out of the verdict, until the end of a day."""

    test: Text
    """As the runner names it: tests/test_a.py::test_b."""
    reason: Text
    by: Text
    until: str
    """The last day it is in force, YYYY-MM-DD."""


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """How sure a verdict on a number must be, which is not the same twice.

    `looks` are the numbers of samples after which it may be decided, none where one run has all
    values of a quantile; `error` is the share of wrong verdicts, and `tolerance` that of the limit
    which makes no difference. With `against_base` samples are compared with those of the base.
    """

    looks: tuple[int, ...]
    error: float
    tolerance: Decimal
    against_base: bool


class Criterion(msgspec.Struct, frozen=True, kw_only=True):
    """One acceptance criterion, with its check, parameters and expectation resolved.

    `params` holds every parameter of the check as text, defaults filled in; `matrix` the
    combinations that replace some of them (one empty combination where the board has none).
    `workdirs` are the folders of these combinations, below the board's; none: the board's itself.
    `unset` names the variables that the criterion uses and nobody set. `written` is the command
    of the board whose place a check of the catalogue takes. `attest` is set where a person's word
    takes the place of a probe: then `check` and `measure` are None.
    Without `trial` its command is not tried in broken copies of the project; where it `insists`,
    also if it is meant to act. `samples` counts runs (median), the most of them if its `sampling`
    decides, `wait` is in seconds, `retries` counts further tries; with `flaky_blocks` what passes
    only sometimes fails. Where it is measured nowhere `elsewhere`, a profile without it has no use
    for it, and is whole without it. `allow_changes` are the files that its probe may change.
    """

    id: str
    title: str
    task: str
    position: Position
    expect: Expectation
    check: Check | None = None
    measure: Measure | None = None
    params: dict[str, str] = {}
    matrix: tuple[dict[str, str], ...] = ({},)
    workdirs: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()
    written: str = ""
    warn: Expectation | None = None
    baseline: Decimal | None = None
    ratchet: bool = False
    trial: bool = True
    insists: bool = False
    weight: Decimal = Decimal(1)
    profiles: tuple[str, ...] = ()
    elsewhere: bool = True
    samples: int = 1
    sampling: Sampling | None = None
    wait: float = 0.0
    retries: int = 0
    flaky_blocks: bool = False
    allow_changes: tuple[str, ...] = ()
    timeout: float | None = None
    attest: Attestation | None = None
    waive: Waiver | None = None

    @property
    def is_by_status(self) -> bool:
        """Return whether its value is the exit status of its probe."""
        return self.measure is not None and self.measure.reader.format is Format.EXIT


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of work; done only when every criterion of it in scope is pass or warn.

    `details` is Markdown, for the rendered board. `notes` say what was done, by ISO date.
    """

    id: str
    title: str
    priority: Priority
    position: Position
    criteria: tuple[Criterion, ...]
    owner: str = ""
    estimate: str = ""
    risk: str = ""
    problem: str = ""
    details: str = ""
    steps: tuple[str, ...] = ()
    weight: Decimal = Decimal(1)
    depends_on: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    notes: dict[str, str] = {}


class PriorityRule(msgspec.Struct, frozen=True, kw_only=True):
    """What a priority weighs, and whether its failures block the release."""

    weight: Decimal
    blocking: bool = False


class Milestone(msgspec.Struct, frozen=True, kw_only=True):
    """A dated promise: all tasks of a priority done, or a score reached, or both."""

    id: str
    title: str = ""
    due: str = ""
    priority: Priority | None = None
    score: Decimal | None = None


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the rendered board that the team writes itself; `text` is Markdown."""

    title: Text
    text: Text
    """Markdown; HTML in it is shown as text."""
    place: Place = Place.BOTTOM
    """Where it stands."""


class Success(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What success takes, in words, and the criteria that measure it."""

    title: Text
    criteria: Annotated[list[Id], msgspec.Meta(min_length=1)]
    """It holds when all of these are good."""


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """A loaded board, for one profile, with variables replaced.

    `path` is as given, `workdir` absolute. `env` is what the board and the profile set for
    probes; `unset_env` maps a name of `env` that could not be made to the variable it lacked;
    `profile_env` are those of the profile.
    `settings_env` are patterns of the variables that the catalogue's tools obey.
    `min_measured` is a share 0..1; with `require_proof` what was never seen to fail is unknown.
    `longest_waiver` says how long from today a waiver may run. Times are in seconds. `checks` is
    the whole catalogue by name, `catalogues` the folders of the board's own.
    The rendered board alone has use for `created` (an ISO date), `goal` (Markdown), `review` (how
    often the board is looked at), `sections`, `subtitle`, `success`, and `key_figures`: names of
    criteria, by id.
    """

    path: str
    digest: str
    title: str
    workdir: str
    tasks: tuple[Task, ...]
    checks: dict[str, Check]
    priorities: dict[Priority, PriorityRule]
    catalogues: tuple[str, ...] = ()
    profile: str = ""
    profiles: tuple[str, ...] = ()
    language: Language = Language.EN
    target: Decimal = Decimal(10)
    min_measured: Decimal | None = None
    longest_waiver: float | None = None
    require_proof: bool = False
    baseline: Decimal | None = None
    scoring: Scoring = Scoring.STRICT
    env: dict[str, str] = {}
    unset_env: dict[str, str] = {}
    profile_env: tuple[str, ...] = ()
    settings_env: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    timeout: float = 600.0
    run_timeout: float = 3600.0
    milestones: tuple[Milestone, ...] = ()
    accept: tuple[Acceptance, ...] = ()
    code: tuple[str, ...] = ()
    quarantine: tuple[Quarantine, ...] = ()
    created: str = ""
    goal: str = ""
    review: str = ""
    sections: tuple[Section, ...] = ()
    key_figures: dict[str, str] = {}
    subtitle: str = ""
    success: tuple[Success, ...] = ()

    def criteria(self) -> Iterator[Criterion]:
        """Return every criterion, in the board's order."""
        return (criterion for task in self.tasks for criterion in task.criteria)

    def pairs(self) -> Iterator[tuple[Task, Criterion]]:
        """Return every criterion with its task, in the board's order."""
        return ((task, criterion) for task in self.tasks for criterion in task.criteria)
