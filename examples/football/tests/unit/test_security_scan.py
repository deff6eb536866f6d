"""The security scan, with stand-ins for bandit and pip-audit."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from scripts.security_scan import CLEAN, FOUND, NOT_SCANNED, main

CLEAN_SOURCE: dict[str, Any] = {
    "errors": [],
    "metrics": {"_totals": {"loc": 12}, "src/main.py": {"loc": 12}},
    "results": [],
}
CLEAN_LOCK: dict[str, Any] = {
    "dependencies": [{"name": "mako", "version": "1.0", "vulns": []}],
    "fixes": [],
}
WEAKNESS = {
    "filename": "src/main.py",
    "line_number": 3,
    "test_id": "B602",
    "issue_severity": "HIGH",
    "issue_text": "shell",
}
FLAW = {"id": "PYSEC-1", "fix_versions": ["1.1"], "aliases": [], "description": ""}


class Tools:
    """Puts stand-ins of both tools on PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def say(self, name: str, output: object, status: int = 0) -> None:
        answer = self.folder / f"{name}.json"
        answer.write_text(output if isinstance(output, str) else json.dumps(output))
        tool = self.folder / name
        tool.write_text(
            f'#!/bin/sh\ncase "$*" in *--version*) echo "{name} 1.0"; exit;; esac\n'
            f'echo "$*" > "{tool}.arguments"\ncat "{answer}"\nexit {status}\n'
        )
        tool.chmod(0o755)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("PIP_AUDIT_FLAGS", raising=False)
    made = Tools(tmp_path)
    made.say("bandit", CLEAN_SOURCE)
    made.say("pip-audit", CLEAN_LOCK)
    return made


def test_nothing_found(tools: Tools, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == CLEAN
    said = capsys.readouterr().out
    assert "bandit 1.0: 1 files, 12 lines scanned, 0 found, 0 not scanned" in said
    assert "pip-audit 1.0: 1 dependencies scanned, 0 found, 0 not scanned" in said


def test_flags_reach_pip_audit(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_AUDIT_FLAGS", "-s osv --osv-url 'http://127.0.0.1:1/a b'")
    assert main([]) == CLEAN
    arguments = (tools.folder / "pip-audit.arguments").read_text()
    assert arguments.endswith("-s osv --osv-url http://127.0.0.1:1/a b\n")


def test_a_weakness_and_a_flaw_are_found(
    tools: Tools, capsys: pytest.CaptureFixture[str]
) -> None:
    tools.say("bandit", CLEAN_SOURCE | {"results": [WEAKNESS]}, status=1)
    assert main([]) == FOUND
    tools.say("bandit", CLEAN_SOURCE)
    flawed = {"name": "mako", "version": "1.0", "vulns": [FLAW]}
    tools.say("pip-audit", {"dependencies": [flawed]}, status=1)
    assert main([]) == FOUND
    said = capsys.readouterr().out
    assert "found: src/main.py:3: B602 high: shell" in said
    assert "found: mako 1.0: PYSEC-1, fixed in: 1.1" in said


@pytest.mark.parametrize(
    ("tool", "output", "status"),
    [
        ("bandit", CLEAN_SOURCE | {"metrics": {"_totals": {"loc": 0}}}, 0),
        (
            "bandit",
            CLEAN_SOURCE | {"errors": [{"filename": "src/a.py", "reason": "syntax"}]},
            0,
        ),
        ("bandit", "", 1),
        ("bandit", CLEAN_SOURCE, 2),
        ("pip-audit", "", 1),
        ("pip-audit", {"dependencies": []}, 0),
        ("pip-audit", {"dependencies": [{"name": "m", "skip_reason": "unknown"}]}, 0),
    ],
)
def test_what_was_not_scanned_is_no_success(
    tools: Tools, tool: str, output: object, status: int
) -> None:
    tools.say(tool, output, status)
    assert main([]) == NOT_SCANNED


def test_the_report_says_what_an_auditor_asks(tools: Tools, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    assert main(["--report", str(folder)]) == CLEAN
    report = json.loads((folder / "security.json").read_text(encoding="utf-8"))
    assert set(report) >= {"date", "commit", "uncommitted_changes", "scans"}
    assert [item["tool"] for item in report["scans"]] == ["bandit 1.0", "pip-audit 1.0"]
    assert report["scans"][0]["output"] == CLEAN_SOURCE
    assert report["scans"][1]["command"][0] == "pip-audit"
