"""Tell what a security report lacks: it must say which commit was scanned, when, and with what."""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import TextIO

from checks.git import lines
from checks.in_project.common import Params, emit, not_measured, place, read_json, refuse, require
from checks.locks.osv import Service
from checks.make.planted import Flaw, flaws, in_words, planting
from checks.project_copy import Copy, copy_project
from checks.reports.examined import Packages, unnamed

DATES = {"date", "generated_at", "created", "created_at", "timestamp", "time", "started_at"}


def leaves(data: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in the report with the key that it stands under."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from leaves(value, str(name))
        if isinstance(data.get("name"), str) and isinstance(data.get("version"), str):
            yield "tool", f"{data['name']} {data['version']}"
    elif isinstance(data, list):
        for value in data:
            yield from leaves(value, key)
    elif isinstance(data, str):
        yield key, data


def newest_date(texts: list[tuple[str, str]]) -> datetime | None:
    """Return the newest of the report's dates."""
    dates = []
    for key, text in texts:
        if key.lower() in DATES:
            try:
                date = datetime.fromisoformat(text)
            except ValueError:
                continue
            dates.append(date if date.tzinfo else date.replace(tzinfo=UTC))
    return max(dates, default=None)


def head() -> tuple[str, datetime]:
    """Return the commit that is checked out, and its date."""
    newest = lines("log", "-1", "--format=%H %cI")
    if not newest:
        not_measured("the project's folder is in no git repository with a commit")
    commit, date = newest[0].split()
    return commit, datetime.fromisoformat(date)


def lacking(params: Params, report: object) -> Iterator[str]:
    """Say what the report lacks."""
    texts = [*leaves(report)]
    date = newest_date(texts)
    commit, committed = head()
    if not any(text == commit for _, text in texts):
        yield f"it does not name the commit {commit[:12]}"
    if date is None:
        yield "it has no date"
    elif date < committed:
        yield f"it is older than the commit {commit[:12]}"
    elif date > datetime.now(UTC):
        yield "its date is in the future"
    for tool in params.words("tools"):
        named = re.compile(rf"^{re.escape(tool)}\b[^\d]*\d+(?:\.\d+)+")
        if not any(
            key in {"tool", "version", "tools"} and named.match(text) for key, text in texts
        ):
            yield f"it does not name {tool} with its version"
    if locks := params.words("locks"):
        packages = Packages(report, locks)
        yield from packages.left_out()
        if address := params.text("osv_url"):
            yield from packages.hidden(Service(address))


def make(params: Params, copy: Copy) -> tuple[object, str]:
    """Have the report written; return it, None where there is none, and what the target said."""
    written = os.path.join(copy.folder, params.text("report"))
    if os.path.exists(written):
        os.remove(written)
    _, output = copy.run(["make", params.text("target")])
    return read_json(written) if os.path.exists(written) else None, output


def written_anew(params: Params) -> tuple[object, list[str]]:
    """Have the report written in a copy; return it, and what it lacks.

    A report of a copy with flaws says all the rest as well: the target is made a second time only
    where that report lacks something.
    """
    require("make")
    copy, target = copy_project(params), params.text("target")
    planted = [*chain(*flaws(params.words("notices")))]
    left: list[Flaw] = []
    if planted:
        with planting(copy.folder, planted):
            report, output = make(params, copy)
        left = unnamed(report, planted)
        pattern = params.text("unknown")
        if report and not (pattern and re.search(pattern, output, re.MULTILINE)):
            problems = [*lacking(params, report)]
            if not problems:
                return report, hiding(left)
    report, output = make(params, copy)
    refuse(params.text("unknown"), output, f"make {target}")
    if report is None:
        not_measured(f"make {target} wrote no {params.text('report')}")
    return report, [*lacking(params, report), *hiding(left)]


def hiding(left: list[Flaw]) -> list[str]:
    """Say which planted flaws a report does not name."""
    return [f"it does not name what is planted in {in_words(left)}"] if left else []


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Have the report written if asked to, then read it."""
    params = Params(env)
    path = params.text("report")
    if params.text("target"):
        report, problems = written_anew(params)
    elif params.text("notices"):
        not_measured("what a report notices is seen where a `target` writes it")
    else:
        report = read_json(path)
        problems = [*lacking(params, report)]
    date = newest_date([*leaves(report)])
    age = (datetime.now(UTC) - date).total_seconds() / 86_400 if date else None
    findings = [place(path, 0, "audit", text) for text in problems]
    emit({"problems": len(findings), "age": age and round(age, 3)}, findings)
    return 0
