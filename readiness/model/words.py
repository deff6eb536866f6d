"""The closed sets of words: verdicts, reasons, decisions, formats, operators."""

import os
from enum import StrEnum
from functools import cached_property
from typing import Self


class Standing(StrEnum):
    """What the gate takes a criterion for."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"
    OUT = "out"


class Tone(StrEnum):
    """What a word of the contract looks like, where there are colours."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"
    DIM = "dim"


class Verdict(StrEnum):
    """What is known of a criterion after a run, and what follows from it: a row for each.

    `rank` is how far it is from a pass, the worst highest; a waiver leaves a failure where it is,
    and what is not in scope has none. `credit` says that it earns its points, `gate` what the gate
    takes it for. `mark`, `emoji` and `tone` are how reports show it.
    """

    rank: int
    credit: bool
    gate: Standing
    mark: str
    emoji: str
    tone: Tone

    def __new__(  # noqa: D102 - a row of the table below
        cls, word: str, rank: int, credit: bool, gate: Standing, mark: str, emoji: str, tone: Tone
    ) -> Self:
        self = str.__new__(cls, word)
        self._value_ = word
        self.rank, self.credit, self.gate = rank, credit, gate
        self.mark, self.emoji, self.tone = mark, emoji, tone
        return self

    PASS = "pass", 1, True, Standing.GOOD, "✓", "✅", Tone.GOOD
    WARN = "warn", 2, True, Standing.GOOD, "!", "⚠️", Tone.WARN
    FAIL = "fail", 3, False, Standing.BAD, "✗", "❌", Tone.BAD
    ERROR = "error", 4, False, Standing.UNKNOWN, "?", "❓", Tone.UNKNOWN
    WAIVED = "waived", 3, False, Standing.GOOD, "~", "📝", Tone.WARN
    SKIP = "skip", 0, False, Standing.OUT, "-", "➖", Tone.DIM

    @cached_property
    def good(self) -> bool:
        """Whether the expectation holds."""
        return self.credit

    @cached_property
    def unknown(self) -> bool:
        """Whether nothing could be measured."""
        return self.gate is Standing.UNKNOWN

    @cached_property
    def bad(self) -> bool:
        """Whether it keeps the gate of a blocking priority shut: it fails, or is unknown."""
        return self.gate in (Standing.BAD, Standing.UNKNOWN)

    @cached_property
    def measured(self) -> bool:
        """Whether it counts as measured."""
        return self.gate in (Standing.GOOD, Standing.BAD)

    @cached_property
    def in_scope(self) -> bool:
        """Whether it counts at all."""
        return self.gate is not Standing.OUT

    @cached_property
    def open(self) -> bool:
        """Whether something is still to be done for its points, waived or not."""
        return self.in_scope and not self.credit

    @cached_property
    def noted(self) -> bool:
        """Whether there is more to say than that it passed."""
        return self.rank > Verdict.PASS.rank


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
    CANNOT_FAIL = "cannot_fail"
    OUTSIDE_SETTINGS = "outside_settings"
    NOT_THE_TREE = "not_the_tree"
    UNSETTLED = "unsettled"


MEASURED = (None, ReasonCode.CANNOT_FAIL)
"""The codes of what was measured: that a command cannot fail is known of its measurement."""


class Decision(StrEnum):
    """What the gate says, and how reports show it: a row for each."""

    mark: str
    emoji: str
    tone: Tone

    def __new__(cls, word: str, mark: str, emoji: str, tone: Tone) -> Self:  # noqa: D102 - a row
        self = str.__new__(cls, word)
        self._value_ = word
        self.mark, self.emoji, self.tone = mark, emoji, tone
        return self

    READY = "ready", "✓", "✅", Tone.GOOD
    NOT_READY = "not_ready", "✗", "❌", Tone.BAD
    UNDECIDED = "undecided", "?", "❓", Tone.UNKNOWN
    PARTIAL = "partial", "~", "⚠️", Tone.WARN
    LOOSENED = "loosened", "✗", "❌", Tone.BAD
    HELD = "held", "=", "☑️", Tone.GOOD
    WORSE = "worse", "✗", "❌", Tone.BAD
    ACCEPTED = "accepted", "✓", "☑️", Tone.GOOD

    @cached_property
    def good(self) -> bool:
        """Whether a run of the whole board is good: for release, or to be merged."""
        return self in (Decision.READY, Decision.HELD, Decision.ACCEPTED)


class Lack(StrEnum):
    """Why there is nothing that a change could be compared with."""

    NO_GIT = "no_git"
    NO_BOARD = "no_board"
    FIRST = "first"
    SHALLOW = "shallow"


class Priority(StrEnum):
    """The four classes of tasks, most urgent first."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


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


class Goal(StrEnum):
    """What a first board asks of a number that is already known."""

    MEET = "meet"  # what the check itself expects, or today's value where that is better
    HOLD = "hold"  # no worse than today


SELECTOR_WORDS = frozenset(("failed", "changed", *Priority))
"""Words that a selector reserves, so that no task or criterion may be called so."""


def _readers() -> list[str]:
    """Return the formats that have a reader: `measure/read_<format>.py`."""
    folder = os.path.join(os.path.dirname(os.path.dirname(__file__)), "measure")
    names = os.listdir(folder) if os.path.isdir(folder) else []
    return sorted(name[5:-3] for name in names if name.startswith("read_") and name[-3:] == ".py")


class Format(StrEnum):
    """How a probe's output is read (`as`). A reader's file is all that a further format takes."""

    _ignore_ = "_reader"

    JSON = "json"
    JSONL = "jsonl"
    XML = "xml"
    YAML = "yaml"
    TOML = "toml"
    CSV = "csv"
    TEXT = "text"
    EXIT = "exit"
    for _reader in _readers():
        if _reader.upper() not in vars():
            vars()[_reader.upper()] = _reader


class Pick(StrEnum):
    """Which of several values counts."""

    FIRST = "first"
    LAST = "last"
    MIN = "min"
    MAX = "max"
    SUM = "sum"
    MEDIAN = "median"
    P90 = "p90"
    P95 = "p95"
    P99 = "p99"

    @cached_property
    def share(self) -> float:
        """The share of the values that are below a quantile; 0 for anything else."""
        return {"median": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}.get(self.value, 0.0)


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

    @cached_property
    def needs_number(self) -> bool:
        """Whether the value must be a number: the others compare text and booleans too."""
        return self not in (Operator.TRUE, Operator.FALSE, Operator.MATCHES, Operator.CONTAINS)
