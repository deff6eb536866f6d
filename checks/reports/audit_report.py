"""Tell what a security report lacks: it must say which commit was scanned, when, and with what."""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TextIO

from checks.git import lines
from checks.in_project.common import Params, emit, not_measured, place, read_json, refuse, require
from checks.project_copy import copy_project

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


def lacking(params: Params, texts: list[tuple[str, str]], date: datetime | None) -> Iterator[str]:
    """Say what the report lacks."""
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


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Have the report written if asked to, then read it."""
    params = Params(env)
    report = params.text("report")
    folder = "."
    if target := params.text("target"):
        require("make")
        copy = copy_project(params)
        folder = copy.folder
        written = os.path.join(folder, report)
        if os.path.exists(written):
            os.remove(written)
        _, output = copy.run(["make", target])
        refuse(params.text("unknown"), output, f"make {target}")
        if not os.path.exists(written):
            not_measured(f"make {target} wrote no {report}")
    texts = list(leaves(read_json(os.path.join(folder, report))))
    date = newest_date(texts)
    findings = [place(report, 0, "audit", text) for text in lacking(params, texts, date)]
    age = (datetime.now(UTC) - date).total_seconds() / 86_400 if date else None
    emit({"problems": len(findings), "age": age and round(age, 3)}, findings)
    return 0
