"""What a run's attempts give its criteria: samples, retries, waiting, stopping early."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from readiness.model.board import Check, Criterion, Measure, Reader
from readiness.model.judgement import Judgement
from readiness.model.plan import Plan
from readiness.model.settings import RunSettings
from readiness.model.words import Format, ReasonCode
from readiness.pipeline.facts import Start
from readiness.pipeline.features.fail_fast import FirstFault
from readiness.pipeline.settle import Execution, Readings
from readiness.plan import make_plan
from readiness.record.criteria import Recorder
from readiness.run.interface import Settled
from readiness.text.clean import Redactor
from tests.support.builders import a_board, a_check, a_criterion, a_measure, a_task
from tests.support.captures import a_capture

TODAY = datetime.date(2026, 11, 24)


class Run:
    """Readings of a board of one task, to which attempts are given by hand; `now` is its clock."""

    def __init__(
        self,
        *criteria: Criterion,
        checks: tuple[Check, ...] = (),
        fail_fast: bool = False,
        durations: Mapping[str, float] | None = None,
    ) -> None:
        board = a_board(a_task("T1", criteria), checks={check.name: check for check in checks})
        self.plan: Plan = make_plan(board, environ={}, durations=durations or {})
        self.now = 100.0
        recorder = Recorder(Redactor([]))
        self.readings = Readings(board, self.plan, recorder, TODAY, monotonic=lambda: self.now)
        execution = Execution(
            board=board,
            plan=self.plan,
            start=Start(id="now", at=0.0, profile=board.profile),
            readings=self.readings,
            recorder=recorder,
            scratch="",
            left=self.plan,
            settle=self.readings.settle,
        )
        if fail_fast:
            execution = FirstFault(RunSettings(fail_fast=True)).running(execution)
        self.settle = execution.settle
        self.attempts: dict[int, int] = {}

    def __call__(self, output: str = "", probe: int = 0, **fields: Any) -> Settled:
        """Settle the next attempt of a probe, which printed this."""
        import msgspec

        number = self.attempts[probe] = self.attempts.get(probe, 0) + 1
        fields = {"duration": 1.0, **fields}
        capture = a_capture(output, **fields)
        capture = msgspec.structs.replace(capture, probe=probe, attempt=number)
        return self.settle(capture)

    def verdict(self, place: int = 0) -> Judgement:
        """The judgement of a criterion by its place."""
        return self.readings.judge(self.plan.planned[place])


def tried_again(answer: Settled) -> bool:
    """Whether the attempt is to be made once more, and nothing after it started meanwhile."""
    assert not (answer.again and answer.succeeded)
    return answer.again


# --- one attempt --------------------------------------------------------------------------------


def test_an_attempt_is_measured_for_all_that_read_it() -> None:
    """Each with its own expectation."""
    run = Run(a_criterion("T1.1", expected="< 5"), a_criterion("T1.2", expected="< 50"))
    assert run("12 errors") == Settled(succeeded=True)
    assert [run.verdict(0).verdict, run.verdict(1).verdict] == ["fail", "pass"]
    assert run.verdict(0).value == 12


@pytest.mark.parametrize(
    ("fields", "succeeded"),
    [
        ({}, True),
        ({"exit_status": 1}, False),
        ({"exit_status": None, "signal": 11}, False),
        ({"timed_out": True}, False),
        ({"leaked": 1}, False),
        ({"failure": ReasonCode.TOOL_MISSING}, False),
    ],
    ids=str,
)
def test_what_comes_after_needs_a_success(fields: dict[str, Any], succeeded: bool) -> None:
    """Of the tool; whether its number is good enough is another matter."""
    run = Run(a_criterion(expected="< 5"))
    assert run("1000 errors", **fields).succeeded == succeeded


@pytest.mark.parametrize(("status", "succeeded"), [(0, True), (1, False)])
def test_a_check_on_its_status_succeeds_with_0(status: int, succeeded: bool) -> None:
    """Though every status may be read."""
    exits = Measure(name="exit", reader=Reader(format=Format.EXIT))
    check = a_check(measures=(exits,), exit_ok=None)
    run = Run(a_criterion(check=check, measure=exits, expected="== 0", unit=""))
    assert run(exit_status=status).succeeded == succeeded
    assert run.verdict().value == status


def test_a_pattern_of_an_expectation_cannot_run_wild() -> None:
    """It is an error of the criterion that has it, in a bounded time."""
    text = Measure(name="name", reader=Reader(format=Format.TEXT, regex=r"\w+"))
    check = a_check(measures=(text,))
    named = [
        a_criterion(f"T1.{n}", check=check, measure=text, unit="", expected=f"matches {pattern}")
        for n, pattern in enumerate((r"(\w+\s?)*errors", "^a+$"), 1)
    ]
    run = Run(*named)
    run("a" * 60)
    assert run.verdict(0).code is ReasonCode.PATTERN_TOO_SLOW
    assert run.verdict(1).verdict == "pass"


def test_durations_are_of_every_try_that_ran_to_its_end() -> None:
    """Failed ones take their time as well; what a signal ended says nothing."""
    run = Run(a_criterion())
    key = run.plan.probes[0].key
    run("", exit_status=None, signal=15, duration=0.1)
    assert run.readings.durations == {}
    run("", exit_status=3, duration=5.0)
    assert run.readings.durations == {key: 5.0}
    run("1 errors", duration=7.0)
    assert run.readings.durations == {key: 7.0}


def test_a_crash_after_a_moment_does_not_shorten_what_is_known() -> None:
    """A tool that was missing once takes its time when it is there again."""
    key = Run(a_criterion()).plan.probes[0].key
    run = Run(a_criterion(), durations={key: 60.0})
    run("", exit_status=3, duration=0.1)
    assert run.readings.durations == {key: 60.0}


def test_versions_are_kept_and_are_no_probes(tmp_path: Any) -> None:
    """The first line of what a tool says; nothing of one that fails."""
    tool = tmp_path / "lint"
    tool.write_text("")
    tool.chmod(0o755)
    check = a_check(tools=("lint",), version="lint --version")
    board = a_board(a_task("T1", [a_criterion(check=check)]))
    plan = make_plan(board, environ={"PATH": str(tmp_path)})
    readings = Readings(board, plan, Recorder(Redactor([])), TODAY)
    key = plan.version_keys["p1"]
    import msgspec

    for status, kept in ((1, {}), (0, {key: "lint 2.4.1"})):
        capture = a_capture("lint 2.4.1\nmore\n", exit_status=status)
        assert readings.take(msgspec.structs.replace(capture, probe=1)).succeeded
        assert readings.versions == kept
    assert readings.records() == []


# --- samples ------------------------------------------------------------------------------------


def test_samples_are_taken_one_after_the_other() -> None:
    """And the median counts."""
    run = Run(a_criterion(samples=5))
    for value in (9, 1, 5, 7):
        assert tried_again(run(f"{value} errors"))
    assert not tried_again(run("3 errors"))
    assert (run.verdict().verdict, run.verdict().value) == ("pass", Decimal(5))


# --- retries ------------------------------------------------------------------------------------


def test_a_pass_on_a_retry_is_a_warning() -> None:
    """After a failure or an error; a pass at once is none."""
    run = Run(a_criterion(retries=2, expected="< 5"))
    assert tried_again(run("9 errors"))
    assert tried_again(run("", exit_status=3))
    assert not tried_again(run("1 errors"))
    assert (run.verdict().verdict, run.verdict().flaky) == ("warn", True)
    run = Run(a_criterion(retries=2, expected="< 5"))
    assert not tried_again(run("1 errors"))
    assert run.verdict().verdict == "pass"


def test_retries_come_to_an_end() -> None:
    """And the last word counts."""
    run = Run(a_criterion(retries=1, expected="< 5"))
    assert tried_again(run("9 errors"))
    assert not tried_again(run("8 errors"))
    assert (run.verdict().verdict, run.verdict().value) == ("fail", Decimal(8))


def test_a_retry_for_others_costs_a_criterion_nothing() -> None:
    """What was good at once is not doubted because another one was not."""
    run = Run(
        a_criterion("T1.1", retries=1, expected="< 50"),
        a_criterion("T1.2", retries=1, expected="< 5"),
    )
    assert tried_again(run("9 errors"))
    run("", exit_status=3)
    assert (run.verdict(0).verdict, run.verdict(0).flaky) == ("pass", False)
    assert run.verdict(1).verdict == "error"


def test_what_cannot_run_any_more_is_not_tried_again() -> None:
    """An interrupted run has no retries."""
    run = Run(a_criterion(retries=5))
    assert tried_again(run("x"))
    assert not tried_again(run(failure=ReasonCode.NOT_RUN, failure_text="interrupted by SIGINT"))
    assert run.verdict().code is ReasonCode.NOT_RUN


def test_what_a_failed_producer_keeps_from_running_tells_why() -> None:
    """Its retries are of no use, and who comes after it is told the reason."""
    answer = Run(a_criterion(retries=5))(
        failure=ReasonCode.PRODUCER_FAILED, failure_text="its producer build (p1) did not succeed"
    )
    assert not tried_again(answer)
    assert answer.why == "its producer build (p1) did not succeed"


# --- waiting ------------------------------------------------------------------------------------


def waited(run: Run, output: str, took: float = 0.0) -> float | None:
    """The seconds until the next attempt after one that took so long; None: there is none."""
    run.now += took
    answer = run(output, duration=took)
    if not answer.again:
        return None
    run.now += answer.delay
    return answer.delay


def test_waiting_tries_again_until_it_passes() -> None:
    """A pass within the time is a pass."""
    run = Run(a_criterion(wait=60.0, expected="< 5"))
    delays = [waited(run, "9 errors") for _ in range(6)]
    assert delays == [0.2, 0.4, 0.8, 1.6, 2.0, 2.0]
    assert waited(run, "1 errors") is None
    assert (run.verdict().verdict, run.verdict().flaky) == ("pass", False)


def test_waiting_uses_all_of_its_time_and_no_more() -> None:
    """The time runs from the start of the first attempt; the last attempt starts at its end."""
    run = Run(a_criterion(wait=2.5, expected="< 5"))
    delays = [waited(run, "9 errors", took=0.5) for _ in range(4)]
    assert delays == [0.2, 0.4, pytest.approx(0.4), None]
    assert run.now == pytest.approx(100 + 2.5 + 0.5)
    assert run.verdict().verdict == "fail"


def test_waiting_begins_once_the_samples_are_taken() -> None:
    """What they took is not of its time."""
    run = Run(a_criterion(wait=1.0, samples=2, expected="< 5"))
    assert waited(run, "9 errors", took=30.0) == 0.0
    assert waited(run, "9 errors", took=0.5) == 0.4
    assert waited(run, "1 errors") is None
    assert run.verdict().verdict == "pass"


# --- stopping -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "stops"), [("1 errors", ""), ("9 errors", "T1.1 is fail"), ("x", "T1.1 is error")]
)
def test_fail_fast_stops_at_the_first_fault(output: str, stops: str) -> None:
    """And names it; without the option nothing stops."""
    stopped = Run(a_criterion(expected="< 5"), fail_fast=True)(output).stop
    assert (stops in stopped) if stops else stopped == ""
    assert Run(a_criterion(expected="< 5"))(output).stop == ""


def test_fail_fast_waits_for_the_last_retry() -> None:
    """Only what is final stops the run."""
    run = Run(a_criterion(expected="< 5", retries=1), fail_fast=True)
    assert run("9 errors").stop == ""
    assert run("9 errors").stop


def test_fail_fast_goes_on_over_a_waiver() -> None:
    """What is waived is no reason to stop."""
    from tests.support.builders import a_waiver

    run = Run(a_criterion(expected="< 5", waive=a_waiver("2199-12-31")), fail_fast=True)
    assert run("9 errors").stop == ""
    assert run.verdict().verdict == "waived"


# --- findings and evidence ----------------------------------------------------------------------


def test_findings_are_of_the_last_attempt_that_was_read() -> None:
    """In the order of the board."""
    places = Reader(format=Format.JSONL, query="[].{path: p, line: l}")
    length = a_measure(reader=Reader(format=Format.JSONL, query="length(@)"))
    check = a_check(measures=(length,), findings=places)
    run = Run(a_criterion(check=check, measure=length, retries=1, expected="== 0"))
    run('{"p": "a", "l": 1}\n{"p": "b", "l": 2}\n')
    run('{"p": "c", "l": 3}\n')
    assert [(one.path, one.line) for one in run.readings.findings()] == [("c", 3)]


def test_a_capture_is_kept_as_a_record_alone() -> None:
    """Its last attempt, and how many there were."""
    run = Run(a_criterion(retries=1, expected="< 5"))
    run("9 errors")
    run("8 errors")
    (record,) = run.readings.records()
    assert (record.attempts, record.stdout.head) == (2, "8 errors")
