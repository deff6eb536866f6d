"""Count the tests that nothing can make fail, and the faults in the code that no test notices."""

from collections.abc import Mapping
from typing import TextIO

from checks.in_project.common import CheckFinding, Params, emit, not_measured, place
from checks.tests.broken import Broken, FaultAttempt, try_broken

FEW = 10
"""Of fewer faults no share is told, unless there are no more."""


def whole_number(params: Params, name: str) -> int:
    """Return a parameter that is a whole number of 0 or more."""
    number = params.number(name) or 0
    if number < 0 or number != int(number):
        not_measured(f"the parameter {name} is {params.text(name)!r}, which is no whole number")
    return int(number)


def try_tests(params: Params, mutants: int) -> Broken:
    """Try each test, and put a sample of faults into the code, one at a time."""
    broken = try_broken(
        params,
        {
            "paths": params.words("paths"),
            "source": params.words("source"),
            "args": params.words("args"),
            "seconds": params.number("seconds") or 0,
            "mutants": mutants,
            "seed": params.text("seed"),
            "tests": [],
            "took": {},
            "flows": [],
        },
    )
    tried, possible = broken["attempts"], broken.get("possible", 0)
    if "passed" not in broken.get("tests", {}).values():
        not_measured("no test passes in a copy of the project")
    if mutants and not possible:
        not_measured("no passing test runs into code in which a fault could be put")
    if len(tried) < min(mutants, possible, FEW):
        not_measured(f"the seconds were enough for {len(tried)} of {min(mutants, possible)} faults")
    return broken


def survivors(tried: list[FaultAttempt]) -> list[CheckFinding]:
    """List the faults that no test noticed."""
    return [
        place(fault["path"], fault["line"], "mutant", f"{fault['what']}, and no test fails")
        for fault in tried
        if not fault["noticed"]
    ]


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Try the tests, and the faults that are asked for."""
    params = Params(env)
    broken = try_tests(params, whole_number(params, "mutants"))
    findings = [
        place(path, line, "hollow", f"{name} {why}") for (path, name), line, why in broken["hollow"]
    ]
    hollow, total = len(findings), broken["count"]
    numbers: dict[str, object] = {
        "percent": round(100 * (total - hollow) / total, 4),
        "without": hollow,
        "tests": total,
        "mutants": None,
        "survived": None,
        "killed": None,
        "problems": hollow,
    }
    if tried := broken["attempts"]:
        survived = survivors(tried)
        killed = round(100 * (len(tried) - len(survived)) / len(tried), 4)
        least = params.number("at_least") or 0
        findings += survived
        numbers |= {"mutants": len(tried), "survived": len(survived), "killed": killed}
        numbers["problems"] = hollow + (killed < least)
    emit(numbers, findings)
    return 0
