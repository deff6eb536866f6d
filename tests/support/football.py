"""Copies of examples/football, whole or broken, and runs of the board on them."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Mapping
from glob import glob
from pathlib import Path
from textwrap import dedent
from typing import Any

from readiness.record.document import CriterionRecord, RunDocument, from_json
from tests.support.repositories import commit, init

ROOT = Path(__file__).parents[2]
BOARD = ROOT / "board.yaml"
EXAMPLE = ROOT / "examples" / "football"
TOOLS = EXAMPLE / ".venv" / "bin"
CLOSED = "http://127.0.0.1:9/v1/query"
"""Where no advisory service listens."""

NO_SERVER = {} if glob("/usr/lib/postgresql/*/bin") else {"TEST_DATABASE_URL": "sqlite:///test.db"}
"""Where no PostgreSQL can be started, the board is measured on SQLite alone."""

LEFT_OUT = shutil.ignore_patterns(
    ".venv", "__pycache__", ".*_cache", ".coverage*", "coverage.json", "*.db", "reports"
)


class Football:
    """A copy of the project in a repository of its own, with the tools of the original."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(EXAMPLE, folder, ignore=LEFT_OUT)
        os.symlink(os.path.realpath(TOOLS.parent), folder / ".venv")
        init(folder)
        (folder / ".git" / "info" / "exclude").write_text(".venv\n")
        commit(folder, {})

    def write(self, path: str, text: str) -> None:
        """Write a file, indented text flush left."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).lstrip("\n"), encoding="utf-8")

    def append(self, path: str, text: str) -> None:
        """Add text at the end of a file that is there."""
        file = self.folder / path
        file.write_text(file.read_text("utf-8") + dedent(text), encoding="utf-8")

    def edit(self, path: str, pattern: str, replacement: str) -> None:
        """Replace the first match of a pattern, which must be there."""
        file = self.folder / path
        text, count = re.subn(
            pattern, replacement, file.read_text("utf-8"), count=1, flags=re.MULTILINE
        )
        assert count, f"{path} holds nothing like {pattern}"
        file.write_text(text, encoding="utf-8")

    def remove(self, path: str) -> None:
        """Remove a file or a folder that is there."""
        target = self.folder / path
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        else:
            target.unlink()

    def hide_from_ruff(self, path: str, rules: str) -> None:
        """Have the project's settings ignore rules in a file."""
        self.edit(
            "pyproject.toml",
            r"^\[tool\.ruff\.lint\.per-file-ignores\]$",
            rf'\g<0>\n"{path}" = ["{rules}"]',
        )


class Result:
    """A finished run: what it wrote and how it ended."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        out, err = process.communicate(timeout=600)
        self.exit_status = process.returncode
        self.messages = err.decode()
        assert out, self.messages
        self.raw = out
        self.document: RunDocument = from_json(out, "stdout")
        self.criteria: dict[str, CriterionRecord] = {
            criterion.id: criterion for criterion in self.document.criteria()
        }

    def having(self, *verdicts: str) -> set[str]:
        """Name the criteria with one of the verdicts."""
        return {name for name, record in self.criteria.items() if record.verdict.value in verdicts}

    def explained(self, names: Collection[str]) -> str:
        """Say what became of some criteria that ran, for whoever reads a failing test."""
        records = [self.criteria[name] for name in sorted(names) if self.criteria[name].probes]
        lines = [f"{record.id}: {record.verdict.value}: {record.reason}" for record in records]
        lines += [str(finding) for finding in self.document.findings if finding.criterion in names]
        return "\n".join(lines)


def start(
    project: Path,
    *words: str,
    board: Path = BOARD,
    profile: str = "online",
    osv_url: str = CLOSED,
    environment: Mapping[str, str] | None = None,
    history: str = "",
) -> "subprocess.Popen[bytes]":
    """Start `readiness check` on a project."""
    command = [sys.executable, "-m", "readiness", "check", *words, "--board", str(board)]
    command += ["--profile", profile]
    command += ["--project", str(project), "--output-format", "json", "--history", history]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **NO_SERVER, "OSV_URL": osv_url, **(environment or {})},
    )


def check(project: Path, *words: str, **given: Any) -> Result:
    """Run `readiness check` on a project, started as `start` does, and wait for its end."""
    return Result(start(project, *words, **given))


def count_starts(project: Football, log: Path) -> None:
    """Put a stand-in before each of the project's tools, which logs its words and becomes it."""
    real = os.path.realpath(project.folder / ".venv" / "bin")
    project.remove(".venv")
    shims = project.folder / ".venv" / "bin"
    shims.mkdir(parents=True)
    settings = Path(real).parent / "pyvenv.cfg"  # without it, it is no environment to copies
    (shims.parent / settings.name).write_bytes(settings.read_bytes())
    for name in sorted(os.listdir(real)):
        if os.access(os.path.join(real, name), os.X_OK):
            shim = shims / name
            shim.write_text(
                f'#!/bin/sh\nprintf "%s\\n" "{name} $*" >> "{log}"\nexec "{real}/{name}" "$@"\n'
            )
            shim.chmod(0o755)
