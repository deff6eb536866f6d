"""GitLab Code Quality: what tools found at its place, each bad criterion at its line, the gate.

The format knows only violations, so criteria that pass or are out of scope are not in it.
"""

from readiness.record.document import RunDocument
from readiness.record.newest import of_the_project
from readiness.report import Context
from readiness.report._json import dump
from readiness.report._results import results


def render(run: RunDocument, _: Context) -> str:
    """Return `run` as a JSON array of violations, the worst first."""
    violations = [
        {
            "description": result.message,
            "check_name": result.rule.id,
            "fingerprint": result.fingerprint,
            "severity": result.severity.value,
            "location": {"path": result.place.path, "lines": {"begin": result.place.line}},
        }
        for result in results(of_the_project(run))
    ]
    return dump(violations, indent=2) + "\n"
