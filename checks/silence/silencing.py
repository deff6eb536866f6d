"""Find what keeps tools silent: comments, skipped tests, and what ruff's settings say."""

import ast
import os
import re
import tokenize
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from checks.in_project.common import CheckFinding, files_below, not_measured, place, read_json
from readiness.text.parts import items_of, part_of

with open(os.path.join(os.path.dirname(__file__), "silencing.toml"), "rb") as table:
    SILENCING = tomllib.load(table)
COMMENTS = [
    (re.compile(row["pattern"]), row["kind"]) for row in SILENCING["comments"] if "kind" in row
]
# The last two words of a dotted name tell it, by whatever name it was imported.
SKIPS = {tuple(name.split(".")[-2:]) for name in SILENCING["skips"]}
ANY_WORD = re.compile(
    r"ignore|mypy|ruff|noqa|nosec|nosonar|pylint|pyright|pragma|fmt|yapf|isort|skip|xfail|"
    r"expectedFailure|pytest\.exit|__test__",
    re.IGNORECASE,
)
NOTEBOOK = ".ipynb"

MARKED = tuple(f".add_marker('{name}')" for name in ("skip", "xfail"))
"""How a hook marks tests by a name."""

TEMPLATE = re.compile(r"\{\{.*\}\}|\{%.*%\}")
"""What makes a file one from which Python is only made."""


def in_files(paths: Iterable[str]) -> Iterator[CheckFinding]:
    """Yield every suppressing comment and skipped test below the paths; its kind is the rule."""
    for path in files_below(paths, (".py", ".pyi", NOTEBOOK)):
        try:
            if path.endswith(NOTEBOOK):
                yield from _in_cells(path)
                continue
            with tokenize.open(path) as file:
                text = file.read()
            if ANY_WORD.search(text):
                yield from _comments(path, text)
                yield from _skips(path, text)
        except (OSError, SyntaxError, UnicodeDecodeError, tokenize.TokenError) as error:
            if isinstance(error, OSError | UnicodeDecodeError) or not TEMPLATE.search(text):
                not_measured(f"{path} cannot be read: {error}")


def _in_cells(path: str) -> Iterator[CheckFinding]:
    """Yield what stands in comments of a notebook; cells may hold more than Python."""
    notebook = read_json(path)
    cells = notebook.get("cells", []) if isinstance(notebook, dict) else []
    for cell in cells:
        if cell.get("cell_type") == "code":
            with suppress(SyntaxError, tokenize.TokenError):
                for found in _comments(path, "".join(cell.get("source", []))):
                    yield {**found, "line": 0}


def _comments(path: str, text: str) -> Iterator[CheckFinding]:
    lines = iter(text.splitlines(keepends=True))
    for token in tokenize.generate_tokens(lambda: next(lines, "")):
        if token.type == tokenize.COMMENT:
            kinds = [kind for pattern, kind in COMMENTS if pattern.search(token.string)]
            for kind in dict.fromkeys(kinds):
                yield place(path, token.start[0], kind, token.string)


def _skips(path: str, text: str) -> Iterator[CheckFinding]:
    nodes = list(ast.walk(ast.parse(text, path)))
    names = _names(nodes)
    for node in nodes:
        last_two = tuple(_dotted(node, names).split(".")[-2:])
        if last_two in SKIPS and isinstance(node, ast.expr):
            yield place(path, node.lineno, "skipped-test", ".".join(last_two))
        elif isinstance(node, ast.Call) and ast.unparse(node).endswith(MARKED):
            yield place(path, node.lineno, "skipped-test", ast.unparse(node))
        elif isinstance(node, ast.Module | ast.ClassDef) and _is_put_aside(node):
            yield place(path, getattr(node, "lineno", 1), "skipped-test", "__test__ = False")


def _is_put_aside(node: ast.Module | ast.ClassDef) -> bool:
    """Return whether tests in a module or a class are none of pytest's by what it says itself."""
    said = [ast.unparse(each) for each in node.body if isinstance(each, ast.Assign)]
    tests = [getattr(each, "name", "").lower().startswith("test") for each in node.body]
    return "__test__ = False" in said and any(tests)


def _names(nodes: Iterable[ast.AST]) -> dict[str, str]:
    """Map what a file calls its imports, and what it calls these again, to their dotted names."""
    names: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                all_skips = [skip for owner, skip in SKIPS if owner == node.module]
                for name in all_skips if alias.name == "*" else [alias.name]:
                    names[alias.asname or name] = f"{node.module}.{name}"
        elif isinstance(node, ast.Assign) and (value := _dotted(node.value, names)):
            names |= {each.id: value for each in node.targets if isinstance(each, ast.Name)}
    return names


def _dotted(node: ast.AST, names: Mapping[str, str]) -> str:
    """Return the dotted name that an expression stands for; empty where it is none."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute) and (owner := _dotted(node.value, names)):
        return f"{owner}.{node.attr}"
    return ""


def count(paths: Iterable[str], kinds: tuple[str, ...]) -> int:
    """Count the suppressions of some kinds below the paths."""
    return sum(found["rule"] in kinds for found in in_files(paths))


def ruff_table(path: str) -> dict[str, object]:
    """Return what a file of settings says to ruff."""
    tool = _toml(path)
    return part_of(tool, "tool", "ruff") if os.path.basename(path) == "pyproject.toml" else tool


def ignored_rules(path: str) -> list[str]:
    """Return the rules that one file of ruff's settings ignores, as they stand there."""
    tool = ruff_table(path)
    tables = (tool, part_of(tool, "lint"))
    keys = ("ignore", "extend-ignore")
    return [str(rule) for table in tables for key in keys for rule in items_of(table.get(key))]


def _toml(path: str) -> dict[str, object]:
    if not os.path.exists(path):
        return {}
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        not_measured(f"{path} cannot be read: {error}")
