"""Count gixy's findings by severity. It finds nothing in an empty file too: that is refused."""

import json
import subprocess
from collections.abc import Mapping
from typing import TextIO, TypedDict, cast

from checks.in_project.common import Params, emit, not_measured, place, require
from checks.servers.nginx import count_servers, with_includes

FOUND = {0, 1}
LEVELS = ("high", "medium", "low")


class Issue(TypedDict, total=False):
    """One finding of gixy, as far as it is read here."""

    plugin: str
    summary: str
    reason: str
    severity: str
    file: str
    path: str
    line: int


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Run gixy and count."""
    params = Params(env)
    require("gixy")
    config = params.text("config")
    command = ["gixy", "--format", "json", *params.words("args"), config]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode not in FOUND:
        lines = [line for line in done.stderr.splitlines() if config in line] or ["it failed"]
        not_measured(f"gixy: {lines[-1].removeprefix('gixy: ')}")
    try:
        issues = cast("list[Issue]", json.loads(done.stdout))
    except ValueError:
        not_measured("gixy printed no JSON")
    servers = count_servers(with_includes(config))
    if not servers:
        not_measured(f"{config} has no server: there is nothing to look at")
    severities = [issue.get("severity", "").lower() for issue in issues]
    numbers = {level: severities.count(level) for level in LEVELS}
    findings = (
        place(
            issue.get("file") or issue.get("path") or config,
            issue.get("line", 0),
            issue.get("plugin", ""),
            f"{issue.get('severity', '').lower()}: {issue.get('summary', '')}"
            f" {issue.get('reason', '')}".strip(),
        )
        for issue in issues
    )
    emit({**numbers, "total": len(issues), "servers": servers}, findings)
    return 0
