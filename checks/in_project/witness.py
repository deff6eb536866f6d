"""See, from inside a session of pytest, which tests were planned and what became of each.

What pytest reports is written down beside what really happened, one JSON object a line, each in
the file before the next thing happens: whatever ends the process early shows as work not done.
"""

from __future__ import annotations

import importlib._bootstrap_external
import importlib.util
import json
import os
import re
import sys
import threading
import unittest
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from dis import opname
from fnmatch import fnmatch
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from .tracked import real_path, repository

Wrapper = Generator[None, Any, None]

UNTOLD = (
    ("pytest.PytestReturnNotNoneWarning", r"returned (?:<class '(?:bool|generator)'|True|False)"),
    ("DeprecationWarning", r"^It is deprecated to return a value that is not None from a test"),
    ("pytest.PytestUnhandledThreadExceptionWarning", r"^(?:AssertionError|Failed)\b"),
    ("pytest.PytestUnraisableExceptionWarning", r"^(?:AssertionError|Failed)\b"),
    ("RuntimeWarning", r"^coroutine '.+' was never awaited"),
    ("pytest.PytestAssertRewriteWarning", r"^assertion is always true"),
)
"""Warnings of failures that fail no test, and what stands in them."""
USUAL = {
    "norecursedirs": {
        *("*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}"),
    },
    "python_classes": {"Test"},
    "python_files": {"test_*.py", "*_test.py"},
    "python_functions": {"test"},
}
"""What says what a test is, unless the project's settings say it."""
OF_PYTHON = ("coroutine:RuntimeWarning", "It is deprecated to return a:DeprecationWarning")
"""Those of them that pytest has no own kind for, by how they begin."""
NO_FAILURES = (pytest.skip.Exception, pytest.xfail.Exception, pytest.exit.Exception)


def run_session(words: Sequence[str], tmp: str, plugins: Sequence[object]) -> int:
    """Run pytest in this process as `python -m pytest` would run; return its status.

    What an earlier run left in pytest's cache plays no part. Tests may start this program again,
    by spawn, forkserver, `__main__` or `sys.argv`: all of these name pytest, and nothing of ours.
    """
    spec = importlib.util.find_spec("pytest.__main__")
    main = sys.modules["__main__"]
    main.__spec__ = spec
    if spec is not None and spec.origin:
        main.__file__ = sys.argv[0] = spec.origin
    sys.path.insert(0, os.getcwd())
    # It is set for what tools print; tests of colours would fail by it, and do not by hand.
    os.environ.pop("NO_COLOR", None)
    compile_anew(repository() or os.getcwd())
    options = ["--rootdir", ".", "-o", f"cache_dir={os.path.join(tmp, 'cache')}"]
    return int(pytest.main([*options, *words], plugins=plugins))


def compile_anew(top: str) -> None:
    """Have Python compile the project's files, whatever an earlier run left beside them.

    What it keeps is known by size and time alone, which another content may have too.
    """
    machinery: Any = importlib._bootstrap_external
    kept_at = machinery.cache_from_source

    def cache(path: str, *words: object, **options: object) -> object:
        if is_inside(path, top):
            raise NotImplementedError  # so says a Python that keeps nothing
        return kept_at(path, *words, **options)

    machinery.cache_from_source = cache


def is_inside(path: str, top: str) -> bool:
    """Return whether a file is the project's, and in none of its environments."""
    path = os.path.abspath(path)
    return path.startswith(top + os.sep) and "site-packages" not in path


class Log:
    """A file that events are added to, also by processes that were forked off.

    What it needs is kept in the object: tests put false files, clocks and texts into modules.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._open, self._write, self._close = os.open, os.write, os.close
        self._encode = json.JSONEncoder(default=str).encode

    def __call__(self, event: str, **facts: object) -> None:
        """Write one event down."""
        line = self._encode({"event": event, **facts}) + "\n"
        file = self._open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            self._write(file, line.encode("utf-8", "surrogatepass"))
        finally:
            self._close(file)


class Body:
    """Sees whether the code of a test is run, and whether it comes to its end."""

    def __init__(self, code: CodeType) -> None:
        self._code = code
        self._frame: FrameType | None = None

    def watch(self) -> Callable[[], dict[str, bool]]:
        """Look out for the first call; returns what ends that and tells what was seen.

        Nothing is slowed down after it: where a frame stopped says how it ended.
        """
        set_here, set_elsewhere = sys.setprofile, threading.setprofile
        here, elsewhere = sys.getprofile(), threading.getprofile()

        def called(frame: FrameType, event: str, _: object) -> None:
            if self._frame is None and event == "call" and frame.f_code is self._code:
                self._frame = frame
            if self._frame is not None:
                set_here(here)

        def end() -> dict[str, bool]:
            set_here(here)
            set_elsewhere(elsewhere)
            frame, self._frame = self._frame, None
            if frame is None:
                return {"started": False, "returned": False}
            last = opname[self._code.co_code[max(frame.f_lasti, 0)]]
            return {
                "started": last != "RETURN_GENERATOR",
                "returned": last in ("RETURN_VALUE", "RETURN_CONST"),
            }

        set_elsewhere(called)
        set_here(called)
        return end


class Witness:
    """The plugin. It is given to pytest as an object, so that no option can keep it out."""

    def __init__(self, log: Log, covered: str = "") -> None:
        """With `covered`, pytest-cov keeps there what it measures."""
        self._log = log
        self._covered = covered
        self._made: list[pytest.Item] = []
        self._deselected: set[int] = set()
        self._terminal: Any = None

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> Wrapper:
        """Keep pytest-cov from measuring inside a measurement: it would take the lines away.

        Where nothing else does, it measures to the end, and leaves nothing in the project.
        Settings from outside the repository decide nothing.
        """
        settings, top = early_config.inipath, repository()
        if settings and top and not is_inside(os.path.realpath(settings), top):
            self._log("outside", path=str(settings))
            raise pytest.UsageError(f"{settings} lies outside the repository")
        self._log("settings", tool="pytest", path=str(settings or ""))
        asked = early_config.known_args_namespace
        if self._covered:
            asked.cov_report = {}
            os.environ["COVERAGE_FILE"] = self._covered
        elif hasattr(asked, "no_cov"):
            if asked.cov_source and not asked.no_cov:
                under, config = asked.cov_fail_under, asked.cov_config
                self._log("limit", sources=asked.cov_source, under=under, config=config)
            asked.no_cov = True
        yield

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> None:
        """Keep xdist in this process: coverage would not see the others."""
        for option, alone in (("numprocesses", 0), ("dist", "no"), ("tx", [])):
            if hasattr(config.option, option):
                setattr(config.option, option, alone)
        # Where warnings are errors, the settings say enough.
        if not any(line.startswith("error") for line in config.getini("filterwarnings")):
            asked = config.known_args_namespace
            names = [name for name, _ in UNTOLD if hasattr(pytest, name.rpartition(".")[2])]
            kinds = [*OF_PYTHON, *(f":{name}" for name in names)]
            asked.pythonwarnings = [*(asked.pythonwarnings or []), *(f"always:{k}" for k in kinds)]

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_ignore_collect(self, collection_path: Path, config: pytest.Config) -> Wrapper:
        """Note what the project, and not pytest by itself, has it pass over."""
        outcome = yield
        by_itself = "norecursedirs" not in _chosen(config) and any(
            fnmatch(collection_path.name, pattern) for pattern in config.getini("norecursedirs")
        )
        if outcome.get_result() and not (by_itself and collection_path.is_dir()):
            self._log("passed over", path=str(collection_path))

    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, nodeid: str
    ) -> None:
        """Note a failure that fails no test."""
        text = str(warning_message.message)
        for name, pattern in UNTOLD:
            of_this_kind = warning_message.category.__name__ == name.rpartition(".")[2]
            match = re.search(pattern, text, re.MULTILINE) if of_this_kind else None
            if match and _may_fail(warning_message.source):
                place = {"path": warning_message.filename, "line": warning_message.lineno}
                self._log("untold", id=nodeid, why=match[0], **place)

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Count what there is before anything is left out."""
        self._made.append(item)

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Note what is left out in the way of pytest, which says so."""
        self._deselected.update(map(id, items))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note what could not be collected, or was left out as a whole."""
        if report.outcome != "passed":
            event = "uncollected" if report.outcome == "failed" else "left out"
            self._log(event, path=report.nodeid.partition("::")[0], message=_message(report))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note the plan, and from here on what becomes of it."""
        tests = [_described(item) for item in session.items]
        known = self._deselected.union(map(id, session.items))
        dropped = [item.nodeid for item in self._made if id(item) not in known]
        found = len(self._made)
        deselected = max(found - len(tests), 0)
        self._log("planned", tests=tests, deselected=deselected, found=found, dropped=dropped)
        seen = sorted({place for item in self._made for place in _defined_at(item)})
        self._log("collected", seen=seen, chosen=_chosen(session.config))
        session.config.pluginmanager.register(Phases(self._log, session.items))
        self._terminal = session.config.pluginmanager.get_plugin("terminalreporter")

    def pytest_runtest_logfinish(self) -> None:
        """Let out what is printed of a test: what a limit ends has said it then."""
        if self._terminal is not None:
            self._terminal.flush()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what pytest makes known."""
        self._log(
            "report",
            id=report.nodeid,
            when=report.when,
            outcome=report.outcome,
            expected=hasattr(report, "wasxfail"),
            message=_message(report),
            seconds=getattr(report, "duration", 0),
            properties=[(str(name), str(value)) for name, value in report.user_properties],
        )

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note what ended the session."""
        self._log("stopped", why=str(excinfo.value) or excinfo.typename)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Note why the session went no further, where it says so."""
        if why := session.shouldfail or session.shouldstop:
            self._log("halted", why=str(why))


if not hasattr(pytest, "version_tuple"):
    del Witness.pytest_ignore_collect  # until pytest 6 there were no paths of this kind


class Phases:
    """The part that is registered when all others are, and so stands closest to the tests."""

    def __init__(self, log: Log, items: list[pytest.Item]) -> None:
        self._log = log
        self._codes = {item.nodeid: _code(item) for item in items}

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Wrapper:
        """See whether the setup ends well; with it begins an attempt."""
        self._log("begun", id=item.nodeid)
        self._ended(item, "setup", (yield))

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Wrapper:
        """See whether the test itself is run, and to its end."""
        code = self._codes.get(item.nodeid)
        end = Body(code).watch() if code else dict[str, bool]
        self._ended(item, "call", (yield), **end())

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Wrapper:
        """See whether the teardown ends well."""
        self._ended(item, "teardown", (yield))

    def _ended(self, item: pytest.Item, when: str, outcome: Any, **body: bool) -> None:
        error = outcome.excinfo[1] if outcome.excinfo else None
        if isinstance(error, (*NO_FAILURES, unittest.SkipTest)):
            error = None
        asserted = isinstance(error, AssertionError | pytest.fail.Exception)
        raised = type(error).__name__ if error else ""
        if error:
            body["in_code"] = _is_in_code(error, os.path.dirname(os.path.realpath(_path(item))))
        self._log("phase", id=item.nodeid, when=when, raised=raised, asserted=asserted, **body)


def _is_in_code(error: BaseException, tests: str) -> bool:
    """Return whether an error comes from code of the project, and not from its tests."""
    top, within, place = f"{os.path.realpath('.')}/", "", error.__traceback__
    while place is not None:
        file = real_path(place.tb_frame.f_code.co_filename)
        if file.startswith(top) and not file.startswith(f"{sys.prefix}/"):
            within = file
        place = place.tb_next
    return bool(within) and not within.startswith(f"{tests}/")


def _described(item: pytest.Item) -> dict[str, object]:
    path, line, _ = item.location
    return {
        "id": item.nodeid,
        "path": path,
        "line": 0 if line is None else line + 1,
        "name": item.name,
        "function": getattr(item, "originalname", None) or item.name,
        "markers": [
            (mark.name, value)
            for mark in item.iter_markers()
            for value in mark.args
            if isinstance(value, str)
        ],
    }


def _code(item: pytest.Item) -> CodeType | None:
    """Return the code that a test stands for, as its module or class has it; None: none is known.

    Plugins may wrap it or run it in their own way, but run it they must.
    """
    if not isinstance(item, pytest.Function):
        return None
    try:
        function = getattr(item.parent.obj, item.originalname)  # type: ignore[union-attr]
    except Exception:  # noqa: BLE001 - a property may raise anything
        function = item.obj
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    return code if isinstance(code, CodeType) else None


def _may_fail(source: object) -> bool:
    """Return whether a coroutine asserts something, where that is what a warning is about."""
    code = getattr(source, "cr_code", None)
    return not isinstance(code, CodeType) or "@pytest_ar" in code.co_names


def _defined_at(item: pytest.Item) -> Iterator[str]:
    """Yield where a test may be defined, as `file::Class.name`, by inheritance too."""
    if not isinstance(item, pytest.Function):
        return
    name = item.originalname or item.name
    yield f"{_path(item)}::{name}"
    if item.cls is None:
        yield f"{_file(getattr(item.obj, '__module__', ''))}::{name}"
    for owner in getattr(item.cls, "__mro__", ()):
        if name in vars(owner):
            yield f"{_file(owner.__module__)}::{owner.__qualname__}.{name}"


def _path(item: pytest.Item) -> str:
    return str(getattr(item, "path", "") or item.fspath)  # the latter until pytest 6


def _file(module: str) -> str:
    return real_path(getattr(sys.modules.get(module), "__file__", None) or "")


def _chosen(config: pytest.Config) -> list[str]:
    """Return which settings of what a test is are the project's own."""
    return [name for name, usual in USUAL.items() if set(config.getini(name)) != usual]


def _message(report: pytest.CollectReport | pytest.TestReport) -> str:
    longrepr: Any = report.longrepr
    if isinstance(longrepr, tuple):
        return str(longrepr[2])
    crash = getattr(longrepr, "reprcrash", None)
    return str(crash.message if crash else longrepr or "")
