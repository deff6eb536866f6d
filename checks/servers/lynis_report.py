"""Read the report that lynis left: its hardening index, warnings and suggestions."""

import os
from collections.abc import Mapping
from typing import TextIO

from checks.in_project.common import Params, emit, not_measured, place, read_text, require


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Refuse a report that is not finished or of too few tests, then count."""
    params = Params(env)
    require("lynis")
    path = os.path.join(params.tmp, "report.dat")
    if os.geteuid() and params.text("unprivileged") != "true":
        not_measured("lynis looks at all only as root; `unprivileged: true` takes what it sees")
    values: dict[str, list[str]] = {}
    for line in read_text(path).splitlines():
        name, equals, value = line.partition("=")
        if equals:
            values.setdefault(name, []).append(value)
    if values.get("finish") != ["true"]:
        not_measured("lynis did not finish: its report has no end")
    index, tests = (number(values, name) for name in ("hardening_index", "lynis_tests_done"))
    least = int(params.text("min_tests") or 0)
    if tests < least:
        not_measured(f"lynis did {tests} tests, of {least}: the index of a few means nothing")
    findings = [
        place("system", 0, parts[0], f"{kind}: {' '.join(filter(says_something, parts[1:]))}")
        for kind in ("warning", "suggestion")
        for parts in (entry.split("|") for entry in values.get(f"{kind}[]", []))
    ]
    numbers = {
        "hardening_index": index,
        "warnings": len(values.get("warning[]", [])),
        "suggestions": len(values.get("suggestion[]", [])),
        "tests": tests,
    }
    emit(numbers, findings)
    return 0


def number(values: dict[str, list[str]], name: str) -> int:
    """Return a number of the report."""
    try:
        return int(values[name][-1])
    except (KeyError, ValueError):
        not_measured(f"lynis's report does not tell {name}")


def says_something(part: str) -> bool:
    """Return whether a part of an entry says something."""
    return part not in {"", "-"}
