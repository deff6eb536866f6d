"""Which tests a runner collects by the base's rules, and no longer by the head's.

The runner tells it from inside, by a plugin of the checks, `collecting` in the table of rules.
"""

import ast
import os
import re
import shlex
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from readiness.builtin import builtin_checks
from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.functions import function_in
from readiness.guard.project.rules import TABLE
from readiness.guard.states import States
from readiness.prove.standins import StandIns, write_program

ASKED = "READINESS_WITNESS"
"""Environment variable that turns the plugin on."""
_LOG_SUFFIX = ".tests"
_CARGO, _LEFT = "Cargo.toml", "ignored"
_PRINTED = re.compile(rf"^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED|{_LEFT})", re.M)
_COUNTED = re.compile(rf"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) {_LEFT}", re.M)
_NAMED = 4


class Witnessing(StandIns):
    """Programs as they are; what starts Python has the plugin on its path, whatever a command sets.

    `PYTHONPATH=src pytest` would keep it out.
    """

    def _lead(self, path: str, name: str, program: str) -> None:
        folder = shlex.quote(_folder())
        before = (
            f'case ":${{PYTHONPATH-}}:" in *:{folder}:*) ;; *)\n'
            f'PYTHONPATH={folder}"${{PYTHONPATH:+:$PYTHONPATH}}"; export PYTHONPATH ;; esac\n'
        )
        write_program(path, self._through(name, program, before))

    def _installed(self, folders: Sequence[str]) -> Sequence[str]:
        return [self._mirrored(folders, _starts_tests), *folders]


class Case(msgspec.Struct, frozen=True):
    """One collected test: its file in the repository, its id there, and its function."""

    path: str
    id: str
    function: str
    skipped: bool


def witnessed(environment: Mapping[str, str], how: str) -> dict[str, str]:
    """Return the environment of a board in which test runners report what they collect.

    `how` is `run`, or what to do in place of that: `collect-only` or `weigh`.
    """
    path = filter(None, [_folder(), environment.get(TABLE.collecting_path, "")])
    return {**environment, TABLE.collecting_path: os.pathsep.join(path), ASKED: how}


def _starts_tests(name: str) -> bool:
    is_python = TABLE.starts_python.fullmatch(name.partition(".")[0])
    return bool(is_python or TABLE.test_runners.search(name))


def _folder() -> str:
    return os.path.join(builtin_checks(), TABLE.collecting)


def read_cases(log: str, root: str) -> set[Case]:
    """Read the cases that a probe reported from a copy at `root`; empty if it reported none."""
    try:
        with open(f"{log}{_LOG_SUFFIX}", "rb") as file:
            cases = [msgspec.json.decode(line, type=Case) for line in file]
    except (OSError, msgspec.DecodeError):
        return set()
    root = os.path.realpath(root)
    return {msgspec.structs.replace(each, path=os.path.relpath(each.path, root)) for each in cases}


def printed_cases(text: str) -> set[Case]:
    """Read the tests that Cargo printed: by their names, or how many there were."""
    named: list[tuple[str, str]] = _PRINTED.findall(text)
    cases = [Case(path=_CARGO, id=id_, function=id_, skipped=how == _LEFT) for id_, how in named]
    counted = [] if named else [tuple(map(int, found)) for found in _COUNTED.findall(text)]
    if len(counted) > 1:
        counted.pop()  # the examples of a library's documents, which go with what they document
    for number, (passed, failed, left_out) in enumerate(counted, 1):
        cases += [
            Case(
                path=_CARGO,
                id=f"{number}.{one + 1}",
                function=_CARGO,
                skipped=one >= passed + failed,
            )
            for one in range(passed + failed + left_out)
        ]
    return set(cases)


def missing(before: Collection[Case], after: Collection[Case], states: States) -> dict[Case, Kind]:
    """Return the tests no longer collected, or skipped now, net of what was renamed.

    Tests are counted by their function, over all files: a test that moved is the same, and so is
    one of the same body. Values of a parameter may change, but not become fewer.
    """
    fewer = _fewer(_active(before), _active(after), states)
    known = Counter(case.function for case in after)
    wanted = Counter(case.function for case in before)
    now = {(case.path, case.id) for case in _active(after)}
    left_out = {}
    for case in sorted(_active(before), key=lambda each: ((each.path, each.id) in now, each.id)):
        if fewer[case.function] > 0:
            fewer[case.function] -= 1
            is_skipped = known[case.function] >= wanted[case.function]
            left_out[case] = Kind.SKIP if is_skipped else Kind.TEST
    return left_out


def names_of(case: Case) -> list[tuple[str, str]]:
    """Return what reading may call a test: by file, its function, its class, or "" for the file."""
    return [(case.path, name) for name in ("", case.function, case.id.partition("::")[0])]


def gone(left_out: Mapping[Case, Kind], read: Iterable[Change] = ()) -> Iterator[Change]:
    """Yield the missing tests by file; changes already `read` of them are not reported again."""
    reported = set(_reported_tests(read))
    by_file: dict[tuple[str, Kind], list[str]] = {}
    for case, kind in left_out.items():
        if reported.isdisjoint(names_of(case)):
            by_file.setdefault((case.path, kind), []).append(case.id)
    for (path, kind), ids in sorted(by_file.items()):
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


def _fewer(before: list[Case], after: list[Case], states: States) -> Counter[str]:
    """Count the cases of each function that are gone, unless another one has come for them."""
    old, new = (Counter(case.function for case in side) for side in (before, after))
    less, more = old - new, new - old
    tests = [
        {case.function: _test(case, states, side) for case in cases if case.function in changed}
        for side, (cases, changed) in enumerate([(before, less), (after, more)])
    ]
    for name, test in tests[0].items():
        for other, host in tests[1].items():
            if test == host:
                given = min(less[name], more[other])
                less[name] -= given
                more[other] -= given
    return less


def _test(case: Case, states: States, side: int) -> str:
    """Return all that a test does, whatever it is called; its file, where that cannot be read."""
    test = function_in(states.both(case.path)[side], case.function)
    return ast.dump(test).replace(repr(test.name), "", 1) if test else case.path
