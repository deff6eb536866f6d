"""The closed sets of words: verdicts, reasons, decisions, formats, operators."""

from enum import StrEnum


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


class Place(StrEnum):
    """Where a section of the team's own stands in the rendered board.

    Within the chapters that every board has (`guide`, `progress`, `success`), or as a chapter of
    its own, before the tasks (`top`) or after the progress (`bottom`).
    """

    GUIDE = "guide"
    TOP = "top"
    PROGRESS = "progress"
    BOTTOM = "bottom"
    SUCCESS = "success"


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
