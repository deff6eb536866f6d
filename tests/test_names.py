"""One word, one thing: names in the package say what each thing is."""

import ast
import re
from collections import defaultdict
from pathlib import Path

from readiness.load import load_catalogue
from tests.support.naming import report

PACKAGE = Path(__file__).parents[1] / "readiness"
PACKAGES = (PACKAGE, PACKAGE.parent / "checks")


def test_no_two_classes_share_a_name() -> None:
    """A class that is met in one room is not met under its name in another."""
    places = defaultdict(list)
    for path in sorted(path for package in PACKAGES for path in package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(path.relative_to(PACKAGE.parent)))
    assert len(places) > 100
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_names_say_what_they_stand_for() -> None:
    """Nothing that lives longer than a glance is called `found`, `each`, `one`, `told` or so."""
    assert report([*PACKAGES, PACKAGE.parent / "tests"]) == []


def test_the_glossary_says_what_the_code_says() -> None:
    """Each word of the glossary is a class that is there, described as it describes itself."""
    text = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z ]+) \| `(\w+)` in `([\w/.]+)` \| (.+) \|$", text, re.MULTILINE)
    assert {"board", "criterion", "probe", "verdict", "gate"} <= {word for word, *_ in rows}
    for word, name, path, sentence in rows:
        tree = ast.parse((PACKAGE / path).read_text(encoding="utf-8"))
        found = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name]
        assert [(ast.get_docstring(node) or "").splitlines()[0] for node in found] == [sentence], (
            word
        )


MANAGERS = {"cargo", "git", "go", "make", "npm", "python"}
"""What starts tools, or is a word: those of checks stand in their files."""


def test_the_engine_knows_no_tool_by_name() -> None:
    """What it knows of the tools of checks stands in their files and in the tables beside these.

    Git is its own tool. Fields are described by examples, and usual folders have names of tools.
    """
    tools = {tool for check in load_catalogue([]).values() for tool in check.tools}
    words = "|".join(map(re.escape, sorted(tools - MANAGERS)))
    known = {
        f"{path.relative_to(PACKAGE)}: {node.value}"
        for path in PACKAGE.rglob("*.py")
        if str(path.relative_to(PACKAGE)) not in ("load/check_definitions.py", "propose/layout.py")
        for node in _texts(ast.parse(path.read_text(encoding="utf-8")))
        if re.search(rf"\b(?:{words})\b", node.value)
    }
    assert known == {"reuse/files.py: .coverage."}  # which files are data


def _texts(tree: ast.Module) -> list[ast.Constant]:
    """Return the texts of a module that are no documentation."""
    told = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return [node for node in nodes if node not in told and isinstance(node.value, str)]


def test_no_module_is_long() -> None:
    """A module is read in one sitting: at most 400 lines."""
    modules = [path for package in PACKAGES for path in package.rglob("*.py")]
    assert [str(path) for path in modules if path.read_bytes().count(b"\n") > 400] == []
