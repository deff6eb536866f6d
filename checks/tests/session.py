"""Read what `_witness.py` saw of a session of pytest: which tests were planned, run, and how."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from checks.in_project.common import (
    NOT_THE_TREE,
    OUTSIDE_SETTINGS,
    CheckFinding,
    is_below,
    not_measured,
    place,
    read_text,
    relative,
)

Event = dict[str, Any]

ENDED_WELL = (0, 1, 5)
"""Statuses of pytest: all passed, some failed, none collected."""


@dataclass(frozen=True)
class SeenTest:
    """One test: its outcome is `passed`, `failed` or `skipped`.

    `properties` has the texts that its markers were given too. `in_code` says that what was raised
    while it ran came from code of the project, not from the test.
    """

    path: str
    line: int
    name: str
    function: str
    outcome: str
    message: str = ""
    seconds: float = 0.0
    properties: tuple[tuple[str, str], ...] = ()
    id: str = ""
    flaky: bool = False
    in_code: bool = False


@dataclass(frozen=True)
class Session:
    """A session in which every planned test came to its end.

    `deselected` counts the tests that were found and left out by options or settings.
    """

    cases: list[SeenTest]
    deselected: int
    seconds: float


@dataclass
class _TestTry:
    """The newest try of one test: what happened in each phase, and what was reported."""

    phases: dict[str, Event] = field(default_factory=dict)
    reports: dict[str, Event] = field(default_factory=dict)
    failures: list[Event] = field(default_factory=list)

    def add(self, event: Event) -> None:
        """Add what happened. Several reports of one phase, as of subtests, may fail it."""
        if event["event"] == "phase":
            self.phases[event["when"]] = event
        else:
            self.reports[event["when"]] = event
            if event["outcome"] == "failed":
                self.failures.append(event)

    def failed(self) -> bool:
        """Return whether something was raised or reported, so that the test is tried again."""
        return bool(self.failures) or any(phase["raised"] for phase in self.phases.values())

    def ended(self) -> tuple[str, str]:
        """Return the outcome and a message; the outcome is empty where the test was not run."""
        if self.failures:
            first = self.failures[0]
            where = "" if first["when"] == "call" else f"{first['when']}: "
            return "failed", where + first["message"]
        if hidden := next(filter(None, map(self._hidden, self.phases.values())), ""):
            return "failed", hidden
        for when in ("setup", "call"):
            if self.reports.get(when, {}).get("outcome") == "skipped":
                return "skipped", self.reports[when]["message"]
        called = self.phases.get("call", {})
        run = called.get("started", bool(called))
        passed = self.reports.get("call", {}).get("outcome") == "passed"
        return ("passed" if run and passed else ""), ""

    def _hidden(self, phase: Event) -> str:
        """Tell of a failure that was reported as something else."""
        report = self.reports.get(phase["when"])
        if report is None or report["outcome"] not in ("passed", "skipped"):
            return ""
        stopped = phase.get("started", False) and not phase.get("returned", True)
        failed = phase["raised"] or ("an exception" if stopped else "")
        if report["outcome"] == "skipped" and (report["expected"] or not phase["asserted"]):
            return ""
        return failed and f"raised {failed}, and something made it {report['outcome']}"


def read_session(path: str, last_words: str = "") -> Session:
    """Return a run that collected all tests and ran each of them; any other ends the script.

    `said` is what pytest itself says of its end.
    """
    try:
        events = [json.loads(line) for line in read_text(path).splitlines()]
    except ValueError as error:
        not_measured(f"what was seen of the tests cannot be read: {error}")
    by_kind: dict[str, list[Event]] = {}
    for event in events:
        by_kind.setdefault(event["event"], []).append(event)
    _of_the_tree(by_kind)
    for module in by_kind.get("uncollected", []):
        not_measured(f"{module['path'] or 'tests'} cannot be collected: {_last_line(module)}")
    ended = by_kind.get("ended")
    if "planned" not in by_kind:
        why = f"pytest ended with status {ended[-1]['status']}" if ended else "the process ended"
        because = _because(by_kind) if "stopped" in by_kind else f": {last_words}"
        not_measured(f"{why} before it had collected the tests{because}")
    plan = by_kind["planned"][-1]
    if dropped := plan["dropped"]:
        not_measured(
            f"{len(dropped)} of {plan['found']} tests were taken away without being deselected,"
            f" such as {dropped[0]}; what leaves tests out says so by config.hook.pytest_deselected"
        )
    # What is planned twice is not tried again the second time: one failure is enough.
    planned = Counter(test["id"] for test in plan["tests"])
    attempts: dict[str, _TestTry] = {}
    failed_once = set()
    for event in events:
        if event["event"] == "begun" and planned[event["id"]] <= 1:
            if event["id"] in attempts and attempts[event["id"]].failed():
                failed_once.add(event["id"])
            attempts[event["id"]] = _TestTry()
        elif event["event"] in ("phase", "report"):
            attempts.setdefault(event["id"], _TestTry()).add(event)
    untold = {_named(event, plan["tests"]): event["why"] for event in by_kind.get("untold", [])}
    cases = [
        _case(test, attempts.get(test["id"], _TestTry()), untold.get(test["id"], ""))
        for test in plan["tests"]
    ]
    cases = [
        replace(case, flaky=case.id in failed_once and case.outcome == "passed") for case in cases
    ]
    _complete(cases, by_kind, last_words)
    skipped = [
        SeenTest(module["path"], 0, module["path"], "", "skipped", module["message"])
        for module in by_kind.get("left out", [])
    ]
    lost = [SeenTest(**event["test"]) for event in by_kind.get("lost", [])]
    return Session(
        [*cases, *skipped, *lost], plan["deselected"], ended[-1]["seconds"] if ended else 0.0
    )


def _case(test: Event, attempt: _TestTry, untold: str) -> SeenTest:
    outcome, message = attempt.ended()
    if untold and outcome == "passed":
        outcome, message = "failed", f"passes in spite of this: {untold}"
    reports = attempt.reports.values()
    return SeenTest(
        path=test["path"],
        line=test["line"],
        name=test["name"],
        function=test["function"],
        outcome=outcome,
        message=message,
        seconds=sum(report["seconds"] for report in reports),
        properties=tuple(
            (name, value)
            for listed in (test["markers"], *(report["properties"] for report in reports))
            for name, value in listed
        ),
        id=test["id"],
        in_code=attempt.phases.get("call", {}).get("in_code", False),
    )


def _named(untold: Event, tests: list[Event]) -> str:
    """Return the id of the test that a warning is about: of a line that is read, the one above."""
    above = [
        (test["line"], test["id"])
        for test in tests
        if not untold["id"].count("::") and relative(untold["path"]) == relative(test["path"])
        if test["line"] <= untold["line"]
    ]
    return max(above)[1] if above else str(untold["id"])


def _of_the_tree(by_kind: dict[str, list[Event]]) -> None:
    """End the script where something from elsewhere ruled the session, or was tested in it."""
    for settings in by_kind.get("outside", []):
        not_measured(
            f"pytest is ruled by {settings['path']}, outside the repository; give the project"
            " settings of its own, such as an empty pytest.ini",
            OUTSIDE_SETTINGS,
        )
    for module in by_kind.get("elsewhere", []):
        not_measured(
            f"the tests imported {module['module']} from {relative(module['file'])}, which is not"
            f" {relative(module['own'])}; remove or reinstall it",
            NOT_THE_TREE,
        )


def _complete(cases: list[SeenTest], by_kind: dict[str, list[Event]], reason: str) -> None:
    """End the script unless every planned test was run, and the session then came to its end."""
    missing = [case for case in cases if not case.outcome]
    if missing:
        ran = len(cases) - len(missing)
        first = f"{missing[0].path}: {missing[0].name}"
        not_measured(f"{ran} of {len(cases)} tests were run, {first} was not{_because(by_kind)}")
    if "stopped" in by_kind:
        not_measured(f"the session was stopped{_because(by_kind)}")
    if "ended" not in by_kind:
        not_measured("the process ended before the session of the tests did")
    status = by_kind["ended"][-1]["status"]
    if status not in ENDED_WELL:
        not_measured(f"pytest ended with status {status}: {reason}")
    if status == 1 and not any(case.outcome == "failed" for case in cases):
        not_measured(f"no test failed, and pytest ended with status 1: {reason}")


def _because(events: dict[str, list[Event]]) -> str:
    if why := [each["why"] for kind in ("stopped", "halted") for each in events.get(kind, [])]:
        return f": {why[0]}"
    return "" if "ended" in events else ": its process ended early"


def _last_line(event: Event) -> str:
    lines = event["message"].strip().splitlines() or ["no reason is given"]
    return str(lines[-1]).removeprefix("E ").strip()


def below(cases: Iterable[SeenTest], tops: list[str]) -> list[SeenTest]:
    """Select the tests in some files or folders; all of them where none is named."""
    return [case for case in cases if not tops or is_below(case.path, *tops)]


def numbers(cases: list[SeenTest]) -> dict[str, int]:
    """Count the tests by outcome; a run that executed none has measured nothing."""
    outcomes = [case.outcome for case in cases]
    executed = len(cases) - outcomes.count("skipped")
    if not executed:
        not_measured(f"no test was executed ({len(cases)} collected)")
    return {
        "failed": outcomes.count("failed"),
        "executed": executed,
        "passed": outcomes.count("passed"),
        "skipped": outcomes.count("skipped"),
    }


def failures(cases: Iterable[SeenTest]) -> list[CheckFinding]:
    """List the failed tests as findings."""
    return [
        place(case.path, case.line, case.name, case.message.partition("\n")[0])
        for case in cases
        if case.outcome == "failed"
    ]
