"""Find what keeps tools silent: comments, skipped tests, and settings."""

import ast
import configparser
import os
import re
import tokenize
import tomllib
from collections.abc import Iterable, Iterator, Mapping

from checks.in_project.common import CheckFinding, files_below, not_measured, place

with open(os.path.join(os.path.dirname(__file__), "silencing.toml"), "rb") as table:
    SILENCING = tomllib.load(table)
COMMENTS = [
    (re.compile(row["pattern"]), row["kind"]) for row in SILENCING["comments"] if "kind" in row
]
# The last two words of a dotted name tell it, by whatever name it was imported.
SKIPS = {tuple(name.split(".")[-2:]) for name in SILENCING["skips"]}
ANY_WORD = re.compile(
    r"ignore|mypy|ruff|noqa|nosec|pragma|fmt|yapf|isort|skip|xfail|expectedFailure|pytest\.exit",
    re.IGNORECASE,
)

TEMPLATE = re.compile(r"\{\{.*\}\}|\{%.*%\}")
"""What makes a file one from which Python is only made."""


def in_files(paths: Iterable[str]) -> Iterator[CheckFinding]:
    """Yield every suppressing comment and skipped test below the paths; its kind is the rule."""
    for path in files_below(paths, (".py", ".pyi")):
        try:
            with tokenize.open(path) as file:
                text = file.read()
            if ANY_WORD.search(text):
                yield from _comments(path, text)
                yield from _skips(path, text)
        except (OSError, SyntaxError, UnicodeDecodeError, tokenize.TokenError) as error:
            if isinstance(error, OSError | UnicodeDecodeError) or not TEMPLATE.search(text):
                not_measured(f"{path} cannot be read: {error}")


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


def in_settings() -> list[CheckFinding]:
    """List what the settings in the project's folder leave out or silence."""
    return [*mypy_settings(), *ruff_settings(), *coverage_settings()]


def mypy_settings() -> list[CheckFinding]:
    """List the sections of mypy's settings that ignore errors."""
    findings = []
    for path in ("mypy.ini", ".mypy.ini", "setup.cfg"):
        for name, section in _ini(path).items():
            if name.startswith("mypy") and section.get("ignore_errors", "").lower() in _TRUE:
                findings.append(
                    place(
                        path, _line(path, f"[{name}]"), "mypy-settings", f"[{name}] ignore_errors"
                    )
                )
    tool = _table(_toml("pyproject.toml"), "tool", "mypy")
    if tool.get("ignore_errors") is True:
        findings.append(_in_pyproject("mypy-settings", "ignore_errors", "ignore_errors"))
    for override in _list(tool.get("overrides")):
        if isinstance(override, dict) and override.get("ignore_errors") is True:
            text = f"ignore_errors for {override.get('module')}"
            findings.append(_in_pyproject("mypy-settings", "ignore_errors", text))
    return findings


def ruff_settings() -> list[CheckFinding]:
    """List the rules that ruff's settings ignore, and the folders they leave out."""
    findings = []
    for path in ("pyproject.toml", "ruff.toml", ".ruff.toml"):
        tool = ruff_table(path)
        for table in (tool, _table(tool, "lint")):
            for key in ("ignore", "extend-ignore", "exclude", "extend-exclude"):
                findings += [
                    place(path, _line(path, key), "ruff-settings", f"{key}: {value}")
                    for value in _list(table.get(key))
                ]
            for key in ("per-file-ignores", "extend-per-file-ignores"):
                for files, rules in _table(table, key).items():
                    text = f"{key}: {files}: {' '.join(map(str, _list(rules)))}"
                    findings.append(place(path, _line(path, str(files)), "ruff-settings", text))
    return findings


def ruff_table(path: str) -> dict[str, object]:
    """Return what a file of settings says to ruff."""
    tool = _toml(path)
    return _table(tool, "tool", "ruff") if os.path.basename(path) == "pyproject.toml" else tool


def ignored_rules(path: str) -> list[str]:
    """Return the rules that one file of ruff's settings ignores, as they stand there."""
    tool = ruff_table(path)
    tables = (tool, _table(tool, "lint"))
    keys = ("ignore", "extend-ignore")
    return [str(rule) for table in tables for key in keys for rule in _list(table.get(key))]


def coverage_settings() -> list[CheckFinding]:
    """List the files and lines that coverage's settings leave out of the count."""
    findings = []
    for path in (".coveragerc", "setup.cfg", "tox.ini"):
        prefix = "" if path == ".coveragerc" else "coverage:"
        for section, key in _COVERAGE_KEYS:
            findings += [
                place(path, _line(path, entry), "coverage-settings", f"{key}: {entry.strip()}")
                for entry in _ini(path).get(prefix + section, {}).get(key, "").splitlines()
                if entry.strip() and not _OF_COVERAGE.search(entry)
            ]
    tool = _table(_toml("pyproject.toml"), "tool", "coverage")
    for section, key in _COVERAGE_KEYS:
        findings += [
            _in_pyproject("coverage-settings", str(value), f"{key}: {value}")
            for value in _list(_table(tool, section).get(key))
            if not _OF_COVERAGE.search(str(value))
        ]
    return findings


_TRUE = {"true", "1", "yes", "on"}
_OF_COVERAGE = re.compile(r"pragma.*no.*cover", re.IGNORECASE)
"""What coverage leaves out by itself: each of these comments counts where it stands."""
_COVERAGE_KEYS = (
    ("run", "omit"),
    ("report", "omit"),
    ("report", "exclude_lines"),
    ("report", "exclude_also"),
)


def _in_pyproject(kind: str, key: str, text: str) -> CheckFinding:
    return place("pyproject.toml", _line("pyproject.toml", key), kind, text)


def _ini(path: str) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError) as error:
        not_measured(f"{path} cannot be read: {error}")
    return {name: dict(parser[name]) for name in parser.sections()}


def _toml(path: str) -> dict[str, object]:
    if not os.path.exists(path):
        return {}
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        not_measured(f"{path} cannot be read: {error}")


def _table(data: dict[str, object], *keys: str) -> dict[str, object]:
    for key in keys:
        value = data.get(key)
        data = value if isinstance(value, dict) else {}
    return data


def _list(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _line(path: str, setting: str) -> int:
    """Find the line that begins with a setting, or else has it; 0 where it cannot be told."""
    if not os.path.exists(path):
        return 0
    begins = re.compile(rf"""\s*["']?{re.escape(setting)}(?![\w-])""")
    with open(path, encoding="utf-8") as file:
        having = [(at, line) for at, line in enumerate(file, 1) if setting in line]
    first = next(iter(having), (0, ""))
    return next((pair for pair in having if begins.match(pair[1])), first)[0]
