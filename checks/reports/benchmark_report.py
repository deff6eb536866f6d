"""Tell how complete a report on the performance is.

A scenario is complete when its figures are there and its raw files hold as many users and requests
as it says. The report is current when nothing below the paths has changed since its commit.
"""

import csv
import math
import os
import re
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TextIO, cast

from checks.documents.document_problems import dead_links, names, outline
from checks.documents.markdown import read_markdown
from checks.git import git
from checks.in_project.common import (
    CheckFinding,
    Params,
    emit,
    not_measured,
    place,
    read_json,
    read_text,
    require,
)

FIGURES = ("users", "requests", "rps", "p95_ms", "error_rate")
WANTED = re.compile(r"\s*(?P<name>.+?)\s*:\s*(?P<users>\d+)\s*[x×*]\s*(?P<each>\d+)\s*")
Scenario = dict[str, object]


@dataclass
class Raw:
    """What the raw figures of a scenario tell; times are in seconds since 1970."""

    requests: list[int] = field(default_factory=list)
    users: int | None = None
    began: float | None = None
    endpoints: dict[str, tuple[int, float]] = field(default_factory=dict)

    def read(self, path: str) -> None:
        """Read a file of locust's figures; another file tells nothing."""
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row.get("Name") == "Aggregated" and row.get("Request Count", "").isdecimal():
                    self.requests.append(int(row["Request Count"]))
                elif row.get("Request Count", "").isdecimal():
                    what = f"{row.get('Type')} {row.get('Name')}"
                    p95 = row.get("95%") or "nan"
                    self.endpoints[what] = (int(row["Request Count"]), float(p95))
                if row.get("User Count", "").isdecimal() and row.get("Timestamp", "").isdecimal():
                    at = float(row["Timestamp"])
                    self.users = max(self.users or 0, int(row["User Count"]))
                    self.began = min(self.began or at, at)


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Have the report written where a target is named, then look at it."""
    params = Params(env)
    require("git")
    began = time.time()
    if target := params.text("make"):
        write(target)
    path = params.text("report")
    report = cast("dict[str, object]", read_json(path))
    try:
        scenarios = cast("list[Scenario]", report["scenarios"])
        date = datetime.fromisoformat(str(report["date"]))
        commit = str(report["commit"])
        named = {str(entry["name"]): entry for entry in scenarios}
    except (ValueError, KeyError, TypeError) as error:
        not_measured(f"{path} is no report: {type(error).__name__}: {error}")
    raw = {name: read_raw(path, entry) for name, entry in named.items()}
    findings: list[CheckFinding] = [
        place(path, 0, name, why)
        for name, scenario in named.items()
        for why in lacks(scenario, os.path.dirname(path), raw[name], began if target else None)
    ]
    bad = {problem["rule"] for problem in findings}
    findings += unlike(params, path, named)
    untreated = [*unfounded(path, report, raw), *not_in_document(params, report)]
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    numbers = {
        "scenarios": len(named),
        "complete": len(named.keys() - bad - {problem["rule"] for problem in findings}),
        "age_days": round((datetime.now(UTC) - date).total_seconds() / 86_400, 3),
        "current": is_current(commit, params.words("paths")) and not report.get("dirty"),
        "untreated": len(untreated),
    }
    emit(numbers, [*findings, *untreated])
    return 0


def write(target: str) -> None:
    """Run the make target; where it fails there is no report to look at."""
    require("make")
    done = subprocess.run(
        ["make", "--silent", target], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode:
        lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
        said = [line for line in lines if line.strip() and not line.startswith("make")]
        not_measured(f"make {target} failed: {said[-1].strip() if said else lines[-1]}")


def files(scenario: Scenario) -> list[str]:
    """Name the raw files of a scenario."""
    raw = scenario.get("raw")
    return [str(name) for name in raw] if isinstance(raw, list) else []


def read_raw(report: str, scenario: Scenario) -> Raw:
    """Read all that is there of a scenario's raw figures."""
    raw = Raw()
    for name in files(scenario):
        path = os.path.join(os.path.dirname(report), name)
        if os.path.isfile(path):
            raw.read(path)
    return raw


def lacks(scenario: Scenario, folder: str, raw: Raw, since: float | None) -> list[str]:
    """Say what a scenario lacks, and in what its figures are not those of the run."""
    reasons = [
        f"{name} is {scenario.get(name)!r}" for name in FIGURES if not is_number(scenario.get(name))
    ]
    if (rate := scenario.get("error_rate")) and is_number(rate) and float(str(rate)) >= 1:
        reasons.append("no request succeeded")
    if not files(scenario):
        return [*reasons, "there are no raw figures"]
    for name in files(scenario):
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            reasons.append(f"{name} is missing")
        elif not os.path.getsize(path):
            reasons.append(f"{name} is empty")
    return reasons + other_than_raw(scenario, raw, since)


def other_than_raw(scenario: Scenario, raw: Raw, since: float | None) -> list[str]:
    """Say in what a scenario is not what its raw files tell of."""
    reasons = []
    if not raw.requests:
        reasons.append("no raw file tells how many requests were made")
    elif scenario.get("requests") not in raw.requests:
        told = raw.requests[0]
        reasons.append(f"the raw figures tell of {told} requests, not {scenario.get('requests')}")
    if raw.users is None:
        reasons.append("no raw file tells how many users there were")
    elif scenario.get("users") != raw.users:
        reasons.append(f"the raw figures tell of {raw.users} users, not {scenario.get('users')}")
    if since is not None and raw.began is not None and raw.began < math.floor(since):
        reasons.append("the raw figures are of an earlier run")
    return reasons


def unlike(params: Params, path: str, named: dict[str, Scenario]) -> list[CheckFinding]:
    """List the scenarios that are asked for and did not run so."""
    findings = []
    for line in filter(str.strip, params.text("scenarios").splitlines()):
        wanted = WANTED.fullmatch(line)
        if not wanted:
            not_measured(f"the scenario {line.strip()!r} is not written as `name: 20 x 10`")
        name, users, per_user = wanted["name"], int(wanted["users"]), int(wanted["each"])
        ran = named.get(name)
        if ran is None:
            findings.append(place(path, 0, name, "the scenario was not run"))
        elif (ran.get("users"), ran.get("requests")) != (users, users * per_user):
            told = f"{ran.get('users')} users made {ran.get('requests')} requests"
            findings.append(place(path, 0, name, f"{told}, not {users} users {per_user} each"))
    return findings


def bottlenecks(report: dict[str, object]) -> list[dict[str, object]]:
    """Return what the report calls bottlenecks."""
    told = report.get("bottlenecks")
    return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []


def unfounded(path: str, report: dict[str, object], raw: dict[str, Raw]) -> list[CheckFinding]:
    """List the bottlenecks whose numbers are not figures of the run; one where there is none."""
    findings = []
    for bottleneck in bottlenecks(report):
        of = raw.get(str(bottleneck.get("scenario")), Raw()).endpoints.get(
            str(bottleneck.get("endpoint"))
        )
        if of is None or of != (bottleneck.get("requests"), bottleneck.get("p95_ms")):
            scenario = bottleneck.get("scenario")
            why = f"{bottleneck.get('endpoint')}: these are no figures of {scenario}"
            findings.append(place(path, 0, "bottleneck", why))
    if not bottlenecks(report):
        findings.append(place(path, 0, "bottleneck", "the report names no bottleneck"))
    return findings


def not_in_document(params: Params, report: dict[str, object]) -> list[CheckFinding]:
    """List the bottlenecks that the document does not speak of, and what it lacks otherwise."""
    path = params.text("document")
    if not path:
        return []
    document = read_markdown(read_text(path))
    findings = [*outline(params, path, document), *dead_links(path, document)]
    for title in filter(None, map(str.strip, params.text("treated").split("|"))):
        text = "".join(each.text for each in document.sections if names(title, each.title))
        for each in bottlenecks(report):
            place_of = str(each.get("endpoint")).rpartition(" ")[2]
            if not re.search(rf"(?<![\w/]){re.escape(place_of)}(?![\w/{{])", text):
                findings.append(place(path, 0, "bottleneck", f"{title} says nothing of {place_of}"))
    return findings


def is_number(value: object) -> bool:
    """Return whether it is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_current(commit: str, paths: list[str]) -> bool:
    """Return whether the paths are as they were at that commit."""
    if not commit.isalnum() or git("cat-file", "-e", f"{commit}^{{commit}}").returncode:
        return False
    return git("diff", "--quiet", "--no-ext-diff", commit, "--", *paths).returncode == 0
