"""The words of the contract as frozen data. Imports nothing of ours; every stage speaks it."""

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import msgspec


class Verdict(StrEnum):
    """What is known of a criterion after a run."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    WARN = "warn"
    FAIL = "fail"
    ERROR = "error"
    WAIVED = "waived"
    SKIP = "skip"


class ReasonCode(StrEnum):
    """Why a criterion could not be measured: the closed set behind every `error`."""

    TOOL_MISSING = "tool_missing"
    EXIT_STATUS = "exit_status"
    SIGNAL = "signal"
    TIMEOUT = "timeout"
    NO_PROOF = "no_proof"
    NO_VALUE = "no_value"
    SEVERAL_VALUES = "several_values"
    NOT_A_NUMBER = "not_a_number"
    UNREADABLE = "unreadable"
    STALE_FILE = "stale_file"
    LEAKED = "leaked"
    PRODUCER_FAILED = "producer_failed"
    UNSET_VARIABLE = "unset_variable"
    COULD_NOT_START = "could_not_start"
    PATTERN_TOO_SLOW = "pattern_too_slow"
    NOT_RUN = "not_run"


class Decision(StrEnum):
    """What the gate says."""

    READY = "ready"
    NOT_READY = "not_ready"
    UNDECIDED = "undecided"
    PARTIAL = "partial"
    LOOSENED = "loosened"


class Priority(StrEnum):
    """The four classes of tasks, most urgent first."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


class Language(StrEnum):
    """The languages that reports and rendered boards speak."""

    EN = "en"
    ZH = "zh"


class Scoring(StrEnum):
    """Whether a failing number earns nothing or its progress."""

    STRICT = "strict"
    PARTIAL = "partial"


class Better(StrEnum):
    """The direction in which a number improves."""

    LOWER = "lower"
    HIGHER = "higher"


class Format(StrEnum):
    """How a probe's output is read (`as`)."""

    JSON = "json"
    JSONL = "jsonl"
    XML = "xml"
    YAML = "yaml"
    TOML = "toml"
    CSV = "csv"
    TEXT = "text"
    EXIT = "exit"


class Pick(StrEnum):
    """Which of several values counts."""

    FIRST = "first"
    LAST = "last"
    MIN = "min"
    MAX = "max"
    SUM = "sum"


class Operator(StrEnum):
    """What an expectation asks of a value."""

    EQ = "=="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    BETWEEN = "between"
    TRUE = "true"
    FALSE = "false"
    MATCHES = "matches"
    CONTAINS = "contains"


# --- what a board and a catalogue say -----------------------------------------------------------


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
    """A named number, string or boolean that a check can read."""

    name: str
    reader: Reader
    unit: str = ""
    better: Better | None = None


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter of a check. Without a default it must be given."""

    name: str
    help: str = ""
    default: str | None = None


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A catalogue entry, or (with an empty `name`) a probe that a board defines in place.

    `exit_ok` are the statuses after which the output may be read; None, only for a check whose
    measure is the exit status itself, leaves that to the reader. `folder` is where the check file
    stands. `timeout` is in seconds; None: the board's.
    """

    name: str
    run: str
    measures: tuple[Measure, ...]
    summary: str = ""
    path: str = ""
    folder: str = ""
    tools: tuple[str, ...] = ()
    version: str = ""
    install: str = ""
    params: tuple[Parameter, ...] = ()
    after: tuple[str, ...] = ()
    exit_ok: tuple[int, ...] | None = (0,)
    proof: Reader | None = None
    reject: str = ""
    expect: Expectation | None = None
    findings: Reader | None = None
    inputs: tuple[str, ...] = ()
    timeout: float | None = None
    exclusive: tuple[str, ...] = ()


class Attestation(msgspec.Struct, frozen=True, kw_only=True):
    """A person's signed word, given on `on` and good to the end of `until` (ISO dates, UTC)."""

    by: str
    on: str
    until: str
    evidence: str = ""


class Waiver(msgspec.Struct, frozen=True, kw_only=True):
    """A decision to let a criterion fail until the end of the day `until` (ISO date, UTC)."""

    reason: str
    by: str
    until: str
    up_to: Expectation | None = None


class Criterion(msgspec.Struct, frozen=True, kw_only=True):
    """One acceptance criterion, with its check, parameters and expectation resolved.

    `params` holds every parameter of the check as text, defaults filled in; `matrix` the
    combinations that replace some of them (one empty combination where the board has none).
    `unset` names the variables that the criterion uses and nobody set. `attest` is set where
    a person's word takes the place of a probe: then `check` and `measure` are None.
    `samples` counts runs (median), `wait` is in seconds, `retries` counts further tries.
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
    unset: tuple[str, ...] = ()
    warn: Expectation | None = None
    baseline: Decimal | None = None
    ratchet: bool = False
    weight: Decimal = Decimal(1)
    profiles: tuple[str, ...] = ()
    samples: int = 1
    wait: float = 0.0
    retries: int = 0
    timeout: float | None = None
    attest: Attestation | None = None
    waive: Waiver | None = None


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of work; done only when every criterion of it in scope is pass or warn."""

    id: str
    title: str
    priority: Priority
    position: Position
    criteria: tuple[Criterion, ...]
    owner: str = ""
    estimate: str = ""
    risk: str = ""
    problem: str = ""
    steps: tuple[str, ...] = ()
    weight: Decimal = Decimal(1)
    depends_on: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


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


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """A loaded board, for one profile, with variables replaced.

    `path` is as given, `workdir` absolute. `env` is what the board and the profile set for
    probes; `unset_env` maps a name of `env` that could not be made to the variable it lacked.
    `min_measured` is a share 0..1. Times are in seconds. `checks` is the whole catalogue by name.
    """

    path: str
    digest: str
    title: str
    workdir: str
    tasks: tuple[Task, ...]
    checks: dict[str, Check]
    priorities: dict[Priority, PriorityRule]
    profile: str = ""
    profiles: tuple[str, ...] = ()
    language: Language = Language.EN
    target: Decimal = Decimal(10)
    min_measured: Decimal | None = None
    baseline: Decimal | None = None
    scoring: Scoring = Scoring.STRICT
    env: dict[str, str] = {}
    unset_env: dict[str, str] = {}
    secrets: tuple[str, ...] = ()
    timeout: float = 600.0
    run_timeout: float = 3600.0
    milestones: tuple[Milestone, ...] = ()


# --- what a plan says -----------------------------------------------------------------------------


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One concrete command. Equal probes are one probe.

    `argv` is set where the command has no shell syntax and may be started directly. `env` is what
    this probe has beyond the plan's environment. `after` holds the indices, in the plan, of the
    probes that must have succeeded first. `estimate` is the duration of earlier runs, in seconds.
    """

    id: str
    command: str
    workdir: str
    timeout: float
    argv: tuple[str, ...] | None = None
    check: Check
    env: dict[str, str] = {}
    after: tuple[int, ...] = ()
    samples: int = 1
    wait: float = 0.0
    retries: int = 0
    estimate: float | None = None
    key: str = ""


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan has for one criterion: the indices of its probes, or why it has none."""

    criterion: Criterion
    probes: tuple[int, ...] = ()
    skipped: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a run will do. Nothing has run yet.

    `planned` follows the board. `order` lists the indices of `probes` in the order in which
    they should start. `environment` is what every probe gets. `version_keys` maps a check's name
    to the key under which its tool's version is kept; probes that only ask a tool for its version
    come last in `probes`, have that key, and no measures.
    """

    probes: tuple[Probe, ...]
    planned: tuple[Planned, ...]
    order: tuple[int, ...]
    environment: dict[str, str]
    partial: bool = False
    version_keys: dict[str, str] = {}


# --- what a run brings back -----------------------------------------------------------------------


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """What a probe wrote to one stream.

    `data` is the output up to the cap on memory; a longer one lies in the file `spool` instead
    (up to the cap on reading), and `data` is empty. `size` counts all bytes written, `digest` is
    over all of them (`sha256:...`), `cut` says that more was written than was kept for reading.
    """

    size: int = 0
    digest: str = ""
    data: bytes = b""
    spool: str = ""
    head: bytes = b""
    tail: bytes = b""
    cut: bool = False


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """One finished attempt of a probe: facts, no judgement.

    `exit_status` is None where the probe ended by a signal or never started. `leaked` counts
    processes that outlived it. `failure` is set where it could not be started at all.
    `started_at` is Unix time; `duration` and `cpu` are in seconds, `memory` in KiB. `tmp` and
    `scratch` are what READINESS_TMP and READINESS_SCRATCH named.
    """

    probe: int
    attempt: int = 1
    exit_status: int | None = None
    signal: int | None = None
    timed_out: bool = False
    needed_kill: bool = False
    leaked: int = 0
    failure: ReasonCode | None = None
    failure_text: str = ""
    started_at: float = 0.0
    duration: float = 0.0
    cpu: float = 0.0
    memory: int = 0
    stdout: Stream = Stream()
    stderr: Stream = Stream()
    tmp: str = ""
    scratch: str = ""


# --- what was read, and what it is worth ----------------------------------------------------------


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """One value with its unit. A number is finite and exact."""

    value: Decimal | bool | str
    unit: str = ""


class Unmeasured(msgspec.Struct, frozen=True, kw_only=True):
    """Why there is no measurement: a code for programs, a sentence and a remedy for people."""

    code: ReasonCode
    reason: str
    hint: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One place that a tool complains about. `line` is 0 where it names none."""

    path: str
    line: int = 0
    rule: str = ""
    message: str = ""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What one probe gave one criterion: a reading per sample, and whether it took a retry."""

    samples: tuple[Measurement | Unmeasured, ...]
    retried: bool = False


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on one criterion, with all that a renderer needs to explain it.

    `value` is what was measured (the worst of several probes). `progress` is 0..1, exact.
    `flaky` says that it passed only on a retry or that its samples straddle the limit.
    `stale_waiver` says that a waiver is in force which nothing needs.
    """

    criterion: Criterion
    verdict: Verdict
    value: Decimal | bool | str | None = None
    unit: str = ""
    progress: Decimal | None = None
    reason: str = ""
    code: ReasonCode | None = None
    hint: str = ""
    flaky: bool = False
    stale_waiver: bool = False


class ScoreLine(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion's part of the score: what it earned of what it could, in exact points.

    Over all lines `points` adds up to the score, and `possible` to 10.
    """

    task: str
    criterion: str
    verdict: Verdict
    points: Fraction
    possible: Fraction


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """The score, 0..10, exact; None where nothing in scope was measured.

    `in_scope` counts the criteria of this run, `measured` those of them with a measured verdict,
    `total` all of the board. `measured_share` is by weight, of the whole board, 0..1.
    """

    value: Fraction | None
    target: Decimal
    lines: tuple[ScoreLine, ...]
    measured: int
    in_scope: int
    total: int
    measured_share: Fraction
    attested_share: Fraction = Fraction(0)


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """The decision, and the sentences that explain it (none where it is ready)."""

    decision: Decision
    exit_status: int
    reasons: tuple[str, ...] = ()
