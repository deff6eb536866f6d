"""The rows of the conformance list, and what every one of them implies beside its own verdict.

A row is one criterion with something wrong injected, and its healthy twin: the same with a tool
that works, so that a gate which always fails scores nothing. `holds` and `passes` run them and
assert; `tried` and `refused` assert what a row implies where a test looks at more than a verdict.
"""

import ast
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from readiness.record.document import RunDocument, from_json
from readiness.report import FORMATS
from readiness.run.processes.procfs import look_up
from tests.support.program import Ended, Project, a_board
from tests.support.running import alive_in, own_children, wait_for

WITHIN_S = 45.0
"""What a run may take on a busy machine, where what it must not wait for sleeps for a minute."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_READY = re.compile(r"(?<!NOT )\bREADY\b")


class Fault(NamedTuple):
    """One row: a criterion, its verdict, the reason's code and words, and the status."""

    row: int
    inject: Mapping[str, Any]
    verdict: str
    code: str | None
    status: int
    says: str
    twin: Mapping[str, Any]


class Seen(NamedTuple):
    """A finished run: what it printed, its document, its seconds, and the reports by format."""

    ended: Ended
    run: RunDocument
    elapsed: float
    reports: Mapping[str, str]


def plain(command: str, **changes: object) -> dict[str, object]:
    """A criterion on the exit status."""
    return {"run": command, **changes}


def name_of(fault: Fault) -> str:
    """The row's number, as a test's id."""
    return str(fault.row)


def holds(project: Project, fault: Fault) -> Seen:
    """Run a board that holds only this criterion: verdict, status, reason and time are right."""
    seen = tried(project, a_board(fault.inject))
    (criterion,) = seen.run.criteria()
    assert seen.ended.status == fault.status, seen.ended
    assert criterion.verdict == fault.verdict, criterion
    if fault.code:
        assert criterion.reason_code == fault.code, criterion
    assert fault.says in criterion.reason
    return seen


def passes(project: Project, twin: Mapping[str, Any]) -> Seen:
    """Run a board that holds only the healthy twin: it passes, and the gate is ready."""
    seen = tried(project, a_board(twin))
    assert seen.ended.status == 0, seen.ended
    assert [one.verdict for one in seen.run.criteria()] == ["pass"]
    return seen


def tried(
    project: Project,
    board: object,
    *arguments: str,
    within: float = WITHIN_S,
    **options: Any,
) -> Seen:
    """Check a board, writing a report in every format; assert what every row implies.

    The run ends in time and without a traceback, nothing of it is alive, the history has this
    entry more and is otherwise as it was, and every format tells one verdict.
    """
    project.write(board)
    folder = project.folder / "reports"
    folder.mkdir(exist_ok=True)
    wanted = [f"--report={name}=reports/{name}" for name in FORMATS]
    before = history(project)
    began = time.monotonic()
    ended = project("check", "--output-format", "json", *wanted, *arguments, **options)
    elapsed = time.monotonic() - began
    assert "Traceback (most recent call last)" not in ended.err, ended
    assert elapsed < within, ended
    # One that is about to be gone may lose its memory while it is looked at.
    assert wait_for(lambda: not alive_in(project.folder)), alive_in(project.folder)
    assert ended.out, ended
    run = ended.run
    after = history(project)
    state = "interrupted" if run.interrupted else "finished"
    assert (after[:-1], after[-1][:2]) == (before, (run.id, state))
    reports = {name: (folder / name).read_text(encoding="utf-8") for name in FORMATS}
    agree(run, ended, reports)
    return Seen(ended, run, elapsed, reports)


def refused(project: Project, *arguments: str, **options: Any) -> Ended:
    """Check a board that is none: status 2 in time, a word on it, nothing run or recorded."""
    before = history(project)
    began = time.monotonic()
    ended = project("check", *arguments, **options)
    assert time.monotonic() - began < WITHIN_S, ended
    assert (ended.status, ended.out) == (2, ""), ended
    assert ended.err
    assert "Traceback" not in ended.err
    assert "internal error" not in ended.err
    assert history(project) == before
    assert alive_in(project.folder) == []
    return ended


def agree(run: RunDocument, ended: Ended, reports: Mapping[str, str]) -> None:
    """Status, document and reports tell one verdict, and hold no character that a reader obeys."""
    assert ended.status == run.gate.exit_status, ended
    assert (run.gate.decision == "ready") == (ended.status == 0)
    assert from_json(reports["json"].encode(), "report") == run
    ready = bool(_READY.search(reports["table"]))
    assert ready == (run.gate.decision == "ready"), reports["table"]
    for name, text in reports.items():
        assert text.endswith("\n"), name
        assert not _CONTROL.search(text), name
        if run.gate.decision != "ready":
            assert not _READY.search(text), f"{name} reads READY"


def history(project: Project) -> list[tuple[str, str, bytes | None]]:
    """The runs in the history as they are stored, oldest first; the file is sound."""
    path = project.folder / ".readiness" / "history.db"
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        return connection.execute(
            "select id, state, document from runs order by sequence"
        ).fetchall()


@contextmanager
def loaded(seconds: int = 60) -> Iterator[None]:
    """Within it the machine is busy: twice as many loops as cores, which end by themselves."""
    import subprocess

    loops = [
        subprocess.Popen(["timeout", str(seconds), "sh", "-c", "while :; do :; done"])
        for _ in range(2 * (os.cpu_count() or 1))
    ]
    try:
        yield
    finally:
        for loop in loops:
            loop.terminate()
            loop.wait()


def together(*actions: Callable[[], object], at_once: int = 4) -> None:
    """Do what mostly waits at the same time, and raise what any of it raised."""
    with ThreadPoolExecutor(at_once) as pool:
        for done in [pool.submit(action) for action in actions]:
            done.result()


def orphans(before: set[int]) -> list[str]:
    """Reap what came to this process, a subreaper, since; return all of it as `PID state`."""
    left = []
    for pid in own_children() - before:
        process = look_up(pid)
        left.append(f"{pid} {process.state if process else 'gone'}")
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
    return left


def covered(module: Path) -> tuple[set[int], set[int]]:
    """The rows that a module tests, and those whose healthy twin it tests too.

    A row is a `Fault(15, …)`, which has its twin in it, a test named `test_15_…`, whose twin is
    named `test_15_twin_…`, or one whose docstring says that the twin is within: `Twin: …`.
    """
    faults, twins = set(), set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Fault":
            (row,) = [arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant)]
            faults.add(row)
            twins.add(row)
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            rows = _rows_of(node.name)
            if "_twin_" not in node.name:
                faults |= rows
            if "_twin_" in node.name or "Twin: " in (ast.get_docstring(node) or ""):
                twins |= rows
    return faults, twins


def _rows_of(name: str) -> set[int]:
    """Rows in a test's name: `test_15_…` is one, `test_55_to_73_…` every second from 55."""
    match = re.match(r"test_(\d+)(?:_to_(\d+))?_", name)
    if match is None:
        return set()
    first = int(match[1])
    return {*range(first, int(match[2] or first) + 1, 2)}
