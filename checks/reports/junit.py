"""Count the tests of reports in the formats that test runners write: JUnit and its relatives."""

import json
import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TextIO

from checks.in_project.common import CheckFinding, Params, emit, place, relative
from checks.reports.handed_in import HandedIn, ListedFiles, refuse
from checks.reports.xml_reader import XmlReader

SUITES = {
    "testsuites", "testsuite", "assemblies", "assembly", "test-run", "test-results", "TestRun",
}  # fmt: skip
"""What a report may begin with: JUnit, xUnit.net, NUnit 3 and 2, TRX."""
CASES = {"testcase", "test", "test-case", "UnitTestResult"}
STATES = {
    **dict.fromkeys(("", "pass", "passed", "success", "warning", "completed", "run"), "passed"),
    **dict.fromkeys(("skip", "skipped", "notrun", "ignored", "inconclusive"), "skipped"),
    **dict.fromkeys(("notexecuted", "pending", "disabled", "suppressed"), "skipped"),
    **dict.fromkeys(("fail", "failed", "failure"), "failed"),
}
"""How a test ended, by the words of the formats; any other is an error."""
WORST = ("error", "skipped", "failed", "passed")
BROKEN_OFF = {"aborted", "error", "timeout", "disconnected", "inprogress", "passedbutrunaborted"}
TRX_TOTALS = {"ResultSummary", "Counters"}
BAD = {"error", "failure"}
RERUN = {"flakyFailure", "flakyError", "rerunFailure", "rerunError"}
MENTION = re.compile(r"""([\w./\\@+-]+\.\w+)(?:['"]?, line |[:(]|:line )(\d+)""")
LONGEST, MOST = 2_000, 5_000
LISTED = os.environ.get("READINESS_PROVE_LOG", "") if "READINESS_WITNESS" in os.environ else ""
"""Where to list the tests, one JSON object a line, for who compares two runs."""
VALUES = re.compile(r"\[.*|(?<=^)(Test\w+)/.*", re.S)
"""What a name has of the values that a test is given: `test_a[1]`, `TestA/1` of Go."""


@dataclass
class ReportedTest:
    """One test as its element at `element` of a report tells it; `marks` count what went wrong."""

    report: str
    element: int
    of: Mapping[str, str]
    state: str = "passed"
    flaky: bool = False
    marks: int = 0
    text: str = ""

    def finding(self, tree: ListedFiles) -> CheckFinding:
        """Return where it is: in its file, else where its failure says, else in the report."""
        file = self._first("file", "source-file")
        suite = self._first("classname", "type")
        path = tree.find(file) if file else tree.find_class(suite)
        mentions = [(tree.find(name), int(line)) for name, line in MENTION.findall(self.text)[:50]]
        path = path or next((name for name, _ in mentions if name), "")
        lines = [line for name, line in mentions if name == path]
        line = count(self._first("line", "source-line")) or (lines or [0])[0]
        if not path:
            report = relative(self.report)  # what the command printed is in a folder of the run's
            report = os.path.basename(report) if os.path.isabs(report) else report
            path, line = (file, line) if file else (report, self.element)
        said = next(filter(None, map(str.strip, self.text.splitlines())), self.state)
        name = self._first("name", "testName", "id") or suite
        return place(path, line, name.strip(), said[:300])

    def listed(self) -> str:
        """Return it as a line of the list of tests."""
        name = self._first("name", "testName", "id")
        path = self._first("file", "source-file", "classname", "type") or self.report
        test = {"path": os.path.abspath(path), "id": name}
        values = {"function": VALUES.sub(r"\1", name), "skipped": self.state == "skipped"}
        return json.dumps({**test, **values}) + "\n"

    def _first(self, *names: str) -> str:
        return next(filter(None, map(self.of.get, names)), "")


@dataclass
class TestTally:
    """The tests of one report: how many ended how, and those that are findings."""

    states: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    kept: list[ReportedTest] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def add(self, case: ReportedTest) -> None:
        """Count a test."""
        self.states[case.state] += 1
        is_finding = case.state in {"failed", "error"} or (case.flaky and case.state == "passed")
        if is_finding and len(self.kept) < MOST:
            self.kept.append(case)
        if LISTED:
            self.lines.append(case.listed())


class OpenSuite(NamedTuple):
    """A suite where it begins, what it says of itself, and what was counted before."""

    line: int
    column: int
    tests: int
    bad: int
    tests_before: int
    bad_before: int


def count(text: str) -> int:
    """Return a count; 0 where there is none."""
    return int(text) if text.strip().isdecimal() else 0


def seconds(text: str) -> float:
    """Return a duration: seconds, with any sign for decimals and thousands, or `hh:mm:ss.f`."""
    parts = [re.sub(r"[.,](?=.*[.,])", "", part).replace(",", ".") for part in text.split(":")]
    if not all(re.fullmatch(r"\d*\.?\d+(?:[eE]-?\d+)?", part) for part in parts):
        return 0.0
    return float(sum(float(part) * 60**power for power, part in enumerate(reversed(parts))))


def state_of(of: Mapping[str, str]) -> str:
    """Return how a test ended by its attributes."""
    words = ("result", "outcome", "status")
    states = {STATES.get(of.get(name, "").lower(), "error") for name in words}
    states |= {"skipped"} if of.get("executed", "").lower() == "false" else set()
    states |= {"failed"} if of.get("success", "").lower() == "false" else set()
    state = next(state for state in WORST if state in states)
    is_error = state == "failed" and of.get("label") in {"Error", "Invalid", "Cancelled"}
    return "error" if is_error else state


class TestReport(XmlReader):
    """Reads one report; `totals` are suites of TRX, whose numbers may stand before the tests."""

    def __init__(self, path: str, handed_in: HandedIn, tally: TestTally) -> None:
        super().__init__(path)
        self.handed_in, self.tally = handed_in, tally
        self.case: ReportedTest | None = None
        self.tags: list[str] = [""]
        self.suites: list[OpenSuite] = []
        self.totals: list[OpenSuite] = []
        self.bad = self.reruns = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin a suite, a test, or what a test says of itself."""
        above = self.tags[-1]
        self.tags.append(tag)
        if not above and tag not in SUITES:
            self.refuse(
                f"expected a report of tests (JUnit, xUnit.net, NUnit or TRX), found <{tag}>",
                "have the test runner write one of these formats",
            )
        if self.case is not None:
            self._tell(self.case, tag, attributes)
        elif tag in CASES:
            self.case = ReportedTest(self.path, self.line, attributes, state_of(attributes))
            self.tally.seconds += seconds(attributes.get("time") or attributes.get("duration", ""))
        elif tag in BAD and above in {"testsuite", "errors"}:  # what all tests of a suite need
            self.case = ReportedTest(self.path, self.line, {"name": "setup", **attributes})
            self._tell(self.case, tag, attributes)
        elif tag in SUITES | TRX_TOTALS:
            self._open(tag, attributes)

    def end(self, tag: str) -> None:
        """Count a test, or compare a suite's own numbers with what it holds."""
        self.tags.pop()
        ends = tag in CASES or (tag in BAD and self.tags[-1] in {"testsuite", "errors"})
        if self.case is not None and ends and not CASES.intersection(self.tags):
            self._count(self.case)
            self.case = None
        elif self.case is None and tag in SUITES:
            self._compare(self.suites.pop())
        if len(self.tags) == 1:
            for suite in self.totals:
                self._compare(suite)

    def text(self, text: str) -> None:
        """Keep the beginning of what a test says about its failure."""
        case, is_output = self.case, "out" in self.tags[-1]
        if case is not None and not is_output and len(case.text) < LONGEST:
            case.text += text[:LONGEST]

    def _tell(self, case: ReportedTest, tag: str, attributes: dict[str, str]) -> None:
        if tag in BAD:
            case.marks += 1
            case.state = "error" if "error" in {tag, case.state} else "failed"
        elif tag == "skipped" and case.state == "passed":
            case.state = "skipped"
        self.reruns += tag in RERUN  # Surefire counts each of them as a test
        case.flaky |= tag in RERUN and tag.startswith("flaky")
        if tag in BAD | RERUN and not case.text.strip():
            case.text = attributes.get("message", "")[:LONGEST] + "\n"

    def _open(self, tag: str, of: dict[str, str]) -> None:
        for name in ("timestamp", "finish", "end-time"):
            self.handed_in.check_date(self.path, of.get(name, ""))
        outcome = (of.get("outcome") or of.get("result", "")).lower()
        if tag in TRX_TOTALS and outcome in BROKEN_OFF:
            self.refuse(f"the run was broken off ({outcome})", "see what the command prints")
        stated = sum(count(of.get(name, "")) for name in ("failures", "failed", "errors", "error"))
        # pytest counts subtests that passed, and does not name them.
        tests = "" if of.get("name") == "pytest" else of.get("tests") or of.get("total", "")
        bad = stated or int(STATES.get(outcome) == "failed")
        before = (self.tally.states.total(), self.bad) if tag in SUITES else (0, 0)
        column = self.parser.CurrentColumnNumber + 1
        suite = OpenSuite(self.line, column, count(tests), bad, *before)
        (self.suites if tag in SUITES else self.totals).append(suite)

    def _compare(self, suite: OpenSuite) -> None:
        tests, bad = self.tally.states.total() - suite.tests_before, self.bad - suite.bad_before
        if tests + self.reruns < suite.tests:
            why = f"it speaks of {suite.tests} tests and names {tests}"
        elif bad + self.reruns < suite.bad:
            why = f"it speaks of {suite.bad} failed tests and names {bad}"
        else:
            return
        remedy = "the run was broken off, or the report is not whole"
        refuse(self.path, suite.line, suite.column, why, remedy)

    def _count(self, case: ReportedTest) -> None:
        self.bad += (case.state in {"failed", "error"}) * max(1, case.marks)
        self.tally.add(case)


def emit_tests(
    handed_in: HandedIn, tallies: Mapping[str, TestTally], more: Mapping[str, int] | None = None
) -> None:
    """Print what the reports say together, and `more`; one that names no test ends the check."""
    for path, tally in tallies.items():
        if not tally.states:
            refuse(path, 1, 1, "it names no test", "see that the runner finds the tests")
    states = sum((tally.states for tally in tallies.values()), Counter[str]())
    failed = states["failed"] + states["error"]
    handed_in.must_fit(failed)
    numbers = {
        "failed": failed,
        "tests": states.total(),
        "executed": states.total() - states["skipped"],
        "failures": states["failed"],
        "errors": states["error"],
        "skipped": states["skipped"],
        "duration": round(sum(tally.seconds for tally in tallies.values()), 3),
    }
    listed, kept = ListedFiles(), [case for tally in tallies.values() for case in tally.kept]
    flaky = [case.finding(listed) for case in kept if case.state == "passed"]
    bad = [case.finding(listed) for case in kept if case.state != "passed"]
    if LISTED and not os.path.exists(f"{LISTED}.tests"):  # a runner may have told it from inside
        with open(f"{LISTED}.tests", "w", encoding="utf-8") as file:
            file.writelines(line for tally in tallies.values() for line in tally.lines)
    emit({**numbers, **(more or {}), "flaky": flaky}, bad)


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Have the reports written, or take those of CI, and count."""
    handed_in = HandedIn(Params(env))
    tallies = {path: TestTally() for path in handed_in.paths}
    for path, tally in tallies.items():
        TestReport(path, handed_in, tally).read()
    emit_tests(handed_in, tallies)
    return 0
