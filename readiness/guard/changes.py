"""What a change does to its own gate: subjects, kinds, and the direction of each difference."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from readiness.text.sentences import Sentences
from readiness.text.worded import in_language, worded


class Direction(StrEnum):
    """Whether the gate asks for less, for more, or for the same as before."""

    LOOSENED = "loosened"
    TIGHTENED = "tightened"
    NEUTRAL = "neutral"


class Kind(StrEnum):
    """What differs: the closed set. The first part is of boards, the second of what is measured."""

    BOARD = "board"
    TASK = "task"
    CRITERION = "criterion"
    EXPECTATION = "expectation"
    WARNING = "warning"
    BASELINE = "baseline"
    RATCHET = "ratchet"
    TRIAL = "trial"
    WEIGHT = "weight"
    SHARE = "share of the score"
    PRIORITY = "priority"
    BLOCKING = "blocking"
    TARGET = "target"
    MIN_MEASURED = "min_measured"
    REQUIRE_PROOF = "require_proof"
    SCORING = "scoring"
    CHECK = "check"
    COMMAND = "command"
    SCRIPT = "script"
    PARAMETER = "parameter"
    MATRIX = "matrix"
    MEASURE = "measure"
    READER = "reader"
    PROOF = "proof"
    REJECT = "reject"
    EXIT = "exit statuses"
    TOOL = "tool"
    VERSION = "version command"
    PRODUCER = "producer"
    REUSE = "reuse"
    SAMPLES = "samples"
    RETRIES = "retries"
    WAIT = "wait"
    TIMEOUT = "time limit"
    EXCLUSIVE = "exclusive"
    FINDINGS = "findings"
    PROFILE = "profile"
    ENV = "env"
    SECRETS = "secrets"
    WORKDIR = "workdir"
    WAIVER = "waiver"
    ATTESTATION = "attestation"
    TITLE = "title"
    TEXT = "text"
    DEPENDENCY = "dependency"
    MILESTONE = "milestone"
    FIELD = "field"
    ACCEPT = "accepted loosening"

    SUPPRESSION = "suppression"
    TEST = "test"
    SKIP = "skipped test"
    ASSERTION = "empty assertion"
    HOOK = "test hook"
    SETTING = "setting"
    RECIPE = "recipe"
    PROGRAM = "program"
    PROJECT = "project"
    VERDICT = "verdict"
    CALLER = "call of the gate"
    WEAKER = "weaker test"
    CHANGED = "changed test"
    STRICTER = "stricter test"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. `before` and `after` are empty where there was or is nothing.

    `path` and `line` (0: unknown) say where it stands now; of what is gone, where it stood.
    `unsure` is what only measuring can tell the direction of. `fault` shows, line by line, a fault
    that a test no longer notices, and the assertion that lets it pass.
    """

    subject: str
    kind: Kind
    direction: Direction
    before: str = ""
    after: str = ""
    path: str = ""
    line: int = 0
    note: str = ""
    unsure: bool = False
    fault: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        """The kind and what became of it: `expectation changed`."""
        if self.kind in (Kind.WEAKER, Kind.CHANGED, Kind.STRICTER):
            return worded(f"kind.{self.kind.name.lower()}")
        verb = "changed"
        if not self.before and self.after:
            verb = "added"
        elif self.before and not self.after:
            verb = "removed"
        kind = worded(f"kind.{self.kind.name.lower()}")
        told = worded(f"change.{verb}", kind=kind)
        return worded("guard.noted", what=told, note=self.note) if self.note else told

    @property
    def runs_gate(self) -> bool:
        """Whether it is about what runs the gate itself: its CI job, its hooks."""
        return self.kind is Kind.CALLER

    @property
    def place(self) -> str:
        """Return `path:line`, as far as it is known."""
        return f"{self.path}:{self.line}" if self.path and self.line else self.path

    def lines(self, say: Sentences) -> Iterator[str]:
        """Yield the change as a list of changes shows it."""
        place = "" if self.subject == self.place else f"  {self.place}"
        yield f"  {self.subject}  {in_language(self.what, say)}{place}"
        if self.before or self.after:
            none = say("gate.none")
            yield f"      {self.before or none} → {self.after or none}"
        yield from (f"      {line}" for line in self.fault)

    def __str__(self) -> str:
        """Format the change as one sentence, as a reason for a decision."""
        values = f": {self.before or 'none'} → {self.after or 'none'}"
        return f"{self.subject}: {self.what}{values if self.before or self.after else ''}"


class Teller:
    """Makes the changes of one subject, which stands in one place."""

    def __init__(self, subject: str, path: str, line: int = 0) -> None:
        self.subject = subject
        self.path = path
        self.line = line

    def __call__(
        self,
        kind: Kind,
        direction: Direction,
        before: str,
        after: str,
        note: str = "",
        *,
        unsure: bool = False,
    ) -> Change:
        """Return one change of the subject."""
        return Change(
            subject=self.subject,
            kind=kind,
            direction=direction,
            before=before,
            after=after,
            path=self.path,
            line=self.line,
            note=note,
            unsure=unsure,
        )


def loosened(changes: list[Change]) -> list[Change]:
    """Return the changes that loosen the gate, in their order."""
    return [change for change in changes if change.direction is Direction.LOOSENED]
