"""Tests of readiness.terminal.progress."""

import fcntl
import os
import pty
import re
import struct
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

import msgspec
import pytest
from rich.cells import cell_len

from readiness.model.board import Check
from readiness.model.capture import Capture
from readiness.model.plan import Plan, Planned, Probe
from readiness.model.settings import RunSettings
from readiness.model.words import ReasonCode, Verdict
from readiness.terminal.progress import Judge, Progress, shown_progress
from readiness.text.languages import Language
from tests.support.builders import a_criterion
from tests.support.documents import HOSTILE

_CHECK = Check(name="mypy", run="mypy", measures=(), summary="Errors that mypy reports")
_VERSION = Check(name="", run="", measures=())


ERASED = "\x1b[1A\x1b[2K"
"""The line above, and nothing in it."""


def _plan(count: int, title: str = "It holds", **fields: object) -> Plan:
    """Return a plan with a criterion for each probe."""
    probe = Probe(id="p0", command="true", workdir="/", timeout=60.0, check=_CHECK)
    probes = tuple(
        msgspec.structs.replace(probe, id=f"p{index}", **fields) for index in range(count)
    )
    planned = tuple(
        Planned(criterion=a_criterion(f"T1.{index}", title=title), probes=(index,))
        for index in range(count)
    )
    return Plan(probes=probes, planned=planned, order=tuple(range(count)), environment={})


class _Clock:
    """A clock that goes by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class _Stream:
    """A pipe or a terminal, as a program finds its standard error."""

    def __init__(self, file: int) -> None:
        self._file = file

    def fileno(self) -> int:
        return self._file

    def isatty(self) -> bool:
        return os.isatty(self._file)


class _Watched:
    """A progress that writes to a pipe or a terminal, and what has been written."""

    def __init__(self, plan: Plan, *, terminal: bool, jobs: int = 2, **options: Any) -> None:
        self.clock = _Clock()
        self._reader, self._writer = pty.openpty() if terminal else os.pipe()
        if terminal:
            self.resize(80, 24)
        os.set_blocking(self._reader, False)
        self.progress: Progress = _progress(plan, self._writer, self.clock, jobs, **options)

    def resize(self, columns: int, lines: int) -> None:
        """Make the terminal as large."""
        fcntl.ioctl(self._writer, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def text(self) -> str:
        """Return what was written since the last time."""
        read = bytearray()
        with suppress(BlockingIOError):
            while True:
                read += os.read(self._reader, 1 << 20)
        return read.decode().replace("\r\n", "\n")

    def after(self, seconds: float) -> str:
        """Let time go by, and return what is drawn then."""
        self.clock.now += seconds
        self.progress.tick()
        return self.text()

    def close(self) -> None:
        self.progress.close()
        os.close(self._reader)
        os.close(self._writer)


def _progress(
    plan: Plan,
    file: int,
    clock: _Clock,
    jobs: int = 2,
    *,
    language: Language = Language.EN,
    environ: Mapping[str, str] | None = None,
    judge: Judge | None = None,
    quiet: bool = False,
    output_format: str = "json",
) -> Progress:
    return shown_progress(
        plan,
        jobs,
        RunSettings(quiet=quiet, output_format=output_format),
        language,
        {"NO_COLOR": "1", **(environ or {})},
        judge,
        cast("TextIO", _Stream(file)),
        clock,
    )


@contextmanager
def _watched(plan: Plan, *, terminal: bool, jobs: int = 2, **options: Any) -> Iterator[_Watched]:
    watched = _Watched(plan, terminal=terminal, jobs=jobs, **options)
    try:
        yield watched
    finally:
        watched.close()


def _frame(text: str) -> list[str]:
    """The last frame of what was drawn, without the codes between frames."""
    last = re.split(r"\x1b\[2K", text)[-1]
    return [line.rstrip() for line in re.sub(r"\r|\x1b\[\d*[AJKm]", "", last).split("\n")]


@pytest.mark.parametrize(
    ("capture", "line"),
    [
        (Capture(probe=1, exit_status=1, duration=8.14), "[1/3] T1.1 It holds  8.1 s"),
        (Capture(probe=1, exit_status=0, duration=0.004), "[1/3] T1.1 It holds  4 ms"),
        (
            Capture(probe=1, signal=9, timed_out=True, duration=60),
            "[1/3] T1.1 It holds  60.0 s  timed out",
        ),
        (Capture(probe=1, signal=11, duration=1), "[1/3] T1.1 It holds  1.0 s  signal 11"),
        (
            Capture(probe=1, failure=ReasonCode.TOOL_MISSING, failure_text="wrk is not on PATH"),
            "[1/3] T1.1 It holds  0 ms  not started: wrk is not on PATH",
        ),
        (
            Capture(probe=1, failure=ReasonCode.NOT_RUN, failure_text="interrupted", duration=1),
            "[1/3] T1.1 It holds  1.0 s  interrupted",
        ),
        (
            Capture(probe=1, attempt=2, exit_status=0, duration=1),
            "[1/3] T1.1 It holds  1.0 s  attempt 2",
        ),
    ],
)
def test_off_a_terminal_each_attempt_is_a_line(capture: Capture, line: str) -> None:
    """It says how many are over, which one this was, how long it took and how it ended."""
    with _watched(_plan(3), terminal=False) as watched:
        watched.progress.started(1, capture.attempt)
        watched.progress.finished(capture)
        assert watched.text() == f"{line}\n"


def _judge(planned: Planned) -> tuple[Verdict, str]:
    """Find every second criterion bad."""
    bad = planned.criterion.id[-1] in "13579"
    return (Verdict.FAIL, "3 errors, expected == 0") if bad else (Verdict.PASS, "0 errors")


def test_a_bad_criterion_says_why_as_soon_as_it_is_known() -> None:
    """A log does not read green: verdicts stand in it, and no exit statuses."""
    with _watched(_plan(2), terminal=False, judge=_judge) as watched:
        for index in (1, 0):
            watched.progress.finished(Capture(probe=index, exit_status=0, duration=1))
        assert watched.text().splitlines() == [
            "[1/2] ✗ T1.1 It holds  3 errors, expected == 0  1.0 s",
            "[2/2] ✓ T1.0 It holds  1.0 s",
        ]
    with _watched(_plan(2), terminal=True, judge=_judge) as watched:
        watched.after(1.0)
        watched.progress.finished(Capture(probe=0, exit_status=0))
        assert watched.text() == ""
        watched.progress.finished(Capture(probe=1, exit_status=0))
        assert "✗ T1.1 It holds  3 errors, expected == 0\n" in watched.text()
        assert "T1.1" not in watched.after(1.0)


def test_what_failed_is_red() -> None:
    """On a terminal and in a CI log that shows colours, the mark has the colour of its verdict."""
    plain = {"NO_COLOR": ""}
    for terminal, environ in ((True, plain), (False, {**plain, "GITLAB_CI": "true"})):
        options = {"environ": environ, "judge": _judge, "output_format": "table"}
        with _watched(_plan(2), terminal=terminal, **options) as watched:
            watched.progress.finished(Capture(probe=1, exit_status=0))
            assert "\x1b[1;31m✗ \x1b[0mT1.1" in watched.text() + watched.after(1.0)


def test_what_was_bad_goes_where_the_table_repeats_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is drawn with the bar, and gone with it."""
    monkeypatch.setattr(sys, "stdout", _Stream(pty.openpty()[1]))
    options = {"judge": _judge, "output_format": "table"}
    with _watched(_plan(2), terminal=True, **options) as watched:
        watched.progress.finished(Capture(probe=1, exit_status=0))
        assert watched.text() == ""
        assert _frame(watched.after(1.0))[0] == "✗ T1.1 It holds  3 errors, expected == 0"
        assert _frame(watched.after(1.0))[1].startswith("━")
        watched.progress.close()
        assert watched.text().endswith(2 * ERASED)


def test_an_attempt_that_is_repeated_is_not_judged() -> None:
    """What failed and is tried again may still pass."""
    with _watched(_plan(2), terminal=False, judge=_judge) as watched:
        watched.progress.finished(Capture(probe=1, exit_status=7), again=True)
        assert watched.text() == "[1/2] T1.1 It holds  0 ms  exit 7\n"


def test_a_probe_that_waits_is_told_of_once() -> None:
    """The failures of a service that comes up are kept back, save the last one."""
    with _watched(_plan(2, wait=60.0), terminal=False) as watched:
        for attempt in (1, 2):
            watched.progress.started(0, attempt)
            failed = Capture(probe=0, attempt=attempt, exit_status=7)
            watched.progress.finished(failed, again=True)
        assert watched.text() == ""
        watched.progress.started(0, 3)
        watched.progress.finished(Capture(probe=0, attempt=3, exit_status=0))
        assert watched.text() == "[1/2] T1.0 It holds  0 ms  attempt 3\n"
        watched.progress.started(1, 1)
        watched.progress.finished(Capture(probe=1, exit_status=7))
        watched.progress.close()
        watched.progress.close()
        assert watched.text() == "[2/2] T1.1 It holds  0 ms\n"


def test_of_a_thousand_probes_a_few_lines_are_shown() -> None:
    """A log is not flooded, and ends with the last probe."""
    with _watched(_plan(1000), terminal=False) as watched:
        for index in range(1000):
            watched.clock.now += 0.001
            watched.progress.finished(Capture(probe=index, exit_status=0))
        lines = watched.text().splitlines()
        assert len(lines) < 20
        assert lines[-1].startswith("[1000/1000] T1.999")


def test_a_short_run_draws_nothing() -> None:
    """What is over at once does not flicker."""
    with _watched(_plan(3), terminal=True) as watched:
        watched.progress.started(0, 1)
        assert watched.after(0.2) == ""
        watched.progress.close()
        assert watched.text() == ""


def test_a_terminal_shows_what_runs_and_for_how_long() -> None:
    """The first line tells how far the run is, the others the running probes."""
    with _watched(_plan(4, estimate=10.0), terminal=True) as watched:
        watched.progress.started(0, 1)
        watched.progress.started(1, 1)
        watched.progress.finished(Capture(probe=0, exit_status=0))
        first, *others = _frame(watched.after(4.0))
        assert re.fullmatch(r"━{5} *1/4 4\.0 s about 15 s left", first)
        assert others == ["  T1.1 It holds  4.0 s of about 10 s"]


def test_without_durations_of_earlier_runs_nothing_is_foretold() -> None:
    """A first run does not guess when it will be over, nor one in which something is new."""
    with _watched(_plan(4), terminal=True) as watched:
        watched.progress.started(0, 2)
        first, *others = _frame(watched.after(1.4))
        assert first.split() == ["0/4", "1.4", "s"]
        assert others == ["  T1.0 It holds  attempt 2, 1.4 s"]
    plan = _plan(2, estimate=40.0)
    unknown = msgspec.structs.replace(plan.probes[1], estimate=None)
    plan = msgspec.structs.replace(plan, probes=(plan.probes[0], unknown))
    with _watched(plan, terminal=True) as watched:
        assert _frame(watched.after(1.4))[0].split() == ["0/2", "1.4", "s"]


def test_several_criteria_of_one_probe_are_told_together() -> None:
    """They are measured at once, and counted each; a producer is told by what its check does."""
    plan = _plan(3)
    plan = msgspec.structs.replace(
        plan,
        planned=(
            Planned(criterion=a_criterion("T1.1", title="No error"), probes=(1,)),
            Planned(criterion=a_criterion("T1.2", title="Few warnings"), probes=(1,)),
            Planned(criterion=a_criterion("T1.3", title="Everywhere"), probes=(1, 2)),
        ),
    )
    with _watched(plan, terminal=False) as watched:
        watched.progress.finished(Capture(probe=0, exit_status=0, duration=1))
        watched.progress.finished(Capture(probe=1, exit_status=0, duration=1))
        watched.progress.finished(Capture(probe=2, exit_status=0, duration=1))
        assert watched.text().splitlines() == [
            "[0/3] Errors that mypy reports  1.0 s",
            "[2/3] T1.1 No error, and 2 more  1.0 s",
            "[3/3] T1.3 Everywhere  1.0 s",
        ]


def test_a_log_that_folds_gets_one_group() -> None:
    """GitHub shows it as one line that opens; it is closed once, whatever happens."""
    github = {"GITHUB_ACTIONS": "true"}
    with _watched(_plan(2), terminal=False, environ=github) as watched:
        watched.progress.finished(Capture(probe=0, exit_status=0, duration=1))
        watched.progress.close()
        watched.progress.close()
        assert watched.text().splitlines() == [
            "::group::Measuring 2 criteria",
            "[1/2] T1.0 It holds  1.0 s",
            "::endgroup::",
        ]


def test_it_speaks_the_language_of_the_board() -> None:
    """A board in Chinese is measured in Chinese."""
    with _watched(_plan(2, estimate=10.0), terminal=True, language=Language.ZH) as watched:
        watched.progress.started(0, 1)
        first, *others = _frame(watched.after(1.0))
        assert first.endswith("0/2 1.0 s 约剩 10 s")
        assert others == ["  T1.0 It holds  1.0 s，预计约 10 s"]


def test_it_is_redrawn_in_place_ten_times_a_second() -> None:
    """Each drawing starts by erasing the one before; more than needed are not made."""
    with _watched(_plan(4), terminal=True) as watched:
        watched.progress.started(0, 1)
        watched.progress.started(1, 1)
        assert watched.after(0.5).count("T1.0") == 1
        assert watched.after(0.05) == ""
        assert watched.after(0.05).startswith(f"\r\x1b[2K{2 * ERASED}")


def test_closing_leaves_nothing_behind() -> None:
    """The lines are erased, and the cursor is where it was."""
    with _watched(_plan(4), terminal=True) as watched:
        watched.progress.started(0, 1)
        drawn = watched.after(0.5)
        assert len(_frame(drawn)) == 2
        watched.progress.close()
        assert watched.text().endswith(f"\n\r{2 * ERASED}")
        watched.progress.close()
        assert watched.text() == ""


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (40, 24), (80, 5), (20, 3), (9, 2)])
def test_it_never_outgrows_the_terminal(columns: int, lines: int) -> None:
    """However many probes run and whatever they are called, no line wraps and none scrolls off."""
    plan = _plan(30, title=f"足球 {HOSTILE}", estimate=3)
    with _watched(plan, terminal=True, jobs=30) as watched:
        watched.resize(columns, lines)
        for index in range(30):
            watched.progress.started(index, 1)
        frame = _frame(watched.after(1.0))
        assert columns < 40 or frame[-1].endswith((" running", "1.0 s of about 3 s"))
        assert len(frame) <= max(lines - 1, 1)
        assert max(map(cell_len, frame)) < columns
        assert all(line.isprintable() for line in frame)


def test_it_follows_a_terminal_that_changes_its_size() -> None:
    """Each frame is drawn for the size that the terminal has then."""
    with _watched(_plan(2, title="of many words " * 5), terminal=True) as watched:
        watched.progress.started(0, 1)
        assert max(map(cell_len, _frame(watched.after(1.0)))) > 60
        watched.resize(40, 10)
        assert max(map(cell_len, _frame(watched.after(1.0)))) < 40


def test_a_reader_that_does_not_read_stops_nothing() -> None:
    """A full pipe and a closed one cost lines, never time or the run."""
    reader, writer = os.pipe()
    shown = _progress(_plan(100_000), writer, _Clock())
    os.set_blocking(writer, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writer, b"x" * 4096)
    os.set_blocking(writer, True)
    shown.finished(Capture(probe=0, exit_status=0))
    os.close(reader)
    shown.finished(Capture(probe=1, exit_status=0))
    shown.close()
    os.close(writer)


@pytest.mark.parametrize("terminal", [True, False])
def test_asking_for_a_version_is_no_probe_to_tell_of(terminal: bool) -> None:
    """What a run does on the side is neither counted nor shown."""
    plan = _plan(2)
    asking = msgspec.structs.replace(
        plan.probes[1], id="v1", key="mypy --version", command="v1", check=_VERSION
    )
    plan = msgspec.structs.replace(
        plan,
        probes=(plan.probes[0], asking),
        planned=plan.planned[:1],
        version_keys={"mypy": "mypy --version"},
    )
    with _watched(plan, terminal=terminal) as watched:
        watched.progress.started(1, 1)
        assert "v1" not in watched.after(0.5)
        watched.progress.finished(Capture(probe=1, exit_status=0))
        watched.progress.finished(Capture(probe=0, exit_status=0))
        text = watched.after(0.5)
        assert "v1" not in text
        assert ("1/1" if terminal else "[1/1] T1.0") in text


def test_quiet_shows_nothing() -> None:
    """Neither on a terminal nor elsewhere."""
    with _watched(_plan(1), terminal=True, quiet=True) as watched:
        watched.progress.started(0, 1)
        watched.progress.finished(Capture(probe=0, exit_status=0))
        assert watched.after(1.0) == ""


def test_no_log_obeys_a_line() -> None:
    """The name of a command is text, whatever it is."""
    plan = _plan(1, title=f"::debug:: {HOSTILE}")
    with _watched(plan, terminal=False) as watched:
        watched.progress.finished(Capture(probe=0, exit_status=0))
        text = watched.text()
        assert text.startswith("[1/1] T1.0 ::debug::")
        assert "##[" not in text
        assert text.rstrip("\n").isprintable()
