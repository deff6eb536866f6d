"""Section N: honest projects and commands, which must not be refused."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.faults.rows import plain, tried
from tests.support.program import Project, a_board

TODO = {"src/a.py": "x = 1  # TODO\n", "src/b.py": "y = (\n"}


def number(regex: str, expect: str) -> dict[str, Any]:
    """What a criterion says that reads a number."""
    return {"read": {"as": "text", "regex": regex}, "expect": expect}


HONEST = [
    (
        "mypy src || true",
        "warn",
        plain(
            "n=0; for f in src/*.py; do python3 -m py_compile $f || n=$((n+1)); done; echo n=$n",
            **number(r"n=(\d+)", "== 1"),
        ),
    ),
    (
        "! nosuch_tool",
        "error",
        plain(
            'if python3 -m py_compile src/b.py; then s=0; else s=$?; fi; echo "{\\"s\\": $s}"',
            read={"as": "json", "query": "s"},
            expect="== 1",
        ),
    ),
    (
        "! grep -rn TODO nosuchfolder",
        "error",
        plain("test -f src/a.py && echo 1 || echo 0", **number(r"\d", "== 1")),
    ),
    (
        "grep -rn TODO src || true",
        "warn",
        plain("grep -c TODO src/a.py || true", **number(r"\d+", "== 1")),
    ),
    (
        'test -z "$(git status --porcelain)"',
        "error",
        plain("git status --porcelain 2>&1 | wc -l || true", **number(r"\d+", ">= 1")),
    ),
]


@pytest.mark.parametrize(("bare", "verdict", "honest"), HONEST)
def test_6011_to_6017_a_mask_and_a_command_that_counts(
    project: Project, bare: str, verdict: str, honest: Mapping[str, Any]
) -> None:
    """Bare, it is in doubt, or its tool in trouble. Twin: what counts or branches, and is read."""
    for name, text in TODO.items():
        path = project.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    first, second = tried(project, a_board(plain(bare), honest)).run.criteria()
    assert (first.verdict, second.verdict) == (verdict, "pass"), first
    assert first.hint
