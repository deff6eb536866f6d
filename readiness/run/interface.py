"""What a run is asked, what it asks back, and how it ended."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from readiness.model.capture import Capture
from readiness.model.plan import Plan


class Settled(msgspec.Struct, frozen=True):
    """What the caller made of a finished attempt.

    `succeeded`: the probes after it may start. `again`: it is to be tried once more, `delay`
    seconds from now. `stop`: why nothing more should start, or empty; what runs may finish. `why`:
    what kept it from succeeding, or empty.
    """

    succeeded: bool
    again: bool = False
    delay: float = 0.0
    stop: str = ""
    why: str = ""


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How a run ended: `signal` interrupted it, its time was over, or the caller stopped it."""

    signal: int | None = None
    timed_out: bool = False
    stopped: bool = False


class Observer(Protocol):
    """Follows a run, to show its progress."""

    def started(self, probe: int, attempt: int) -> None:
        """Hear that this attempt of the probe with this index was started."""

    def finished(self, capture: Capture) -> None:
        """Hear that an attempt is over, or never will be made; it is settled next."""

    def tick(self) -> None:
        """Draw, if need be: called about ten times a second while the run goes on."""


def run(
    plan: Plan,
    settle: Callable[[Capture], Settled],
    *,
    jobs: int,
    run_timeout: float,
    scratch: str,
    observe: Observer | None = None,
    fail_fast: bool = False,
) -> Ending:
    """Run the probes of `plan`, at most `jobs` at once, within `run_timeout` seconds.

    `settle` is called once for every attempt, in this process, and once for every probe that
    never starts (its capture has a `failure`). What it answers decides on the probes after it.
    An attempt that is asked for `again` and cannot be made any more is settled as NOT_RUN.
    With `fail_fast` an attempt is settled before anything further starts, so that a `stop`
    takes effect at once; without it the next probe does not wait for that.

    `scratch` is an existing, empty folder, private to this run; the caller removes it. The
    folders of probes and their spooled output stay in it until then, save that a probe which
    left its folder empty, and which no other comes after, gives it up once it is settled.

    A probe that comes after one outside `plan.order` does not wait for it.

    A capture's `memory` is never less than what this process itself takes: the kernel counts what
    a child shares with it until the child's program is loaded.

    Call it in the main thread. SIGINT, SIGTERM and SIGHUP end the run within two seconds; what
    they did before holds again afterwards. Processes that `settle` starts and keeps must stay in
    this process's session: any other new child is taken for something that a probe left behind.
    """
    from readiness.run.loop import Loop

    return Loop(plan, settle, jobs, run_timeout, scratch, observe, fail_fast).run()
