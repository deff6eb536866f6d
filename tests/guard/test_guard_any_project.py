"""Any bytes in a project are compared: nothing that a change holds stops the guard or slows it."""

import time
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.guard.project.reading import compare_projects
from readiness.guard.states import States
from readiness.guard.tree import Wanted

NAMES = [
    "tests/test_a.py", "conftest.py", "src/a.py", "pyproject.toml", "mypy.ini", "setup.cfg",
    ".coveragerc", "pyrightconfig.json", "bandit.yaml", ".gitleaks.toml",
    "Makefile", "a.sh", ".github/workflows/ci.yml", "requirements.txt", "uv.lock", "Pipfile.lock",
    "a.ts",
]  # fmt: skip
PIECES = st.sampled_from(
    [
        *("[mypy]\n", "[tool.mypy]\n", "ignore_errors = true\n", "a = [1, 2\n", "x: &a [*a]\n"),
        *("\t", "\n", "# noqa", "# type: ignore[", "def test_a():\n", "    assert 1\n", "lint:\n"),
        *("pytest.skip", "\t-make || true\n", "jobs:\n  a:\n    steps:\n", "      - run: |\n"),
        *("if: false\n", "a==1 \\\n  --hash=x\n", "[[package]]\n", "{", "[", '"', "'", "'''"),
        *("\\", "\0", "\ud800", "é", "$(", "`"),
    ]
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)


class Memory:
    """A tree of files in memory."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    def digests(self, wanted: Wanted) -> dict[str, str]:
        """Their contents are their digests."""
        return {path: data.hex() for path, data in self.files.items() if wanted(path)}

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """As they are."""
        return {path: self.files[path] for path in paths if path in self.files}

    @property
    def links(self) -> dict[str, str]:
        """None."""
        return {}


def trees(text: str | bytes) -> Memory:
    """Every kind of file with this in it."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return Memory(dict.fromkeys(NAMES, data))


@settings(max_examples=60)
@given(TEXTS | st.binary(max_size=60), TEXTS | st.binary(max_size=60))
def test_anything_can_be_compared(before: str | bytes, after: str | bytes) -> None:
    """Nothing is raised, and what is the same is the same."""
    states = States(trees(before), trees(after))
    compare_projects(states, used=["make lint", "sh a.sh"])
    assert compare_projects(States(trees(after), trees(after))) == []


HUGE = {
    "nested brackets": "x = " + "[" * 5000,
    "a long sum": "def test_a():\n    assert " + "a + " * 5000 + "a\n",
    "one long word": "a" * 100_000,
    "spaces": " " * 100_000 + "x",
    "comments": "# noqa: " * 20_000,
    "hashes": "#" * 100_000,
    "colons": ":" * 100_000,
    "json": '{"a":' * 5000,
    "toml": "[" + "a." * 5000 + "b]\n",
    "lines": "x = 1  # noqa\n" * 5_000,
}


@pytest.mark.parametrize("name", HUGE)
def test_nothing_takes_long(name: str) -> None:
    """Patterns and parsers are given no text on which they run wild."""
    began = time.process_time()
    compare_projects(States(trees("x = 1\n"), trees(HUGE[name])), used=["make lint"])
    assert time.process_time() - began < 20
