"""What a proof says: of each criterion, whether it can fail, and how that was seen."""

from enum import StrEnum

import msgspec

from readiness.model.words import ReasonCode, Verdict
from readiness.record.origin import BoardRef, Tool

VERSION = 1


class ProofOutcome(StrEnum):
    """What is known of a criterion after it was tried."""

    CAN_FAIL = "can_fail"
    STILL_PASSES = "still_passes"
    NOT_TRIED = "not_tried"


class World(StrEnum):
    """What becomes of a criterion's leaves, or of what it looks at; in `normal` it is as it is."""

    NORMAL = "normal"
    ABSENT = "absent"
    SILENT = "silent"
    FAILING = "failing"
    CONTROL = "control"
    HOLLOW = "hollow"
    UNREACHABLE = "unreachable"


class TrialRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One try; `tools` are the programs that were taken away, said nothing or failed there."""

    world: World
    verdict: Verdict
    shown: str
    reason: str
    reason_code: ReasonCode | None
    tools: list[str] = []


class ProofRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion. `now` is its verdict in a healthy copy; null where it has no probe."""

    id: str
    title: str
    outcome: ProofOutcome
    why: str
    hint: str | None
    check: str | None
    tools: list[str]
    now: TrialRecord | None
    trials: list[TrialRecord]
    line: int = 0


class ProofDocument(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `linked` are folders that the copies shared with the project."""

    version: int = VERSION
    tool: Tool
    board: BoardRef
    profile: str
    started_at: str
    duration_s: float
    interrupted: bool
    exit_status: int
    can_fail: int
    still_passes: int
    not_tried: int
    skipped: int
    linked: list[str]
    criteria: list[ProofRecord]
