"""Count the tests of reports in Jest's JSON, which Vitest writes too."""

import re
from collections.abc import Mapping
from typing import Any, TextIO

from checks.in_project.common import Params, relative
from checks.reports.handed_in import HandedIn, ListedFiles, refuse
from checks.reports.json_reader import JsonReader
from checks.reports.junit import ReportedTest, TestTally, emit_tests

STATES = {"passed": "passed", "failed": "failed"}
TEST_FILE = re.compile(r"(?:^|/)[^/]+\.(?:test|spec)\.[cm]?[jt]sx?$")


def _add(tally: TestTally, path: str, suite: Mapping[str, Any]) -> None:
    """Count the tests of a file; one that could not be loaded is an error of its own."""
    tests = suite.get("assertionResults") or []
    if not tests and suite.get("status") == "failed":
        name = relative(str(suite["name"]))
        tally.add(ReportedTest(path, 1, {"file": name, "name": name}, "error"))
        tally.kept[-1].text = str(suite.get("message") or "")
    for test in tests:
        line = str((test.get("location") or {}).get("line") or "")
        of = {"file": relative(str(suite["name"])), "name": str(test["fullName"]), "line": line}
        case = ReportedTest(path, 1, of, STATES.get(test["status"], "skipped"))
        case.text = "\n".join(test.get("failureMessages") or ())
        case.flaky = int(test.get("invocations") or 1) > 1 or bool(case.text)
        tally.add(case)
        tally.seconds += float(test.get("duration") or 0) / 1000


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Have the reports written, or take those of CI, and count."""
    handed_in = HandedIn(Params(env))
    tallies = {path: TestTally() for path in handed_in.paths}
    files: set[str] = set()
    for path, tally in tallies.items():
        for keys, value in JsonReader(path, {(), ("testResults",)}):
            if keys == ("wasInterrupted",) and value:
                refuse(path, 1, 1, "the run was interrupted")
            elif keys == ("testResults", "*") and isinstance(value, dict):
                files.add(relative(str(value["name"])))
                _add(tally, path, value)
    there = {path for path in ListedFiles(".").files if TEST_FILE.search(path)}
    emit_tests(handed_in, tallies, {"not_run": len(there - files)})
    return 0
