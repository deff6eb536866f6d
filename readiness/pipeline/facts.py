"""What is known of a run: before its first probe, beside its judgements, and when it is over."""

import datetime
import os
import time
from collections.abc import Callable, Mapping, Sequence

import msgspec

from readiness import __version__
from readiness.history.store import Keep
from readiness.model.judgement import HeldLine
from readiness.model.plan import Shard
from readiness.model.settings import AcceptedBy
from readiness.record.document import (
    CriterionRecord,
    FindingRecord,
    Loosening,
    ProbeRecord,
    RunDocument,
)
from readiness.record.origin import BaseRef, FolderRecord, Git, Tool

TOOL = Tool(name="readiness", version=__version__)


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a run before its first probe. `at` is Unix time.

    With a base, `loosened` is what the change lets slip; `accepted` says who accepts that.
    With a `line` the gate decides on whether that is held, instead of on the release. `seen` tells,
    of what the run found, what the base's rules say otherwise; `before` has what the base itself
    says, which `earlier_findings` returns too, beside those of the run that this one is shown with.
    A `release` rests on the run, so that nothing may be left out of it. `stopped` is the signal
    that ended what was measured beside the run, or 0.
    """

    id: str
    at: float
    profile: str
    git: Git | None = None
    previous: RunDocument | None = None
    base: BaseRef | None = None
    loosened: Sequence[Loosening] = ()
    accepted: AcceptedBy | None = None
    release: bool = False
    line: HeldLine | None = None
    seen: Callable[[RunDocument], Sequence[Loosening]] | None = None
    before: Mapping[str, CriterionRecord] = {}
    stopped: int = 0
    earlier_findings: Callable[[], Sequence[FindingRecord]] = tuple

    def refused(self) -> list[Loosening]:
        """Return what is loosened, and nobody may accept or does."""
        return [one for one in self.loosened if one.runs_gate or self.accepted is None]

    def day(self) -> datetime.date:
        """Return the day on which the run started, in UTC."""
        return datetime.datetime.fromtimestamp(self.at, datetime.UTC).date()


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a run found beside its judgements: `probe_ids` by criterion, `elapsed` in seconds.

    A `partial` run is of a selection, which may be `empty`.
    """

    probe_ids: Mapping[str, list[str]]
    probes: list[ProbeRecord]
    findings: list[FindingRecord]
    elapsed: float
    folders: list[FolderRecord] = []
    put_aside: tuple[str, ...] = ()
    partial: bool = False
    empty: bool = False
    interrupted: bool = False
    signal: int = 0
    shard: Shard | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A run's document, and what it taught: seconds by probe key, versions by tool key.

    `kept` is what it leaves to later runs beside that.
    """

    document: RunDocument
    durations: dict[str, float]
    versions: dict[str, str]
    kept: Sequence[Keep] = ()


def begin(profile: str) -> Start:
    """Begin a run in this profile, of which nothing else is known yet."""
    at = time.time()
    return Start(id=run_id(at), at=at, profile=profile)


def run_id(at: float) -> str:
    """Make an id for a run that starts at a Unix time; ids sort by time."""
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
    return f"{moment}-{os.urandom(4).hex()}"
