"""What was read, what it is worth, the score and the gate."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import msgspec

from readiness.model.board import Criterion
from readiness.model.words import Better, Decision, Lack, ReasonCode, Verdict


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """One value with its unit. A number is finite and exact.

    `of` is the number that it is counted among, where its measure names one. `lines` are the first
    of the lines that were counted, or that explain it. A quantile lies between `low` and `high`.
    """

    value: Decimal | bool | str
    unit: str = ""
    of: Decimal | None = None
    lines: tuple[str, ...] = ()
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)


class Unmeasured(msgspec.Struct, frozen=True, kw_only=True):
    """Why there is no measurement: a code for programs, a sentence and a remedy for people."""

    code: ReasonCode
    reason: str
    hint: str = ""


TESTS = "tests"
"""The unit of what counts tests: the rule of each of its findings is the name of one."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One place that a tool complains about. `line` is 0 where it names none.

    `fingerprint` is what the tool knows it by, whatever moves, where it says so.
    """

    path: str
    line: int = 0
    rule: str = ""
    message: str = ""
    fingerprint: str | msgspec.UnsetType = msgspec.UNSET

    @property
    def place(self) -> str:
        """The file, and the line where it names one."""
        return f"{self.path}:{self.line}" if self.line else self.path

    @property
    def test(self) -> str:
        """The test that it is about, where it is about one."""
        return f"{self.path}::{self.rule}"


class ComparedFindings(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of a run, and those of the run that it is compared with, by criterion."""

    now: Mapping[str, Sequence[Finding]] = {}
    then: Mapping[str, Sequence[Finding]] = {}


class TrialOutcome(StrEnum):
    """What became of a command that passes, in copies of its project that were broken on purpose.

    `seen`: it failed. `masked`: it passed whatever its programs did. `question`: it passed where
    they failed, and failed where they found something. `blind`: they looked at nothing. `undone`:
    it has programs that it did not start. `idle`: it has none, and passed wherever it was, `hollow`
    only where the files were gone. `missing`: its programs are not there. `unknown`: it could not
    be told. `acts`: it was not tried, as it acts outside. `unseen`: nor may it pass without.
    `nothing`: a tool said that it had nothing to do, `part`: that it left something out, `ignored`:
    that something failed; `silent`: it said nothing where there was something to do.
    """

    SEEN = "seen"
    MASKED = "masked"
    QUESTION = "question"
    BLIND = "blind"
    UNDONE = "undone"
    IDLE = "idle"
    HOLLOW = "hollow"
    MISSING = "missing"
    UNKNOWN = "unknown"
    ACTS = "acts"
    UNSEEN = "unseen"
    NOTHING = "nothing"
    PART = "part"
    IGNORED = "ignored"
    SILENT = "silent"

    @property
    def cannot_fail(self) -> bool:
        """Whether what passes like this was not measured."""
        return self in (
            TrialOutcome.MASKED,
            TrialOutcome.BLIND,
            TrialOutcome.IDLE,
            TrialOutcome.MISSING,
            TrialOutcome.UNSEEN,
            TrialOutcome.NOTHING,
            TrialOutcome.IGNORED,
            TrialOutcome.SILENT,
        )

    @property
    def in_doubt(self) -> bool:
        """Whether what passes like this is a warning."""
        return self in (
            TrialOutcome.QUESTION,
            TrialOutcome.UNDONE,
            TrialOutcome.HOLLOW,
            TrialOutcome.PART,
        )


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """How a trial ended, and the programs that it was about.

    `remedy` is a command that asks the same and fails where they do, with the fields that a board
    needs beside it; it was tried, too. Empty where none is known. `line` is what a tool said.
    """

    outcome: TrialOutcome
    programs: tuple[str, ...] = ()
    remedy: tuple[str, ...] = ()
    line: str = ""


class PairedNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """What a number was here and, each time beside that, in the base of a change, as `commit`.

    `lack` says why there are no more.
    """

    commit: str
    ours: tuple[Decimal, ...] = ()
    theirs: tuple[Decimal, ...] = ()
    lack: str = ""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What one probe gave one criterion: a reading per sample, and whether it took a retry.

    `word` is all that it printed, where that is short; None where it is longer or unknown.
    `left_over` is a report that its command only reads, and that was there before the run. `flaky`
    tests passed only on another try, `quarantined` ones failed and do not count. `doubts`
    make it no more than a warning, whose remedy is the `hint`.
    """

    samples: tuple[Measurement | Unmeasured, ...]
    retried: bool = False
    word: str | None = None
    left_over: str = ""
    flaky: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    hint: str = ""

    @property
    def is_number(self) -> bool:
        """Return whether all that was printed is a number."""
        word = self.word or ""
        return word.isascii() and word.replace(".", "", 1).isdecimal()


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on one criterion, with all that a renderer needs to explain it.

    `value` is what was measured (the worst of several probes), counted among `of`, and `shown` the
    same as people read it, rounded as in the reason. `progress` is
    0..1, exact. `flaky` says that it passed only on a retry or that its samples straddle the limit.
    `stale_waiver` says that a waiver is in force which nothing needs, `evidence_digest` what an
    attestation's evidence holds. `lines` are the first of those that were counted, `place` which
    of several probes decided. `seen_to_fail` says that its recipe is known to be able to.
    """

    criterion: Criterion
    verdict: Verdict
    value: Decimal | bool | str | None = None
    unit: str = ""
    of: Decimal | None = None
    shown: str = ""
    progress: Decimal | None = None
    reason: str = ""
    code: ReasonCode | None = None
    hint: str = ""
    flaky: bool = False
    stale_waiver: bool = False
    evidence_digest: str = ""
    lines: tuple[str, ...] = ()
    place: int = 0
    seen_to_fail: bool = False
    flaky_tests: tuple[str, ...] = ()


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
    `seen_to_fail` those that are known to be able to fail, `total` all of the board. `left_out`
    are those that the profile leaves to others. `measured_share` is by weight, of the whole board,
    0..1.
    """

    value: Fraction | None
    target: Decimal
    lines: tuple[ScoreLine, ...]
    measured: int
    in_scope: int
    total: int
    measured_share: Fraction
    attested_share: Fraction = Fraction(0)
    seen_to_fail: int = 0
    left_out: tuple[Criterion, ...] = ()

    @property
    def left_to(self) -> list[str]:
        """The profiles that measure what is left out."""
        return list(dict.fromkeys(name for one in self.left_out for name in one.profiles))


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """The decision, and the sentences that explain it (none where it is ready)."""

    decision: Decision
    exit_status: int
    reasons: tuple[str, ...] = ()


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of a criterion on the base of a change, by which check and measure."""

    verdict: Verdict
    value: Decimal | bool | str | None = None
    unit: str = ""
    reason: str = ""
    check: str = ""
    measure: str = ""


class HeldLine(msgspec.Struct, frozen=True, kw_only=True):
    """What must not get worse: a commit, and what was asked of it, by the ids of criteria.

    Without a commit there is nothing to compare with, and `lack` says why. `run` is a recorded run
    of that commit, with its `score` as it was shown; they are empty where there is none. `usual`
    has the bounds of what numbers that are never the same were lately, by criterion.
    """

    commit: str = ""
    lack: Lack | None = None
    run: str = ""
    score: str = ""
    criteria: Mapping[str, Earlier] = {}
    usual: Mapping[str, tuple[float, float]] = {}

    def is_usual(self, criterion: Criterion, better: Better | None, value: object) -> bool:
        """Return whether a number is no worse than it was lately; never where that is unknown."""
        low, high = self.usual.get(criterion.id, (1.0, 0.0))
        if not isinstance(value, Decimal) or low > high or better is None:
            return False
        return value <= high if better is Better.LOWER else value >= low
