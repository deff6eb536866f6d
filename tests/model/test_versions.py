"""Versions of tools, within a range or outside."""

import pytest

from readiness.model.versions import is_within


@pytest.mark.parametrize(
    ("told", "limits", "within"),
    [
        ("ruff 0.7.0", ">=0.7,<0.18", True),
        ("ruff 0.17.6", ">=0.7,<0.18", True),
        ("ruff 0.18.0", ">=0.7,<0.18", False),
        ("ruff 0.6.9", ">=0.7,<0.18", False),
        ("mypy 1.9.0 (compiled: yes)", ">=1.11", False),
        ("mypy 1.11.0 (compiled: yes)", ">=1.11", True),
        ("Coverage.py, version 7.10 with C extension", "<=7.10.0", True),
        ("pytest 10.0.1", ">=8,<9.3", False),
        ("x 1.2", "==1.2.0", True),
        ("x 1.2.1", ">1.2", True),
        ("no number at all", ">=1", True),
        ("", ">=1", True),
        ("x 0.1", "", True),
    ],
)
def test_a_version_is_within_a_range(told: str, limits: str, within: bool) -> None:
    """Numbers are compared as numbers; what cannot be read speaks against nothing."""
    assert is_within(told, limits) is within
