"""Count the tests that `go test -json` tells of, and the files of tests that it passed over."""

import json
import subprocess
from collections.abc import Mapping
from typing import Any, TextIO

from checks.files.listed import listed
from checks.in_project.common import Params, not_measured, relative
from checks.reports.handed_in import HandedIn, refuse
from checks.reports.junit import ReportedTest, TestTally, emit_tests

STATES = {"pass": "passed", "fail": "failed", "skip": "skipped"}
EACH = "{{range .%s}}{{$d}}/{{.}}\n{{end}}"
FILES = "{{$d := .Dir}}" + EACH % "TestGoFiles" + EACH % "XTestGoFiles"


class GoEvents:
    """The events of a run: how each test ended, and what it printed."""

    def __init__(self, path: str) -> None:
        self.path, self.tally = path, TestTally()
        self.ended: dict[tuple[str, str], str] = {}
        self.printed: dict[tuple[str, str], list[str]] = {}
        self.failed: list[str] = []
        self.untested = 0

    def read(self) -> None:
        """Read all; what fails outside its tests, as a build or a panic does, ends the check."""
        with open(self.path, encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, 1):
                if not line.startswith("{"):
                    refuse(self.path, number, 1, line.strip()[:200] or "it is empty")
                self._event(json.loads(line))
        parents = {(package, name.rpartition("/")[0]) for package, name in self.ended}
        bad = {key for key, state in self.ended.items() if state == "failed"}
        for package in self.failed:
            if not any(key[0] == package for key in bad):
                said = "".join(self.printed.get((package, ""), ())).strip().splitlines()
                not_measured(f"{package} failed outside its tests: {' '.join(said[-3:])[:300]}")
        above = {(package, name.rpartition("/")[0]) for package, name in bad}
        for key, state in self.ended.items():
            if key not in parents or (state == "failed" and key not in above):
                case = ReportedTest(self.path, 1, {"name": key[1], "classname": key[0]}, state)
                case.text = "".join(self.printed.get(key, ()))
                self.tally.add(case)

    def _event(self, event: Mapping[str, Any]) -> None:
        key = str(event.get("Package", "")), str(event.get("Test", ""))
        action = event.get("Action")
        if action == "output" and not str(event["Output"]).startswith(("=== ", "--- ")):
            self.printed.setdefault(key, []).append(str(event["Output"]))
        elif action in STATES and key[1]:
            self.ended[key] = STATES[action]
            self.tally.seconds += float(event.get("Elapsed") or 0) * ("/" not in key[1])
        elif action == "fail":
            self.failed.append(key[0])
        elif action == "skip":
            self.untested += 1


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Run the tests, and count."""
    params = Params(env)
    handed_in = HandedIn(params)
    events = GoEvents(handed_in.paths[0])
    events.read()
    command = ["go", "list", "-e", "-f", FILES, *params.words("packages")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seen = set(map(relative, done.stdout.splitlines()))
    there = set(listed(params.words("paths") or ["."], ["*_test.go"]))
    more = {"not_run": len(there - seen), "untested": events.untested}
    emit_tests(handed_in, {events.path: events.tally}, more)
    return 0
