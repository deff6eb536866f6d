"""What can be seen of a run while it goes on, on standard error: it follows what `run` reports.

What is measured is told by the board's words: the criteria that a probe is for.
"""

import os
import select
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TextIO, TypeAlias

import msgspec

from readiness.model.capture import Capture
from readiness.model.plan import Plan, Planned
from readiness.model.settings import RunSettings
from readiness.model.words import ReasonCode, Verdict
from readiness.terminal import idle
from readiness.terminal.blocks import Context, Line, Part, Style
from readiness.terminal.output import can_draw, context, drawn
from readiness.text.languages import Language
from readiness.text.layout import duration, inert, literal
from readiness.text.sentences import Sentences, sentences
from readiness.text.worded import in_language, worded

if TYPE_CHECKING:  # it is Rich's
    from readiness.terminal.live import Display

_FRAME = 0.1
_QUIET_START = 0.3
_MANY = 200
_MOST_BAD = 20

Told: TypeAlias = tuple[Part, ...]
"""A sentence, of parts with a look of their own."""

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


def shown_progress(
    plan: Plan,
    jobs: int,
    settings: RunSettings,
    language: Language,
    environ: Mapping[str, str],
    judge: Judge | None = None,
    stream: TextIO | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Progress:
    """Return a display of the progress of `plan`, for `jobs` at once, on standard error.

    On a terminal a few lines are redrawn in place, below a line for each criterion that `judge`
    calls bad; these stay only where the table does not tell them again. Elsewhere there is a line
    for each finished attempt, and on GitHub, which folds them, all are one group. It never waits:
    what the reader does not take at once is left out.
    """
    if settings.quiet:
        return Progress()
    stream = stream or sys.stderr
    course = Headway(plan, sentences(language), judge)
    seen = context(environ, settings, stream)
    for_people = settings.output_format == "table"
    if can_draw(environ, stream):
        keeps = not (for_people and sys.stdout.isatty())
        return _Live(course, jobs, stream, seen, clock, keeps=keeps)
    seen = msgspec.structs.replace(seen, colour=seen.colour and for_people)
    folds = environ.get("GITHUB_ACTIONS") == "true"
    return _Lines(course, stream, seen, clock, folds=folds, prepares=for_people)


class Unblocking:
    """An open file that is only written to while that does not block."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._poll = select.poll()
        self._poll.register(file, select.POLLOUT)

    def write(self, text: str) -> int:
        """Write `text` and return how much of it; 0 where that was not possible."""
        try:
            if not self._poll.poll(0):
                return 0
            return os.write(self._file, text.encode("utf-8", "backslashreplace"))
        except OSError:
            return 0

    def flush(self) -> None:
        """Do nothing: nothing is held back."""


class Headway:
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
        return summary or made.check.name or " ".join(made.command.split())

    def _label(self, readers: Sequence[Planned]) -> str:
        first = readers[0].criterion
        name = f"{first.id} {first.title}"
        if len(readers) == 1:
            return name
        return self.say("progress.and_more", name=name, count=len(readers) - 1)

    def judged(self, probe: int) -> tuple[list[Told], Told]:
        """Return what is bad of the criteria that a probe was the last for, and the rest's label.

        What has no verdict is told like it. The label is empty where nothing is left of them.
        """
        bad: list[Told] = []
        rest: dict[Verdict, list[Planned]] = {}
        readers = self._readers[probe]
        if self._judge is None or not readers:
            return bad, ((self.label(probe), Style.PLAIN),)
        for planned in readers:
            if self._missing[planned.criterion.id]:
                return bad, ((self.label(probe), Style.PLAIN),)
            verdict, reason = self._judge(planned)
            if verdict is None or verdict.bad:
                what = (f"{self._label([planned])}  {reason}", Style.PLAIN)
                bad.append((_mark(verdict), what))
            else:
                rest.setdefault(verdict, []).append(planned)
        labels = [((_mark(one), (self._label(own), Style.PLAIN))) for one, own in rest.items()]
        return bad, tuple(part for label in labels for part in label)

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


def _mark(verdict: Verdict | None) -> Part:
    return ("", Style.PLAIN) if verdict is None else (f"{verdict.mark} ", Style(verdict.tone))


class _Lines(Progress):
    """A line for each attempt that ended."""

    def __init__(
        self,
        course: Headway,
        stream: TextIO,
        seen: Context,
        clock: Callable[[], float],
        *,
        folds: bool,
        prepares: bool,
    ) -> None:
        self._prepares = prepares
        self._course = course
        self._output = Unblocking(stream.fileno())
        self._seen = seen
        self._clock = clock
        self._last = float("-inf")
        title = course.say("progress.group", count=course.total)
        self._folded = folds and bool(self._output.write(f"::group::{title}\n"))

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
                self._output.write(self._set(line))

    def _set(self, line: Told) -> str:
        if self._seen.colour:
            return drawn([Line(parts=line)], self._seen)
        return f"{inert(''.join(literal(text) for text, _ in line))}\n"

    def _lines_of(self, capture: Capture, *, again: bool) -> Iterator[Told]:
        course = self._course
        count = f"[{course.measured:{len(str(course.total))}}/{course.total}] "
        label: Told = ((course.label(capture.probe), Style.PLAIN),)
        bad, rest = ([], label) if again else course.judged(capture.probe)
        facts = [duration(capture.duration)]
        if again or (not bad and capture.exit_status is None):
            facts.append(_ending(capture, course.say))
        if capture.attempt > 1:
            facts.append(course.say("progress.attempt", count=capture.attempt))
        for label in filter(None, (*bad, rest)):
            yield ((count, Style.DIM), *label, (f"  {'  '.join(facts)}", Style.DIM))

    def tick(self) -> None:
        """Import what sets the table, while there is nothing to do but wait."""
        if self._prepares:
            import readiness.terminal.console  # noqa: F401
        self._prepares = False

    def close(self) -> None:
        """End the group of a log."""
        if self._folded:
            self._folded = not self._output.write("::endgroup::\n")


class _Live(Progress):
    """A few lines, redrawn in place by Rich, which is imported once the first probes run."""

    def __init__(
        self,
        course: Headway,
        jobs: int,
        stream: TextIO,
        seen: Context,
        clock: Callable[[], float],
        *,
        keeps: bool,
    ) -> None:
        self._course = course
        self._jobs = jobs
        self._stream = stream
        self._seen = seen
        self._clock = clock
        self._keeps = keeps
        self._began = clock()
        self._next = self._began + _QUIET_START
        self._running: dict[int, tuple[float, int]] = {}
        self._bad: list[Told] = []
        self._display: Display | None = None
        idle.hide()

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
        if not again and len(self._bad) < _MOST_BAD:
            bad = self._course.judged(capture.probe)[0]
            self._bad += bad
            if self._keeps:
                for line in bad:
                    self._shown().keep(line)

    def tick(self) -> None:
        """Redraw, ten times a second at most; a short run shows nothing at all."""
        now = self._clock()
        if now >= self._next:
            self._next = now + _FRAME
            above = [] if self._keeps else self._bad
            self._shown().draw(self._running, above, self._began, now)

    def close(self) -> None:
        """Erase everything that was drawn."""
        if self._display is not None:
            self._display.stop()
            self._display = None
        idle.show()

    def _shown(self) -> "Display":
        if self._display is None:
            from readiness.terminal.live import Display

            self._display = Display(self._course, self._jobs, self._stream, self._seen)
        return self._display


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
