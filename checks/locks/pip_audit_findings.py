"""Count what pip-audit found (JSON on standard input), and how much of it is high.

Argument: the list of the files that it was asked about, each in a report of its own.
"""

import json
from collections.abc import Mapping
from typing import TextIO, TypedDict, cast

from checks.in_project.common import (
    CheckFinding,
    Params,
    emit,
    not_measured,
    place,
    read_text,
    require,
)
from checks.in_project.locks import is_of_a_tool, read_pins
from checks.locks.osv import Service, is_high


class _Vulnerability(TypedDict):
    id: str
    aliases: list[str]
    fix_versions: list[str]


class _Dependency(TypedDict, total=False):
    name: str
    version: str
    vulns: list[_Vulnerability]
    skip_reason: str


def severity(service: Service, vulnerability: _Vulnerability) -> str:
    """Return `high`, `lower` or `unknown`: the worst that any record of the vulnerability says."""
    identifiers = (vulnerability["id"], *vulnerability["aliases"])
    verdicts = [is_high(found) for found in map(service.advisory, identifiers) if found]
    if any(verdicts):
        return "high"
    return "lower" if False in verdicts else "unknown"


def locked_at(lock: str) -> dict[str, int]:
    """Map each package to its line in the lock file."""
    if is_of_a_tool(lock):
        return {pin.name.lower(): pin.line for pin in read_pins(lock)}
    lines = read_text(lock).splitlines()
    return {
        line.partition("==")[0].partition("[")[0].strip().lower(): at
        for at, line in enumerate(lines, 1)
    }


def read_report(
    params: Params, service: Service, printed: str, files: list[str]
) -> list[_Dependency]:
    """Return pip-audit's dependencies, if a service that knows something was asked."""
    canary = params.text("canary")
    if "==" not in canary or not service.known(canary):
        not_measured(
            f"the advisory service at {service.url} does not know that {canary!r} is vulnerable"
        )
    dependencies: list[_Dependency] = []
    rest = printed.strip()
    try:
        for _ in files:
            report, end = json.JSONDecoder().raw_decode(rest)
            dependencies += cast("list[_Dependency]", report["dependencies"])
            rest = rest[end:].strip()
    except (ValueError, KeyError):
        not_measured(f"pip-audit did not audit {params.text('lock')}")
    if not dependencies:
        not_measured(f"pip-audit found no dependency in {params.text('lock')}")
    return dependencies


def main(argv: list[str], env: Mapping[str, str], stdin: TextIO) -> int:
    """Look up each vulnerability, count, and name the places in the lock file."""
    params = Params(env)
    require("pip-audit")
    service = Service(params.text("osv_url"))
    dependencies = read_report(params, service, stdin.read(), read_text(argv[0]).splitlines())
    lock = params.text("lock")
    lines = locked_at(lock)
    unaudited = [package for package in dependencies if "skip_reason" in package]
    vulnerable = [package for package in dependencies if package.get("vulns")]
    severities: list[str] = []
    if len(unaudited) == len(dependencies):
        not_measured("every dependency was skipped: " + unaudited[0]["skip_reason"])
    findings: list[CheckFinding] = [
        place(lock, 0, "unaudited", f"{package['name']}: {package['skip_reason']}")
        for package in unaudited
    ]
    for package in vulnerable:
        for vulnerability in package["vulns"]:
            severities.append(severity(service, vulnerability))
            fixed = ", ".join(vulnerability["fix_versions"]) or "no release yet"
            release = f"{package['name']} {package['version']}"
            text = f"{release}: {severities[-1]} severity, fixed in {fixed}"
            findings.append(place(lock, lines.get(package["name"], 0), vulnerability["id"], text))
    unknown = severities.count("unknown")
    numbers = {
        # What is not known to be lower counts as high.
        "high": severities.count("high") + unknown + len(unaudited),
        "unknown": unknown,
        "vulnerabilities": len(severities),
        "vulnerable": len(vulnerable),
        "unaudited": len(unaudited),
        "problems": len(vulnerable) + len(unaudited),
        "dependencies": len(dependencies),
    }
    emit(numbers, findings)
    return 0
