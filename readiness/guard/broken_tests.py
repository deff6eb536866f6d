"""Which of the base's tests fail on the head's code, and are gone or altered there."""

import ast
import os
import re
from collections import Counter
from collections.abc import Mapping

from msgspec.structs import replace

from readiness.guard.carried import asks_as_much, function_in, same_but_for_tests
from readiness.guard.changes import Change, Direction
from readiness.guard.collected import Case, read_cases
from readiness.guard.deciding import Deciding
from readiness.guard.outcomes import (
    Outcome,
    criteria_of_files,
    outcomes,
    with_criteria,
)
from readiness.guard.project.rules import TABLE
from readiness.guard.states import States
from readiness.prove.trials import TrialRunner, renamed
from readiness.prove.worlds import Copied

ASKED = "asked"
_DATA = re.compile(
    r"\.(?:ambr|csv|expected|golden|html|json|md|out|po|rst|snap|svg|toml|tsv|txt|xml|ya?ml)$"
)
_MISSING = re.compile(r"(?:Import|ModuleNotFound|Name)Error")
_NAMED = 6


class BrokenTests:
    """Looks into the verdicts that came out otherwise with the base's tests.

    `deciding` has the files that decide, by criterion; tests are run in `workdir`, and told in
    `logs`, a new folder. `collected` has those that could be, whatever their files import.
    """

    def __init__(
        self,
        states: States,
        workdir: str,
        deciding: Mapping[str, Deciding],
        timeout: float | None,
        logs: str,
    ) -> None:
        self._states = states
        self._workdir = workdir
        self._deciding = deciding
        self._timeout = timeout
        self._logs = logs
        self.outlived: set[tuple[str, str]] = set()
        self.collected: set[Case] = set()

    def named(
        self,
        changes: list[Change],
        copy: Copied,
        run: TrialRunner,
    ) -> list[Change]:
        """Add the base's tests that fail on the head's code, and are gone or altered, to changes.

        Where all of them fail because the change removed a name, or because they expect something
        else than the head's own tests, which ask no less, no promise is broken: that is reported,
        and loosens nothing. `outlived` has the tests that are gone with the code that they called.
        """
        wanted = {
            path
            for change in changes
            for path in self._deciding.get(change.subject, Deciding()).tests
            if TABLE.test_file.search(path) and path in self._states.before
        }
        if not wanted:
            return [self._with_tests(change, {}) for change in changes]
        for path in wanted:
            spare_imports(os.path.join(copy.root, path))
        failing = self._asked(sorted(wanted), copy, run)
        return [self._with_tests(change, failing) for change in changes]

    def _asked(
        self, paths: list[str], copy: Copied, run: TrialRunner
    ) -> dict[str, dict[str, list[Outcome]]]:
        """Return the outcomes of each test in these files of a copy."""
        asked = criteria_of_files(copy.board, paths, self._workdir)
        copy = replace(copy, board=with_criteria(copy.board, asked.values()))
        os.mkdir(self._logs)
        part = copy.part(asked, ASKED, timeout=self._timeout, logs=self._logs)
        seen = outcomes(run(part))
        for probe in part.plan.probes:
            self.collected |= read_cases(os.path.join(self._logs, probe.id), copy.root)
        return {asked[name].title: seen.get(renamed(name, ASKED), {}) for name in asked}

    def _with_tests(
        self, change: Change, outcomes_by_path: Mapping[str, Mapping[str, list[Outcome]]]
    ) -> Change:
        files = self._deciding.get(change.subject, Deciding())
        failing = [
            (path, test, cases)
            for path, tests in outcomes_by_path.items()
            if path in files.tests
            for test, cases in tests.items()
            if {kind for kind, _ in cases} & {"failed", "error"}
        ]
        if not files.runs_tests:
            return change
        if not failing:
            is_data = not files.rules and bool(files.tests) and all(map(_is_data, files.tests))
            return replace(change, direction=Direction.NEUTRAL) if is_data else change
        names = list(dict.fromkeys(f"{path}::{test}" for path, test, _ in failing))
        note = f"{change.note}: {', '.join(names[:_NAMED])}"
        asked = any("failed" in {kind for kind, _ in cases} for _, _, cases in failing)
        alone = not files.rules and all(
            _is_data(path)
            or TABLE.test_file.search(path)
            or not (asked or path in self._states.before)
            for path in files.tests
        )
        if alone and all(self._follows_the_code(*one) for one in failing):
            return replace(change, direction=Direction.NEUTRAL, note=note)
        return replace(change, note=note)

    def _follows_the_code(self, path: str, test: str, cases: list[Outcome]) -> bool:
        """Return whether a test had to change with the code, and asks no less of it now."""
        texts = self._states.both(path)
        before, after = (function_in(text, test) for text in texts)
        if "failed" in {kind for kind, _ in cases}:
            asks = before and after and asks_as_much(before, after)
            return bool(asks) and same_but_for_tests(*texts)
        if after is None:
            self.outlived.add((path, test))
            return True
        is_same = before is not None and ast.dump(before) == ast.dump(after)
        return not is_same or all(_MISSING.match(said) for kind, said in cases if kind == "error")


def _is_data(path: str) -> bool:
    """Return whether a file of tests holds what they compare with, and no code or settings."""
    settings = {place.file for tool in TABLE.tools for place in tool.places}
    return bool(_DATA.search(path)) and os.path.basename(path) not in settings


def spare_imports(path: str) -> None:
    """Guard each import of a test file, so that a missing name fails only the tests that use it."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        tree = ast.parse(text)
    except (OSError, ValueError, SyntaxError, RecursionError):
        return
    lines = text.split("\n")
    shared = Counter(node.lineno for node in tree.body)
    for node in reversed(tree.body):
        if not isinstance(node, ast.Import | ast.ImportFrom) or shared[node.lineno] > 1:
            continue
        if not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            one_by_one = [ast.unparse(_with(node, alias)) for alias in node.names]
            spared = [f"try:\n    {one}\nexcept ImportError:\n    pass" for one in one_by_one]
            lines[node.lineno - 1 : node.end_lineno] = spared
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


def _with(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.Import | ast.ImportFrom:
    if isinstance(node, ast.Import):
        return ast.Import(names=[alias])
    return ast.ImportFrom(module=node.module, names=[alias], level=node.level)
