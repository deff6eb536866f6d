"""Run tests in processes that are forked off, with a fault in the code or without one.

The fault is both in the functions that such a process holds and in the file.
"""

import ast
import contextlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from .held import Held, swap
from .mutations import read_source

SETUP = "setup of "
"""What stands before a test's id where its fixtures run, and not it itself."""
PATIENCE = 30.0
"""Seconds beyond ten times what tests took without a fault, after which they hang."""

LITTLE_PATIENCE = 3.0
"""The same beyond five times what a single test took, where it is not run anew."""

Json = dict[str, Any]


class HangsError(BaseException):
    """A test does not end by itself; what it catches of errors would keep it from being ended."""


class OutOfTimeError(Exception):
    """The seconds are over before every test was tried."""


class Attempts:
    """Tests that were collected once, and the plugin that notes what becomes of each.

    `plan` says what to do, until `deadline`, and `tmp` is a folder for what is left meanwhile.
    """

    def __init__(self, plan: Json, tmp: str) -> None:
        self.plan = plan
        self.tmp = tmp
        self.deadline = time.monotonic() + plan["seconds"]
        self.items: dict[str, pytest.Item] = {}
        self.held: Held = {}
        self.outcomes: dict[str, str] = {}
        self.running = os.path.join(tmp, "running")
        self._failed = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what became of a test."""
        if report.outcome == "failed" or report.when == "call":
            self.outcomes[report.nodeid] = report.outcome
        self._failed = self._failed or report.outcome == "failed"

    def attempt(self, trees: dict[str, ast.Module], names: list[str], seen: Json) -> str | None:
        """Run tests with faults in some files; returns how it was noticed, None: no time left.

        The file `running` then names the test that was run last.
        """
        left = self.deadline - time.monotonic()
        usual = sum(float(seen["seconds"].get(name, 0)) for name in names)
        if left <= 0:
            return None
        texts = {path: read_source(path) for path in trees}

        def run() -> bool:
            swap(trees, self.plan["roots"], self.held)
            for name, item, following in self.in_order(names):
                write(self.running, name)
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if self._failed:
                    item.session._setupstate.teardown_exact(None)
                    return False
            return True

        write(self.running, names[0])
        for path, tree in trees.items():
            write(path, ast.unparse(tree))
        try:
            passed = self.forked(run, min(left, 10 * usual + PATIENCE))
        finally:
            for path, text in texts.items():
                write(path, text)
        if passed is None and left < 10 * usual + PATIENCE:
            return None
        return {True: "", False: "failed", None: "hung"}[passed]

    def one_by_one(
        self, names: list[str], tell: Callable[[str], Any], prepare: Callable[[], None]
    ) -> dict[str, Any]:
        """Run tests in a process, and return what `tell` says of each; of one that ends it nothing.

        The others go on in another process, and each is made ready in the same way.
        """
        target = os.path.join(self.tmp, "each.jsonl")
        reported: dict[str, Any] = {}
        left = [*names]

        def run() -> bool:
            prepare()
            with open(target, "a", encoding="utf-8", buffering=1) as file:
                for name, item, following in self.in_order(left):
                    self.outcomes.clear()
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                    print(json.dumps([name, tell(name)]), file=file)
            return True

        while left:
            write(target, "")
            if self.forked(run, self.deadline - time.monotonic()) is None:
                raise OutOfTimeError
            with open(target, encoding="utf-8") as file:
                ended = dict(json.loads(line) for line in file if line.endswith("\n"))
            reported |= ended
            left = left[len(ended) + 1 :]
        return reported

    def in_order(
        self, names: Iterable[str]
    ) -> Iterator[tuple[str, pytest.Item, pytest.Item | None]]:
        """Yield the tests of these names, each with the one that comes after it."""
        items = [(name, self.items[name]) for name in names if name in self.items]
        for at, (name, item) in enumerate(items):
            yield name, item, items[at + 1][1] if at + 1 < len(items) else None

    def forked(self, run: Callable[[], bool], seconds: float) -> bool | None:
        """Do something in a process of its own; None where it took too long."""
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if not child:
            own_status = 1
            try:
                os.setsid()
                own_status = 0 if run() else 1
            except BaseException:  # noqa: BLE001 - whatever it is, it is this process's end
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                os._exit(own_status)
        end = time.monotonic() + seconds
        status: int | None = None
        while time.monotonic() < end and status is None:
            done, how = os.waitpid(child, os.WNOHANG)
            if done:
                status = os.waitstatus_to_exitcode(how)
            else:
                time.sleep(0.01)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        if status is None:
            os.waitpid(child, 0)
            return None
        return status == 0


def write(path: str, text: str) -> None:
    """Write a file of the copy."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def read(path: str) -> Json:
    """Read an object that another process left."""
    with open(path, encoding="utf-8") as file:
        return dict(json.load(file))


def limits(seen: Json) -> dict[str, float]:
    """Return after how many seconds each test hangs, with another answer than it usually gets."""
    return {name: 5 * float(took) + LITTLE_PATIENCE for name, took in seen["seconds"].items()}


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Have what takes longer than this fail."""

    def stop(*_: object) -> None:
        raise HangsError

    before = signal.signal(signal.SIGALRM, stop)
    # Again and again: what is raised while an object is disposed of is lost.
    signal.setitimer(signal.ITIMER_REAL, seconds, LITTLE_PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
