"""Count the tests of reports in TAP, the Test Anything Protocol, versions 12 to 14."""

import re
from collections.abc import Mapping
from typing import TextIO

from checks.in_project.common import Params
from checks.reports.handed_in import HandedIn, refuse
from checks.reports.junit import ReportedTest, TestTally, emit_tests

POINT = re.compile(
    r"( *)(not )?ok\b(?: +(\d+))?(?: +-)? *(.*?)(?:\s*#\s*(skip|todo)\b.*)?", re.IGNORECASE
)
PLAN = re.compile(r"( *)1\.\.(\d+)\b.*")


class TapReport:
    """Reads one report; by depth, how many tests are planned and how many were seen."""

    def __init__(self, path: str, tally: TestTally) -> None:
        self.path, self.tally = path, tally
        self.plans: dict[int, int] = {}
        self.seen: dict[int, list[bool]] = {}
        self.last: ReportedTest | None = None

    def read(self) -> None:
        """Read the whole report."""
        number, is_yaml = 0, False
        with open(self.path, encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(map(str.rstrip, file), 1):
                is_yaml = line.strip() == "---" or (is_yaml and line.strip() != "...")
                if is_yaml and self.last is not None:
                    self.last.text += f"{line.strip()}\n"
                elif line.lstrip().startswith("Bail out!"):
                    refuse(self.path, number, 1, f"the run was broken off ({line.strip()})")
                elif plan := PLAN.fullmatch(line):
                    self.plans[len(plan[1])] = int(plan[2])
                elif point := POINT.fullmatch(line):
                    self._take(number, point)
        self._close(number, 0)

    def _take(self, number: int, point: re.Match[str]) -> None:
        """Count a test; one that sums up those before it, further in, counts if they do not."""
        indent, bad, _, name, directive = point.groups()
        children = [depth for depth in self.seen if depth > len(indent)]
        good_children = [all(self._close(number, depth)) for depth in children]
        is_good = not bad or bool(directive)
        self.seen.setdefault(len(indent), []).append(is_good)
        state = "skipped" if directive else "failed" if bad else "passed"
        self.last = ReportedTest(self.path, number, {"name": name}, state)
        if not children or (not is_good and all(good_children)):
            self.tally.add(self.last)

    def _close(self, number: int, depth: int) -> list[bool]:
        """End a list of tests, and return which were good; it must have as many as it planned."""
        seen, plan = self.seen.pop(depth, []), self.plans.pop(depth, None)
        if plan is None or plan != len(seen):
            why = "it has no plan (1..N)" if plan is None else f"{plan} tests are planned"
            refuse(self.path, number, 1, f"{why} and {len(seen)} were run", "it was broken off")
        return seen


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Have the reports written, or take those of CI, and count."""
    handed_in = HandedIn(Params(env))
    tallies = {path: TestTally() for path in handed_in.paths}
    for path, tally in tallies.items():
        TapReport(path, tally).read()
    emit_tests(handed_in, tallies)
    return 0
