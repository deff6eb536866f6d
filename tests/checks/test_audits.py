"""Audit reports of small real projects."""

import os
from pathlib import Path

import pytest

from tests.support.checking import build, run_check
from tests.support.repositories import commit

REPORT = '{{"date": "{date}", "commit": "{commit}", "scans": [{{"tool": "bandit 1.9.4"}}]}}'


@pytest.mark.parametrize(
    ("date", "commit_of", "tools", "problems"),
    [
        ("2100-01-01T00:00:00Z", "head", "bandit", 1),
        ("2020-01-01T00:00:00Z", "head", "bandit", 1),
        ("never", "other", "bandit pip-audit", 3),
    ],
)
def test_a_report_names_commit_date_and_tools(
    project: str, date: str, commit_of: str, tools: str, problems: int
) -> None:
    """What cannot be placed in time, or attributed to a commit, is not fit for an audit."""
    build(project, {".gitignore": "r.json\n"})
    head = commit(Path(project), {})
    text = REPORT.format(date=date, commit=head if commit_of == "head" else "0" * 40)
    build(project, {"r.json": text})
    outcome = run_check("audit-report", project, {"report": "r.json", "tools": tools})
    assert outcome.value() == problems


def test_a_report_is_written_anew_in_a_copy(project: str) -> None:
    """A target that writes the report is run first; the project stays as it is."""
    line = REPORT.format(date="$$(date -Iseconds)", commit="$$(git rev-parse HEAD)").replace(
        '"', '\\"'
    )
    build(project, {"Makefile": f'report:\n\techo "{line}" > r.json\nlazy:\n\ttrue\n'})
    commit(Path(project), {})
    params = {"report": "r.json", "tools": "bandit"}
    outcome = run_check("audit-report", project, {**params, "target": "report"})
    assert outcome.value() == 0, outcome.stderr
    assert run_check("audit-report", project, {**params, "target": "lazy"}).is_error
    assert not os.path.exists(os.path.join(project, "r.json"))
