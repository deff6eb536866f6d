"""The loop of a run: one thread that starts, reads, times and ends probes, and never blocks."""

import math
import os
import select
import time
from collections import deque
from signal import SIGTERM
from signal import Signals as SignalName
from typing import Final

from readiness.model.capture import Capture
from readiness.model.plan import Plan
from readiness.model.words import ReasonCode
from readiness.run.attempt import Attempt
from readiness.run.interface import Observer, Settle
from readiness.run.places import Places
from readiness.run.processes.family import Family
from readiness.run.queue import Queue
from readiness.run.retry import FINAL, may_repeat
from readiness.run.signals import Signals
from readiness.run.start import CannotStart, Starter
from readiness.run.stream import Sink
from readiness.text.worded import worded

# Most probes that do next to nothing end within this time. Until then their pipes, which hold
# 64 KiB, are left alone: to watch them would wake the loop twice more for each probe.
YOUNG: Final = 0.003
# From SIGTERM to SIGKILL.
GRACE: Final = 0.5
# What a probe may leave running for a moment: the end of a pipe, a shell about to exit.
LINGER: Final = 0.15
PACE: Final = 0.01
# How long to go on killing what does not die (a process that the kernel does not let go).
GIVE_UP: Final = 5.0
# How often orphans of running probes are looked at.
SURVEY: Final = 0.5
TICK: Final = 0.1
# Who ends a process tree often signals the watcher and the gate: that is one signal.
AGAIN: Final = 0.2
# What nobody waits for is settled several at a time: one after the other between probes, each
# would find the processor's caches full of something else.
BATCH: Final = 32
LAG: Final = 0.02
LONGEST: Final = 3600.0


class Loop:
    """One run of a plan."""

    def __init__(
        self,
        plan: Plan,
        settle: Settle,
        jobs: int,
        more: int,
        over_at: float,
        out_of_time: str,
        scratch: str,
        observe: Observer | None,
        may_stop: bool,
    ) -> None:
        self._plan = plan
        self._settle_with = settle
        self._places = Places(jobs, more)
        self._over_at = over_at
        self._out_of_time = out_of_time
        self._observe = observe
        self._may_stop = may_stop
        self._queue = Queue(plan)
        self._starter = Starter(plan, scratch)
        self._numbers: dict[int, int] = {}
        self._live: dict[int, Attempt] = {}
        self._ended: list[Attempt] = []
        self._over: deque[Capture] = deque()
        self._poll = select.poll()
        self._exits: dict[int, Attempt] = {}
        self._sinks: dict[int, Sink] = {}
        self._stop = ""
        self._signal: int | None = None
        self._next_tick = 0.0
        self._due: float | None = None
        self._obeyed = 0
        self._interrupted_at = 0.0
        self._settle_at = math.inf

    def run(self) -> int | None:
        """Run the plan to its end; return the signal that interrupted it, if one did.

        Nothing that was started outlives this call.
        """
        self._family = Family()
        with Signals() as self._signals:
            self._poll.register(self._signals.fd, select.POLLIN)
            try:
                self._go()
            finally:
                self._clear_away()
        return self._signal

    def _go(self) -> None:
        while True:
            # The next probes run while the last one is read and settled.
            if not (self._may_stop and (self._ended or self._over)):
                self._fill()
            if self._ended:
                self._collect()
            if self._over and self._may_settle():
                self._settle_at = math.inf
                for _ in range(len(self._over)):
                    self._settle(self._over.popleft())
            elif self._live or self._queue:
                self._wait()
            else:
                break

    def _clear_away(self) -> None:
        """End what still runs (if the caller failed), and processes that hid until now."""
        self._observe = None  # it may be what failed
        now = time.monotonic()
        for attempt in self._live.values():
            attempt.kill_at = attempt.wake = now
        while self._live:
            self._wait()
        self._collect()
        give_up = time.monotonic() + GIVE_UP
        while not self._family.end_strays() and time.monotonic() < give_up:
            time.sleep(PACE)
        self._family.close()
        self._starter.close()

    # --- starting and settling ------------------------------------------------------------------

    def _fill(self) -> None:
        """Start the attempts that may start."""
        self._due = self._queue.wake(time.monotonic())
        while self._places.has_one(len(self._live)):
            index = self._queue.take()
            if index is None:
                return
            number = self._numbers.get(index, 0) + 1
            try:
                attempt = self._starter.start(index, number)
            except CannotStart as refusal:
                if refusal.busy and self._live:
                    self._places.close_all_but(len(self._live))
                    self._queue.put_back(index)
                    return
                self._numbers[index] = number
                self._queue.free(index)
                self._never(index, refusal.code, refusal.text)
                continue
            self._numbers[index] = number
            self._follow(attempt)

    def _follow(self, attempt: Attempt) -> None:
        self._live[attempt.index] = attempt
        self._family.add(attempt)
        try:
            attempt.pidfd = os.pidfd_open(attempt.pid)
        except (AttributeError, OSError):  # an old system: look now and then
            attempt.wake = attempt.started + YOUNG
        else:
            self._exits[attempt.pidfd] = attempt
            self._poll.register(attempt.pidfd, select.POLLIN)
        attempt.deadline = attempt.started + attempt.probe.timeout
        attempt.wake = min(attempt.started + YOUNG, attempt.deadline)
        if self._observe is not None:
            self._observe.started(attempt.index, attempt.number)

    def _never(self, index: int, code: ReasonCode, text: str) -> None:
        capture = Capture(
            probe=index,
            attempt=self._numbers.get(index, 0) or 1,
            failure=code,
            failure_text=text,
            started_at=time.time(),
            scratch=self._starter.shared,
        )
        self._put(capture)

    def _put(self, capture: Capture) -> None:
        """Queue an attempt to be settled: at once if something waits for that, else before long."""
        self._over.append(capture)
        probe = self._plan.probes[capture.probe]
        if self._may_stop or may_repeat(probe) or self._queue.leads(capture.probe):
            self._settle_at = 0.0
        elif len(self._over) == 1:
            self._settle_at = time.monotonic() + LAG

    def _may_settle(self) -> bool:
        return not self._live or len(self._over) >= BATCH or time.monotonic() >= self._settle_at

    def _settle(self, capture: Capture) -> None:
        settled = self._settle_with(capture)
        self._starter.release(capture)
        index = capture.probe
        again = settled.again and capture.failure not in FINAL
        if self._observe is not None:
            self._observe.finished(capture, again=again)
        if not again:
            for follower in self._queue.settle(index, succeeded=settled.succeeded):
                self._never(follower, ReasonCode.PRODUCER_FAILED, self._blame(index, settled.why))
        elif self._stop:
            self._numbers[index] += 1
            self._never(index, ReasonCode.NOT_RUN, self._stop)
        else:
            self._queue.delay(index, time.monotonic() + settled.delay)
        if settled.stop and not self._stop:
            self._halt(settled.stop)
            if settled.at_once:
                self._end_all(settled.stop)

    def _blame(self, index: int, why: str) -> str:
        producer = self._plan.probes[index]
        name = f"{producer.check.name} ({producer.id})" if producer.check.name else producer.id
        if not why:
            return worded("reason.producer", name=name)
        return worded("reason.producer_why", name=name, why=why)

    def _halt(self, why: str) -> None:
        """Withdraw all attempts that have not started."""
        self._stop = why
        self._over_at = math.inf
        pending = [capture.probe for capture in self._over]
        pending += [attempt.index for attempt in self._ended]
        for index in self._queue.abandon([*self._live, *pending]):
            self._numbers[index] = self._numbers.get(index, 0) + 1
            self._never(index, ReasonCode.NOT_RUN, why)

    # --- waiting --------------------------------------------------------------------------------

    def _wait(self) -> None:
        """Wait until something happens or is due, and attend to it."""
        # What has ended in time is seen before any time limit is looked at.
        for fd, _ in self._poll.poll(self._patience()):
            attempt = self._exits.get(fd)
            if attempt is not None:
                self._exited(attempt, time.monotonic())
            elif fd in self._sinks:
                self._read_sink(self._sinks[fd])
            elif fd == self._signals.fd:
                self._signals.clear()
        now = time.monotonic()
        for attempt in [attempt for attempt in self._live.values() if attempt.wake <= now]:
            self._attend(attempt, now)
        if len(self._signals.received) > self._obeyed:
            self._obey(now)
        if now >= self._over_at:
            self.time_out(now)
        if self._observe is not None and now >= self._next_tick:
            self._next_tick = now + TICK
            self._observe.tick()

    def _patience(self) -> int:
        """Return the time until something is due, in milliseconds."""
        wake = min(self._over_at, self._settle_at)
        for attempt in self._live.values():
            if attempt.wake < wake:
                wake = attempt.wake
        if self._due is not None and self._due < wake:
            wake = self._due
        if self._observe is not None and self._next_tick < wake:
            wake = self._next_tick
        wait = wake - time.monotonic()
        return math.ceil(min(max(wait, 0.0), LONGEST) * 1000)

    def _read_sink(self, sink: Sink) -> None:
        fd = sink.fd
        sink.read()
        if sink.fd < 0:
            self._poll.unregister(fd)
            del self._sinks[fd]

    def _watch(self, attempt: Attempt) -> None:
        """Read what the attempt writes, from now on."""
        if attempt.watched:
            return
        attempt.watched = True
        for sink in (attempt.stdout, attempt.stderr):
            self._sinks[sink.fd] = sink
            self._poll.register(sink.fd, select.POLLIN)

    # --- ending ---------------------------------------------------------------------------------

    def _attend(self, attempt: Attempt, now: float) -> None:
        """Handle what is due for the attempt."""
        if attempt.pidfd < 0 and not attempt.exited and self._exited(attempt, now):
            return
        if attempt.kill_at is not None:
            self._press(attempt, now)
        elif now >= attempt.deadline:
            attempt.timed_out = True
            self._end(attempt, now)
        else:
            self._watch(attempt)
            if not self._family.quiet():
                self._family.survey(self._live.values())
            pause = SURVEY if attempt.pidfd >= 0 else PACE
            attempt.wake = min(attempt.deadline, now + pause)

    def _exited(self, attempt: Attempt, now: float) -> bool:
        """Reap the attempt's process, and finish it if nothing else runs; False if it lives."""
        if not attempt.reap(now):
            return False
        self._family.remove(attempt)
        self._forget_exit(attempt)
        if attempt.kill_at is not None:
            self._press(attempt, now)
        elif self._family.quiet():
            self._finish(attempt)
        else:
            attempt.kill_at = now + LINGER
            self._watch(attempt)
            self._press(attempt, now)
        return True

    def _end(self, attempt: Attempt, now: float) -> None:
        """Terminate the attempt; it is killed after the grace."""
        attempt.signalled = True
        attempt.kill_at = now + GRACE
        attempt.wake = now + PACE
        self._watch(attempt)
        self._family.survey(self._live.values())
        self._family.tell(attempt, SIGTERM)

    def _end_all(self, why: str) -> None:
        """End all running attempts as if never run, as nobody waits for them any more."""
        now = time.monotonic()
        for attempt in list(self._live.values()):
            if attempt.kill_at is None:
                attempt.failure = ReasonCode.NOT_RUN
                attempt.failure_text = why
                self._end(attempt, now)

    def _press(self, attempt: Attempt, now: float) -> None:
        """Finish an ending attempt once nothing of it is left; else kill it in time."""
        self._family.survey(self._live.values())
        left = self._family.of(attempt)
        kill_at = now if attempt.kill_at is None else attempt.kill_at
        if (not left and attempt.exited) or now >= kill_at + GIVE_UP:
            attempt.leaked = max(attempt.leaked, len(left))
            self._finish(attempt)
            return
        if now < kill_at:
            attempt.wake = min(now + PACE, kill_at)
            return
        if attempt.signalled:
            attempt.needed_kill = True
        else:
            attempt.leaked = max(attempt.leaked, len(left))
        self._family.kill(attempt)
        attempt.wake = now + PACE

    def _finish(self, attempt: Attempt) -> None:
        self._forget_exit(attempt)
        if attempt.watched:
            for sink in (attempt.stdout, attempt.stderr):
                if self._sinks.pop(sink.fd, None) is not None:
                    self._poll.unregister(sink.fd)
        del self._live[attempt.index]
        self._queue.free(attempt.index)
        self._ended.append(attempt)

    def _collect(self) -> None:
        """Read the remaining output of the attempts that have ended."""
        for attempt in self._ended:
            self._put(attempt.capture(self._starter.shared))
        self._ended.clear()

    def _forget_exit(self, attempt: Attempt) -> None:
        if attempt.pidfd >= 0:
            self._poll.unregister(attempt.pidfd)
            del self._exits[attempt.pidfd]
            os.close(attempt.pidfd)
            attempt.pidfd = -1

    def _obey(self, now: float) -> None:
        """End the run at a signal; at a second one, do not wait."""
        fresh = self._signals.received[self._obeyed :]
        self._obeyed += len(fresh)
        if self._signal is None:
            self._signal = fresh.pop(0)
            self._interrupted_at = now
            why = worded("reason.interrupted", signal=SignalName(self._signal).name)
            self._halt(why)
            self._end_all(why)
        if fresh and now >= self._interrupted_at + AGAIN:
            for attempt in self._live.values():
                attempt.kill_at = attempt.wake = now

    def time_out(self, now: float) -> None:
        """End the run: its time is over."""
        self._halt(self._out_of_time)
        for attempt in list(self._live.values()):
            if attempt.kill_at is None:
                attempt.timed_out = True
                attempt.failure_text = self._out_of_time
                self._end(attempt, now)
