"""Which of the base's tests fail on the head's code, and are gone or altered there."""

import ast
import os
from collections import Counter
from collections.abc import Mapping

from msgspec.structs import replace

from readiness.guard.changes import Change, Direction
from readiness.guard.deciding import Deciding
from readiness.guard.outcomes import (
    Outcome,
    criteria_of_files,
    functions,
    outcomes,
    with_criteria,
)
from readiness.guard.project.rules import TABLE
from readiness.guard.states import States
from readiness.prove.trials import TrialRunner, renamed
from readiness.prove.worlds import Copied

ASKED, LENIENT = "asked", "lenient"
_NAMED = 6


class BrokenTests:
    """Looks into the verdicts that came out otherwise with the base's tests.

    `deciding` has the files that decide, by criterion; tests are run in `workdir`.
    """

    def __init__(
        self,
        states: States,
        workdir: str,
        deciding: Mapping[str, Deciding],
        timeout: float | None,
    ) -> None:
        self._states = states
        self._workdir = workdir
        self._deciding = deciding
        self._timeout = timeout

    def named(
        self,
        changes: list[Change],
        copy: Copied,
        run: TrialRunner,
    ) -> list[Change]:
        """Add the base's tests that fail on the head's code, and are gone or altered, to changes.

        Where all of them fail because the change removed a name, or because they call something
        deprecated, no promise is broken: that is reported, and loosens nothing.
        """
        wanted = {
            path
            for change in changes
            for path in self._deciding.get(change.subject, Deciding()).tests
            if TABLE.test_file.search(path) and path in self._states.before
        }
        if not wanted:
            return changes
        for path in wanted:
            spare_imports(os.path.join(copy.root, path))
        failing = self._asked(sorted(wanted), copy, run, ASKED)
        broken = [path for path, tests in failing.items() if _failed(tests)]
        lenient = self._asked(broken, copy, run, LENIENT, TABLE.lenient) if broken else {}
        for path, tests in lenient.items():
            passed = {
                test for test, cases in tests.items() if {kind for kind, _ in cases} == {"passed"}
            }
            for test in passed & _failed(failing[path]):
                failing[path][test] = [("error", said) for _, said in failing[path][test]]
        return [self._with_tests(change, failing) for change in changes]

    def _asked(
        self,
        paths: list[str],
        copy: Copied,
        run: TrialRunner,
        label: str,
        options: str = "",
    ) -> dict[str, dict[str, list[Outcome]]]:
        """Return the outcomes of each test in these files of a copy."""
        asked = criteria_of_files(copy.board, paths, self._workdir, options)
        copy = replace(copy, board=with_criteria(copy.board, asked.values()))
        seen = outcomes(run(copy.part(asked, label, timeout=self._timeout)))
        return {asked[name].title: seen.get(renamed(name, label), {}) for name in asked}

    def _with_tests(
        self, change: Change, outcomes_by_path: Mapping[str, Mapping[str, list[Outcome]]]
    ) -> Change:
        files = self._deciding.get(change.subject, Deciding())
        failing = [
            (path, test, kinds)
            for path, tests in outcomes_by_path.items()
            if path in files.tests
            for test, cases in tests.items()
            if (kinds := {kind for kind, _ in cases} & {"failed", "error"})
        ]
        if not failing or not files.runs_tests:
            return change
        names = list(dict.fromkeys(f"{path}::{test}" for path, test, _ in failing))
        note = f"{change.note}: {', '.join(names[:_NAMED])}"
        altered = all(self._is_altered(path, test) for path, test, _ in failing)
        alone = not files.rules and all(map(TABLE.test_file.search, files.tests))
        if altered and alone and all("failed" not in kinds for _, _, kinds in failing):
            return replace(change, direction=Direction.NEUTRAL, note=note)
        return replace(change, note=note)

    def _is_altered(self, path: str, test: str) -> bool:
        """Return whether the head no longer has this test as the base has it."""
        before, after = (
            {said for name, _, said in functions(each) if name == test}
            for each in self._states.both(path)
        )
        return not before & after


def _failed(tests: Mapping[str, list[Outcome]]) -> set[str]:
    """Return the tests that fail for what they assert."""
    return {test for test, cases in tests.items() if "failed" in {kind for kind, _ in cases}}


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
