"""Tests that are not the same each time, by name: what retries and the recorded runs show."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from readiness.model.judgement import TESTS
from readiness.record.document import CriterionRecord, RunDocument
from readiness.statistics.sequences import Flakiness, flakiness


class FlakyTest(msgspec.Struct, frozen=True, kw_only=True):
    """A test that failed where it also passes: on a retry, or in another run of the same tree.

    `failures` counts these failures alone, in so many `runs`; `last` is the newest run with one.
    """

    test: str
    criterion: str
    runs: int
    failures: int
    flakiness: Flakiness
    last: str


class FlakyTests(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, the most frequent first, in so many recorded runs.

    `repeated` is how often tests were run once more on a tree: without that none can be seen.
    """

    runs: int
    tests: list[FlakyTest]
    repeated: int = 0


def flaky_tests(runs: Sequence[RunDocument]) -> FlakyTests:
    """Find the flaky tests in runs, the oldest first."""
    measured: defaultdict[str, int] = defaultdict(int)
    trees: defaultdict[tuple[str, str, str], list[tuple[str, set[str]]]] = defaultdict(list)
    failed: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for run in runs:
        failing: defaultdict[str, set[str]] = defaultdict(set)
        for finding in run.findings:
            failing[finding.criterion].add(finding.test)
        for record in filter(_counts_tests, run.criteria()):
            measured[record.id] += 1
            for test in record.flaky_tests:
                failed[record.id, test].append(run.id)
            if run.git is not None:
                tree = (record.id, run.git.commit, run.git.worktree)
                trees[tree].append((run.id, failing[record.id]))
    for (criterion, *_), seen in trees.items():
        each = [tests for _, tests in seen]
        for test in set[str]().union(*each) - each[0].intersection(*each):
            failed[criterion, test] += [run for run, tests in seen if test in tests]
    tests = [
        FlakyTest(
            test=test,
            criterion=criterion,
            runs=measured[criterion],
            failures=len(set(times)),
            flakiness=flakiness(measured[criterion], len(set(times))),
            last=max(times),
        )
        for (criterion, test), times in failed.items()
    ]
    tests.sort(key=lambda one: (-one.failures / one.runs, one.criterion, one.test))
    repeated = sum(len(seen) - 1 for seen in trees.values())
    return FlakyTests(runs=len(runs), tests=tests, repeated=repeated)


def _counts_tests(record: CriterionRecord) -> bool:
    return record.verdict.measured and record.unit == TESTS
