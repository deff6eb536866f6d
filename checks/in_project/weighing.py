"""A plugin of pytest, for `-p`: what tests notice of faults in the code that they walk through.

The variable WEIGHING names a file that says which tests, which faults, and where to tell it.
"""

import ast
import gc
import importlib
import itertools
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from .answers import ALWAYS, ANSWERED, LEFT_BEHIND, SKIPPED, TO_READ, Answers, asking
from .attempts import Attempts, Json, read, write
from .effects import UNDONE
from .held import functions_of, swap
from .mutations import Mutant, mutants, mutated, read_source
from .operands import Questioner, ReadValues, asserted, readers
from .outcomes import pytest_addoption as bring_witness
from .values import AT, INNER, names_in

PATIENT = 2
"""Times that the seconds may last by the clock: others may use the processor too."""
MOST = 8
"""Tests that are run with one fault."""
MUTANT, MUTANTS, HANGS = "mutant", 24, 2.0
"""A fault in what a function says: its way, how many are tried, and seconds until it hangs."""
LAST = 2
"""Calls before the changed lines of which what they leave behind is another."""
FAR = 4
"""What an answer that code gives to other code comes after those that tests are given."""


class Weighing(Attempts):
    """Runs tests twice as they are and once for each fault, each time in a process of its own."""

    def __init__(self, plan: Json, tmp: str) -> None:
        self._top = os.path.realpath(plan["root"])
        super().__init__({**plan, "roots": [self._top], "seconds": PATIENT * plan["seconds"]}, tmp)
        self._tops = set(map(self._whole, plan["sources"]))
        self.done: Json = {"tests": [], "faults": []}
        self._stood_in: set[tuple[str, str]] = set()
        self._listed: dict[str, list[tuple[str, Mutant]]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool | None:
        """Collect only the files asked for, of those that this session would collect."""
        config, to = session.config, self.plan["to"]
        earlier = [read(os.path.join(to, name))["files"] for name in os.listdir(to)]
        places = [config.invocation_params.dir / each.partition("::")[0] for each in config.args]
        is_known = all(place.exists() for place in places)  # else they are modules, of `--pyargs`
        folders = tuple(os.path.join(os.path.realpath(place), "") for place in places)
        left = set(self.plan["files"]).difference(*earlier)
        self.done["files"] = [
            path
            for path in sorted(left)
            if not is_known or os.path.join(self._whole(path), "").startswith(folders)
        ]
        config.args = [*map(self._whole, self.done["files"])]
        return None if config.args else True

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Have what the command does next done: it may start other sessions."""
        session.exitstatus = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Weigh the tests that are asked for, in place of one run of all."""
        if not session.items:
            return True
        wanted = {self._whole(path): set(names) for path, names in self.plan["tests"].items()}
        for item in session.items:
            path, name = self._named(item)
            if name in wanted.get(self._whole(path), ()):
                self.items[item.nodeid] = item
        session.config.option.tbstyle = "no"
        self.answers = Answers(self._top, self._tops, set(wanted))
        self._first = self.answers.first = frozenset(self.plan["names"])
        self.answers.known = bool(self.plan["asked"])
        looks = [self._look()]
        if looks[0] and self._import(looks[0]["modules"]):
            looks = [self._look()]
        looks.append(self._run(self.items, seen=True, seconds=self.plan["seconds"]))
        if looks[0] and looks[1] and looks[0]["outcomes"] == looks[1]["outcomes"]:
            self._seen, self._took = looks[1]["seen"], looks[1]["took"]
            for name, said in looks[1]["outcomes"].items():
                self.done["tests"].append([*self._named(self.items[name]), said])
                if said != "passed":
                    self._seen.pop(name, None)
            self._weigh()
        else:
            self.done["unsteady"] = True
        write(os.path.join(self.plan["to"], str(os.getpid())), json.dumps(self.done))
        return True

    def _look(self) -> Json | None:
        """Have all functions that the code has by now ask what they answer, and run the tests."""
        self.held = functions_of(self.plan["roots"], self.plan["sources"])
        for path in self.held:
            tree = ast.parse(read_source(path))
            self.answers.names |= {(path, line): name for name, line in asking(tree)}
            swap({path: tree}, self.plan["roots"], self.held)
        tests = functions_of(self.plan["roots"], self.plan["serving"])
        for path in tests:
            swap(
                {path: Questioner().visit(ast.parse(read_source(path)))}, self.plan["roots"], tests
            )
        gc.freeze()
        self._modules = set(sys.modules)
        return self._run(self.items, seen=True, seconds=self.plan["seconds"])

    def _import(self, modules: list[str]) -> bool:
        """Import the modules of the code that tests import only while they run."""
        for name in modules:
            with suppress(Exception):
                importlib.import_module(name)
        return bool(modules)

    def _imported(self) -> list[str]:
        """Return the modules of the code that were imported since the last look."""
        files = {
            name: getattr(sys.modules[name], "__file__", None) or ""
            for name in sys.modules.keys() - self._modules
        }
        return sorted(name for name, path in files.items() if os.path.realpath(path) in self._tops)

    def _run(
        self, names: Iterable[str], *, seen: bool, seconds: float, fault: Mutant | None = None
    ) -> Json | None:
        """Run tests in a process of its own; {} if it ended by itself, None if it took too long."""
        path = os.path.join(self.tmp, "run.json")
        if os.path.exists(path):
            os.remove(path)

        def run() -> bool:
            answers: dict[str, Json] = {}
            if fault is not None:
                tree = mutated(read_source(fault.path), fault)
                swap({fault.path: tree}, self.plan["roots"], self.held)
            self.answers.altered = False
            began = time.monotonic()
            for name, item, following in self.in_order(names):
                random.seed(name)
                self.answers.times.clear()
                self.answers.seen = answers.setdefault(name, {}) if seen else None
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self.answers.seen = None
            took = time.monotonic() - began
            outcome = {"outcomes": self.outcomes, "seen": answers, "took": took}
            outcome |= {"modules": self._imported(), "altered": self.answers.altered}
            write(path, json.dumps(outcome))
            return True

        if self.forked(run, seconds) is None:
            return None
        if not os.path.exists(path):
            return {}
        return read(path)

    def _weigh(self) -> None:
        """Try the faults that are asked for, or else those that a change speaks of first.

        Where tests call a function as often, and with other values, all its answers are altered.
        """
        reached: dict[str, dict[str, None]] = {}
        often: Counter[str] = Counter()
        for name, seen in self._seen.items():
            for key, about in seen.items():
                is_answer = about["kind"] == ANSWERED and not key.endswith(ALWAYS)
                often[about["function"]] += is_answer
                always = key.partition(" #")[0] + ALWAYS
                for known_as in (key, always, about["function"]):
                    reached.setdefault(known_as, {})[name] = None
        self.done["often"] = often
        keys = {key for seen in self._seen.values() for key in seen if not key.endswith(ALWAYS)}
        self.done["times"] = Counter(key.partition(" #")[0] for key in keys)
        others = 0
        for fault in self.plan["asked"] or self._candidates():
            key, function = fault["key"], fault["function"]
            others += not fault["near"] and not self.plan["asked"]
            if others <= self.plan["faults"]:
                as_often = often[function] >= self.plan["often"].get(function, 1)
                key = function if as_often and fault["direct"] and key not in reached else key
                key = function if fault["way"] == MUTANT else key
                if self.plan["times"].get(key) == 1 < self.done["times"][key]:
                    key += ALWAYS  # what was asked once and is compared with itself now
                self._try(fault, key, [*reached.get(key, ())])

    def _way(self, way: str, function: str) -> str:
        """Return in which way to alter what a function answers now, if the usual one is none.

        To do nothing is none where it answers None and leaves nothing behind.
        """
        pairs = (pair for seen in self._seen.values() for pair in seen.items())
        known = [(key, about) for key, about in pairs if about["function"] == function]
        answers = [(key, about) for key, about in known if about["kind"] == ANSWERED]
        given = [key for key, about in answers if SKIPPED not in about["ways"]]
        does = not given or any(UNDONE in about["ways"] for _, about in known)
        does = does or not all(key.partition(" #")[0].endswith(" = None") for key in given)
        possible = [one for _, about in answers for one in about["ways"] if does or one != SKIPPED]
        return way if way in possible else [*possible, ""][0]

    def _try(self, fault: Json, key: str, tests: list[str]) -> None:
        """Run a few tests with a fault, and again where that is to be sure."""
        if sum(os.times()[:4]) > self.plan["seconds"] or time.monotonic() > self.deadline:
            self.done["ended"] = True
            return
        if fault["kind"] == TO_READ:
            self._try_read(fault)
            return
        tests, way = tests[:MOST], fault["way"]
        mutant = self._mutant(fault) if way == MUTANT else None
        way = self._way(way, key) if key == fault["function"] and mutant is None else way
        noticed = self._noticed(key, way, tests, mutant) if tests else set()
        again = self.plan["twice"] if noticed else self.plan["asked"]
        if noticed is not None and tests and again:
            second = self._noticed(key, way, tests, mutant)
            noticed = second if not noticed or second is None else noticed & second
        if noticed == set() and mutant is None and not key.endswith(ALWAYS):
            noticed = next(filter(None, self._at_other_times(fault, way, tests)), noticed)
        if noticed is None and mutant and self.plan["asked"]:
            noticed = set() if self.plan["twice"] else set(tests)  # what hangs shows nothing
        if noticed is None:  # slow is not known to be wrong
            self.done["ended"] = self.done.get("ended", False) or mutant is None
            return
        self._done_with(fault, tests, noticed)

    def _done_with(self, fault: Json, tests: list[str], noticed: set[str]) -> None:
        """Note which tests were run with a fault, and which notice it."""
        told = {"tests": tests, "noticed": sorted(noticed)}
        named = {
            which: [self._named(self.items[n]) for n in names] for which, names in told.items()
        }
        self.done["faults"].append({**fault, **named})

    def _at_other_times(self, fault: Json, way: str, tests: list[str]) -> Iterator[set[str]]:
        """Yield what notices a fault at times that the tests before did not come to.

        Each stands for one time that is not noticed now: a call that is made more often.
        """
        call = fault["key"].partition(" #")[0]
        if not self.plan["asked"] or self.plan["twice"]:
            return
        before = self.plan["times"].get(call, 0)
        keys = dict.fromkeys(key for name in tests for key in self._seen[name])
        for key in keys:
            of, _, number = key.partition(" #")
            is_more = of == call and number.isdigit() and int(number) > before
            if is_more and (key, way) not in self._stood_in:
                noticed = self._noticed(key, way, tests, None)
                self._stood_in |= {(key, way)} if noticed else set()
                yield noticed or set()

    def _noticed(
        self, key: str, way: str, tests: list[str], mutant: Mutant | None
    ) -> set[str] | None:
        """Return which tests fail with a fault; None where that took too long."""
        self.answers.wanted = ("", "") if mutant else (key, way)
        self.answers.first = names_in(way) or self.answers.first
        seconds = 2 * self._took + HANGS if mutant else 10 * self._took + 20
        seen = self._run(tests, seen=False, seconds=seconds, fault=mutant)
        self.answers.wanted, self.answers.first = ("", ""), self._first
        if seen is None:
            return None
        if seen and not (seen["altered"] or mutant):  # what was not put in shows nothing
            return set(tests) if self.plan["asked"] and not self.plan["twice"] else set()
        return {name for name in tests if not seen or seen["outcomes"].get(name) == "failed"}

    def _candidates(self) -> Iterator[Json]:
        """Yield the faults in what the tests walk through, those that a change speaks of first."""
        turns: list[tuple[int, int, int, Json]] = []
        for name, seen in self._seen.items():
            lines = self.plan["lines"].get(self._named(self.items[name])[0], {})
            ranked = []
            latest = self._latest(seen, lines)
            for key, about in seen.items():
                rank = lines.get(str(about["at"]), FAR - 1) + FAR * (not about["direct"])
                rank = 0 if about["kind"] == LEFT_BEHIND else rank
                is_last = about["at"] in latest and not self.plan["coarse"]
                if about["kind"] == ANSWERED or (about["kind"] == LEFT_BEHIND and is_last):
                    ranked.append((rank, key, about))
            for at, (rank, key, about) in enumerate(sorted(ranked, key=lambda each: each[:2])):
                for number, (way, what) in enumerate(about["ways"].items()):
                    is_first = rank < FAR - 1 and way.removeprefix(INNER) in self.answers.first
                    is_first = is_first or (rank % FAR < FAR - 1 and way.startswith(AT))
                    near = 0 if is_first else rank
                    fault = {**about, "key": key, "way": way, "what": what, "near": near == 0}
                    turns.append((near, number if near >= FAR - 1 else 0, at, fault))
        turns.sort(key=lambda turn: turn[:3])
        near = [fault for *_, fault in turns if fault["near"]]
        known = set()
        if not self.plan["coarse"]:
            near = [*asserted(self._readings(), self.plan["lines"], self.plan["same"]), *near]
        for fault in (
            *near,
            *self._near_mutants(),
            *(each for *_, each in turns if not each["near"]),
        ):
            key = fault["function"] if self.plan["coarse"] else fault["key"]
            if (key, fault["way"]) not in known:
                known.add((key, fault["way"]))
                yield {**fault, "key": key, "path": os.path.relpath(fault["path"], self._top)}

    def _try_read(self, fault: Json) -> None:
        """Have a test read something else, at one time after the other until it is noticed."""
        tests, times = readers(fault, self._readings(), self.plan["same"])
        noticed: set[str] | None = None
        for key in times:
            noticed = self._noticed(key, fault["way"], tests, None)
            if noticed and self.plan["twice"]:
                again = self._noticed(key, fault["way"], tests, None)
                noticed = noticed & again if again is not None else None
            if noticed is None or noticed:
                break
        if noticed is not None:
            self._done_with(fault, tests, noticed)

    def _readings(self) -> list[ReadValues]:
        return [ReadValues(n, self._named(self.items[n]), seen) for n, seen in self._seen.items()]

    def _latest(self, seen: Json, lines: dict[str, int]) -> list[int]:
        """Return the lines of the last calls before changed lines that leave something behind."""
        own = max((int(line) for line, rank in lines.items() if rank == 0), default=0)
        left = {each["at"] for each in seen.values() if each["kind"] == LEFT_BEHIND}
        return sorted(at for at in left if at <= own)[-LAST:]

    def _near_mutants(self) -> Iterator[Json]:
        """Yield faults in what functions say that the changed lines reach, one of each by turns."""
        if self.plan["coarse"]:
            return
        ranks: dict[str, tuple[int, Json]] = {}
        for name, seen in self._seen.items():
            lines = self.plan["lines"].get(self._named(self.items[name])[0], {})
            for about in (each for each in seen.values() if each["kind"] == ANSWERED):
                rank = 2 * lines.get(str(about["at"]), FAR) + (not about["direct"])
                if rank < min(2 * FAR - 2, ranks.get(about["function"], (FAR * FAR, about))[0]):
                    ranks[about["function"]] = rank, about
        turns = []
        for function, (rank, about) in ranks.items():
            own = [
                (key, each)
                for key, each in self._mutants_of(about["path"])
                if each.function == function
            ]
            own.sort(key=lambda pair: pair[1].coarse)
            turns += [(at, rank, key, each, about) for at, (key, each) in enumerate(own)]
        turns.sort(key=lambda turn: turn[:3])
        for _, _, key, mutant, about in turns[:MUTANTS]:
            what = {"key": key, "way": MUTANT, "what": mutant.what, "line": mutant.line}
            yield {**about, **what, "near": True}

    def _mutants_of(self, path: str) -> list[tuple[str, Mutant]]:
        """Return the mutants of a file by keys that say nothing of where it stands."""
        if path not in self._listed:
            times: Counter[str] = Counter()
            self._listed[path] = []
            for mutant in mutants(path, read_source(path), texts=True):
                key = f"{mutant.function}: {mutant.what}"
                times[key] += 1
                self._listed[path].append((f"{key} @{times[key]}", mutant))
        return self._listed[path]

    def _mutant(self, fault: Json) -> Mutant | None:
        listed = self._mutants_of(self._whole(fault["path"]))
        return next((mutant for key, mutant in listed if key == fault["key"]), None)

    def _named(self, item: Any) -> list[str]:
        """Return the file that a test stands in, and its name with its class there."""
        path, name = (
            str(item.path),
            getattr(item, "originalname", None) or item.name.partition("[")[0],
        )
        owners = (
            each
            for each in getattr(getattr(item, "cls", None), "__mro__", ())
            if name in vars(each)
        )
        for owner in itertools.islice(owners, 1):
            name = f"{owner.__qualname__.replace('.', '::')}::{name}"
            path = getattr(sys.modules.get(owner.__module__), "__file__", None) or path
        return [os.path.relpath(os.path.realpath(path), self._top), name]

    def _whole(self, path: str) -> str:
        return os.path.realpath(os.path.join(self._top, path))


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Take the place of a run, before any file of the project is read."""
    bring_witness(pluginmanager)
    pluginmanager.register(Weighing(read(os.environ["WEIGHING"]), os.environ["READINESS_TMP"]))
