"""The named commands of a project: make targets, tox environments, sessions, scripts; only read."""

import ast
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from readiness.propose.facts import Data
from readiness.propose.scripts import logical_lines
from readiness.propose.tree import lookup, read_text, settings_of


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """What a name stands for: commands, each with its line; `needs` are other names, run before.

    `apart` says that each line is run by a shell of its own.
    """

    lines: tuple[tuple[int, str], ...]
    path: str
    needs: tuple[str, ...] = ()
    apart: bool = True


Recipes = Mapping[tuple[str, str], Recipe]
"""By the program that knows the name, and the name."""

_MAKEFILES: Final = ("GNUmakefile", "makefile", "Makefile")
_ASSIGNMENT: Final = re.compile(r"(?:export\s+)?([A-Za-z_][\w.-]*)\s*[:?+]?:?=\s*(.*)")
_RULE: Final = re.compile(r"([\w./%${}() -]+?)\s*::?(?!=)\s*([^=]*?)(?:;(.*))?")
_JUST_RECIPE: Final = re.compile(r"@?([A-Za-z_][\w-]*)[^:=]*:(?!=)\s*(.*)")
_FACTORS: Final = re.compile(r"^[\w.,!{}-]+:\s+")
_TOX_VALUE: Final = re.compile(r"\{([^{}]*)\}")
_REFERENCE: Final = re.compile(r"\$[({]([\w.-]+)[)}]")


def read_recipes(
    root: str, files: Sequence[str], settings: Mapping[str, Data]
) -> dict[tuple[str, str], Recipe]:
    """All named commands of the project's root."""
    here = {path for path in files if "/" not in path}
    found: dict[tuple[str, str], Recipe] = {}
    makefile = next((name for name in _MAKEFILES if name in here), "")
    if makefile:
        found.update(_makefile(makefile, read_text(root, makefile)))
    for name in ("justfile", "Justfile", ".justfile"):
        if name in here:
            found.update(_justfile(name, read_text(root, name)))
    for name in ("Taskfile.yml", "Taskfile.yaml", "taskfile.yml"):
        if name in here:
            found.update(_taskfile(name, read_text(root, name)))
    if "noxfile.py" in here:
        found.update(_sessions("noxfile.py", read_text(root, "noxfile.py")))
    found.update(_environments(settings))
    found.update(_scripts(settings))
    return found


# --- make, just, task -----------------------------------------------------------------------------


def _makefile(path: str, text: str) -> Iterator[tuple[tuple[str, str], Recipe]]:
    variables = {"MAKE": "make"}
    bodies: dict[str, list[tuple[int, str]]] = {}
    needs: dict[str, list[str]] = {}
    current: list[str] = []
    for number, line in logical_lines(text):
        if line.startswith("\t"):
            command = _expanded(line.strip().lstrip("@-+ "), variables)
            for target in current:
                bodies[target].append((number, command))
            continue
        line = line.partition("#")[0].rstrip()
        if match := _ASSIGNMENT.fullmatch(line):
            variables.setdefault(match[1], match[2].strip())
        elif match := _RULE.fullmatch(line):
            current = _expanded(match[1], variables).split()
            for target in current:
                bodies.setdefault(target, [])
                needs.setdefault(target, []).extend(_expanded(match[2], variables).split())
                if match[3]:
                    bodies[target].append((number, _expanded(match[3].strip(), variables)))
    for target, body in bodies.items():
        if not target.startswith(".") and "%" not in target:
            others = tuple(each for each in needs[target] if each in bodies)
            yield ("make", target), Recipe(lines=tuple(body), path=path, needs=others)


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    for _ in range(5):
        text = _REFERENCE.sub(lambda found: variables.get(found[1], found[0]), text)
    return text.replace("$$", "$")


def _justfile(path: str, text: str) -> Iterator[tuple[tuple[str, str], Recipe]]:
    name, needs, body = "", (), []
    for number, line in enumerate([*text.splitlines(), "end:"], 1):
        if line[:1] in " \t" and line.strip():
            body.append((number, line.strip().lstrip("@-")))
        elif match := _JUST_RECIPE.fullmatch(line.strip()):
            if name:
                yield ("just", name), Recipe(lines=tuple(body), path=path, needs=tuple(needs))
            name, needs, body = match[1], tuple(match[2].split()), []


def _taskfile(path: str, text: str) -> Iterator[tuple[tuple[str, str], Recipe]]:
    tasks = settings_of(path, text).get("tasks")
    for name, task in tasks.items() if isinstance(tasks, Mapping) else ():
        given: Mapping[str, object] = task if isinstance(task, Mapping) else {"cmds": task}
        listed: object = given.get("cmds") or given.get("cmd") or []
        commands = listed if isinstance(listed, list) else [listed]
        lines: list[tuple[int, str]] = []
        others = given.get("deps")
        needs = [str(each) for each in others] if isinstance(others, list) else []
        for each in commands:
            step: Mapping[str, object] = each if isinstance(each, Mapping) else {"cmd": each}
            needs += [str(step["task"])] if "task" in step else []
            command = step.get("cmd")
            if isinstance(command, str) and command:
                lines.append((line_of(text, command), command))
        yield ("task", str(name)), Recipe(lines=tuple(lines), path=path, needs=tuple(needs))


# --- tox, nox, scripts of package managers --------------------------------------------------------


def _environments(settings: Mapping[str, Data]) -> Iterator[tuple[tuple[str, str], Recipe]]:
    for path in ("tox.ini", "setup.cfg"):
        for section, keys in settings.get(path, {}).items():
            name = section.removeprefix("tox:")
            if not name.startswith("testenv") or not isinstance(keys, Mapping):
                continue
            commands = str(keys.get("commands") or "")
            lines = [
                (0, _tox_text(_FACTORS.sub("", line.strip()).lstrip("-")))
                for line in re.sub(r"\s*\\\n\s*", " ", commands).splitlines()
                if line.strip()
            ]
            for each in _tox_names(name.removeprefix("testenv").lstrip(":")):
                yield ("tox", each), Recipe(lines=tuple(lines), path=path)
    for path, table in (("pyproject.toml", "tool.tox."), ("tox.toml", "")):
        environments = lookup(settings, "", f"{path}:{table}env")
        base = lookup(settings, "", f"{path}:{table}env_run_base")
        named = dict(environments) if isinstance(environments, Mapping) else {}
        for name, given in {**named, "": base}.items():
            listed = given.get("commands") if isinstance(given, Mapping) else None
            if isinstance(listed, list):
                rows = [_tox_words(each) for each in listed if isinstance(each, list)]
                lines = [(0, shlex.join(words)) for words in rows]
                yield ("tox", name), Recipe(lines=tuple(lines), path=path)


def _tox_words(given: Iterable[object]) -> Iterator[str]:
    """Yield the words of a command, with the default where the caller may say other words."""
    for each in given:
        if isinstance(each, str):
            yield _tox_text(each)
        elif isinstance(each, Mapping) and isinstance(each.get("default"), list):
            yield from _tox_words(each["default"])


def _tox_text(text: str) -> str:
    filled = _TOX_VALUE.sub(_tox_value, text)
    return filled if filled == text else _tox_text(filled)


def _tox_value(found: re.Match[str]) -> str:
    """Return what tox puts in; what it knows only when it runs becomes a variable."""
    name, _, default = found[1].partition(":")
    if name == "posargs":
        return default
    known = {
        "/": "/",
        "toxinidir": ".",
        "tox_root": ".",
        "envpython": "python",
        "env_python": "python",
    }
    return known.get(name, f"${re.sub(r'[^a-zA-Z_]', '_', name)}")


def _tox_names(name: str) -> list[str]:
    """Return the environments that a section is about: `{lint,docs}` is two, "" the default one."""
    match = re.fullmatch(r"(.*)\{([^}]*)\}(.*)", name)
    if not match:
        return [name]
    return [f"{match[1]}{each.strip()}{match[3]}" for each in match[2].split(",")]


def _sessions(path: str, text: str) -> Iterator[tuple[tuple[str, str], Recipe]]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.args.args and node.decorator_list:
            session = node.args.args[0].arg
            lines = tuple(
                (call.lineno, " ".join(map(_word, call.args)))
                for call in ast.walk(node)
                if isinstance(call, ast.Call) and _is_run(call.func, session)
            )
            yield ("nox", _session_name(node)), Recipe(lines=lines, path=path)


def _is_run(function: ast.expr, session: str) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr in ("run", "run_always", "install")
        and isinstance(function.value, ast.Name)
        and function.value.id == session
    )


def _word(argument: ast.expr) -> str:
    """Return a literal word, "" for posargs, or for others a variable, which no probe can have."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    return "" if ast.unparse(argument).endswith("posargs") else "$made_at_run_time"


def _session_name(node: ast.FunctionDef) -> str:
    for decorator in node.decorator_list:
        for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
            if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                return str(keyword.value.value)
    return node.name


def _scripts(settings: Mapping[str, Data]) -> Iterator[tuple[tuple[str, str], Recipe]]:
    tables = [
        ("poe", lookup(settings, "", "pyproject.toml:tool.poe.tasks")),
        ("pdm run", lookup(settings, "", "pyproject.toml:tool.pdm.scripts")),
    ]
    environments = lookup(settings, "", "pyproject.toml:tool.hatch.envs")
    for name, given in environments.items() if isinstance(environments, Mapping) else ():
        scripts = given.get("scripts") if isinstance(given, Mapping) else None
        tables.append((f"hatch run {name}:", scripts))
        if name == "default":
            tables.append(("hatch run", scripts))
    for runner, table in tables:
        for name, given in table.items() if isinstance(table, Mapping) else ():
            commands = list(_commands(given))
            own, colon, _ = runner.partition(":")
            key = (
                (own.rpartition(" ")[0], f"{own.rpartition(' ')[2]}:{name}")
                if colon
                else (
                    runner,
                    str(name),
                )
            )
            yield key, Recipe(lines=tuple((0, each) for each in commands), path="pyproject.toml")


def _commands(given: object) -> Iterable[str]:
    if isinstance(given, str):
        yield given
    elif isinstance(given, list):
        for each in given:
            yield from _commands(each)
    elif isinstance(given, Mapping):
        yield from _commands(given.get("cmd") or given.get("shell") or given.get("composite") or [])


def line_of(text: str, command: str) -> int:
    """Return the line on which a command begins in a file's text; 0 if it is not there as it is."""
    first = command.strip().splitlines()[0].strip() if command.strip() else ""
    place = text.find(first) if first else -1
    return text.count("\n", 0, place) + 1 if place >= 0 else 0
