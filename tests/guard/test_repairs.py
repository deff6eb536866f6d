"""A gate that could not measure, and is mended: no loosening; nor is settings for what is new."""

import pytest

from tests.support.loosening import board, guarded
from tests.support.program import Project

PYPROJECT = """[tool.mypy]
{mypy}

[tool.pytest.ini_options]
addopts = "{options}"
pythonpath = ["src"]
{more}"""
TESTS = "from app import one\n\n\ndef test_one(given):\n    assert one() == given\n"
CONFTEST = "import pytest\n\n\n@pytest.fixture\ndef given():\n    return 1\n"
FEWER = "\n\ndef pytest_collection_modifyitems(items):\n    items.clear()\n"
PLUGIN = "plugins = ['nowhere']\nstrict = true"
SKIPPING = "\n[tool.bandit]\nexclude_dirs = ['{}']\n"
Files = dict[str, str | None]


def settings(
    mypy: str = "strict = true", options: str = "-ra", more: str = SKIPPING.format("none")
) -> Files:
    """The settings of both tools."""
    return {"pyproject.toml": PYPROJECT.format(mypy=mypy, options=options, more=more)}


BASE: Files = {
    **settings(),
    "src/app.py": "def one() -> int:\n    return 1\n",
    "tests/test_app.py": TESTS,
    "tests/conftest.py": CONFTEST,
    "board.yaml": board(
        {"check": "mypy", "with": {"paths": "src"}},
        {"check": "pytest", "with": {"paths": "tests", "source": "src"}},
        {"check": "bandit", "with": {"paths": "src", "args": "-c pyproject.toml"}},
    ),
}
ROWS = [
    pytest.param(settings(options="--nowhere"), settings(), True, id="options"),
    pytest.param(settings(options="--nowhere"), settings(options="-k no"), False, id="fewer tests"),
    pytest.param(settings(PLUGIN), settings(), True, id="a plugin"),
    pytest.param(
        settings(PLUGIN), settings("strict = true\nignore_errors = true"), False, id="fewer errors"
    ),
    pytest.param(
        {"tests/conftest.py": f"import nowhere\n{CONFTEST}"},
        {"tests/conftest.py": CONFTEST},
        True,
        id="a helper",
    ),
    pytest.param(
        {"tests/conftest.py": f"import nowhere\n{CONFTEST}"},
        {"tests/conftest.py": CONFTEST + FEWER},
        False,
        id="a hook",
    ),
    pytest.param({}, settings(more=SKIPPING.format("docs")), True, id="nothing is left out"),
    pytest.param({}, settings(more=SKIPPING.format("app.py")), False, id="the code is left out"),
    pytest.param(
        {},
        {"board.yaml": str(BASE["board.yaml"]).replace("{", '{"env": {"TZ": "UTC"}, ', 1)},
        True,
        id="a time zone",
    ),
]


@pytest.mark.parametrize(("broken", "change", "is_mended"), ROWS)
def test_a_repair_is_told_from_a_loosening(
    broken: Files, change: Files, is_mended: bool, project: Project
) -> None:
    """What kept a tool from its work may go; what makes it look at less may not."""
    ended = guarded(project, {**BASE, **broken}, change)
    assert ended.status == (0 if is_mended else 4), ended


@pytest.mark.parametrize(("pattern", "status"), [("*.py", 0), ("a*.py", 4)])
def test_files_may_be_named_as_long_as_all_are(pattern: str, status: int, project: Project) -> None:
    """By how many a tool looks at."""
    width = "line-length = 100\n"
    base: Files = {"src/a.py": "x = 1\n", "src/b.py": "y = 2\n", "ruff.toml": width}
    check = board({"check": "ruff", "with": {"paths": "src"}})
    change: Files = {"ruff.toml": f"{width}include = ['{pattern}']\n"}
    ended = guarded(project, {**base, "board.yaml": check}, change)
    assert ended.status == status, ended
