"""GitLab Code Quality: what tools found at its place, each bad criterion at its line, the gate.

The format knows only violations, so criteria that pass or are out of scope are not in it.
"""

import msgspec

from readiness.record.document import RunDocument
from readiness.report import Context
from readiness.report._json import dump
from readiness.report._results import Result, results


class Lines(msgspec.Struct, frozen=True):
    """Where a violation begins."""

    begin: int


class Location(msgspec.Struct, frozen=True):
    """A place in the repository."""

    path: str
    lines: Lines


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the report, with the properties that GitLab reads."""

    description: str
    check_name: str
    fingerprint: str
    severity: str
    location: Location


def render(run: RunDocument, _: Context) -> str:
    """Return `run` as a JSON array of violations, the worst first."""
    return dump([_violation(result) for result in results(run)], indent=2) + "\n"


def _violation(result: Result) -> Violation:
    return Violation(
        description=result.message,
        check_name=result.rule.id,
        fingerprint=result.fingerprint,
        severity=result.severity.value,
        location=Location(path=result.place.path, lines=Lines(begin=result.place.line)),
    )
