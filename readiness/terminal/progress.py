"""What can be seen of a run while it goes on, on standard error: it follows what `run` reports.

What is measured is told by the board's words: the criteria that a probe is for.
"""

import os
import select
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from readiness.model.capture import Capture
from readiness.model.plan import Plan, Planned
from readiness.model.words import ReasonCode, Verdict
from readiness.terminal import idle
from readiness.text.languages import Language
from readiness.text.layout import about, bar, duration, growing, inert, literal, pad, width
from readiness.text.sentences import Sentences, sentences
from readiness.text.worded import in_language, worded

_FRAME = 0.1
_QUIET_START = 0.3
_MANY = 200

_MOST_BAD = 20

Size = Callable[[], tuple[int, int]]
"""Returns the terminal's columns and lines."""

Judge: TypeAlias = Callable[[Planned], tuple[Verdict | None, str]]
"""Returns the verdict on a criterion whose probes are over, and the reason of a bad one.

Where there is no limit yet, it is no verdict, and the value.
"""


class Progress:
    """Follows a run, and shows nothing. The runner calls all but `close`, which ends it."""

    def started(self, probe: int, attempt: int) -> None:
        """Handle the start of the probe with this index in the plan."""

    def finished(self, capture: Capture, *, again: bool = False) -> None:
        """Handle the end of an attempt; with `again` there will be another."""

    def tick(self) -> None:
        """Handle that some time has gone by."""

    def close(self) -> None:
        """Restore the terminal as it was. May be called twice."""


def progress(
    plan: Plan,
    *,
    jobs: int,
    terminal: bool,
    quiet: bool = False,
    language: Language = Language.EN,
    folds: bool = False,
    judge: Judge | None = None,
    repeated: bool = False,
    file: int = 2,
    clock: Callable[[], float] = time.monotonic,
    size: Size | None = None,
) -> Progress:
    """Return a display of the progress of `plan` on the open `file`, for `jobs` at once.

    On a terminal a few lines are redrawn in place, below a line for each criterion that `judge`
    calls bad; these go at the end where all is `repeated` below. Elsewhere there is a line for each
    finished attempt, and where the reader `folds` them (GitHub) all are one group. It never waits:
    what the reader does not take at once is left out.
    """
    if quiet:
        return Progress()
    output = _Output(file)
    course = _Course(plan, sentences(language), judge)
    if terminal:
        size = size or (lambda: os.get_terminal_size(file))
        return _Live(course, jobs, output, clock, size, repeated=repeated)
    return _Lines(course, output, clock, folds=folds)


class _Output:
    """An open file that is only written to while that does not block."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._poll = select.poll()
        self._poll.register(file, select.POLLOUT)

    def write(self, text: str) -> bool:
        """Write `text` and return whether that was possible."""
        try:
            if not self._poll.poll(0):
                return False
            os.write(self._file, text.encode("utf-8", "backslashreplace"))
        except OSError:
            return False
        return True


class _Course:
    """How far a plan is: which probes are over, and how many criteria have all they need."""

    def __init__(self, plan: Plan, say: Sentences, judge: Judge | None) -> None:
        self.plan = plan
        self.say = say
        self._judge = judge
        # Those that only ask for a tool's version do not count.
        keys = set(plan.version_keys.values())
        self.order = [index for index in plan.order if plan.probes[index].key not in keys]
        self.done: set[int] = set()
        self._counted = set(self.order)
        self._readers = plan.readers()
        self._missing = {
            planned.criterion.id: len(planned.probes) for planned in plan.planned if planned.probes
        }
        self.total = len(self._missing)
        self.measured = 0

    def counts(self, probe: int) -> bool:
        """Return whether a probe is shown."""
        return probe in self._counted

    def again(self, probe: int) -> None:
        """Record that a probe is tried once more."""
        if probe in self.done:
            self.done.remove(probe)
            self._miss(probe, 1)

    def over(self, capture: Capture) -> None:
        """Record that an attempt is over."""
        if capture.probe not in self.done:
            self.done.add(capture.probe)
            self._miss(capture.probe, -1)

    def _miss(self, probe: int, more: int) -> None:
        """Add to the number of probes that each criterion reading this one still lacks."""
        for planned in self._readers[probe]:
            name = planned.criterion.id
            self.measured -= not self._missing[name]
            self._missing[name] += more
            self.measured += not self._missing[name]

    def label(self, probe: int) -> str:
        """Return a probe's label: its first criterion, or a producer's check."""
        readers = self._readers[probe]
        if readers:
            return self._label(readers)
        made = self.plan.probes[probe]
        summary = in_language(made.check.summary, self.say)
        return literal(summary or made.check.name or " ".join(made.command.split()))

    def _label(self, readers: Sequence[Planned]) -> str:
        first = readers[0].criterion
        name = f"{literal(first.id)} {literal(first.title)}"
        if len(readers) == 1:
            return name
        return self.say("progress.and_more", name=name, count=len(readers) - 1)

    def judged(self, probe: int) -> tuple[list[str], str]:
        """Return what is bad of the criteria that a probe was the last for, and the rest's label.

        What has no verdict is told like it. The label is empty where nothing is left of them.
        """
        bad: list[str] = []
        rest: dict[Verdict, list[Planned]] = {}
        readers = self._readers[probe]
        if self._judge is None or not readers:
            return bad, self.label(probe)
        for planned in readers:
            if self._missing[planned.criterion.id]:
                return bad, self.label(probe)
            verdict, reason = self._judge(planned)
            if verdict is None or verdict.bad:
                mark = "" if verdict is None else f"{verdict.mark} "
                bad.append(f"{mark}{self._label([planned])}  {literal(reason)}")
            else:
                rest.setdefault(verdict, []).append(planned)
        return bad, ", ".join(f"{verdict.mark} {self._label(own)}" for verdict, own in rest.items())

    def left(self, now: float, running: Mapping[int, float], jobs: int) -> float | None:
        """Return how many seconds the rest takes; None unless earlier runs tell of all of it.

        `running` has the start of each running probe.
        """
        rest = []
        for index in self.order:
            if index not in self.done:
                estimate = self.plan.probes[index].estimate
                if estimate is None:
                    return None
                rest.append(max(estimate - (now - running.get(index, now)), 0.0))
        return max([sum(rest) / jobs, *rest], default=0.0)


class _Lines(Progress):
    """A line for each attempt that ended."""

    def __init__(
        self, course: _Course, output: _Output, clock: Callable[[], float], *, folds: bool
    ) -> None:
        self._course = course
        self._output = output
        self._clock = clock
        self._last = float("-inf")
        self._folded = folds and output.write(f"::group::{self._title()}\n")

    def _title(self) -> str:
        return self._course.say("progress.group", count=self._course.total)

    def started(self, probe: int, attempt: int) -> None:
        """Take back that the probe is over."""
        if attempt > 1:
            self._course.again(probe)

    def finished(self, capture: Capture, *, again: bool = False) -> None:
        """Show what became of a probe's criteria, or how an attempt ended that is repeated.

        While a probe waits for something to come up, nothing is shown of it. Of many probes not
        more than ten lines a second are shown, and the last one.
        """
        course = self._course
        if not course.counts(capture.probe):
            return
        course.over(capture)
        if again and course.plan.probes[capture.probe].wait:
            return
        now = self._clock()
        total = len(course.order)
        if total <= _MANY or now - self._last >= _FRAME or len(course.done) == total:
            self._last = now
            for line in self._lines_of(capture, again=again):
                self._output.write(line)

    def _lines_of(self, capture: Capture, *, again: bool) -> Iterator[str]:
        course = self._course
        count = f"[{course.measured:{len(str(course.total))}}/{course.total}]"
        bad, rest = ([], course.label(capture.probe)) if again else course.judged(capture.probe)
        facts = [duration(capture.duration)]
        if again or (not bad and capture.exit_status is None):
            facts.append(_ending(capture, course.say))
        if capture.attempt > 1:
            facts.append(course.say("progress.attempt", count=capture.attempt))
        for label in filter(None, (*bad, rest)):
            yield f"{inert('  '.join([f'{count} {label}', *facts]))}\n"

    def close(self) -> None:
        """End the group of a log."""
        if self._folded:
            self._folded = not self._output.write("::endgroup::\n")


class _Live(Progress):
    """A few lines, redrawn in place: how far the run is, and what runs for how long."""

    def __init__(
        self,
        course: _Course,
        jobs: int,
        output: _Output,
        clock: Callable[[], float],
        size: Size,
        *,
        repeated: bool,
    ) -> None:
        self._course = course
        self._jobs = jobs
        self._output = output
        self._clock = clock
        self._size = size
        self._running: dict[int, tuple[float, int]] = {}
        self._drawn = self._bad = self._above = 0
        self._repeated = repeated
        self._next = clock() + _QUIET_START
        idle.hide()
        self._writes = idle.writes()

    def started(self, probe: int, attempt: int) -> None:
        """Add the probe to those that run."""
        if self._course.counts(probe):
            self._course.again(probe)
            self._running[probe] = (self._clock(), attempt)

    def finished(self, capture: Capture, *, again: bool = False) -> None:
        """Remove the probe from those that run, and show what is bad of its criteria."""
        if not self._course.counts(capture.probe):
            return
        self._running.pop(capture.probe, None)
        self._course.over(capture)
        bad = [] if again or self._bad >= _MOST_BAD else self._course.judged(capture.probe)[0]
        self._bad += len(bad)
        if bad and self._output.write(f"{self._erase()}{chr(10).join(map(inert, bad))}\n"):
            self._drawn = 0
            columns, _ = self._room()
            self._above += sum(-(-width(line) // columns) for line in bad)

    def tick(self) -> None:
        """Redraw, ten times a second at most; a short run shows nothing at all."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + _FRAME
        columns, height = self._room()
        lines = self._lines(now, columns - 1, max(height - 1, 1))
        if self._output.write(f"{self._erase()}{chr(10).join(lines)}"):
            self._drawn = len(lines)

    def close(self) -> None:
        """Erase everything that was drawn."""
        if self._drawn and self._output.write(self._erase()):
            self._drawn = 0
        is_last = self._repeated and self._writes == idle.writes()
        if is_last and 0 < self._above < self._room()[1]:
            self._output.write(f"\x1b[{self._above}A\x1b[J")
        self._above = 0
        idle.show()

    def _room(self) -> tuple[int, int]:
        try:
            columns, height = self._size()
        except OSError:
            return 80, 24
        return max(columns, 2), height

    def _erase(self) -> str:
        """Return the codes that move the cursor to the first line and clear the rest."""
        if not self._drawn:
            return ""
        up = f"\x1b[{self._drawn - 1}A" if self._drawn > 1 else ""
        return f"\r{up}\x1b[J"

    def _lines(self, now: float, columns: int, height: int) -> list[str]:
        rows = [
            (self._course.label(probe), self._elapsed(probe, now - since, attempt))
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
        say = self._course.say
        text = growing(seconds)
        estimate = self._course.plan.probes[probe].estimate
        if estimate is not None and estimate >= 1:
            text = say("progress.of_about", time=text, estimate=about(estimate))
        return f"{say('progress.attempt', count=attempt)}, {text}" if attempt > 1 else text

    def _status(self, now: float, hidden: int, columns: int) -> str:
        course, say = self._course, self._course.say
        probes = len(course.order)
        share = len(course.done) / probes if probes else 1.0
        done = say("progress.done", done=course.measured, total=course.total)
        parts = [f"{bar(share, min(20, (columns + 1) // 4))} {done}"]
        if hidden:
            parts.append(say("progress.more_running", count=hidden))
        if left := self._left(now):
            parts.append(left)
        return " · ".join(parts)

    def _left(self, now: float) -> str:
        """Format how long the rest takes; "" where that is unknown, or next to nothing."""
        course = self._course
        since = {probe: start for probe, (start, _) in self._running.items()}
        seconds = course.left(now, since, self._jobs)
        if seconds is None or seconds < 1:
            return ""
        return course.say("progress.left", time=about(seconds))


def _ending(capture: Capture, say: Sentences) -> str:
    """Format how an attempt ended; whether that is good is not known here."""
    if capture.timed_out:
        return say("report.timed_out")
    if capture.failure is not None:
        text = capture.failure_text or worded(f"code.{capture.failure}")
        why = literal(in_language(text, say))
        was_ended = capture.failure is ReasonCode.NOT_RUN and capture.duration
        return why if was_ended else f"{say('report.not_started')}: {why}"
    if capture.signal is not None:
        return say("report.signal", number=capture.signal)
    return say("report.exit_status", status=capture.exit_status)


def _cut(text: str, cells: int) -> str:
    """Return `text`, shortened with an ellipsis where it is too wide."""
    if width(text) <= cells:
        return text
    text = text[:cells]
    while text and width(text) >= cells:
        text = text[:-1]
    return f"{text}…"
