"""Count what Django's test runner says that it ran; its text on standard input."""

import os
import re
from collections.abc import Mapping
from typing import TextIO

from checks.in_project.common import CheckFinding, emit, heard, not_measured, place, require

FOUND = re.compile(r"^Found (\d+) test\(s\)\.$", re.MULTILINE)
RAN = re.compile(r"^Ran (\d+) tests? in [\d.]+s$", re.MULTILINE)
ENDED = re.compile(r"^(OK|FAILED)(?: \((.*)\))?$", re.MULTILINE)
LOST = re.compile(r"^ERROR: (\S+) \(unittest\.loader\._FailedTest", re.MULTILINE)
BAD = re.compile(r"^(FAIL|ERROR): (\S+) \(([\w.]+)\)", re.MULTILINE)


def counts(text: str) -> dict[str, int]:
    """Return the counts in brackets, such as `failures=1, skipped=2`."""
    pairs = (each.partition("=") for each in text.split(", ") if "=" in each)
    return {name.strip(): int(value) for name, _, value in pairs}


def findings(text: str) -> list[CheckFinding]:
    """Name each test that failed."""
    return [place(module(name), 0, kind.lower(), test) for kind, test, name in BAD.findall(text)]


def module(name: str) -> str:
    """Return the file of a dotted name, of which the last parts are a class and a test."""
    steps = name.split(".")
    paths = (f"{'/'.join(steps[:end])}.py" for end in range(len(steps), 0, -1))
    return next(filter(os.path.isfile, paths), name)


def main(_argv: list[str], _env: Mapping[str, str], stdin: TextIO) -> int:
    """Read, compare what was found with what was run, and print."""
    require("python")
    text = heard(stdin)
    if lost := LOST.search(text):
        not_measured(f"{lost[1]} could not be imported, and none of its tests was run")
    ran, ended = RAN.search(text), ENDED.search(text)
    if ran is None or ended is None:
        lines = [line for line in text.splitlines() if line.strip()]
        not_measured(lines[-1].strip() if lines else "the test runner said nothing")
    executed = int(ran[1])
    announced = FOUND.search(text)
    if not executed:
        not_measured("there is no test")
    if announced and int(announced[1]) != executed:
        not_measured(f"{announced[1]} tests were found, and {executed} were run")
    outcomes = counts(ended[2] or "")
    failed = sum(outcomes.get(name, 0) for name in ("failures", "errors", "unexpected successes"))
    if (failed > 0) != (ended[1] == "FAILED"):
        not_measured(f"the test runner says {ended[0]}, which does not fit together")
    skipped = outcomes.get("skipped", 0)
    numbers = {"failed": failed, "executed": executed - skipped, "skipped": skipped}
    emit(numbers, findings(text))
    return 0
