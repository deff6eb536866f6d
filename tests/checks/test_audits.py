"""Audit reports of small real projects."""

import os
from pathlib import Path

import pytest

from tests.support.checking import build, run_check
from tests.support.osv_server import advisory, osv_server
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


SCANNER = """
import json, subprocess, sys
from datetime import UTC, datetime

def asked(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout

bandit = ["bandit", "-q", "-r", "-f", "json", *sys.argv[1:]]
if "bandit.sarif" in sys.argv[1:]:
    found = json.loads(asked(*bandit[:-1]))["results"]
    shown = {"runs": [{"results": [{"ruleId": one["test_id"], "locations": [
        {"physicalLocation": {"artifactLocation": {"uri": one["filename"]}}}]} for one in found]}]}
elif "txt" in sys.argv[1:]:
    shown = {"output": asked(*bandit)}
else:
    shown = json.loads(asked(*bandit))
commit = asked("git", "rev-parse", "HEAD").strip()
report = {"date": datetime.now(UTC).isoformat(), "commit": commit, "command": bandit,
          "tool": asked("bandit", "--version").splitlines()[0], "shown": shown}
with open("r.json", "w") as file:
    json.dump(report, file)
sys.exit(1)
"""


@pytest.mark.parametrize(
    ("options", "problems"),
    [
        ("src", 0),
        ("./src", 0),
        ("-f txt src", 0),
        ("src bandit.sarif", 0),
        ("--skip B501 src", 0),
        ("--skip B602 src", 1),
        ("--skip B602 src bandit.sarif", 1),
        ("--skip B602 -f txt src", 1),
        ("-x src/api src", 1),
        ("-lll src", 1),
    ],
)
def test_a_report_names_what_is_planted(project: str, options: str, problems: int) -> None:
    """Whatever its form is; that a file was looked at, and what was skipped, names no finding."""
    recipe = f"report:\n\tpython3 scan.py {options}\n"
    files = {"Makefile": recipe, "scan.py": SCANNER, "src/a.py": "A = 1\n", "src/api/b.py": ""}
    commit(Path(project), files)
    params = {"report": "r.json", "tools": "bandit", "target": "report"}
    notices = {"notices": "B105,B602=src B602=src/api"}
    outcome = run_check("audit-report", project, {**params, **notices})
    assert outcome.value() == problems, outcome.stdout


LOCKS = {
    "a.lock": "Demo_Flaw==1.0 \\\n    --hash=sha256:0\nwins==3 ; sys_platform == 'win32'\n",
    "b.lock": "demo.flaw==2.0\nother==1.0\n",
}


@pytest.mark.parametrize(
    ("packages", "problems"),
    [
        ('[{"name": "demo-flaw", "version": "1.0", "vulns": [{"id": "CVE-1", "fix": "2.0"}]}]', 1),
        ('["demo-flaw==1.0: CVE-1", "demo-flaw==2.0", "other==1.0"]', 0),
        ('["demo-flaw 1.0: clean", "demo-flaw 2.0", "other 1.0"]', 1),
        ('["demo-flaw 1.0: CVE-1", "demo-flaw 2.0", "other 3.0"]', 1),
        ('{"demo-flaw": {"1.0": ["CVE-1"], "2.0": []}, "other": "1.0", "--ignore": "GHSA-1"}', 0),
        ('{"demo-flaw": ["1.0", "2.0"], "other": "1.0", "--ignore-vuln": "GHSA-1 CVE-1"}', 1),
    ],
)
def test_a_report_names_each_package_and_what_is_known_of_it(
    project: str, packages: str, problems: int
) -> None:
    """By any of an advisory's names; a package of another system, or withdrawn, may be missing."""
    build(project, {".gitignore": "r.json\n", **LOCKS})
    head = commit(Path(project), {})
    date = "2100-01-01T00:00:00Z"
    build(project, {"r.json": f'{{"date": "{date}", "commit": "{head}", "all": {packages}}}'})
    known = {**advisory("GHSA-1", "demo-flaw", "1.0"), "aliases": ["CVE-1"]}
    withdrawn = {**advisory("GHSA-2", "other", "1.0"), "withdrawn": date}
    params = {"report": "r.json", "tools": "", "locks": "a.lock b.lock"}
    with osv_server([known, withdrawn]) as url:
        outcome = run_check("audit-report", project, {**params, "osv_url": url})
    assert outcome.value() == problems + 1, outcome.stdout  # its date is in the future
