"""The progress of a run on a terminal, drawn by Rich: what failed, how far it is, and what runs."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, TextIO, cast

from rich.cells import cell_len
from rich.console import RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from readiness.terminal.blocks import Context, Style
from readiness.terminal.console import GAP, console, text
from readiness.terminal.progress import Headway, Told, Unblocking
from readiness.text.layout import about, duration, growing, literal
from readiness.text.sentences import Sentences

_ROOM_FOR_REST = 60
"""Columns from which on there is room for the time that is left."""


class Display(Progress):
    """A bar, and below it the probes that run; drawn when it is told, and gone when it stops."""

    def __init__(self, course: Headway, jobs: int, stream: TextIO, seen: Context) -> None:
        self._course = course
        self._jobs = jobs
        self._stream = stream
        self._labels: list[tuple[str, str]] = []
        self._above: Sequence[Told] = ()
        self._gauge = BarColumn()
        self._on = console(cast("IO[str]", Unblocking(stream.fileno())), seen)
        super().__init__(
            self._gauge,
            MofNCompleteColumn(),
            TextColumn("{task.fields[elapsed]}", style=Style.DIM),
            TextColumn("{task.fields[left]}", style=Style.DIM),
            console=self._on,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._whole = self.add_task("", total=course.total, elapsed="", left="")
        self._fit()
        self.live.start()

    def keep(self, line: Told) -> None:
        """Print a line above that stays."""
        self._fit()
        self._on.print(text(line))

    def draw(
        self,
        running: Mapping[int, tuple[float, int]],
        above: Sequence[Told],
        began: float,
        now: float,
    ) -> None:
        """Draw what runs, since when and in which attempt, below the lines that stand `above`."""
        course, say = self._course, self._course.say
        self._fit()
        self._above = above
        self._labels = [
            (literal(course.label(probe)), self._elapsed(probe, now - since, attempt))
            for probe, (since, attempt) in running.items()
        ]
        left = course.left(now, {probe: since for probe, (since, _) in running.items()}, self._jobs)
        has_room = self._on.width >= _ROOM_FOR_REST
        shown = say("progress.left", time=about(left)) if left and left >= 1 else ""
        self.update(
            self._whole,
            completed=course.measured,
            elapsed=duration(now - began) if now - began >= 1 else "",
            left=shown if has_room else "",
        )
        self.refresh()

    def get_renderables(self) -> Iterable[RenderableType]:
        """Yield what failed, the bar, and what runs, as far as there is room for them."""
        room = max(self._on.height - 2, 0)
        shown = self._labels if len(self._labels) <= room else self._labels[: max(room - 1, 0)]
        space = room - len(self._labels)
        for line in self._above[-space:] if space > 0 else ():
            (failed := text(line)).truncate(self._on.width, overflow="ellipsis")
            yield failed
        yield self.make_tasks_table(self.tasks)
        rows = Table.grid()
        cells = max((cell_len(time) for _, time in shown), default=0) + GAP
        rows.add_column(no_wrap=True, max_width=max(self._on.width - cells, 8))
        rows.add_column(no_wrap=True, justify="right", width=cells)
        for label, time in shown:
            rows.add_row(Text(f"  {label}"), Text(time, Style.DIM))
        yield rows
        if room and (hidden := len(self._labels) - len(shown)):
            say: Sentences = self._course.say
            yield Text(f"  {say('progress.more_running', count=hidden)}", Style.DIM)

    def _elapsed(self, probe: int, seconds: float, attempt: int) -> str:
        say: Sentences = self._course.say
        shown = growing(seconds)
        estimate = self._course.plan.probes[probe].estimate
        if estimate is not None and estimate >= 1:
            shown = say("progress.of_about", time=shown, estimate=about(estimate))
        return f"{say('progress.attempt', count=attempt)}, {shown}" if attempt > 1 else shown

    def _fit(self) -> None:
        """Follow the size of the terminal, with a column to spare: none wraps there by itself."""
        try:
            columns, height = os.get_terminal_size(self._stream.fileno())
        except OSError:
            columns, height = 80, 24
        self._on.size = (max(columns - 1, 1), max(height, 2))
        self._gauge.bar_width = min(20, columns // 4)
