"""What libraries import is left out, or comes later."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

from readiness.startup.imports import deferred


def test_a_deferred_module_is_imported_when_it_is_asked_for_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has the name already then sees what it holds."""
    (tmp_path / "late_part.py").write_text("import late_marker\nvalue = 3\n", encoding="utf-8")
    (tmp_path / "late_marker.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    deferred("late_part")
    part = import_module("late_part")
    assert "late_marker" not in sys.modules
    assert part.value == 3
    assert "late_marker" in sys.modules
    assert import_module("late_part").value == 3
    for name in ("late_part", "late_marker"):
        del sys.modules[name]
