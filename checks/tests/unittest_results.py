"""Count what unittest's runner, or Django's, says that it ran; its text on standard input."""

import re
from collections.abc import Iterator, Mapping
from typing import TextIO

from checks.in_project.common import CheckFinding, emit, heard, not_measured, place, require

FOUND = re.compile(r"^Found (\d+) test\(s\)\.$", re.MULTILINE)
SUMMARY = re.compile(
    r"^Ran (?P<ran>\d+) tests? in [\d.]+s\n\n"
    r"(?P<end>OK|FAILED|NO TESTS RAN)(?: \((?P<counts>.*)\))?$",
    re.MULTILINE,
)
LOST = re.compile(r"^ERROR: (\S+) \(unittest\.loader\._FailedTest", re.MULTILINE)
BAD = re.compile(r"(FAIL|ERROR): (\S+) (\([^)\n]*\))")
LINE = re.compile(r'^  File "(.+)", line (\d+), in (\S+)$', re.MULTILINE)
BETWEEN = f"\n{'=' * 70}\n"
"""What stands before each test that failed."""


def counts(text: str) -> dict[str, int]:
    """Return the counts in brackets, such as `failures=1, skipped=2`."""
    pairs = (each.partition("=") for each in text.split(", ") if "=" in each)
    return {name.strip(): int(value) for name, _, value in pairs}


def findings(text: str) -> Iterator[CheckFinding]:
    """Yield each test that failed, with its own line of the traceback."""
    for block in text.split(BETWEEN)[1:]:
        if bad := BAD.match(block):
            kind, test, _ = bad.groups()
            lines = [found.groups() for found in LINE.finditer(block)]
            own = [(path, line) for path, line, function in lines if function == test]
            path, line = own[0] if own else ("", 0)
            yield place(path, int(line), kind.lower(), test)


def repeated(text: str) -> int:
    """Count how often a test is named that failed before: each of its subtests is."""
    named = [bad.group(2, 3) for block in text.split(BETWEEN)[1:] if (bad := BAD.match(block))]
    return len(named) - len({*named})


def main(_argv: list[str], _env: Mapping[str, str], stdin: TextIO) -> int:
    """Read, compare what was found with what was run, and print."""
    require("python")
    text = heard(stdin)
    if lost := LOST.search(text):
        not_measured(f"{lost[1]} could not be imported, and none of its tests was run")
    # A suite that tests test runners prints summaries of others before its own.
    summary = next(reversed(list(SUMMARY.finditer(text))), None)
    if summary is None:
        lines = [line for line in text.splitlines() if line.strip()]
        not_measured(lines[-1].strip() if lines else "the test runner said nothing")
    executed = int(summary["ran"])
    announced = FOUND.search(text)
    if not executed:
        not_measured("there is no test")
    if announced and int(announced[1]) != executed:
        not_measured(f"{announced[1]} tests were found, and {executed} were run")
    outcomes = counts(summary["counts"] or "")
    failed = sum(outcomes.get(name, 0) for name in ("failures", "errors", "unexpected successes"))
    if (failed > 0) != (summary["end"] == "FAILED"):
        not_measured(f"the test runner says {summary['end']}, which does not fit together")
    skipped = outcomes.get("skipped", 0)
    numbers = {
        "failed": failed - repeated(text),
        "executed": executed - skipped,
        "skipped": skipped,
        "expected_failures": outcomes.get("expected failures", 0),
    }
    emit(numbers, findings(text))
    return 0
