"""Whether a change's tests prove it: they have to fail where the source is as it was before."""

import os
from collections.abc import Iterator, Mapping
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from readiness.guard.absent import ChangedFunction, without_functions
from readiness.guard.altered import Altered
from readiness.guard.compare import Comparison
from readiness.guard.deciding import serves_tests
from readiness.guard.outcomes import criteria_of_files, outcomes, with_criteria
from readiness.guard.overlay import lay_over
from readiness.guard.project.rules import TABLE
from readiness.guard.states import States
from readiness.guard.tree import Commit
from readiness.model.board import Criterion
from readiness.model.errors import BaseError, ExitStatus
from readiness.prove.trials import TrialRunner, joined, renamed
from readiness.prove.worlds import Worlds
from readiness.record.document import RunDocument

BEFORE, AFTER = "before", "after"
MOST_FUNCTIONS = 12
"""Functions that are tried one by one, each in a run of the change's tests."""
_WORST = ("failed", "error", "skipped", "passed")


class Proving(StrEnum):
    """What one test says of the change. `proves`: it fails without it, for what it asserts."""

    PROVES = "proves"
    EITHER_WAY = "passes_either_way"
    ERROR = "error"
    FAILS = "fails_with_the_change"
    SKIPPED = "skipped"


class ProvingTest(msgspec.Struct, frozen=True, kw_only=True):
    """A test that the change adds or alters. `message` is why it fails on the base's source."""

    path: str
    name: str
    line: int
    proving: Proving
    message: str = ""


class ChangeProof(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `sources` are the files that were put back, `unknown` says what was not run.

    `functions` are the first of those that the change adds or alters.
    """

    version: int = 1
    base: str
    exit_status: int
    sources: list[str]
    tests: list[ProvingTest]
    unknown: list[str] = []
    functions: list[ChangedFunction] = []


def prove_change(
    comparison: Comparison,
    base: Commit,
    *,
    environ: Mapping[str, str],
    scratch: str,
    timeout: float | None,
    run: TrialRunner,
) -> ChangeProof:
    """Run the tests that the change adds or alters, in a copy with the source of the base.

    A test that cannot run there, for want of a name or a fixture, is an error and proves nothing.
    """
    states = comparison.states
    if states is None:
        raise BaseError(f"{base.commit[:12]} cannot be compared: the project is elsewhere")
    sources = list(_sources(states))
    altered = {
        path: {node.name: node.lineno for node in tests.values()}
        for path, tests in Altered(states).new.items()
    }
    if not sources or not altered:
        status = ExitStatus.NOT_READY if sources else ExitStatus.READY
        return ChangeProof(base=base.commit, exit_status=status, sources=sources, tests=[])
    worlds = Worlds(comparison.head, environ, scratch)
    criteria = criteria_of_files(comparison.head, sorted(altered), comparison.workdir)
    parts = []
    for label in (BEFORE, AFTER):
        copy = worlds.make(label)
        if label == BEFORE:
            lay_over(base, copy.root, sources)
        copy = replace(copy, board=with_criteria(copy.board, criteria.values()))
        parts.append(copy.part(criteria, label, timeout=timeout))
    functions: dict[str, ChangedFunction] = {}
    for path in sources:
        for function, text in without_functions(path, *states.both(path)):
            if path.endswith(".py") and len(functions) < MOST_FUNCTIONS:
                functions[label := f"without-{len(functions)}"] = function
                copy = worlds.make(label)
                with open(os.path.join(copy.root, path), "w", encoding="utf-8") as file:
                    file.write(text)
                copy = replace(copy, board=with_criteria(copy.board, criteria.values()))
                parts.append(copy.part(criteria, label, timeout=timeout))
    document = run(joined(comparison.head, parts))
    tests, unknown = _proving_tests(document, criteria, altered)
    return ChangeProof(
        base=base.commit,
        exit_status=_status(tests, unknown),
        sources=sources,
        tests=tests,
        unknown=unknown,
        functions=[
            _noticed(function, label, document, criteria) for label, function in functions.items()
        ],
    )


def _status(tests: list[ProvingTest], unknown: list[str]) -> int:
    kinds = {each.proving for each in tests}
    if Proving.PROVES in kinds:
        return ExitStatus.READY
    return ExitStatus.UNDECIDED if unknown or Proving.ERROR in kinds else ExitStatus.NOT_READY


# --- what is tried --------------------------------------------------------------------------------


def _sources(states: States) -> Iterator[str]:
    for path in states.changed:
        if TABLE.sources.search(path) and not serves_tests(path, states):
            yield path


# --- what came of it ------------------------------------------------------------------------------


def _noticed(
    function: ChangedFunction, label: str, document: RunDocument, criteria: Mapping[str, Criterion]
) -> ChangedFunction:
    """Return the function with the tests that pass with it, and do not without."""
    seen, named = outcomes(document), []
    for name, criterion in criteria.items():
        without, after = (seen.get(renamed(name, each), {}) for each in (label, AFTER))
        named += [
            f"{criterion.title}::{test}"
            for test, cases in after.items()
            if _are(cases, "passed") and not _are(without.get(test, []), "passed")
        ]
    return replace(function, noticed_by=named)


def _are(cases: list[tuple[str, str]], outcome: str) -> bool:
    return bool(cases) and all(each == outcome for each, _ in cases)


def _proving_tests(
    document: RunDocument,
    criteria: Mapping[str, Criterion],
    altered: Mapping[str, Mapping[str, int]],
) -> tuple[list[ProvingTest], list[str]]:
    records = {record.id: record for record in document.criteria()}
    seen = outcomes(document)
    tests: list[ProvingTest] = []
    unknown: list[str] = []
    for name, criterion in criteria.items():
        path = criterion.title
        before, after = (seen.get(renamed(name, label), {}) for label in (BEFORE, AFTER))
        if not before:
            unknown.append(f"{path}: {records[renamed(name, BEFORE)].reason}")
            continue
        for test, line in altered[path].items():
            if test in before or test in after:
                said = _worst_outcome(before.get(test, []), after.get(test, []))
                tests.append(
                    ProvingTest(path=path, name=test, line=line, proving=said[0], message=said[1])
                )
    return tests, unknown


def _worst_outcome(
    before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> tuple[Proving, str]:
    """Return the worst outcome among the cases of one test, and its reason."""
    old, new = (
        min(each, key=lambda one: _WORST.index(one[0]), default=("error", ""))
        for each in (before, after)
    )
    if new[0] in ("failed", "error"):
        return Proving.FAILS, new[1]
    if new[0] == "skipped":
        return Proving.SKIPPED, new[1]
    kinds = {"failed": Proving.PROVES, "passed": Proving.EITHER_WAY, "skipped": Proving.SKIPPED}
    return kinds.get(old[0], Proving.ERROR), old[1]
