"""Count the tests of reports in CTRF, the Common Test Report Format, which is JSON."""

from collections.abc import Mapping
from typing import TextIO

from checks.in_project.common import Params
from checks.reports.handed_in import HandedIn, refuse
from checks.reports.json_reader import JsonReader
from checks.reports.junit import ReportedTest, TestTally, emit_tests

TESTS = ("results", "tests")
STATES = {"passed": "passed", "failed": "failed", "skipped": "skipped", "pending": "skipped"}


def read(path: str, tally: TestTally) -> None:
    """Read one report; `other`, and what no version has, is an error."""
    stated: object = None
    for keys, value in JsonReader(path, {(), TESTS[:1], TESTS}):
        if keys == (*TESTS[:1], "summary") and isinstance(value, dict):
            stated = value.get("tests")
        elif keys == (*TESTS, "*") and isinstance(value, dict):
            of = {name: str(value[name]) for name in ("name", "line") if name in value}
            of["file"] = str(value.get("filePath") or "")
            case = ReportedTest(path, 1, of, STATES.get(str(value.get("status")), "error"))
            case.flaky = value.get("flaky") is True
            case.text = f"{value.get('message') or ''}\n{value.get('trace') or ''}"
            tally.add(case)
            tally.seconds += float(value.get("duration") or 0) / 1000
    if stated is None:
        refuse(path, 1, 1, "expected a report in CTRF, found no summary of its results")
    if stated != tally.states.total():
        refuse(path, 1, 1, f"it speaks of {stated} tests and names {tally.states.total()}")


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Have the reports written, or take those of CI, and count."""
    handed_in = HandedIn(Params(env))
    tallies = {path: TestTally() for path in handed_in.paths}
    for path, tally in tallies.items():
        read(path, tally)
    emit_tests(handed_in, tallies)
    return 0
