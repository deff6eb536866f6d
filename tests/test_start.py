"""A plain run imports little, and its watcher less: counted, as times are not the same anywhere."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.support.program import Project, a_board
from tests.support.repositories import commit

HEAVY = {
    *("logging", "json", "click", "typer.rich_utils", "markdown_it", "rich.progress", "pygments"),
    *("jmespath", "jinja2", "concurrent.futures", "asyncio", "tempfile", "hashlib"),
}
"""What takes a millisecond or more, and is not needed by a run whose criteria read no format."""

FOR_PEOPLE = {"rich", "readiness.terminal.console"}
"""What sets the table, which programs do not get."""

MOST_MODULES = 145
"""So many of ours at most: each takes a run 0.1 ms and more. The last is terminal/console.py."""


def imported(project: Project, *line: str) -> list[str]:
    """The modules that a command imports, in their order."""
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "readiness", *line],
        cwd=project.folder,
        env=project.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return re.findall(r"^import time:[ 0-9|]+\|\s+(\S+)$", ended.stderr, re.MULTILINE)


def test_a_plain_run_imports_nothing_heavy(project: Project) -> None:
    """Neither before its first probe nor at its end."""
    project.write(a_board({"id": "T.1", "title": "a", "run": "test -d ."}))
    names = imported(project, "check")
    assert "readiness.terminal.console" in names
    assert sorted(HEAVY.intersection(names)) == []
    assert [name for name in names if name.startswith("readiness.pipeline.features.")] == []
    assert len([name for name in names if name.partition(".")[0] == "readiness"]) <= MOST_MODULES


@pytest.mark.parametrize("line", ["check", "list", "--version"])
def test_programs_are_answered_without_rich(project: Project, line: str) -> None:
    """What sets tables for people is not imported for JSON."""
    project.write(a_board({"id": "T.1", "title": "a", "run": "test -d ."}))
    asked = [line, *([] if line == "--version" else ["--output-format", "json"])]
    names = imported(project, *asked)
    assert sorted((HEAVY | FOR_PEOPLE).intersection(names) - {"json"}) == []


def printed_at(call: str, expression: str, project: Project) -> str:
    """What a plain run says each time that it makes a call of the system."""
    code = (
        "import os, sys\n"
        "from readiness.__main__ import main\n"
        "sys.argv = ['readiness', 'check']\n"
        f"real = os.{call}\n"
        "def watched(*args, **more):\n"
        f"    print({expression}, file=sys.stderr, flush=True)\n"
        "    return real(*args, **more)\n"
        f"os.{call} = watched\n"
        "main()\n"
    )
    project.write(a_board({"id": "T.1", "title": "a", "run": "test -d ."}))
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=project.folder,
        env={**project.environment, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stderr


def test_probes_start_before_rich_is_imported(project: Project) -> None:
    """What they take is time to import it in."""
    output = printed_at("posix_spawn", "'started', 'rich' in sys.modules", project)
    assert "started False" in output
    assert "started True" not in output


def test_the_watcher_is_split_off_before_anything_large(project: Project) -> None:
    """What the process has then, the gate pays for again as soon as it touches it."""
    there = printed_at("fork", "'\\n'.join(sys.modules)", project).split()
    assert "readiness.run.processes.supervise" in there
    assert "typer" in there
    assert not {"rich", "yaml", "sqlite3", "readiness.model.board"} & set(there)


def test_a_library_that_is_missing_is_named(project: Project, tmp_path: Path) -> None:
    """Wherever it is first needed: before a run, in a command that looks, and on a wrong line."""
    (tmp_path / "yaml.py").write_text("raise ImportError('no yaml')\n", encoding="utf-8")
    there = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{project.environment['PYTHONPATH']}"}
    project.write(a_board({"run": "test -d ."}))
    for line in (["check"], ["check", "--dry-run"], ["list"], ["list", "--bord"]):
        ended = project(*line, env=there)
        assert (ended.status, ended.err) == (70, "readiness: cannot start: no yaml\n")


BUDGET = {
    "programs": 7,  # Python, git four times, and bash for the probe
    "processes": 8,  # two that watch over the run
    "files opened": 730,  # Typer is 65 of them, Rich 70
    "bytes written": 66_000,
    "system calls": 8_600,  # what changed while it ran is asked of git
}
"""What a run of one probe in a repository takes at most. A number is raised with a reason."""


def spent(traces: Iterable[str]) -> dict[str, int]:
    """Count what strace wrote down of each process."""
    calls: Counter[str] = Counter()
    written = processes = 0
    for trace in traces:
        processes += 1
        for name, result in re.findall(r"^(\w+)\(.* = (-?\d+)(?: |$)", trace, re.MULTILINE):
            calls[name] += result != "-1"
            calls["all"] += 1
            written += int(result) if "write" in name else 0
    return {
        "programs": calls["execve"],
        "processes": processes,
        "files opened": calls["openat"],
        "bytes written": written,
        "system calls": calls["all"],
    }


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not here")
def test_a_run_keeps_to_its_budget(project: Project) -> None:
    """Whatever becomes dearer is weighed first: counts are the same on every machine."""
    project.write(a_board({"id": "T.1", "title": "a", "run": "test -d ."}))
    commit(project.folder, {"a.txt": "a\n"})
    assert project("check").status == 0
    traces = project.folder.parent / "traces"
    traces.mkdir()
    subprocess.run(
        ["strace", "-ff", "-o", traces / "of", sys.executable, "-m", "readiness", "check"],
        cwd=project.folder,
        env=project.environment,
        capture_output=True,
        check=True,
    )
    counts = spent(path.read_text("utf-8", "replace") for path in traces.iterdir())
    assert {name: number for name, number in counts.items() if number > BUDGET[name]} == {}
    assert all(number > BUDGET[name] / 2 for name, number in counts.items()), counts
