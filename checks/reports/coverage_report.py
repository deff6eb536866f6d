"""Count the lines and branches that a coverage report tells of, of all files or of a change."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TextIO

from checks.git import lines
from checks.in_project.common import CheckFinding, Params, emit, not_measured, place, require
from checks.reports.coverage_formats import CoverageReport, CoveredFile, Ways
from checks.reports.handed_in import HandedIn, ListedFiles
from checks.tests.coverage_numbers import SHOWN, spans

HUNK = re.compile(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@")


def added(base: str) -> dict[str, int]:
    """Return the lines, as bits, that were added to each file since the merge base with `base`."""
    since = lines("merge-base", base, "HEAD")
    if not since:
        not_measured(f"diff: Git knows no revision {base} that HEAD comes from; fetch it")
    changes: defaultdict[str, int] = defaultdict(int)
    path = ""
    options = ("-U0", "--no-ext-diff", "--no-color", "--no-prefix", "--relative")
    for line in lines("diff", *options, since[0], "--"):
        if line.startswith("+++ "):
            path = line[4:].strip()
        elif hunk := HUNK.match(line):
            changes[path] |= ((1 << int(hunk[2] or 1)) - 1) << int(hunk[1])
    return changes


def missed(path: str, bits: int, total: int, what: str) -> CheckFinding:
    """Return a finding about the lines of a file that did not run."""
    numbers = [line for line in range(bits.bit_length()) if bits >> line & 1]
    text = f"{len(numbers)} of {total} {what} not run: {spans(numbers)}"
    return place(path, numbers[0], "coverage", text)


def percent(ran: int, total: int) -> float | None:
    """Return a share; None of nothing."""
    return round(100 * ran / total, 4) if total else None


def sums(ways: Iterable[Ways]) -> tuple[int, int]:
    """Return how many ways ran, and how many there are."""
    every = [way for of in ways for way in of.values()]
    return sum(way[0] for way in every), sum(way[1] for way in every)


def of_change(
    files: Mapping[str, CoveredFile], base: str, unlisted: Iterable[str]
) -> tuple[Mapping[str, float | None], list[CheckFinding]]:
    """Return what is to be said of the lines that were added since `base`."""
    changes, findings, total, bad = added(base), [], 0, 0
    for path in sorted(changes.keys() & files.keys()):
        executable = changes[path] & files[path].lines
        left = executable & ~files[path].hit
        total, bad = total + executable.bit_count(), bad + left.bit_count()
        if left:
            findings.append(missed(path, left, executable.bit_count(), "changed lines"))
    unknown = [path for path in unlisted if path in changes]
    findings += [place(path, 0, "unlisted", "changed, and not in the report") for path in unknown]
    share = percent(total - bad, total) if total else 100.0
    numbers = {"changed_lines": total, "changed_missed": bad, "percent_changed": share}
    return dict.fromkeys(numbers) if unknown else numbers, findings


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Have the reports written, or take those of CI, and count."""
    params = Params(env)
    require("git")
    handed_in, report = HandedIn(params), CoverageReport()
    for path in handed_in.paths:
        report.read(path)
    sources, listed = ListedFiles(*params.words("source")).files, ListedFiles()
    files: defaultdict[str, CoveredFile] = defaultdict(CoveredFile)
    for name, file in report.files.items():
        if (path := listed.find(name, *report.roots)) in sources:
            files[path].merge(file)
    total = sum(file.lines.bit_count() for file in files.values())
    if not total:
        named = next(iter(report.files), "no file")
        not_measured(
            f"the report has no executable line of a file that Git lists in "
            f"{params.text('source')}; it names {named}"
        )
    kinds = {os.path.splitext(path)[1] for path in files}
    unlisted = sorted(
        path
        for path in sources - files.keys()
        if os.path.splitext(path)[1] in kinds and os.path.getsize(path)
    )
    left = {path: file.lines & ~file.hit for path, file in files.items()}
    worst = sorted(filter(left.get, left), key=lambda path: (-left[path].bit_count(), path))[:SHOWN]
    findings = [missed(path, left[path], files[path].lines.bit_count(), "lines") for path in worst]
    findings += [place(path, 0, "unlisted", "not in the report") for path in unlisted]
    changed: Mapping[str, float | None] = {}
    if base := params.text("diff"):
        changed, findings = of_change(files, base, unlisted)
    branches = sums(file.branches for file in files.values())
    statements = sums(file.statements for file in files.values())
    numbers = {
        "percent_lines": percent(sum(file.hit.bit_count() for file in files.values()), total),
        "lines": total,
        "percent_branches": percent(*branches),
        "branches": branches[1],
        "percent_statements": percent(*statements),
        "statements": statements[1],
        "files": len(files),
        "unlisted": len(unlisted),
    }
    emit({**numbers, **changed}, findings)
    return 0
