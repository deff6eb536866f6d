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

SHOWN, SPANS = 20, 8


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
                lines = files[module].get("missing", []) if module in files else []
                text += f": {spans(lines)}" if lines else ""
                missed.append(place(module, (lines or [0])[0], "coverage", text))
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
    """List the files with the most uncovered statements, and the lines of these."""
    missing = {path: each["num_statements"] - each["covered_lines"] for path, each in files.items()}
    worst = sorted(filter(missing.get, missing), key=lambda path: (-missing[path], path))[:SHOWN]
    findings = []
    for path in worst:
        total, lines = files[path]["num_statements"], files[path].get("missing", [])
        statements = "statement" if total == 1 else "statements"
        text = f"{missing[path]} of {total} {statements} not run"
        text += f": {spans(lines)}" if lines else ""
        findings.append(place(path, (lines or [0])[0], "coverage", text))
    return findings


def spans(lines: list[int]) -> str:
    """Write line numbers in their order, the first few: `lines 3-5, 9`."""
    ranges: list[list[int]] = []
    for line in lines:
        if ranges and line == ranges[-1][-1] + 1:
            ranges[-1][1:] = [line]
        else:
            ranges.append([line])
    texts = ["-".join(map(str, ends)) for ends in ranges[:SPANS]]
    texts += ["…"] if len(ranges) > SPANS else []
    return f"{'line' if len(lines) == 1 else 'lines'} {', '.join(texts)}"


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
        if os.path.getsize(path) and (not tops or is_below(path, *tops))
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
