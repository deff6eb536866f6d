"""A plain run imports little, and its watcher less: counted, as times are not the same anywhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.program import Project, a_board

HEAVY = {
    *("subprocess", "shutil", "threading", "locale", "logging", "json"),
    *("typer", "click", "rich", "jmespath", "jinja2", "concurrent.futures", "asyncio"),
    *("dataclasses", "inspect", "pathlib", "tempfile", "traceback", "importlib.metadata"),
    *("hashlib", "ast"),
}
"""What takes a millisecond or more, and is not needed by a run whose criteria read no format."""

MOST_MODULES = 141
"""So many of ours at most: each takes a plain run 0.1 ms and more."""


def imported(project: Project) -> list[str]:
    """The modules that a plain run imports, in their order."""
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "readiness", "check"],
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
    names = imported(project)
    assert "readiness.report._table.lines" in names
    assert sorted(HEAVY.intersection(names)) == []
    assert [name for name in names if name.startswith("readiness.pipeline.features.")] == []
    assert len([name for name in names if name.partition(".")[0] == "readiness"]) <= MOST_MODULES


def test_the_watcher_is_split_off_before_anything_large(project: Project) -> None:
    """What the process has then, the gate pays for again as soon as it touches it."""
    code = (
        "import os, sys\n"
        "from readiness.__main__ import main\n"
        "sys.argv = ['readiness', 'check']\n"
        "fork = os.fork\n"
        "def watched():\n"
        "    print('\\n'.join(sys.modules), file=sys.stderr, flush=True)\n"
        "    return fork()\n"
        "os.fork = watched\n"
        "main()\n"
    )
    project.write(a_board({"id": "T.1", "title": "a", "run": "test -d ."}))
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project.folder,
        env={**project.environment, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    there = ended.stderr.split()
    assert "readiness.run.processes.supervise" in there
    assert not {"typing", "re", "msgspec", "yaml", "sqlite3", "readiness.model.board"} & set(there)


def test_a_library_that_is_missing_is_named(project: Project, tmp_path: Path) -> None:
    """Wherever it is first needed: before a run, in a command that looks, and on a wrong line."""
    (tmp_path / "yaml.py").write_text("raise ImportError('no yaml')\n", encoding="utf-8")
    there = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{project.environment['PYTHONPATH']}"}
    project.write(a_board({"run": "test -d ."}))
    for line in (["check"], ["check", "--dry-run"], ["list"], ["list", "--bord"]):
        ended = project(*line, env=there)
        assert (ended.status, ended.err) == (70, "readiness: cannot start: no yaml\n")
