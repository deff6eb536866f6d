"""Scan the source with bandit and the lock files with pip-audit.

Both tools may exit with 0 when they measured nothing: bandit on a folder that is
empty or a file that does not parse, pip-audit when its service knows none of the
dependencies. Here that is a failure of its own.

Use: python -m scripts.security_scan [--report FOLDER]

Exit status: 0 nothing found, 1 something found, 2 something was not scanned.
PIP_AUDIT_FLAGS is handed to pip-audit, for example
PIP_AUDIT_FLAGS="-s osv --osv-url http://127.0.0.1:8080/v1/query"; pip-audit also
reads variables of its own, such as PIP_AUDIT_VULNERABILITY_SERVICE.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SOURCES = ("src",)
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-ops.lock")
CLEAN, FOUND, NOT_SCANNED = 0, 1, 2


@dataclass
class Scan:
    """What one tool said, and what that means."""

    command: list[str]
    version: str
    exit_status: int
    output: Any
    findings: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    covered: str = ""

    @property
    def status(self) -> int:
        """What was not scanned weighs more than what was found."""
        if self.gaps:
            return NOT_SCANNED
        return FOUND if self.findings else CLEAN


def run(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """Run a tool and catch what it says."""
    return subprocess.run(command, capture_output=True, text=True, check=False)


def scan(command: list[str]) -> Scan:
    """Run a scanner which writes JSON."""
    done = run(command)
    version = run([command[0], "--version"]).stdout.splitlines()
    try:
        output = json.loads(done.stdout)
    except json.JSONDecodeError:
        output = None
    result = Scan(command, version[0] if version else "", done.returncode, output)
    if output is None or done.returncode not in (0, 1):
        last = done.stderr.strip().splitlines() or ["no output"]
        result.gaps.append(f"{command[0]} failed: {last[-1]}")
    return result


def scan_source() -> Scan:
    """Scan the source with bandit."""
    result = scan(["bandit", "--quiet", "--format", "json", "--recursive", *SOURCES])
    if result.output is None:
        return result
    for item in result.output["results"]:
        result.findings.append(
            f"{item['filename']}:{item['line_number']}: {item['test_id']} "
            f"{item['issue_severity'].lower()}: {item['issue_text']}"
        )
    for item in result.output["errors"]:
        result.gaps.append(f"{item['filename']}: {item['reason']}")
    scanned = [name for name in result.output["metrics"] if name != "_totals"]
    for source in SOURCES:
        if not any(name.startswith(f"{source}/") for name in scanned):
            result.gaps.append(f"{source}: no file scanned")
    lines = result.output["metrics"]["_totals"]["loc"]
    result.covered = f"{len(scanned)} files, {lines} lines"
    return result


def scan_dependencies() -> Scan:
    """Scan the lock files with pip-audit."""
    command = ["pip-audit", "--format", "json", "--progress-spinner", "off"]
    command += ["--disable-pip", "--require-hashes"]
    for lock in LOCKS:
        command += ["--requirement", lock]
    result = scan(command + shlex.split(os.environ.get("PIP_AUDIT_FLAGS", "")))
    if result.output is None:
        return result
    dependencies = result.output["dependencies"]
    skipped = [item for item in dependencies if "skip_reason" in item]
    for item in dependencies:
        for flaw in item.get("vulns", []):
            fixed = ", ".join(flaw["fix_versions"]) or "none"
            result.findings.append(
                f"{item['name']} {item['version']}: {flaw['id']}, fixed in: {fixed}"
            )
    for item in skipped:
        result.gaps.append(f"{item['name']}: {item['skip_reason']}")
    if not dependencies:
        result.gaps.append("no dependency was audited")
    result.covered = f"{len(dependencies) - len(skipped)} dependencies"
    return result


def write_report(folder: Path, scans: Sequence[Scan]) -> Path:
    """Write everything down, with what an auditor needs to trust it."""
    commit = run(["git", "rev-parse", "HEAD"]).stdout.strip() or None
    changed = run(["git", "status", "--porcelain", "--", "."]).stdout.splitlines()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "security.json"
    report = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit,
        "uncommitted_changes": len(changed),
        "python": sys.version.split()[0],
        "scans": [
            {
                "tool": item.version,
                "command": item.command,
                "exit_status": item.exit_status,
                "covered": item.covered,
                "findings": item.findings,
                "not_scanned": item.gaps,
                "output": item.output,
            }
            for item in scans
        ],
    }
    text = json.dumps(report, indent=2, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")
    return file


def main(arguments: Sequence[str] | None = None) -> int:
    """Scan, say what came out, and write the report if asked for."""
    parser = argparse.ArgumentParser(prog="python -m scripts.security_scan")
    parser.add_argument("--report", type=Path, metavar="FOLDER")
    chosen = parser.parse_args(arguments)
    scans = [scan_source(), scan_dependencies()]
    for item in scans:
        print(f"$ {shlex.join(item.command)}")
        for finding in item.findings:
            print(f"  found: {finding}")
        for gap in item.gaps:
            print(f"  not scanned: {gap}")
        print(
            f"  {item.version}: {item.covered or 'nothing'} scanned, "
            f"{len(item.findings)} found, {len(item.gaps)} not scanned"
        )
    if chosen.report is not None:
        print(f"report: {write_report(chosen.report, scans)}")
    return max(item.status for item in scans)


if __name__ == "__main__":
    sys.exit(main())
