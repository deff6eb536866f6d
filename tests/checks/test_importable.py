"""`importable` imports each module, and knows which are for another system."""

import pytest

from tests.support.checking import build, run_check


@pytest.mark.parametrize(
    ("text", "failures"),
    [
        ('import sys\n\nassert sys.platform == "win32"', 0),
        ('import sys\nif sys.platform != "win32":\n    raise ImportError("Windows only")', 0),
        ("import winreg", 0),
        ("from app import winreg", 0),
        ("import ctypes\nctypes.WinDLL('kernel32')", 0),
        ("import collections\ncollections.Mapping", 1),
        ("assert __name__ == 'nothing'", 1),
        ("import sys\n\nraise ImportError(sys.platform)", 1),
        ("from typing import Onion", 1),
        ("def f(:", 1),
    ],
)
def test_a_module_for_another_system_is_no_failure(project: str, text: str, failures: int) -> None:
    """It says so itself, by what it asks of the system or takes from its library."""
    build(project, {"src/app/__init__.py": "", "src/app/a.py": text})
    assert run_check("importable", project).number("failures") == failures
