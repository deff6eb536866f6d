"""What can be seen of a run while it goes on, on standard error: it follows what `run` reports."""

import os
import select
import time
from collections.abc import Callable

from readiness.model.capture import Capture
from readiness.model.plan import Plan, Probe
from readiness.text.layout import bar, duration, inert, literal, pad, width

_FRAME = 0.1
_QUIET_START = 0.3
_MANY = 200

Size = Callable[[], tuple[int, int]]
"""Returns the terminal's columns and lines."""


class Progress:
    """Follows a run, and shows nothing. The runner calls all but `close`, which ends it."""

    def started(self, probe: int, attempt: int) -> None:
        """Note that the probe with this index in the plan has just been started."""

    def finished(self, capture: Capture) -> None:
        """Note that an attempt is over; the probe may be started again."""

    def tick(self) -> None:
        """Note that some time has gone by."""

    def close(self) -> None:
        """Leave the terminal as it was. May be called twice."""


def progress(
    plan: Plan,
    *,
    jobs: int,
    terminal: bool,
    quiet: bool = False,
    file: int = 2,
    clock: Callable[[], float] = time.monotonic,
    size: Size | None = None,
) -> Progress:
    """Return what shows the progress of `plan` on the open `file`, `jobs` probes at a time.

    On a terminal a few lines are redrawn in place; elsewhere there is a line for each finished
    attempt. It never waits: what the reader does not take at once is left out.
    """
    if quiet:
        return Progress()
    output = _Output(file)
    if terminal:
        return _Live(plan, jobs, output, clock, size or (lambda: os.get_terminal_size(file)))
    return _Lines(plan, output, clock)


class _Output:
    """An open file that is only written to while that does not block."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._poll = select.poll()
        self._poll.register(file, select.POLLOUT)

    def write(self, text: str) -> bool:
        """Write `text` and say whether that was possible."""
        try:
            if not self._poll.poll(0):
                return False
            os.write(self._file, text.encode("utf-8", "backslashreplace"))
        except OSError:
            return False
        return True


class _Lines(Progress):
    """A line for each attempt that ended."""

    def __init__(self, plan: Plan, output: _Output, clock: Callable[[], float]) -> None:
        self._plan = plan
        self._output = output
        self._clock = clock
        self._order = _order(plan)
        self._total = len(self._order)
        self._done: set[int] = set()
        self._waiting: dict[int, str] = {}
        self._last = float("-inf")

    def started(self, probe: int, attempt: int) -> None:
        """Forget the failed attempt that is being repeated."""
        if attempt > 1:
            self._waiting.pop(probe, None)
            self._done.discard(probe)

    def finished(self, capture: Capture) -> None:
        """Show how an attempt ended.

        While a probe waits for something to come up, its failures are kept back until the last.
        Of many probes not more than ten lines a second are shown, and the last one.
        """
        if capture.probe not in self._order:
            return
        probe = self._plan.probes[capture.probe]
        self._done.add(capture.probe)
        if probe.wait and capture.exit_status != 0:
            self._waiting[capture.probe] = self._line(probe, capture)
            return
        now = self._clock()
        if self._total <= _MANY or now - self._last >= _FRAME or len(self._done) == self._total:
            self._last = now
            self._output.write(self._line(probe, capture))

    def _line(self, probe: Probe, capture: Capture) -> str:
        digits = len(str(self._total))
        count = f"[{len(self._done):{digits}}/{self._total}]"
        attempt = f"  attempt {capture.attempt}" if capture.attempt > 1 else ""
        text = f"{count} {_label(probe)}  {duration(capture.duration)}  {_ending(capture)}{attempt}"
        return f"{inert(text)}\n"

    def close(self) -> None:
        """Show what was kept back."""
        for line in self._waiting.values():
            self._output.write(line)
        self._waiting.clear()


class _Live(Progress):
    """A few lines, redrawn in place: how far the run is, and what runs for how long."""

    def __init__(
        self,
        plan: Plan,
        jobs: int,
        output: _Output,
        clock: Callable[[], float],
        size: Size,
    ) -> None:
        self._plan = plan
        self._jobs = jobs
        self._output = output
        self._clock = clock
        self._size = size
        self._order = _order(plan)
        self._done: set[int] = set()
        self._running: dict[int, tuple[float, int]] = {}
        self._drawn = 0
        self._next = clock() + _QUIET_START

    def started(self, probe: int, attempt: int) -> None:
        """Add the probe to what runs."""
        if probe in self._order:
            self._done.discard(probe)
            self._running[probe] = (self._clock(), attempt)

    def finished(self, capture: Capture) -> None:
        """Take the probe from what runs."""
        if capture.probe in self._order:
            self._running.pop(capture.probe, None)
            self._done.add(capture.probe)

    def tick(self) -> None:
        """Redraw, ten times a second at most; a short run shows nothing at all."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + _FRAME
        try:
            columns, height = self._size()
        except OSError:
            return
        lines = self._lines(now, columns - 1, max(height - 1, 1))
        if self._output.write(f"{self._erase()}{chr(10).join(lines)}"):
            self._drawn = len(lines)

    def close(self) -> None:
        """Erase everything that was drawn."""
        if self._drawn and self._output.write(self._erase()):
            self._drawn = 0

    def _erase(self) -> str:
        """Return what brings the cursor back to the first line, and clears the rest."""
        if not self._drawn:
            return ""
        up = f"\x1b[{self._drawn - 1}A" if self._drawn > 1 else ""
        return f"\r{up}\x1b[J"

    def _lines(self, now: float, columns: int, height: int) -> list[str]:
        rows = [
            (_label(self._plan.probes[probe]), self._elapsed(probe, now - since, attempt))
            for probe, (since, attempt) in self._running.items()
        ]
        shown = rows if len(rows) < height else rows[: height - 1]
        times = max((width(time) for _, time in shown), default=0)
        room = max(columns - times - 4, 8)
        labels = max((min(width(label), room) for label, _ in shown), default=0)
        lines = [_cut(self._status(now, len(rows) - len(shown), columns), columns)]
        for label, elapsed in shown:
            text = f"  {pad(_cut(label, labels), labels)}  {pad(elapsed, times, right=True)}"
            lines.append(_cut(text, columns))
        return lines

    def _elapsed(self, probe: int, seconds: float, attempt: int) -> str:
        estimate = self._plan.probes[probe].estimate
        of = f" of about {_about(estimate)}" if estimate is not None and estimate >= 1 else ""
        again = f"attempt {attempt}, " if attempt > 1 else ""
        return f"{again}{_elapsed(seconds)}{of}"

    def _status(self, now: float, hidden: int, columns: int) -> str:
        total = len(self._order)
        done = len(self._done)
        share = done / total if total else 1.0
        parts = [f"{bar(share, min(20, (columns + 1) // 4))} {done} of {total} done"]
        if hidden:
            parts.append(f"{hidden} more running")
        left = self._left(now)
        if left is not None and left >= 1:
            parts.append(f"about {_about(left)} left")
        return " · ".join(parts)

    def _left(self, now: float) -> float | None:
        """Return how many seconds the rest will take, None where earlier runs do not tell."""
        rest = []
        for probe in self._order:
            if probe in self._done:
                continue
            estimate = self._plan.probes[probe].estimate
            if estimate is None:
                return None
            since = self._running.get(probe, (now, 1))[0]
            rest.append(max(estimate - (now - since), 0.0))
        return max(sum(rest) / self._jobs, *rest, 0.0) if rest else 0.0


def _order(plan: Plan) -> dict[int, None]:
    """Return the probes that count: those that only ask for a tool's version do not."""
    keys = set(plan.version_keys.values())
    return dict.fromkeys(index for index in plan.order if plan.probes[index].key not in keys)


def _label(probe: Probe) -> str:
    """Return a probe's id, and its check or else its command."""
    return f"{literal(probe.id)} {literal(probe.check.name or ' '.join(probe.command.split()))}"


def _ending(capture: Capture) -> str:
    """Tell how an attempt ended; whether that is good is not known here."""
    if capture.timed_out:
        return "timed out"
    if capture.failure is not None:
        return f"not started: {literal(capture.failure_text or capture.failure.value)}"
    if capture.signal is not None:
        return f"signal {capture.signal}"
    return f"exit {capture.exit_status}"


def _elapsed(seconds: float) -> str:
    """Write a time that is still growing, in seconds at least: `0.4 s`."""
    return duration(seconds) if seconds >= 1 else f"{seconds:.1f} s"


def _about(seconds: float) -> str:
    """Write a time without pretending to know it well: `7 s`, `25 s`, `3 min`."""
    if seconds < 10:
        return f"{seconds:.0f} s"
    if seconds < 90:
        return f"{5 * round(seconds / 5)} s"
    return f"{round(seconds / 60)} min"


def _cut(text: str, cells: int) -> str:
    """Return `text`, shortened with an ellipsis where it is too wide."""
    if width(text) <= cells:
        return text
    text = text[:cells]
    while text and width(text) >= cells:
        text = text[:-1]
    return f"{text}…"
