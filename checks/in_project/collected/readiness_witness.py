"""Tells which tests a session of pytest collects, one JSON object a line, or weighs them there.

The guard puts this folder on the PYTHONPATH of the copies in which it measures. Where Python does
not look there, nothing is told, and nothing else is changed.
"""

import importlib
import json
import os
import sys

import pytest

_ASKED = "READINESS_WITNESS"
_LOG = "READINESS_PROVE_LOG"
_SEEN = "READINESS_WITNESSED"


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Have the tests weighed in place of their run, if that is asked for."""
    if os.environ.get(_ASKED) == "weigh" and _SEEN not in os.environ:
        os.environ[_SEEN] = "1"
        checks = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
        sys.path.insert(0, checks)  # which the plugin takes back
        importlib.import_module("in_project.weighing").pytest_addoption(pluginmanager)


def pytest_configure(config: pytest.Config) -> None:
    """Take part in the session that the probe starts, and in none that its tests start."""
    log = os.environ.get(_LOG, "")
    is_worker = hasattr(config, "workerinput")
    if not log or _ASKED not in os.environ or (_SEEN in os.environ and not is_worker):
        return
    os.environ[_SEEN] = "1"
    if os.environ[_ASKED] == "collect-only":
        config.option.collectonly = True
    config.pluginmanager.register(_Witness(f"{log}.tests"))


class _Witness:
    """Writes down what is to be run; what it needs is kept, for tests change what modules hold."""

    def __init__(self, log: str) -> None:
        self._log = log
        self._open, self._write, self._close = os.open, os.write, os.close

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """List what is left after all hooks and options had their say."""
        lines = "".join(json.dumps(_described(item)) + "\n" for item in session.items)
        file = self._open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            self._write(file, lines.encode("utf-8", "surrogatepass"))
        finally:
            self._close(file)


def _described(item: pytest.Item) -> "dict[str, object]":
    path = os.path.realpath(str(getattr(item, "path", None) or item.fspath))
    return {
        "path": path,
        "id": item.nodeid.partition("::")[2] or item.name,
        "function": getattr(item, "originalname", None) or item.name.partition("[")[0],
        "skipped": _is_skipped(item),
    }


def _is_skipped(item: pytest.Item) -> bool:
    """Return whether its marks say so; what its body decides is for reading to find."""
    holders = (getattr(item, "obj", None), getattr(item, "cls", None))
    if any(getattr(holder, "__unittest_skip__", False) for holder in holders):
        return True
    try:
        from _pytest.skipping import evaluate_skip_marks

        return evaluate_skip_marks(item) is not None
    except Exception:  # noqa: BLE001 - conditions are foreign code; what fails there fails in the run
        return False
