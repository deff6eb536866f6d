"""What runs in the project's own Python: how old that may be, and what it may import."""

import ast
import sys
from pathlib import Path

import pytest

from tests.support.checking import CHECKS, build, run_check

OLDEST = (3, 10)
"""The oldest Python of a project; `tomllib`, which is of 3.11, makes that of `lock` younger."""

ROOM = Path(CHECKS, "in_project")
MODULES = [Path(CHECKS, "run.py"), *sorted(ROOM.rglob("*.py"))]
TOOLS = {
    "alembic_states": {"alembic", "sqlalchemy"},
    "sample_rows": {"sqlalchemy"},
    "attempts": {"pytest"},
    "break_code": {"coverage", "pytest"},
    "claims": {"pytest"},
    "database": {"sqlalchemy"},
    "hollow_tests": {"pytest"},
    **{name: {"packaging", "pip"} for name in ("index", "lock_problems", "locks", "requirements")},
    "load_listener": {"gevent", "locust"},
    "outcomes": {"pytest"},
    "readiness_witness": {"_pytest", "pytest"},
    "ran_tests": {"pytest"},
    "run_pytest": {"coverage", "pytest"},
    "weighing": {"pytest"},
    "witness": {"pytest"},
}
"""What a module may import beside the standard library: the tool that it is about."""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_it_is_in_the_language_of_the_oldest_python(path: Path) -> None:
    """An older Python reads it."""
    ast.parse(path.read_text(encoding="utf-8"), feature_version=OLDEST)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_it_needs_no_other_package(path: Path) -> None:
    """It imports the standard library, its tool, and what stands beside it; never readiness."""
    allowed = sys.stdlib_module_names | TOOLS.get(path.stem, set())
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            beside = node.level == 1 and (ROOM / f"{node.module}.py").exists()
            names = [] if beside else [node.module or "."]
        else:
            continue
        assert {name.partition(".")[0] for name in names} <= allowed, f"{path.stem}: {names}"


def test_a_project_may_call_a_package_as_ours_is_called(tmp_path: Path) -> None:
    """What is imported by the name `checks` or `common` there is the project's own."""
    files = {
        "src/checks/__init__.py": "",
        "src/checks/rules.py": "RULES = 3\n",
        "src/common.py": "NAME = 'project'\n",
        "src/app.py": "from checks.rules import RULES\nfrom common import NAME\n",
    }
    outcome = run_check("importable", build(str(tmp_path), files), {"paths": "src"})
    assert outcome.number("failures") == 0
    assert outcome.number("total") == 4
    assert outcome.findings == []
