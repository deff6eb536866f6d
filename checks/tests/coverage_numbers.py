"""Count the covered statements of the shared run of pytest."""

import os
from collections.abc import Mapping
from fnmatch import fnmatch
from typing import TextIO

from checks.in_project.common import (
    CheckFinding,
    Params,
    emit,
    files_below,
    is_below,
    not_measured,
    place,
)
from checks.tests.coverage_data import Summary, percent, read_report, select

SHOWN = 20


def modules_below(files: dict[str, Summary], thresholds: list[str]) -> list[CheckFinding]:
    """List the modules that miss their threshold."""
    missed = []
    for threshold in thresholds:
        pattern, _, limit = threshold.rpartition("=")
        if not pattern or not limit.replace(".", "", 1).isdigit():
            not_measured(f"{threshold!r} is no threshold: it should look like src/api=80")
        for module, summaries in groups(files, pattern).items():
            reached = percent(summaries, module)
            if reached < float(limit):
                text = f"{reached:.2f} % of its statements, {limit} % asked"
                missed.append(place(module, 0, "coverage", text))
    return missed


def groups(files: dict[str, Summary], pattern: str) -> dict[str, list[Summary]]:
    """Return what one threshold is about: a path as a whole, or each file that matches."""
    if "*" not in pattern:
        return {pattern: list(select(files, [pattern]).values())}
    matched = {
        path: [summary]
        for path, summary in files.items()
        if fnmatch(path, pattern) and summary["num_statements"]
    }
    if not matched:
        not_measured(f"coverage measured no file that matches {pattern}")
    return matched


def weakest(files: dict[str, Summary]) -> list[CheckFinding]:
    """List the files with the most uncovered statements."""
    missing = {path: each["num_statements"] - each["covered_lines"] for path, each in files.items()}
    worst = sorted(filter(missing.get, missing), key=lambda path: (-missing[path], path))[:SHOWN]
    return [
        place(
            path,
            files[path].get("first_missing", 0),
            "coverage",
            f"{missing[path]} of {files[path]['num_statements']} statements not run",
        )
        for path in worst
    ]


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Select, then count."""
    params = Params(env)
    tops = params.words("below")
    name = "neutral.json" if params.text("neutral") == "true" else "coverage.json"
    report = os.path.join(params.env["READINESS_TMP_PYTEST"], name)
    files = select(read_report(report), tops)
    reached = percent(files.values(), params.text("below") or params.text("source"))
    sources = [
        path
        for path in files_below(params.words("source"))
        if os.path.getsize(path) and (not tops or any(is_below(path, top) for top in tops))
    ]
    thresholds = params.words("thresholds")
    missed = modules_below(files, thresholds)
    numbers = {
        "percent_statements": round(reached, 4),
        "statements": sum(file["num_statements"] for file in files.values()),
        "files": len(files),
        "percent_listed": round(100 * len(set(sources) & set(files)) / len(sources), 4),
        "excluded": sum(file["excluded_lines"] for file in files.values()),
        "modules_below": len(missed) if thresholds else None,
    }
    emit(numbers, missed if thresholds else weakest(files))
    return 0
