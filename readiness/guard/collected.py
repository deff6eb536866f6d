"""Which tests a runner collects by the base's rules, and no longer by the head's.

The runner tells it from inside, by a plugin of the checks, `collecting` in the table of rules.
"""

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from readiness.builtin import builtin_checks
from readiness.guard.carried import Function, function_in, goes_on
from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.project.rules import TABLE
from readiness.guard.states import States

ASKED = "READINESS_WITNESS"
"""Environment variable that turns the plugin on; `collect-only` keeps the tests from being run."""
_LOG_SUFFIX = ".tests"
_NAMED = 4


class Case(msgspec.Struct, frozen=True):
    """One collected test: its file in the repository, its id there, and its function."""

    path: str
    id: str
    function: str
    skipped: bool


def asked(environment: Mapping[str, str], *, run: bool) -> dict[str, str]:
    """Return the environment of a board in which test runners report what they collect."""
    folder = os.path.join(builtin_checks(), TABLE.collecting)
    path = filter(None, [folder, environment.get(TABLE.collecting_path, "")])
    how = "run" if run else "collect-only"
    return {**environment, TABLE.collecting_path: os.pathsep.join(path), ASKED: how}


def read_cases(log: str, root: str) -> set[Case]:
    """Read the cases that a probe reported from a copy at `root`; empty if it reported none."""
    try:
        with open(f"{log}{_LOG_SUFFIX}", "rb") as file:
            cases = [msgspec.json.decode(line, type=Case) for line in file]
    except (OSError, msgspec.DecodeError):
        return set()
    root = os.path.realpath(root)
    return {msgspec.structs.replace(each, path=os.path.relpath(each.path, root)) for each in cases}


def gone(
    before: Collection[Case], after: Collection[Case], states: States, read: Iterable[Change] = ()
) -> Iterator[Change]:
    """Yield tests no longer collected, or skipped now: by file, net of what was renamed.

    Tests are counted by their function, over all files: a test that moved is the same, and so is
    one of the same body. Values of a parameter may change, but not become fewer. Changes already
    `read` of the same tests are not reported again.
    """
    reported = set(_reported_tests(read))
    missing = _missing(_active(before), _active(after), states)
    known = Counter(case.function for case in after)
    wanted = Counter(case.function for case in before)
    left_out: dict[tuple[str, Kind], list[str]] = {}
    now = {(case.path, case.id) for case in _active(after)}
    for case in sorted(_active(before), key=lambda each: ((each.path, each.id) in now, each.id)):
        if missing[case.function] > 0:
            missing[case.function] -= 1
            is_skipped = known[case.function] >= wanted[case.function]
            kind = Kind.SKIP if is_skipped else Kind.TEST
            names = ("", case.function, case.id.partition("::")[0])
            if any((case.path, name) in reported for name in names):
                continue
            left_out.setdefault((case.path, kind), []).append(case.id)
    for (path, kind), ids in sorted(left_out.items()):
        more = f" +{len(ids) - _NAMED}" if len(ids) > _NAMED else ""
        shown = ", ".join(ids[:_NAMED]) + more
        yield Teller(path, path)(
            kind,
            Direction.LOOSENED,
            "" if kind is Kind.SKIP else shown,
            shown if kind is Kind.SKIP else "",
        )


def _reported_tests(read: Iterable[Change]) -> Iterator[tuple[str, str]]:
    """Yield files with the functions and classes known to be gone; "" for the whole file."""
    for change in read:
        if change.direction is Direction.LOOSENED and change.kind is Kind.TEST:
            yield change.path, change.before
        elif change.direction is Direction.LOOSENED and change.kind is Kind.SKIP:
            yield change.path, change.note


def _active(cases: Iterable[Case]) -> list[Case]:
    return [case for case in cases if not case.skipped]


def _missing(before: list[Case], after: list[Case], states: States) -> Counter[str]:
    """Count the cases of each function that are gone, unless another one has come for them."""
    old, new = (Counter(case.function for case in side) for side in (before, after))
    less, more = old - new, new - old
    tests = [
        {case.function: _test(case, states, side) for case in cases if case.function in changed}
        for side, (cases, changed) in enumerate([(before, less), (after, more)])
    ]
    for name, test in tests[0].items():
        for other, host in tests[1].items():
            if test and host and goes_on(test, host):
                given = min(less[name], more[other])
                less[name] -= given
                more[other] -= given
    return less


def _test(case: Case, states: States, side: int) -> Function | None:
    return function_in(states.both(case.path)[side], case.function)
