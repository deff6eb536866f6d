"""Two states of a project, and what guard tells of the change between them."""

from collections.abc import Mapping
from pathlib import Path

from readiness.guard.changes import Change, Direction, Kind
from readiness.guard.project.reading import compare_projects
from readiness.guard.states import States
from readiness.guard.tree import Folder
from tests.support.repositories import write

LOOSE, TIGHT, SAME = Direction.LOOSENED, Direction.TIGHTENED, Direction.NEUTRAL


CODE = "def f(a):\n    return a\n\n\ndef g(b):\n    return b\n"


TESTS = """\
import pytest


def test_one():
    assert f(1) == 1


class TestMore:
    def test_two(self):
        assert f(2) == 2

    @pytest.mark.parametrize("n", [1, 2])
    async def test_three(self, n):
        assert f(n) == n
"""


PYPROJECT = """\
[project]
name = "shop"
dependencies = ["requests", "rich"]

[tool.mypy]
strict = true
files = ["src", "tests"]
pretty = true

[tool.ruff]
line-length = 100

[tool.ruff.lint]
select = ["E", "F", "S"]
ignore = ["E501"]

[tool.ruff.lint.per-file-ignores]
"tests/*" = ["S101"]

[tool.coverage.run]
branch = true
source = ["src"]

[tool.coverage.report]
fail_under = 80

[tool.pytest.ini_options]
addopts = "-q --strict-markers --cov-fail-under=80"
testpaths = ["tests"]
xfail_strict = true

[tool.bandit]
exclude_dirs = ["docs"]
"""


MAKEFILE = """\
.PHONY: lint
lint: prepare
\truff check src
\tmypy src

prepare:
\tpip install -q ruff

docs:
\tsphinx docs
"""


CI = ".github/workflows/ci.yml"


WORKFLOW = """\
name: ci
on: push
jobs:
  test:
    runs-on: ubuntu
    steps:
      - uses: actions/checkout@v4
      - name: lint
        run: make lint
      - name: audit
        run: |
          pip install pip-audit
          pip-audit -r requirements.lock
"""


FILES: dict[str, str] = {
    "src/a.py": CODE,
    "tests/test_a.py": TESTS,
    "tests/conftest.py": "import pytest\n",
    "pyproject.toml": PYPROJECT,
    "Makefile": MAKEFILE,
    CI: WORKFLOW,
    "tools/gate.sh": "#!/bin/sh\nset -e\nmake lint\n",
}


USED = ("make lint", "sh tools/gate.sh")


def compared(
    tmp_path: Path, after: Mapping[str, str | None], before: Mapping[str, str] | None = None
) -> list[Change]:
    """Compare a project with what these files make of it; None takes one away."""
    write(tmp_path / "base", FILES | dict(before or {}))
    write(tmp_path / "head", FILES | dict(before or {}))
    write(tmp_path / "head", after)
    return compare_projects(in_folders(tmp_path), used=USED)


def in_folders(tmp_path: Path) -> States:
    """The states of a project that lie in `base` and `head`."""
    base, head = (
        Folder(str(root), (str(path.relative_to(root)) for path in root.rglob("*")))
        for root in (tmp_path / "base", tmp_path / "head")
    )
    return States(base, head)


def edited(path: str, old: str, new: str) -> dict[str, str | None]:
    """A file with one text in place of another, which must be there once."""
    assert FILES[path].count(old) == 1, old
    return {path: FILES[path].replace(old, new)}


def brief(changes: list[Change]) -> list[tuple[str, Kind, Direction]]:
    """Place, kind and direction of each."""
    return [(change.place, change.kind, change.direction) for change in changes]
