"""What a run asks its caller, and what it tells whoever follows it."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

import msgspec

from readiness.model.capture import Capture


class Settled(msgspec.Struct, frozen=True):
    """What the caller made of a finished attempt.

    `succeeded`: the probes after it may start. `again`: it is to be tried once more, `delay`
    seconds from now. `stop`: why nothing more should start, or empty; what runs may finish, unless
    the stop is `at_once`. `why`: what kept it from succeeding, or empty.
    """

    succeeded: bool
    again: bool = False
    delay: float = 0.0
    stop: str = ""
    at_once: bool = False
    why: str = ""


Settle: TypeAlias = Callable[[Capture], Settled]


class Observer(Protocol):
    """Follows a run, to show its progress."""

    def started(self, probe: int, attempt: int) -> None:
        """Handle the start of this attempt of the probe with this index."""

    def finished(self, capture: Capture, *, again: bool = False) -> None:
        """Handle the end of an attempt, or one that will never be made; it is settled.

        With `again` there will be another attempt.
        """

    def tick(self) -> None:
        """Update what is drawn; called about ten times a second while the run goes on."""
