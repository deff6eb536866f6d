"""Count what importing alone covered, and what could not be imported."""

import os
from collections.abc import Mapping
from typing import TextIO

from checks.in_project.common import Params, emit, not_measured, place, read_text
from checks.tests.coverage_data import percent, read_report


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Read both reports; where nothing at all was imported, nothing was measured."""
    params = Params(env)
    tmp = params.tmp
    files = read_report(os.path.join(tmp, "coverage.json"))
    reached = percent(files.values(), params.text("source"))
    refused = read_text(os.path.join(tmp, "not-imported")).splitlines()
    if not any(file["covered_lines"] for file in files.values()):
        not_measured("no module could be imported")
    findings = [
        place(path, 0, "not-imported", why)
        for path, _, why in (line.partition(": ") for line in refused)
    ]
    numbers = {
        "percent_statements": round(reached, 4),
        "statements": sum(file["num_statements"] for file in files.values()),
        "not_imported": len(refused),
    }
    emit(numbers, findings)
    return 0
