"""The run stage, as its callers see it."""

import math
import time

from readiness.model.plan import Plan
from readiness.run.interface import Observer, Settle
from readiness.run.loop import Loop
from readiness.text.worded import worded


def run(
    plan: Plan,
    settle: Settle,
    *,
    jobs: int,
    run_timeout: float,
    scratch: str,
    observe: Observer | None = None,
    may_stop: bool = False,
    more: int = 0,
    over_at: float = math.inf,
) -> int | None:
    """Run the probes of `plan`, at most `jobs` at once, within `run_timeout` seconds.

    Up to `more` run beside these while they leave a processor idle, as those do that wait for
    servers.

    Returns the signal that interrupted the run, if one did.

    Nothing runs beyond the moment `over_at` of the clock `time.monotonic` either; where that is
    past, nothing is started.

    `settle` is called once for every attempt, in this process, and once for every probe that
    never starts (its capture has a `failure`). What it answers decides on the probes after it.
    An attempt that is asked for `again` and cannot be made any more is settled as NOT_RUN.
    With `may_stop` an attempt is settled before anything further starts, so that a `stop`
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
    now = time.monotonic()
    own_end, why = now + run_timeout, worded("reason.run_time_over", seconds=f"{run_timeout:g}")
    if over_at < own_end:
        own_end, why = over_at, worded("reason.time_over")
    loop = Loop(plan, settle, jobs, more, own_end, why, scratch, observe, may_stop)
    if own_end <= now:
        loop.time_out(now)
    return loop.run()
