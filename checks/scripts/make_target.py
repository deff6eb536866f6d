"""Run a make target in a throw-away copy, and tell whether its end can be believed."""

import json
import os
import re

from _common import Place, emit, not_measured, number_param, param, place, refuse, require, words
from _copy import Copy, copy_project
from _makefile import hidden_failures, hidden_when_expanded, read_database


def make(*options: str) -> list[str]:
    """Return the command that makes the target."""
    return ["make", *options, *words("args"), param("target")]


def masked(copy: Copy) -> list[Place]:
    """List what hides failures of the target, if make has a rule for it."""
    status, output = copy.run(make("--dry-run"))
    if status:
        why = (output.splitlines() or [""])[-1].removeprefix("make: *** ")
        not_measured(f"make cannot make {param('target')}: {why}")
    _, printed = copy.run(make("--dry-run", "--print-data-base"), quiet=True)
    database = read_database(printed)
    if not database.rules:
        not_measured("make did not print its rules, in which failures may be hidden")
    found = hidden_failures(database, param("target"))
    return found + hidden_when_expanded(database, output, found)


def number_in(output: str, pattern: str) -> float:
    """Return the last number that the pattern finds."""
    found = re.findall(pattern, output, re.MULTILINE)
    if not found:
        not_measured(f"what the target printed has nothing that matches {pattern}")
    text = found[-1] if isinstance(found[-1], str) else found[-1][0]
    try:
        return float(text)
    except ValueError:
        not_measured(f"{text!r} is no number")


def main() -> None:
    """Look at the recipes, run the target, verify what it should have done."""
    require("make")
    target = param("target")
    copy = copy_project()
    findings: list[Place] = masked(copy)
    masks = len(findings)
    extra = {}
    if variable := param("sqlite_variable"):
        path = os.path.join(os.environ["READINESS_TMP"], "target.db")
        extra[variable] = f"sqlite:///{path}"
    status, output = copy.run(make(), extra)
    refuse(param("unknown"), output, f"make {target}")
    if status:
        last = [line for line in output.splitlines() if line.strip()][-1:]
        findings.append(
            place("Makefile", 0, "status", f"{target}: status {status}: {''.join(last)}")
        )
    elif verify := param("verify"):
        verified, _ = copy.run(["bash", "-euo", "pipefail", "-c", verify], extra)
        if verified:
            findings.append(place("Makefile", 0, "verify", f"`{verify}`: status {verified}"))
    pattern = param("number")
    number = number_in(output, pattern) if pattern and not findings else None
    least = number_param("at_least")
    if number is not None and least is not None and number < least:
        findings.append(place("Makefile", 0, "number", f"{target}: {number:g}, {least:g} asked"))
    numbers = {"problems": len(findings), "status": status, "masks": masks, "number": number}
    with open(os.path.join(os.environ["READINESS_TMP"], "numbers.json"), "w") as file:
        json.dump(numbers, file)
    emit(numbers, findings)


if __name__ == "__main__":
    main()
