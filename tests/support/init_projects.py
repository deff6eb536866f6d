"""Small real projects of different shape, with a fault or two in each, for first boards."""

from collections.abc import Callable
from typing import Final

from tests.support.django_cases import django
from tests.support.projects import Files

SUMS: Final = """\
def add(a: int, b: int) -> int:
    return a + b


def wrong(a: int) -> str:
    return a


def halve(a):
    return a / 2
"""
TESTS: Final = """\
from {package}.sums import add


def test_add() -> None:
    assert add(1, 2) == 3


def test_nothing() -> None:
    add(1, 2)
"""
SETTINGS: Final = """\
import os

NAME = os.environ["SHOP_NAME"]
KEY = os.environ["SHOP_SECRET_KEY"]
"""
WORKFLOW: Final = """\
on: [push]
jobs:
  tests:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: pip install -e .[dev]
      - run: pytest --cov=shop
      - run: mypy --strict src/shop
      - run: python -m compileall -q src
      - run: twine upload dist/*
"""


NEEDING: Final = """\
on: {pull_request: {}}
env: {SHOP_SECRET_KEY: only-for-tests, FORCE_COLOR: 1}
jobs:
  tests:
    runs-on: ubuntu-24.04
    steps:
      - run: pytest
        env: {SHOP_URL: "${{ secrets.URL }}", SHOP_SIZE: 3}
"""


def pyproject(name: str, *tables: str) -> str:
    """A pyproject.toml of a project of this name."""
    return "\n".join([f'[project]\nname = "{name}"\nversion = "1.0"\n', *tables])


def src() -> Files:
    """A src layout whose CI says what it believes in."""
    return {
        "pyproject.toml": pyproject("shop", "[tool.ruff]\nline-length = 100\n"),
        ".github/workflows/ci.yml": WORKFLOW,
        "src/shop/__init__.py": "",
        "src/shop/sums.py": SUMS,
        "tests/test_sums.py": TESTS.format(package="shop"),
        "README.md": "# Shop\n\nSee [the guide](docs/guide.md).\n",
        "docs/guide.md": "# Guide\n",
    }


def monorepo() -> Files:
    """Two projects in one repository, each with tests of the same file name."""
    return {
        ".gitlab-ci.yml": "test:\n  script:\n    - pytest\n",
        **{
            f"packages/{name}/{path}": text
            for name in ("shop", "bank")
            for path, text in {
                "pyproject.toml": pyproject(name, "[tool.mypy]\nstrict = true\n"),
                f"src/{name}/__init__.py": "",
                f"src/{name}/sums.py": SUMS,
                "tests/test_sums.py": TESTS.format(package=name),
            }.items()
        },
    }


def untested() -> Files:
    """No tests at all, and modules at the root."""
    return {"requirements.txt": "requests\n", "sums.py": SUMS, "shop.py": "import sums\n"}


def poetry() -> Files:
    """A poetry project whose code needs settings."""
    return {
        "pyproject.toml": '[tool.poetry]\nname = "shop"\nversion = "1.0"\n'
        '\n[tool.poetry.group.dev.dependencies]\nmypy = "*"\nbandit = "*"\n',
        "poetry.lock": "",
        ".github/workflows/ci.yml": NEEDING,
        ".env.example": "SHOP_NAME=corner\nSHOP_COLOUR=red\nSHOP_URL=\n",
        "shop/__init__.py": "",
        "shop/settings.py": SETTINGS,
        "shop/sums.py": SUMS + "\n\nfrom shop.settings import NAME  # noqa: E402, F401\n",
        "tests/test_sums.py": TESTS.format(package="shop"),
    }


SHAPES: Final[dict[str, Callable[[], Files]]] = {
    "src": src,
    "monorepo": monorepo,
    "untested": untested,
    "django": django,
    "poetry": poetry,
}
