"""What the scripts of the checks may import."""

import os
import sys

from tests.support.checking import CHECKS


def test_scripts_for_the_projects_python_need_no_other_package() -> None:
    """What runs in the project's Python imports the standard library, and the tool that it asks."""
    allowed = {"alembic", "sqlalchemy", "pytest", "packaging", "coverage", "pip"}
    scripts = ("alembic_states", "importable", "import_all", "lock_problems", "run_pytest")
    for name in (*scripts, "_break_code"):
        for module in _imported(name):
            top = module.partition(".")[0]
            assert top in sys.stdlib_module_names | allowed, f"{name} imports {module}"


def _imported(script: str, seen: frozenset[str] = frozenset()) -> set[str]:
    import ast

    with open(os.path.join(CHECKS, "scripts", f"{script}.py"), encoding="utf-8") as file:
        tree = ast.parse(file.read())
    names = {
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    ours = {name for name in names if os.path.exists(os.path.join(CHECKS, "scripts", f"{name}.py"))}
    deeper = [_imported(name, seen | {script}) for name in ours - seen]
    return (names - ours).union(*deeper)
