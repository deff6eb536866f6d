"""Real shells complete the ids of the board, by the lines that docs/commands.md gives."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.program import Project, a_board

BASH, ZSH, FISH = (shutil.which(shell) for shell in ("bash", "zsh", "fish"))
SECONDS = 120.0


@pytest.fixture
def team(project: Project) -> Project:
    """A board with two criteria, and `readiness` on PATH."""
    project.write(a_board({"title": "a", "run": "test -d ."}, {"title": "b", "run": "test -d ."}))
    tools = project.folder / "tools"
    tools.mkdir()
    program = tools / "readiness"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m readiness "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    project.environment["PATH"] = f"{tools}{os.pathsep}{os.environ['PATH']}"
    return project


def run(team: Project, *command: str) -> str:
    """What a shell prints."""
    return subprocess.run(
        command,
        cwd=team.folder,
        env={**os.environ, **team.environment},
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=True,
    ).stdout


@pytest.mark.skipif(BASH is None, reason="no bash: apt-get install bash")
def test_bash_completes_ids(team: Project) -> None:
    """Those that begin as the word does."""
    code = (
        'eval "$(_READINESS_COMPLETE=source_bash readiness)";'
        " COMP_WORDS=(readiness show T1.); COMP_CWORD=2;"
        ' _readiness_completion readiness; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    assert run(team, str(BASH), "-c", code).split() == ["T1.1", "T1.2"]


@pytest.mark.skipif(FISH is None, reason="no fish: apt-get install fish")
def test_fish_completes_ids(team: Project) -> None:
    """Those that begin as the word does."""
    code = "_READINESS_COMPLETE=source_fish readiness | source; complete -C 'readiness show T1.'"
    assert run(team, str(FISH), "-c", code).split() == ["T1.1", "T1.2"]


@pytest.mark.skipif(ZSH is None, reason="no zsh: apt-get install zsh")
def test_zsh_completes_ids(team: Project, tmp_path: Path) -> None:
    """On a terminal, as it completes nowhere else: the tabulator lists those that there are."""
    (tmp_path / ".zshrc").write_text(
        "PS1='ready> '\nautoload -Uz compinit; compinit -u -D\n"
        'eval "$(_READINESS_COMPLETE=source_zsh readiness)"\n',
        encoding="utf-8",
    )
    environment = {**os.environ, **team.environment, "ZDOTDIR": str(tmp_path), "TERM": "xterm"}
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(team.folder)
        os.execve(str(ZSH), ["zsh", "-i"], environment)
    try:
        assert "ready> " in read_until(terminal, "ready> ")
        os.write(terminal, b"readiness show T1.\t")
        text = read_until(terminal, "T1.2")
        assert "T1.1" in text
        assert "T1.2" in text
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(terminal)


def read_until(terminal: int, wanted: str) -> str:
    """What is shown until something wanted is, or until it has taken too long."""
    shown, end = "", time.monotonic() + SECONDS
    while wanted not in shown and time.monotonic() < end:
        if select.select([terminal], [], [], 1.0)[0]:
            shown += os.read(terminal, 65536).decode(errors="replace")
    return shown
