"""Files of tests as criteria of their own: what became of each test in them."""

import ast
import os
import re
import shlex
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from readiness.guard.functions import functions_in
from readiness.guard.project.rules import TABLE
from readiness.load import load_catalogue
from readiness.model.board import Board, Check, Criterion, Expectation, Position, Task
from readiness.model.words import Operator, Priority
from readiness.record.document import RunDocument

Outcome = tuple[str, str]
"""`passed`, `skipped`, `failed` for what it asserts or `error` for what it needs; and why."""

_RULE = re.compile(r"(\w+) (\w+)")


def functions(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield the tests in a file: the name of each, its line, and what it does, without the name."""
    for node in functions_in(text):
        if node.name.startswith(TABLE.test_function):
            yield node.name, node.lineno, ast.dump(node).replace(repr(node.name), "", 1)


def criteria_of_files(board: Board, paths: list[str], workdir: str) -> dict[str, Criterion]:
    """Return a criterion for each file of tests, so that an unreadable one spoils no other."""
    criteria = {}
    for number, path in enumerate(paths):
        inside = shlex.quote(os.path.relpath(path, workdir or "."))
        one = criterion_of(board, f"tests-{number}", inside)
        criteria[one.id] = replace(one, title=path)
    return criteria


def criterion_of(board: Board, name: str, paths: str, **params: str) -> Criterion:
    """Return a criterion that runs the tests of some files, with the options of the board's own."""
    check = load_catalogue([])[TABLE.outcomes_check]
    return Criterion(
        id=name,
        title=paths,
        task="change",
        position=Position(line=1, column=1),
        expect=Expectation(text=">= 0", operator=Operator.GE),
        check=check,
        measure=next(each for each in check.measures if each.name == "executed"),
        params={"paths": paths, "args": _options(board, check), **params},
    )


def _options(board: Board, check: Check) -> str:
    """Return the options with which the board runs its tests."""
    for criterion in board.criteria():
        runs = criterion.check is not None and set(check.tools) <= set(criterion.check.tools)
        if runs and criterion.params.get("args"):
            return criterion.params["args"]
    return ""


def with_criteria(board: Board, criteria: Iterable[Criterion]) -> Board:
    """Return a board that has these criteria alone."""
    task = Task(
        id="change",
        title="change",
        priority=Priority.P0,
        position=Position(line=1, column=1),
        criteria=tuple(criteria),
    )
    return replace(board, tasks=(task,), milestones=())


def outcomes(document: RunDocument) -> dict[str, dict[str, list[Outcome]]]:
    """Return the outcomes of each test, by the id of the criterion and the name of the test."""
    seen: dict[str, dict[str, list[Outcome]]] = {}
    for finding in document.findings:
        if rule := _RULE.fullmatch(finding.rule):
            cases = seen.setdefault(finding.criterion, {}).setdefault(rule[2], [])
            cases.append((rule[1], finding.message))
    return seen
