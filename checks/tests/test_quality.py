"""Count the tests that assert something; and the faults in the code that no test notices."""

from collections.abc import Mapping
from typing import TextIO

from checks.in_project.common import (
    CheckFinding,
    Params,
    emit,
    not_measured,
    place,
)
from checks.tests.broken import Broken, FaultAttempt, Idle, try_broken
from checks.tests.weak_tests import Written, written_tests

FEW = 10
"""Of fewer faults no share is told, unless there are no more."""


def whole(params: Params, name: str) -> int:
    """Return a parameter that is a whole number of 0 or more."""
    given = params.number(name) or 0
    if given < 0 or given != int(given):
        not_measured(f"the parameter {name} is {params.text(name)!r}, which is no whole number")
    return int(given)


def sample(params: Params, wanted: int) -> Broken:
    """Put faults into the code, one at a time, and run the tests that run into each."""
    broken = try_broken(
        params,
        {
            "paths": params.words("paths"),
            "source": params.words("source"),
            "args": params.words("args"),
            "seconds": params.number("seconds") or 0,
            "mutants": wanted,
            "seed": params.text("seed"),
            "tests": [],
            "flows": [],
        },
    )
    tried, possible = broken["attempts"], broken.get("possible", 0)
    if "passed" not in broken.get("tests", {}).values():
        not_measured("no test passes in a copy of the project")
    if not possible:
        not_measured("no passing test runs into code in which a fault could be put")
    if len(tried) < min(wanted, possible, FEW):
        not_measured(f"the seconds were enough for {len(tried)} of {min(wanted, possible)} faults")
    return broken


def survivors(tried: list[FaultAttempt]) -> list[CheckFinding]:
    """List the faults that no test noticed."""
    return [
        place(each["path"], each["line"], "mutant", f"{each['what']}, and no test fails")
        for each in tried
        if not each["noticed"]
    ]


def idle(tests: list[Written], seen: Idle) -> list[CheckFinding]:
    """List the tests that look well, and that show nothing when they are tried."""
    known, skipped, unmoved = (
        {tuple(each) for each in listed}
        for listed in (seen["known"], seen["skipped"], seen["unmoved"])
    )
    found = []
    for test in tests:
        named = (test.path, test.name)
        if named in skipped:
            found.append(test.finding("is never run: it is always skipped"))
        elif named in unmoved:
            found.append(test.finding("passes whatever the code that it runs answers"))
        elif named not in known and test.path in seen["modules"] and not test.in_a_branch:
            found.append(test.finding("is never run: pytest does not take it for a test"))
    if not found and seen["asked"] < seen["of"]:
        not_measured(f"the seconds were enough to try {seen['asked']} of {seen['of']} tests")
    return found


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Read the tests, then try them where faults are asked for."""
    params = Params(env)
    tests = written_tests(params.words("paths"))
    total = len(tests)
    findings = [test.finding(test.why) for test in tests if test.why]
    broken = sample(params, wanted) if (wanted := whole(params, "mutants")) else None
    if broken and "idle" in broken:
        findings += idle([test for test in tests if not test.why], broken["idle"])
    without = len(findings)
    numbers: dict[str, object] = {
        "percent": round(100 * (total - without) / total, 4),
        "without": without,
        "tests": total,
        "mutants": None,
        "survived": None,
        "killed": None,
        "problems": without,
    }
    if broken:
        tried = broken["attempts"]
        survived = survivors(tried)
        killed = round(100 * (len(tried) - len(survived)) / len(tried), 4)
        least = params.number("at_least") or 0
        findings += survived
        numbers |= {"mutants": len(tried), "survived": len(survived), "killed": killed}
        numbers["problems"] = without + (killed < least)
    emit(numbers, findings)
    return 0
