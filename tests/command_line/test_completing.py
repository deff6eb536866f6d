"""What shells complete: commands, options, and by their values what the project has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.program import Project
from tests.support.repositories import commit

BOARD = {
    "version": 1,
    "title": "Completed",
    "profiles": {"local": {}, "production": {}},
    "milestones": [{"id": "M1", "requires": {"priority": "P0"}}],
    "tasks": [
        {
            "id": "Tidy",
            "title": "Tidy up",
            "priority": "P0",
            "owner": "li.wei",
            "tags": ["quality"],
            "criteria": [
                {"title": "Runs something", "run": "touch started"},
                {"id": "Tidy.own", "title": "Of ours", "check": "lines-of"},
            ],
        }
    ],
}
OWN = """\
summary: Lines
run: wc -l < board.yaml
measures:
  n: {from: stdout, as: text, regex: '\\d+'}
expect: "> 0"
"""
COMPLETED = [
    ("ch", ["check", "checks"]),
    ("check --hold", ["--hold-line"]),
    ("check Tid", ["Tidy", "Tidy.1", "Tidy.own"]),
    ("check owner:", ["owner:li.wei"]),
    ("check tag:", ["tag:quality"]),
    ("check check:", ["check:lines-of"]),
    ("check changed:v", ["changed:v1.0"]),
    ("check P", ["P0"]),
    ("show Tidy.", ["Tidy.1", "Tidy.own"]),
    ("waive Tidy", ["Tidy.1", "Tidy.own"]),
    ("checks lines", ["lines-of"]),
    ("checks mypy-b", ["mypy-below"]),
    ("check --profile p", ["production"]),
    ("report --milestone M", ["M1"]),
    ("check --report js", ["json="]),
    ("check --output-format js", ["json"]),
    ("list --output-format ", ["table", "json"]),
    ("check --lang z", ["zh"]),
    ("guard --base v", ["v1.0"]),
    ("guard --base fe", ["feature"]),
    ("hook st", ["start", "stop"]),
    ("init --ci g", ["github", "gitlab"]),
    ("schema boar", ["board"]),
    ("nothing x", []),
]


@pytest.fixture
def completed(project: Project) -> Project:
    """A project with a board, a check of its own, a branch and a tag."""
    project.write(BOARD)
    checks = project.folder / "checks"
    checks.mkdir()
    (checks / "lines-of.yaml").write_text(OWN, encoding="utf-8")
    commit(project.folder, {"a.txt": "a\n"})
    for words in (["branch", "feature"], ["tag", "v1.0"]):
        subprocess.run(["git", *words], cwd=project.folder, check=True)
    return project


def words(project: Project, line: str) -> list[str]:
    """What bash offers for the last word of a line."""
    asked = {"COMP_WORDS": f"readiness {line}", "COMP_CWORD": str(line.count(" ") + 1)}
    ended = project(env=asked | {"_READINESS_COMPLETE": "complete_bash"})
    assert (ended.status, ended.err) == (0, ""), ended
    return ended.out.split()


def test_everything_is_completed_by_its_value(completed: Project) -> None:
    """Of the board, the catalogue and Git; and no probe is started for it."""
    assert {line: words(completed, line) for line, _ in COMPLETED} == dict(COMPLETED)
    assert not (completed.folder / "started").exists()
    assert not (completed.folder / ".readiness").exists()


def test_a_recorded_run_is_completed(completed: Project) -> None:
    """By its id, beside the last one."""
    completed("check", "Tidy.1")
    (first,) = words(completed, "report 2")
    assert words(completed, "report ") == ["last", first]
    assert words(completed, "diff la") == ["last"]


def test_what_cannot_be_read_completes_nothing(project: Project) -> None:
    """A board with mistakes, and none: nobody can be told."""
    project.write("tasks: [")
    assert words(project, "show T") == []
    (project.folder / "board.yaml").unlink()
    assert words(project, "show T") == []
    assert words(project, "checks mypy-b") == ["mypy-below"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(project: Project, shell: str) -> None:
    """And a line of its own for each word that completes another."""
    script = project(env={"_READINESS_COMPLETE": f"source_{shell}"})
    assert script.status == 0
    assert f"_READINESS_COMPLETE=complete_{shell}" in script.out
    asked = {
        "_READINESS_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": "readiness check --hold",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "COMP_WORDS": "readiness check --hold",
        "COMP_CWORD": "2",
    }
    (line,) = project(env=asked).out.splitlines()
    assert "--hold-line" in line


def test_bash_completes_once_it_is_installed(completed: Project, tmp_path: Path) -> None:
    """What `--install-completion` writes is what an interactive shell reads."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    program = bin_folder / "readiness"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m readiness "$@"\n', "utf-8")
    program.chmod(0o755)
    path = os.pathsep.join([str(bin_folder), os.environ["PATH"]])
    script = (
        "bash -c 'readiness --install-completion; exit'\n"
        ". ~/.bash_completions/readiness.sh\n"
        "COMP_WORDS=(readiness check Tid); COMP_CWORD=2; _readiness_completion readiness\n"
        'echo "${COMPREPLY[@]}"\n'
    )
    ended = subprocess.run(
        ["bash", "-c", script],
        cwd=completed.folder,
        env={**completed.environment, "HOME": str(tmp_path), "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout.splitlines()[-1] == "Tidy Tidy.1 Tidy.own", ended
    assert "readiness.sh" in (tmp_path / ".bashrc").read_text(encoding="utf-8")
