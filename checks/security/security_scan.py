"""Run several security scanners, each as its own check does, and count what weighs."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TextIO, TypedDict, cast

from checks.in_project.common import (
    NOT_MEASURED,
    RUNNER,
    CheckFinding,
    Params,
    emit,
    not_measured,
    require,
)

Level = Literal["high", "medium", "low"]
LEVELS: tuple[Level, ...] = ("high", "medium", "low")


class ScannerReport(TypedDict, total=False):
    """What a scanner's check prints, as far as it is read here."""

    high: int
    medium: int
    low: int
    weak: int
    problems: int
    nosec: int
    findings: list[CheckFinding]


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Run them one after the other; the first that cannot work ends the script."""
    params = Params(env)
    wanted = params.words("scanners")
    if unknown := [name for name in wanted if name not in SCANNERS]:
        not_measured(f"no scanner is called {unknown[0]}; there are {', '.join(SCANNERS)}")
    if not wanted:
        not_measured("no scanner is named")
    places = [{"bandit": "paths", "gixy": "nginx"}.get(name, name) for name in wanted]
    for place in places:
        if not params.text(place):
            not_measured(f"the parameter {place} is empty: where is it?")
    if params.text("least") not in LEVELS:
        not_measured(f"least is {params.text('least')!r}; it is one of {', '.join(LEVELS)}")
    counted = LEVELS[: LEVELS.index(params.text("least")) + 1]
    reports = {name: SCANNERS[name](params) for name in wanted}
    weight = sum(weigh(report, counted) for report in reports.values())
    suppressed = sum(report.get("nosec", 0) for report in reports.values())
    allowed = int(params.number("allowed") or 0)
    emit(
        {
            "high": sum(weigh(report, LEVELS[:1]) for report in reports.values()),
            "suppressed": suppressed,
            "problems": weight + max(suppressed - allowed, 0),
            "scanners": len(reports),
        },
        (
            {**found, "rule": f"{name}: {found['rule']}"}
            for name, report in reports.items()
            for found in report["findings"]
            if "high" not in report or found["message"].partition(":")[0] in counted
        ),
    )
    return 0


def weigh(report: ScannerReport, counted: Sequence[Level]) -> int:
    """Return how many findings of a report weigh: of these severities, or all where it has none."""
    if "high" in report:
        return sum(report.get(level, 0) for level in counted)
    return report.get("weak", report.get("problems", 0))


def bandit(params: Params) -> ScannerReport:
    """Scan the source; what files called .bandit leave out is scanned as well."""
    require("bandit")
    settings = os.path.join(params.tmp, "bandit.ini")
    with open(settings, "w", encoding="utf-8") as file:
        file.write("[bandit]\n")
    command = ["bandit", "-q", "-r", "-f", "json", "--ini", settings, "--"]
    command += params.words("paths") or ["src"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode not in {0, 1}:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["it failed"]
        not_measured(f"bandit: {said[-1]}")
    return script(params, "security/bandit_findings", {}, done.stdout)


def gixy(params: Params) -> ScannerReport:
    """Scan nginx's configuration."""
    return script(params, "servers/gixy_findings", {"config": params.text("nginx"), "args": ""})


def sshd(params: Params) -> ScannerReport:
    """Look at the settings that the SSH server would use."""
    return script(params, "servers/sshd_settings", {"config": params.text("sshd"), "args": ""})


def probe(name: str) -> Callable[[Params], ScannerReport]:
    """Make the scanner of a server that readiness.probes speaks to."""

    def speak(params: Params) -> ScannerReport:
        return report(
            params, [sys.executable, "-P", "-m", "readiness.probes", name, "--url-env", name]
        )

    return speak


def script(params: Params, name: str, given: Mapping[str, str], text: bytes = b"") -> ScannerReport:
    """Run a program of the checks with its parameters."""
    return report(params, [sys.executable, RUNNER, name], given, text)


def report(
    params: Params,
    command: list[str],
    variables: Mapping[str, str] | None = None,
    text: bytes = b"",
) -> ScannerReport:
    """Run a command that prints a report; one that could not measure ends this script as well."""
    done = subprocess.run(
        command,
        env={**params.env, **(variables or {})},
        input=text,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.buffer.write(done.stderr)
        sys.exit(done.returncode if done.returncode > 0 else NOT_MEASURED)
    return cast("ScannerReport", json.loads(done.stdout))


SCANNERS: Mapping[str, Callable[[Params], ScannerReport]] = {
    "bandit": bandit,
    "gixy": gixy,
    "sshd": sshd,
    "redis": probe("redis"),
    "postgres": probe("postgres"),
}
