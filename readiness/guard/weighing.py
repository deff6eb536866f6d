"""Whether tests ask less than before: which faults in the code they notice, and noticed."""

import ast
import glob
import json
import os
import re
import shlex
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec
from msgspec.structs import replace

from readiness import __version__
from readiness.builtin import builtin_checks
from readiness.guard.altered import Altered, TestName, near_lines
from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.collected import Witnessing, witnessed
from readiness.guard.keeping import KeptResults, content_key
from readiness.guard.outcomes import criterion_of, with_criteria
from readiness.guard.overlay import lay_over, spare_imports
from readiness.guard.states import States
from readiness.guard.tree import Commit
from readiness.prove.trials import TrialRunner
from readiness.prove.worlds import Copied, Worlds
from readiness.text.sentences import Sentences

FAULTS, SECONDS, FEW = 40, 30.0, 10
"""Faults that are tried, the seconds for both versions, and for how many tests that is enough."""
_OWNER = re.compile(r"^[^(]*\(([A-Za-z_]\w*)")
"""Whose method is called, which a class may have from another one, in the key of a fault."""


class TriedFault(msgspec.Struct, frozen=True):
    """A fault: by which key and way it is known, which tests reach it and which notice it."""

    key: str
    way: str
    function: str
    path: str
    line: int
    what: str
    near: bool = False
    direct: bool = True
    kind: str = "answer"
    tests: list[TestName] = []
    noticed: list[TestName] = []

    @property
    def is_read(self) -> bool:
        """Whether it is in what a test reads, and not in the code."""
        return self.kind == "reading"

    @property
    def lines(self) -> list[str]:
        """The fault as a diff of three lines."""
        call, _, answer = self.key.partition(" #")[0].partition(" = ")
        old, new = f"{call} gives {answer or '…'}", f"{call} gives {self.what}"
        if self.way == "skipped":
            old, new = call, f"{call} does nothing"
        elif self.is_read:
            answer = self.key.partition(" reads ")[2]
            old, new = f"{self.function} is {answer}", f"{self.function} is {self.what}"
        elif self.way == "mutant":
            old, _, new = self.what.replace("`", "").partition(" becomes ")
        elif self.way.startswith("left "):
            old, new = f"{call} {answer}", f"{call} {self.what}"
        place = f"{self.path}:{self.line} {self.function}"
        place = self.key.partition(" reads ")[0] if self.is_read else place
        return [f"@ {place}", f"- {old}", f"+ {new}"]


class Weighings(msgspec.Struct, frozen=True):
    """What one run said: of the tests, of faults, and how often the tests reach functions.

    `times` is how often each call is made that answers the same, `files` are those it was to run.
    """

    tests: list[tuple[str, str, str]] = []
    faults: list[TriedFault] = []
    often: dict[str, int] = {}
    times: dict[str, int] = {}
    ended: bool = False
    unsteady: bool = False
    files: list[str] = []

    def named(self, *outcomes: str) -> set[TestName]:
        """Return the tests of which some case came out so."""
        return {(path, name) for path, name, said in self.tests if said in outcomes}

    @property
    def passed(self) -> set[TestName]:
        """The tests of which all cases passed."""
        return self.named("passed") - self.named("failed", "skipped")


NOTHING = Weighings()


class Weighed(msgspec.Struct, frozen=True):
    """What became of tests: changes, remarks, and those that are known to notice no less.

    `failing` are those that fail on the change's code as they were.
    """

    changes: list[Change] = []
    remarks: list[str] = []
    kept: frozenset[TestName] = frozenset()
    failing: frozenset[TestName] = frozenset()


class Weigher(msgspec.Struct, frozen=True, dict=True):
    """Weighs the tests of a change in worlds; `scratch` takes what each is told, and what it tells.

    Probes run in `workdir`, as seen from the repository; `commands` are criteria by which pytest
    starts. What has the same content as before is not run again: the same files, tests and faults.
    """

    commit: Commit
    states: States
    workdir: str
    scratch: str
    worlds: Worlds
    timeout: float | None
    run: TrialRunner
    kept: KeptResults
    commands: Sequence[str]

    @cached_property
    def altered(self) -> Altered:
        """The tests that the change alters."""
        return Altered(self.states)

    def weigh(self, say: Sentences) -> Weighed:
        """Run both versions of the altered tests with the same faults; see what they notice."""
        names, after = self.altered.names
        support = self.altered.support
        old = self._measured("older", names, support)
        if old.unsteady:
            return Weighed(remarks=[say("guard.weighed_part")])
        failing = names - old.passed
        before = self._measured("before", failing, self.states.changed, coarse=True)
        faults = [each for each in (*old.faults, *before.faults) if each.noticed]
        calls = _calls(faults)
        unnoticed = [f for f in old.faults if f.tests and not (f.noticed or f.is_read)]
        others = [each for each in unnoticed if _call(each) not in calls]
        unnoticed = [*others[:FEW], *(each for each in unnoticed if _call(each) in calls)]
        new = self._measured("newer", after, asked=[*faults, *unnoticed], base=old)
        if new.ended and _known(faults) <= _known(new.faults):
            new = replace(new, ended=False)
        lost = list(self._lost(old.faults, new))
        # A test that fails now and then would seem to notice anything.
        noticed = {name for each in lost for name in each.noticed}
        lost = self._measured("again", noticed, support, asked=lost).faults
        lost = [*(each for each in lost if each.noticed), *self._lost(before.faults, new)]
        weaker = {name: fault for fault in reversed(lost) for name in fault.noticed}
        tried = _known(new.faults if new.ended else faults)
        asked = [each for each in faults if (each.key, each.way) in tried]
        kept = {name for each in asked for name in each.noticed}
        # The change itself is a fault too: what notices it no longer passes with either code.
        code = [path for path in self.states.changed if path not in support]
        suspects = kept & old.named("failed") & before.passed & after if code else ()
        kept -= self._measured("either", suspects, code, asked=faults[:1]).passed
        gone = (each for each in before.faults if not self.altered.has(each.function))
        kept = kept.union(*(each.tests for each in gone)) - weaker.keys()
        kept |= self.altered.without_code(old.named("failed") - after)
        named = _names(after - new.named("failed"))  # what fails now hides nothing
        changes = [
            self._difference(*each, Kind.WEAKER)
            for each in weaker.items()
            if not named.isdisjoint(_names([each[0]]))
        ]
        tells = [Teller("::".join(name), name[0]) for name in sorted(kept & failing)]
        changes += [tell(Kind.CHANGED, Direction.NEUTRAL, "", "") for tell in tells]
        known = _known(unnoticed)
        more = [each for each in new.faults if (each.key, each.way) in known]
        stricter = {name: fault for fault in reversed(more) for name in fault.noticed}
        changes += [self._difference(*each, Kind.STRICTER) for each in stricter.items()]
        remarks = [say("guard.weighed_part")] if new.ended or old.ended else []
        if unknown := sorted((failing & after) - before.passed):
            shown = ", ".join(map("::".join, unknown[:FEW]))
            remarks.append(say("guard.unweighed", names=shown))
        outlived = kept | (_names(kept) - _names(weaker))
        return Weighed(changes, remarks, frozenset(outlived), frozenset(old.named("failed")))

    def _measured(
        self,
        label: str,
        names: Collection[TestName],
        lay: Sequence[str] = (),
        *,
        coarse: bool = False,
        asked: Sequence[TriedFault] = (),
        base: Weighings = NOTHING,
    ) -> Weighings:
        """Run tests in a copy with some files of the base."""
        if not names:
            return Weighings()
        copy = self.worlds.make(label, Witnessing)
        lay_over(self.commit, copy.root, lay)
        tests = {path: sorted(name for at, name in names if at == path) for path, _ in names}
        if lay and not coarse:
            for path in tests:
                spare_imports(os.path.join(copy.root, path))
        side = 0 if lay else 1
        own = self.altered.own(side)
        share = max(1.0, len(names) / FEW)
        near = {at: near_lines(copy.root, at, each, own) for at, each in tests.items()}
        files = sorted(self.altered.carriers(names, side))
        asks = {
            "files": files,
            "tests": tests,
            "same": sorted(set.intersection(*self.altered.names)),
            "serving": self.altered.serving,
            "lines": {at: each.lines for at, each in near.items()},
            "names": sorted({name for each in near.values() for name in each.names}),
            "sources": self.altered.sources[0 if coarse else 1],
            "often": base.often,
            "times": {call: base.times.get(call, 0) for call, *_ in map(_call, asked)},
            "asked": msgspec.to_builtins(asked),
            "faults": int(FAULTS * share),
            "seconds": SECONDS * share / 2,
            "coarse": coarse,
            "twice": coarse or label == "again",
        }
        content = {path: what for path, what in self.states.after.items() if path not in {*lay}}
        content |= {path: self.states.before[path] for path in lay if path in self.states.before}
        tried = copy.criteria(self.commands)
        by = [[one.check and one.check.run, one.params] for one in tried.values()]
        shown = (json.dumps(each, sort_keys=True) for each in (asks, dict(copy.board.env), by))
        about = (*(one.replace(copy.root, "") for one in shown), __version__, self.worlds.path())
        programs = os.path.join(builtin_checks(), "in_project")
        key = content_key(about, content, [programs, *self.worlds.sites()])
        if kept := self.kept.read(key):
            return msgspec.json.decode(kept, type=Weighings)
        weighings = self._started(label, copy, asks, files)
        if not (weighings.ended or weighings.unsteady):
            self.kept.write(key, msgspec.json.encode(weighings))
        return weighings

    def _started(
        self, label: str, copy: Copied, asks: Mapping[str, object], files: Sequence[str]
    ) -> Weighings:
        """Start tests as criteria of the board do; those that none of them runs, by themselves."""
        to, plan = (os.path.join(self.scratch, f"{label}-{end}") for end in ("told", "plan"))
        os.mkdir(to)
        with open(plan, "w", encoding="utf-8") as file:
            json.dump({**asks, "root": copy.root, "to": to}, file)
        env = {**witnessed(copy.board.env, "weigh"), "WEIGHING": plan, "PYTHONHASHSEED": "0"}
        by_board = replace(copy, board=replace(copy.board, env=env))
        criteria = [*by_board.criteria(self.commands).values(), None]
        weighings = NOTHING
        for criterion in criteria:
            left = [path for path in files if path not in weighings.files]
            if left and criterion:
                part = by_board.part({criterion.id: criterion}, "weighed", timeout=self.timeout)
            elif left:
                inside = (shlex.quote(os.path.relpath(each, self.workdir or ".")) for each in left)
                alone = criterion_of(copy.board, label, " ".join(inside), WEIGHING=plan)
                by_none = replace(copy, board=with_criteria(copy.board, [alone]))
                part = by_none.part({label: alone}, "weighed", timeout=self.timeout)
            else:
                break
            self.run(part)
            weighings = _together(sorted(glob.glob(os.path.join(glob.escape(to), "*"))))
        return weighings if weighings.files else Weighings(ended=True)

    def _lost(self, faults: Sequence[TriedFault], new: Weighings) -> Iterator[TriedFault]:
        """Yield the faults that the old tests notice, and the new ones do not.

        What code gives to other code may be gone, so may the function, and what is asked while
        tests are collected is not altered. Of the times that a call answers the same, others may
        be noticed than before, but not fewer.
        """
        before, after = _calls(faults), _calls(new.faults)
        answers = {(each.key, each.way): each for each in new.faults}
        owners: dict[str, set[str]] = {}
        for fault in faults:
            owners.setdefault(fault.function, set()).update(_OWNER.findall(fault.key))
        for fault in faults:
            answer = answers.get((fault.key, fault.way))
            if not fault.noticed or (new.ended if answer is None else answer.noticed):
                continue
            if after[_call(fault)] >= before[_call(fault)]:
                continue
            if fault.is_read:
                yield from (fault,) if answer else ()
                continue
            is_within = not fault.direct and fault.function in new.often
            parts = {*fault.function.split("."), *owners.get(fault.function, ())}
            is_within = is_within or not parts.isdisjoint(self.altered.at_collection)
            if (answer and answer.tests) or not (is_within or not self.altered.has(fault.function)):
                yield fault

    def _difference(self, test: TestName, fault: TriedFault, kind: Kind) -> Change:
        path, name = test
        old, new = (side.get(path, {}).get(name) for side in (self.altered.old, self.altered.new))
        line = (new or old or ast.Pass(lineno=0)).lineno
        tell = Teller(f"{path}::{name}", path, line)
        direction = Direction.LOOSENED if kind is Kind.WEAKER else Direction.TIGHTENED
        return replace(tell(kind, direction, "", ""), fault=(*fault.lines, *_asked(old, new)))


def _names(tests: Iterable[TestName]) -> set[TestName]:
    """Return tests without their classes, which may have another name."""
    return {(path, name.rpartition("::")[2]) for path, name in tests}


def _call(fault: TriedFault) -> tuple[str, bool, str]:
    """Return what is altered, whichever time that is."""
    return fault.key.partition(" #")[0], fault.key.endswith(" #always"), fault.way


def _calls(faults: Iterable[TriedFault]) -> Counter[tuple[str, bool, str]]:
    """Count the times of each call at which a fault is noticed."""
    return Counter(_call(each) for each in faults if each.noticed)


def _known(faults: Iterable[TriedFault]) -> set[tuple[str, str]]:
    return {(each.key, each.way) for each in faults}


def _together(paths: Iterable[str]) -> Weighings:
    """Return what several sessions said, each of its own files."""
    weighings = NOTHING
    for path in paths:
        with open(path, "rb") as file:
            more = msgspec.json.decode(file.read(), type=Weighings)
        faults = {(each.key, each.way): each for each in weighings.faults}
        for fault in more.faults:
            known = faults.get((fault.key, fault.way), fault)
            tests, noticed = (
                list(dict.fromkeys([*getattr(known, each), *getattr(fault, each)]))
                for each in ("tests", "noticed")
            )
            faults[fault.key, fault.way] = replace(fault, tests=tests, noticed=noticed)
        weighings = Weighings(
            tests=[*weighings.tests, *more.tests],
            faults=list(faults.values()),
            often=Counter(weighings.often) + Counter(more.often),
            times=Counter(weighings.times) + Counter(more.times),
            ended=weighings.ended or more.ended,
            unsteady=weighings.unsteady or more.unsteady,
            files=[*weighings.files, *more.files],
        )
    return weighings


def _asked(old: ast.AST | None, new: ast.AST | None) -> list[str]:
    """Return what a test asks now, or else the question that it no longer asks."""
    before, after = (
        [ast.unparse(node) for node in ast.walk(test or ast.Pass()) if isinstance(node, ast.Assert)]
        for test in (old, new)
    )
    more = [f"  {each}" for each in after if each not in before]
    return more[:1] or [f"- {each}" for each in before if each not in after][:1]
