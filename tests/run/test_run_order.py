"""Which probes run when, how often, and what becomes of those that never do."""

import os
import signal
import time
from pathlib import Path

import msgspec.structs
import pytest

from readiness.model.capture import Capture
from readiness.model.words import ReasonCode
from readiness.run import places
from readiness.run.interface import Settled
from readiness.run.places import Places
from readiness.run.queue import Queue
from tests.support.running import Runner, a_check, a_plan, succeeded, texts

SPAN = "date +%s.%N; sleep 0.1; date +%s.%N"


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """Provide a runner in a folder of its own."""
    return Runner(tmp_path)


def spans(captures: list[Capture]) -> list[tuple[float, float]]:
    """When each probe said that it began and ended."""
    return [tuple(map(float, text.split())) for text in texts(captures)]


def most_at_once(captures: list[Capture]) -> int:
    """How many probes ran at the same time."""
    moments = spans(captures)
    return max(sum(a <= start < b for a, b in moments) for start, _ in moments)


def test_probes_start_in_the_order_of_the_plan(tmp_path: Path) -> None:
    """Ready probes are taken in the plan's order, not in that of their numbers."""
    plan = a_plan(tmp_path, *["true"] * 4)
    queue = Queue(msgspec.structs.replace(plan, order=(2, 0, 3, 1)))
    assert [queue.take() for _ in range(5)] == [2, 0, 3, 1, None]


@pytest.mark.parametrize("jobs", [1, 3])
def test_no_more_than_jobs_run_at_once(runner: Runner, jobs: int) -> None:
    """As many probes run at once as are allowed, and no more."""
    captures = runner(*[SPAN] * 6, jobs=jobs)
    assert most_at_once(captures) == jobs


@pytest.mark.parametrize("idle", [True, False])
def test_more_run_while_a_processor_is_idle(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, idle: bool
) -> None:
    """Beyond the jobs up to `more` run, where those leave a processor without work."""
    monkeypatch.setattr(Places, "_had_time", lambda _: idle)
    captures = runner(*[SPAN] * 6, jobs=2, more=1)
    assert most_at_once(captures) == 2 + idle


@pytest.mark.parametrize(("free", "had_time"), [(0.24, False), (0.26, True), (2.0, True)])
def test_half_a_processor_is_spare(
    monkeypatch: pytest.MonkeyPatch, free: float, had_time: bool
) -> None:
    """What counts is the share of the time since it was asked last; at once nothing is known."""
    clock, idle = [10.0], [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(places, "idle_seconds", lambda: idle[0])
    subject = Places(2, 1)
    assert subject.has_one(1)
    assert not subject.has_one(2)
    clock[0] += 0.5
    idle[0] += free
    assert subject.has_one(2) is had_time
    assert not subject.has_one(2)
    assert not subject.has_one(3)


def test_idle_seconds_grow_while_nothing_is_done() -> None:
    """They are read from the system, and never go back."""
    before = places.idle_seconds()
    time.sleep(0.1)
    assert 0 < before <= places.idle_seconds()


def test_probes_that_share_a_word_never_overlap(runner: Runner) -> None:
    """Of probes with a common word one runs at a time; others run beside it."""
    one, two = a_check(exclusive=("database",)), a_check(exclusive=("port", "database"))
    exclusive = [{"command": SPAN, "check": check} for check in (one, two, one)]
    captures = runner(*exclusive, SPAN)
    assert all(map(succeeded, captures))
    assert most_at_once(captures[:3]) == 1
    assert most_at_once(captures) == 2


def test_a_parameter_may_name_the_words(runner: Runner) -> None:
    """A target that starts mypy does not run beside the check of that name; another one does."""
    starting = a_check(exclusive=("$starts",))
    captures = runner(
        {"command": SPAN, "check": a_check(exclusive=("mypy",))},
        {"command": SPAN, "check": starting, "env": {"starts": "ruff=check mypy"}},
        {"command": SPAN, "check": starting, "env": {"starts": ""}},
    )
    assert most_at_once(captures[:2]) == 1
    assert most_at_once(captures) == 2


def test_a_probe_waits_for_its_producers(runner: Runner) -> None:
    """It starts when all of them have succeeded, and finds what they left, knowing for whom."""
    command = (
        'cat "$READINESS_TMP_MY_TOOL/a" "$READINESS_TMP_OTHER/b" && test ! -e "$READINESS_TMP/a"'
    )
    captures = runner(
        {"command": command, "after": (1, 2), "check": a_check("reader")},
        {
            "command": 'sleep 0.1; echo $READINESS_READERS >"$READINESS_TMP/a"',
            "check": a_check("my-tool"),
        },
        {"command": 'echo 2 >"$READINESS_TMP/b"', "check": a_check("other"), "after": (1,)},
    )
    assert [capture.probe for capture in runner.captures] == [1, 2, 0]
    assert captures[0].stdout.data == b"other reader\n2\n"
    assert succeeded(captures[0])


def test_a_failed_producer_is_named(runner: Runner) -> None:
    """What comes after a failed probe, directly or not, never starts and says why."""
    captures = runner(
        {"command": "false", "check": a_check("tests")},
        {"command": "echo 1", "after": (0,), "check": a_check("coverage")},
        {"command": "echo 2", "after": (1, 0)},
        "echo 3",
    )
    assert [c.failure for c in captures] == [
        None,
        ReasonCode.PRODUCER_FAILED,
        ReasonCode.PRODUCER_FAILED,
        None,
    ]
    assert captures[1].failure_text == "its producer tests (p0) did not succeed"
    assert succeeded(captures[3])


def test_a_probe_is_tried_again(runner: Runner) -> None:
    """The caller decides on further attempts, and how long they wait; each is captured."""

    def settle(capture: Capture) -> Settled:
        done = succeeded(capture)
        return Settled(succeeded=done, again=not done, delay=0.1)

    command = "n=$(cat n 2>/dev/null || echo 0); echo $((n+1)) >n; echo $n; test $n = 2"
    captures = runner(command, {"command": "echo after", "after": (0,)}, settle=settle)
    assert [(c.probe, c.attempt) for c in captures] == [(0, 1), (0, 2), (0, 3), (1, 1)]
    assert texts(captures) == ["0\n", "1\n", "2\n", "after\n"]
    assert captures[2].started_at - captures[0].started_at >= 0.2


def test_others_run_while_one_waits_for_its_next_attempt(runner: Runner) -> None:
    """A delay holds no place."""

    def settle(capture: Capture) -> Settled:
        again = capture.probe == 0 and capture.attempt == 1
        return Settled(succeeded=not again, again=again, delay=0.3)

    runner("true", "sleep 0.05", "sleep 0.05", settle=settle, jobs=1)
    assert [c.probe for c in runner.captures] == [0, 1, 2, 0]


def test_the_time_of_the_run_is_limited(runner: Runner) -> None:
    """What still runs then has timed out; what has not started says so; both say why."""
    captures = runner(
        "echo 0", "sleep 60", "sleep 60", {"command": "echo 3", "after": (0,)}, jobs=1,
        run_timeout=2.0,
    )  # fmt: skip
    assert runner.elapsed < 30
    assert succeeded(captures[0])
    assert captures[1].timed_out
    assert [c.failure for c in captures[2:]] == [ReasonCode.NOT_RUN] * 2
    why = "the run's time limit of 2 s was reached"
    assert [c.failure_text for c in captures[1:]] == [why] * 3


def test_a_wait_ends_with_the_run(runner: Runner) -> None:
    """An attempt that was asked for and can no longer be made is settled as not run."""

    def settle(capture: Capture) -> Settled:
        return Settled(succeeded=False, again=True, delay=0.1)

    captures = runner("false", settle=settle, run_timeout=2.0)
    assert [c.failure for c in captures[:-1]] == [None] * (len(captures) - 1)
    assert captures[-1].failure is ReasonCode.NOT_RUN
    assert captures[-1].attempt == len(captures)
    assert len(captures) >= 3


def test_the_caller_may_stop_at_the_first_failure(runner: Runner) -> None:
    """With may_stop nothing starts after the stop; what runs may finish."""

    def settle(capture: Capture) -> Settled:
        good = succeeded(capture)
        return Settled(succeeded=good, stop="" if good else "p1 failed")

    captures = runner(
        "sleep 0.3", "false", "echo 2", "echo 3", settle=settle, jobs=2, may_stop=True
    )
    assert succeeded(captures[0])
    assert [(c.failure, c.failure_text) for c in captures[2:]] == [
        (ReasonCode.NOT_RUN, "p1 failed")
    ] * 2


def test_a_stop_at_once_ends_what_runs(runner: Runner) -> None:
    """Nobody waits for it, and it is told as never run."""

    def settle(capture: Capture) -> Settled:
        return Settled(succeeded=True, stop="decided", at_once=True)

    captures = runner("sleep 60", "true", "echo 2", settle=settle, jobs=2, may_stop=True)
    assert [(c.failure, c.failure_text) for c in captures] == [
        (ReasonCode.NOT_RUN, "decided"),
        (None, ""),
        (ReasonCode.NOT_RUN, "decided"),
    ]
    assert runner.elapsed < 30


def test_a_stop_spares_what_is_over(runner: Runner) -> None:
    """A probe that waits to be settled when the run is stopped keeps its own failure."""
    missing = {"argv": ("no-such",)}
    captures = runner(
        missing, missing, "echo 2", settle=lambda _: Settled(succeeded=False, stop="enough"), jobs=1
    )
    assert [c.failure for c in captures] == [ReasonCode.TOOL_MISSING, ReasonCode.TOOL_MISSING, None]


def test_each_probe_is_settled_exactly_once(runner: Runner) -> None:
    """Whatever ends a run, no probe is lost and none is told twice."""

    def settle(capture: Capture) -> Settled:
        if capture.probe == 5:
            os.kill(os.getpid(), signal.SIGTERM)
        return Settled(succeeded=succeeded(capture), again=capture.failure is ReasonCode.NOT_RUN)

    probes = [
        {"command": "sleep 0.02", "after": (n - 3,) if n % 3 == 0 and n else ()} for n in range(30)
    ]
    runner(*probes, settle=settle, jobs=3)
    assert sorted(capture.probe for capture in runner.captures) == list(range(30))


class Watching:
    """An observer that notes what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int]] = []
        self.ticks = 0

    def started(self, probe: int, attempt: int) -> None:
        """Note it."""
        self.heard.append(("started", probe))

    def finished(self, capture: Capture, *, again: bool = False) -> None:
        """Note it."""
        self.heard.append(("finished", capture.probe))

    def tick(self) -> None:
        """Count it."""
        self.ticks += 1


def test_an_observer_hears_what_happens(runner: Runner) -> None:
    """Starts and ends are told, and between them there are ticks to draw at."""
    watching = Watching()
    runner("sleep 0.5", {"command": "no-such", "argv": ("no-such",)}, observe=watching)
    assert watching.heard == [("started", 0), ("finished", 1), ("finished", 0)]
    assert watching.ticks >= 3


def test_nothing_to_do_is_done_at_once(runner: Runner) -> None:
    """An empty plan ends well."""
    start = time.monotonic()
    assert runner() == []
    assert time.monotonic() - start < 10
