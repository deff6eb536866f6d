"""Run tests again and again with faults in the code, and tell which of them were noticed.

Runs in the project's own Python, in a copy of the project. READINESS_TMP/plan.json says what to do,
READINESS_TMP/broken.json tells what came of it. pytest collects once: see `_attempts.py`.
"""

import ast
import gc
import json
import os
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

os.environ["COVERAGE_CORE"] = "ctrace"  # the other one knows no contexts
import coverage
import pytest

from .attempts import SETUP, Attempts, Json, OutOfTimeError
from .common import Params, files_below
from .held import functions_of
from .hollow_tests import HollowTests
from .mutations import failing, functions, mutants, mutated, read_source
from .witness import Log, Witness, run_session


class Breaking(Attempts):
    """The plugin: in place of one run of the tests it makes many, each in a process of its own."""

    def __init__(self, plan: Json, tmp: str) -> None:
        super().__init__(plan, tmp)
        self.done: Json = {"attempts": []}
        self.hollow_tests = HollowTests(self)
        self._coverage: coverage.Coverage | None = None
        self._context = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Make all attempts."""
        if session.testsfailed:
            raise session.Interrupted("not all tests could be collected")
        wanted = set(self.plan["tests"])
        self.items = {
            item.nodeid: item for item in session.items if not wanted or item.nodeid in wanted
        }
        self.held = functions_of(self.plan["roots"], self.plan["source"])
        gc.freeze()  # what a process that is forked off does not touch is not copied
        session.config.option.tbstyle = "no"  # that they fail is known without a traceback
        self.done["tests"] = {name: "not collected" for name in wanted if name not in self.items}
        if not self.plan["flows"]:
            if seen := self._seen_and_heard():
                self._break_sample(seen)
                self._find_hollow_tests(seen)
        elif all(flow["through"] for flow in self.plan["flows"]):
            # The shared run has said that they pass, and nobody asks for their lines.
            self._break_flows({"seconds": self.plan["took"], "lines": {}})
        elif seen := self._without_fault(self.items, traced=True):
            self._break_flows(seen)
        return True

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        """Tell coverage whose lines these are."""
        self._switch(f"{SETUP}{item.nodeid}")
        yield
        self._switch("")

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Iterator[None]:
        """Tell coverage that lines run by a shared fixture are of none of the tests."""
        if fixturedef.scope != "function":
            self._switch("")
        yield
        self._switch(f"{SETUP}{request.node.nodeid}")

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Tell coverage whose lines these are."""
        self._switch(item.nodeid)
        yield
        self._switch("")

    def _switch(self, context: str) -> None:
        if self._coverage is not None and context != self._context:
            self._context = context
            self._coverage.switch_context(context)

    def _trace(self) -> None:
        """Have coverage note from here on which lines are run."""
        tops = [
            os.path.join(each, top) for each in self.plan["roots"] for top in self.plan["source"]
        ]
        self._coverage = coverage.Coverage(data_file=None, source=tops, config_file=False)
        self._coverage.start()

    def _lines(self) -> dict[str, dict[int, list[str]]]:
        """Return for each file which line was run by which tests; nothing where none was noted."""
        lines: dict[str, dict[int, list[str]]] = {}
        if self._coverage is None:
            return lines
        self._coverage.stop()
        with warnings.catch_warnings():  # where the project has them fail, and no code was run
            warnings.simplefilter("ignore")
            data = self._coverage.get_data()
        for file in data.measured_files():
            # The copy and the original may both be known; what is not imported has no lines.
            lines.setdefault(self._relative(file), {}).update(data.contexts_by_lineno(file))
        return lines

    def _seen_and_heard(self) -> Json | None:
        """Run all tests as they are, and note at once what they are answered.

        Of one that fails for being heard, what it does in a second run is what it does.
        """
        claims = self.hollow_tests.claims
        claims.listen(self.held)
        seen = self._without_fault(self.items, traced=True)
        claims.listening = False
        if seen is None:
            self.done.pop("why", None)
            return self._without_fault(self.items, traced=True)
        failed = [name for name, outcome in seen["outcomes"].items() if outcome == "failed"]
        again = self._without_fault(failed, traced=True) if failed else seen
        if again is None:
            return None
        for part in ("outcomes", "seconds"):
            seen[part] |= again[part]
        first = {*failed, *(SETUP + name for name in failed)}
        for path in {*seen["lines"], *again["lines"]} if failed else ():
            lines = seen["lines"].setdefault(path, {})
            for line, names in lines.items():
                lines[line] = [name for name in names if name not in first]
            for line, names in again["lines"].get(path, {}).items():
                lines.setdefault(line, []).extend(names)
        return seen

    def _without_fault(self, names: Iterable[str], *, traced: bool) -> Json | None:
        """Run tests as they are; returns outcomes, seconds, and which test ran which line.

        Lines are left out unless it is `traced`, and notes unless claims are listened to.
        """
        path = os.path.join(self.tmp, "seen.json")
        claims = self.hollow_tests.claims

        def run() -> bool:
            if traced:
                self._trace()
            if claims.listening:
                claims.ready()
            seconds, notes = {}, {}
            for name, item, following in self.in_order(names):
                began = time.monotonic()
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                seconds[name] = time.monotonic() - began
                notes[name] = claims.note(name) if claims.listening else None
            seen = {"outcomes": self.outcomes, "seconds": seconds, "lines": self._lines()}
            seen |= {"notes": notes} if claims.listening else {}
            with open(path, "w", encoding="utf-8") as file:
                json.dump(seen, file)
            return True

        if self.forked(run, self.deadline - time.monotonic()) is None:
            self.done["why"] = "the tests alone take longer than the seconds that are given"
            return None
        try:
            with open(path, encoding="utf-8") as file:
                seen: Json = json.load(file)
        except OSError:
            self.done["why"] = "the tests could not be run in a process of their own"
            return None
        os.remove(path)
        self.done["tests"] |= {name: seen["outcomes"].get(name, "not run") for name in names}
        return seen

    def _break_sample(self, seen: Json) -> None:
        """Try one fault after the other, of those that a passing test runs into."""
        passed = {name for name, outcome in seen["outcomes"].items() if outcome == "passed"}
        reached = []
        for path in files_below(self.plan["source"]) if self.plan["mutants"] else ():
            for mutant in mutants(path, read_source(path)):
                ran = seen["lines"].get(path, {}).get(str(mutant.line), ())
                if tests := passed & {name.removeprefix(SETUP) for name in ran}:
                    reached.append((mutant, tests))
        reached.sort(key=lambda pair: (pair[0].coarse, pair[0].rank(self.plan["seed"])))
        before: Counter[tuple[str, str]] = Counter()
        turns = []
        for mutant, tests in reached:
            # One of each function before a second of any.
            before[mutant.path, mutant.function] += 1
            turns.append((before[mutant.path, mutant.function], mutant, tests))
        turns.sort(key=lambda each: (each[0], each[1].rank(self.plan["seed"])))
        self.done["possible"] = len(turns)
        for _, mutant, tests in turns[: self.plan["mutants"]]:
            names = sorted(tests, key=lambda name: float(seen["seconds"][name]))
            tree = mutated(read_source(mutant.path), mutant)
            noticed = self.attempt({mutant.path: tree}, names, seen)
            if noticed is None:
                break
            self.done["attempts"].append({**vars(mutant), "tests": len(names), "noticed": noticed})

    def _find_hollow_tests(self, seen: Json) -> None:
        """Tell which tests show nothing."""
        try:
            hollow, count = self.hollow_tests.find(seen, self.held)
        except OutOfTimeError:
            self.done["why"] = "the seconds were not enough to try every test"
        else:
            self.done |= {"hollow": hollow, "count": count}
            ran = any(any(lines.values()) for lines in seen["lines"].values())
            if not ran and not hollow and "passed" in seen["outcomes"].values():
                self.done["why"] = "no test runs any of the code below the folders of the source"

    def _break_flows(self, seen: Json) -> None:
        """For each flow, have what it walks through fail."""
        for flow in self.plan["flows"]:
            tests = sorted(flow["tests"], key=lambda name: float(seen["seconds"].get(name, 0)))
            for path, names in self._targets(flow, seen):
                trees, broken = {}, set[str]()
                for file in files_below(self.plan["source"]) if not path else [path]:
                    mine = names.get(file, set()) if isinstance(names, dict) else names
                    if mine is None or mine:
                        trees[file], done = failing(read_source(file), mine)
                        broken |= done
                attempt: Json = {"flow": flow["name"], "path": path, "broken": sorted(broken)}
                if isinstance(names, set) and (missing := names - broken):
                    attempt |= {"noticed": "unknown", "named": "".join(missing)}
                else:
                    attempt["noticed"] = self.attempt(trees, tests, seen)
                    if attempt["noticed"] is None:
                        return
                    if attempt["noticed"] and not self._pass_without_fault(tests):
                        return
                self.done["attempts"].append(attempt)

    def _pass_without_fault(self, tests: list[str]) -> bool:
        """Return whether tests up to the one that was run last pass as they are."""
        with open(self.running, encoding="utf-8") as file:
            last = file.read()
        tests = tests[: tests.index(last) + 1]
        if any(self.done["tests"].get(name) != "passed" for name in tests):
            self._without_fault(tests, traced=False)
        return all(self.done["tests"].get(name) == "passed" for name in tests)

    def _targets(self, flow: Json, seen: Json) -> Iterator[tuple[str, Any]]:
        """Give what is broken at a time: a file and functions of it, or functions by file.

        What is named, each by itself; else all that its tests run; where that is in other
        processes, everything.
        """
        for each in flow["through"]:
            path, _, name = each.rpartition(":")
            yield path, {name}
        if not flow["through"]:
            mine = set(flow["tests"])
            ran: dict[str, set[str]] = {}
            for path, lines in seen["lines"].items():
                if not os.path.isfile(path):
                    continue
                here = {int(line) for line, tests in lines.items() if mine & set(tests)}
                for name, node in functions(ast.parse(read_source(path))):
                    first = node.body[0].lineno
                    if here & set(range(first, (node.end_lineno or first) + 1)):
                        ran.setdefault(path, set()).add(name)
            yield "", ran or None

    def _relative(self, file: str) -> str:
        for root in self.plan["roots"]:
            inside = os.path.relpath(os.path.realpath(file), os.path.realpath(root))
            if not inside.startswith(os.pardir):
                return inside
        return file


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Collect the tests, and make the attempts."""
    params = Params(env)
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    tmp = params.tmp
    with open(os.path.join(tmp, "plan.json"), encoding="utf-8") as file:
        plan = json.load(file)
    breaking = Breaking(plan, tmp)
    words = ["--basetemp", os.path.join(plan["beside"], "tests"), *plan["args"], *plan["paths"]]
    plugins = [
        Witness(Log(os.devnull)),
        breaking,
        breaking.hollow_tests,
        breaking.hollow_tests.claims,
    ]
    status = run_session(words, tmp, plugins)
    with open(os.path.join(tmp, "broken.json"), "w", encoding="utf-8") as file:
        json.dump({**breaking.done, "status": status}, file)
    return 0
