"""The run document: everything a run found, as versioned JSON. Reports and history know only this.

The fields are those of the public contract; times are ISO 8601 in UTC, durations in seconds.
"""

from collections.abc import Iterable

import msgspec

from readiness.model.board import Attestation
from readiness.model.errors import UsageError
from readiness.model.judgement import Finding
from readiness.model.plan import Shard
from readiness.model.settings import AcceptedBy
from readiness.model.words import Better, Decision, Lack, Priority, ReasonCode, Verdict
from readiness.record.earlier import (
    Carried,
    LastKnown,
    PastPoint,
    Previous,
    PreviousRun,
    ReusedFrom,
    Value,
)
from readiness.record.origin import BaseRef, BoardRef, FolderRecord, Git, Tool
from readiness.record.scores import ScoreRecord
from readiness.record.wording import OVER, Wording, has_key, reworded
from readiness.text.worded import worded

VERSION = 1


class LineRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the run had to hold: a commit, a recorded run of it with its score, and baselines.

    `lack` says why there was no commit to compare with, so that the run decides on the release.
    """

    run: str
    commit: str
    baselines: int
    score: str = ""
    lack: Lack | None = None


class GateRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The decision, the exit status that tells it, and the reasons.

    It is on the release or, with a `line`, on whether anything is worse than that. Where the change
    loosens something, `accepted` says who accepts it, if anybody does. `wordings` has the key and
    facts of each reason, in order.
    """

    decision: Decision
    exit_status: int
    reasons: list[str]
    line: LineRecord | None = None
    accepted: AcceptedBy | None = None
    wordings: list[Wording] = msgspec.field(name="said", default_factory=list)

    def sentences(self) -> list[str]:
        """Return the reasons as sentences that can be said in another language, where known."""
        if len(self.wordings) != len(self.reasons):
            return self.reasons
        return list(map(reworded, self.reasons, self.wordings))


class WaiverRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A waiver of the board, in force or not; `stale` where nothing needs it."""

    reason: str
    by: str
    until: str
    stale: bool = False


class CriterionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion. `line` is where it stands in the board. `shown` is the value with its unit.

    `of` is what the value was counted among: 928, where 0 of 928 tests failed.
    `measure` is which of its check's measures was read, and `better` which way it improves.
    `by_hand` is a command by which people see the same; empty where somebody's word counts.
    `counted` has the first of the lines that a failing count counted, or that explain a number;
    `decisive` is the probe that the verdict rests on, where there are several. `carried` is what an
    earlier run found of it, where this one did not try. `seen_to_fail` says that it is known to be
    able to. `flaky_tests` passed only on another try. `wordings` has the keys and facts of
    `reason`, `hint` and `shown`, where they are sentences.
    """

    id: str
    title: str
    verdict: Verdict
    value: Value
    shown: str
    unit: str
    expect: str
    warn: str | None
    baseline: int | float | None
    progress: float | None
    reason: str
    reason_code: ReasonCode | None
    hint: str | None
    flaky: bool
    waiver: WaiverRecord | None
    attestation: Attestation | None
    points: float
    points_possible: float
    probes: list[str]
    check: str | None = None
    measure: str | None = None
    better: Better | None = None
    line: int = 0
    previous: Previous | None = None
    of: int | float | None = None
    by_hand: str = ""
    counted: list[str] = []
    decisive: str | None = None
    carried: Carried | None = None
    last_known: LastKnown | None = None
    seen_to_fail: bool = False
    flaky_tests: list[str] = []
    wordings: dict[str, Wording] = msgspec.field(name="said", default_factory=dict)

    @property
    def number(self) -> int | float | None:
        """The value where it is a number."""
        is_number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        return self.value if is_number else None  # type: ignore[return-value]

    @property
    def left_out(self) -> bool:
        """Whether it is no part of its run, though a release needs it."""
        why = self.wordings.get("reason")
        return not self.verdict.in_scope and not has_key(why, ("reason.not_in_profile",))

    @property
    def cut_short(self) -> bool:
        """Whether the run was over before this was measured, by its time or by a signal."""
        return self.verdict.unknown and has_key(self.wordings.get("reason"), OVER)


class TaskRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One task. `attainment` is the share of it that is earned, 0..1; null out of scope.

    What its run left out is not done. `estimate` is as the board has it, such as `1-2d`.
    `depends_on` names other tasks. `details` is Markdown, `notes` say what was done by ISO date.
    """

    id: str
    title: str
    priority: Priority
    owner: str
    done: bool
    attainment: float | None
    criteria: list[CriterionRecord]
    blocking: bool = False
    weight: float = 1.0
    estimate: str = ""
    risk: str = ""
    problem: str = ""
    details: str = ""
    steps: list[str] = []
    depends_on: list[str] = []
    tags: list[str] = []
    notes: dict[str, str] = {}

    def in_scope(self) -> list[CriterionRecord]:
        """Return the criteria that count in this run."""
        return [criterion for criterion in self.criteria if criterion.verdict.in_scope]

    def asked(self) -> list[CriterionRecord]:
        """Return the criteria that have to hold until the task is done."""
        return [one for one in self.criteria if one.verdict.in_scope or one.left_out]

    def good(self) -> int:
        """Count the criteria that hold."""
        return sum(criterion.verdict.good for criterion in self.criteria)


class StreamRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a probe wrote: its size and digest, and its first and last part made safe to show.

    `data` says that its check reads it as JSON or the like, so that it was not written for people.
    """

    bytes: int
    digest: str
    head: str
    tail: str
    cut: bool = False
    data: bool = False


class ProbeRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One probe's last attempt, and how many there were.

    `tool_path` is the file that its check's tool is; `elsewhere` says that this is not of the
    project's own environment, though there is one. `by_hand` is a command by which people see the
    same; empty where there is none. What was `reused` is `reused_from` an earlier run, and all else
    is as that recorded it. `result` is the digest of what is kept for later runs.
    """

    id: str
    check: str | None
    command: str
    workdir: str
    exit_status: int | None
    signal: int | None
    timed_out: bool
    leaked: int
    attempts: int
    started_at: str | None
    duration_s: float
    cpu_s: float
    memory_kib: int
    reused: bool
    tool_version: str | None
    stdout: StreamRecord
    stderr: StreamRecord
    params: dict[str, str] = {}
    tool_path: str | None = None
    elsewhere: bool = False
    by_hand: str = ""
    reused_from: ReusedFrom | None = None
    result: str | None = None
    not_kept: str = ""
    wordings: dict[str, Wording] = msgspec.field(name="said", default_factory=dict)

    @property
    def shown_command(self) -> str:
        """The command to show, on one line: what people would type, or the check."""
        return " ".join((self.by_hand or self.check or self.command).split())


class FindingRecord(Finding, frozen=True, kw_only=True):
    """One place that a tool complains about. `line` is 0 where it names none.

    `fingerprint` is what the tool knows it by, where it says so.
    """

    criterion: str


class MilestoneRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A milestone: whether its requirement is met. `due` is an ISO date or empty.

    Where only what the run left out can tell, `met` is null. It asks for all tasks of `priority`,
    for a `score`, or for both. `missing` names the tasks of that priority that are not done.
    `overdue` says that its day is over and it is not met.
    """

    id: str
    title: str
    met: bool | None
    due: str
    overdue: bool = False
    priority: Priority | None = None
    score: float | None = None
    missing: list[str] = []

    @property
    def state(self) -> str:
        """The name of the state: `met`, `undecided`, `overdue` or `not_met`."""
        if self.met is None:
            return "undecided"
        return "met" if self.met else "overdue" if self.overdue else "not_met"


class Loosening(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which the change loosens its own gate, and where (`line` 0: unknown).

    `runs_gate` says that it is about what runs the gate itself, which --accepted does not cover.
    `wordings` has the keys and facts of the texts, by their names, where they are sentences.
    """

    subject: str
    what: str
    before: str
    after: str
    path: str = ""
    line: int = 0
    runs_gate: bool = False
    wordings: dict[str, Wording] = msgspec.field(name="said", default_factory=dict)


class WholeRun(msgspec.Struct, frozen=True, kw_only=True):
    """The newest whole run of the board: what stands for the project after a run of a part.

    `at` is when it started.
    """

    run: str
    at: str
    score: ScoreRecord
    gate: GateRecord
    milestones: list[MilestoneRecord]
    git: Git | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What stands behind a measurement of an earlier run; the ids of the probes name that run."""

    probes: list[ProbeRecord]
    findings: list[FindingRecord]


class RunDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one run; see the contract, section 8.

    `previous_run` ties the run to the one that was recorded before it; null where no history
    holds it, or where it is the first. `past` has earlier runs of the same board and profile,
    oldest first, `earlier` the evidence of what is carried, by criterion. Only documents that
    reports are made from have these; the history keeps each run once. `put_aside` names the
    caller's variables that change what tools do: no probe got them. A run of a part, or one that
    was interrupted, has no score and decides no milestone; `whole_run` is the newest whole one
    that its history knew. A run of all that its profile asks for is `partial` as well where that
    leaves criteria `left_to` other profiles. A `shard` is a part by --shard.
    """

    version: int = VERSION
    id: str
    tool: Tool
    board: BoardRef
    profile: str
    partial: bool
    interrupted: bool
    git: Git | None
    started_at: str
    finished_at: str
    duration_s: float
    score: ScoreRecord
    gate: GateRecord
    tasks: list[TaskRecord]
    probes: list[ProbeRecord]
    findings: list[FindingRecord]
    milestones: list[MilestoneRecord]
    loosened: list[Loosening] = []
    base: BaseRef | None = None
    past: list[PastPoint] = []
    earlier: dict[str, Evidence] = {}
    previous_run: PreviousRun | None = None
    folders: list[FolderRecord] = []
    put_aside: list[str] = []
    whole_run: WholeRun | None = None
    left_to: list[str] = []
    shard: Shard | None = None

    @property
    def whole(self) -> bool:
        """Whether it measured all that its profile asks for, so that it speaks of that."""
        return not self.selected and not self.interrupted

    @property
    def selected(self) -> bool:
        """Whether it is a part of its profile, by a selection or as a shard."""
        return self.partial and not self.left_to

    def criteria(self) -> Iterable[CriterionRecord]:
        """Return an iterator over all criteria, in the order of the board."""
        return (criterion for task in self.tasks for criterion in task.criteria)

    def pairs(self) -> Iterable[tuple[TaskRecord, CriterionRecord]]:
        """Return an iterator over all criteria with their tasks, in the order of the board."""
        return ((task, criterion) for task in self.tasks for criterion in task.criteria)


def to_json(document: RunDocument) -> bytes:
    """Encode a document as strict UTF-8 JSON on one line, without a line end."""
    return msgspec.json.encode(document)


def from_json(text: bytes, source: str) -> RunDocument:
    """Read a document back. Raises `UsageError`, naming `source`, where it is not one."""
    try:
        version = msgspec.json.decode(text, type=_Versioned).version
        if version > VERSION:
            raise UsageError(
                worded("usage.newer_document", path=source, version=version, known=VERSION)
            )
        return msgspec.json.decode(text, type=RunDocument)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(worded("usage.no_document", path=source, why=error)) from None


def ready_for_threads() -> None:
    """Prepare `from_json` for calls from several threads at once.

    msgspec inspects a type when it first reads one, and must not do that in two threads.
    """
    for kind in (_Versioned, RunDocument):
        msgspec.json.Decoder(kind)


def run_schema() -> dict[str, object]:
    """Return the JSON Schema of a run document."""
    return msgspec.json.schema(RunDocument)


class _Versioned(msgspec.Struct):
    version: int
