"""One word, one thing: names in the package say what each thing is."""

import ast
import re
from collections import defaultdict
from pathlib import Path

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


def test_the_glossary_says_what_the_code_says() -> None:
    """Each word of the glossary is a class that is there, described as it describes itself."""
    text = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z ]+) \| `(\w+)` in `([\w/.]+)` \| (.+) \|$", text, re.MULTILINE)
    assert {"board", "criterion", "probe", "verdict", "gate"} <= {word for word, *_ in rows}
    for word, name, path, said in rows:
        tree = ast.parse((PACKAGE / path).read_text(encoding="utf-8"))
        found = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name]
        assert [(ast.get_docstring(node) or "").splitlines()[0] for node in found] == [said], word


def test_no_module_is_long() -> None:
    """A module is read in one sitting: at most 400 lines."""
    modules = [path for package in PACKAGES for path in package.rglob("*.py")]
    assert [str(path) for path in modules if path.read_bytes().count(b"\n") > 400] == []
