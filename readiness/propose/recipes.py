"""The named commands of a project: make, tox, nox and hatch know them; they are only read."""

import ast
import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from readiness.propose.facts import Data
from readiness.propose.tree import lookup, read_text, settings_of
from readiness.text.parts import items_of, part_of


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """What a name stands for: commands, a line each; `needs` are other names, run before.

    `apart` says that each line is run by a shell of its own.
    """

    lines: tuple[str, ...]
    path: str
    needs: tuple[str, ...] = ()
    apart: bool = True


Recipes = Mapping[tuple[str, str], Recipe]
"""By the program that knows the name, and the name."""

RUNNERS: Final = ("make", "just", "tox", "nox", "poe")
MANAGERS: Final = ("npm", "pnpm", "yarn", "bun")
"""What runs the scripts of package.json."""
PACKAGE: Final = "package.json"
SCRIPTS: Final = "hatch run"
"""What runs the scripts of environments, whose names are `environment:script`."""
_Named = Iterator[tuple[tuple[str, str], Recipe]]
_MAKEFILES: Final = {
    "make": ("GNUmakefile", "makefile", "Makefile"),
    "just": ("justfile", "Justfile", ".justfile"),
}
# How just writes what make has: the names of parameters, and the place of a variable.
_OF_JUST: Final = (
    (re.compile(r"^[ \t]+", re.MULTILINE), "\t"),
    (re.compile(r"^@?([\w-]+)\s[^:=\n]*(?:=[^:\n]*)?:(?!=)", re.MULTILINE), r"\1:"),
    (re.compile(r"\{\{\s*([\w-]+)\s*\}\}"), r"$(\1)"),
)
CONTINUED: Final = re.compile(r"[^\S\n]*\\\n[^\S\n]*")
"""Where a line goes on in the next one."""
_ASSIGNMENT: Final = re.compile(r"(?:export\s+)?([A-Za-z_][\w.-]*)\s*[:?+]?:?=\s*(.*)")
_RULE: Final = re.compile(r"([\w./%${}() -]+?)\s*::?(?!=)\s*([^=]*?)(?:;(.*))?")
_FACTORS: Final = re.compile(r"^[\w.,!{}-]+:\s+")
_TOX_VALUE: Final = re.compile(r"\{([^{}]*)\}")
_REFERENCE: Final = re.compile(r"\$[({]([\w.-]+)[)}]")
_MADE_BY_MAKE: Final = re.compile(r"(?<!\$)\$\(([\w-]+)(?:[^()$]|\$\{[^{}]*\})*\)")
# What tox puts in; what it knows only when it runs becomes a variable.
_TOX_NAMES: Final = {
    "/": "/",
    "toxinidir": ".",
    "tox_root": ".",
    "envpython": "python",
    "env_python": "python",
    # What is installed there is the project.
    "envsitepackagesdir": ".",
    "env_site_packages_dir": ".",
}


def read_recipes(root: str, files: Sequence[str], settings: Mapping[str, Data]) -> Recipes:
    """Return all named commands of the project's root."""
    recipes: dict[tuple[str, str], Recipe] = {}
    for runner, names in _MAKEFILES.items():
        for path in [name for name in names if name in files][:1]:
            text = read_text(root, path)
            for pattern, by in _OF_JUST if runner == "just" else ():
                text = pattern.sub(by, text)
            recipes.update(_makefile(runner, path, text))
    if "noxfile.py" in files:
        recipes.update(_sessions("noxfile.py", read_text(root, "noxfile.py")))
    recipes.update(_environments(settings))
    recipes.update(_scripts(settings))
    recipes.update(_tasks(settings))
    recipes.update(_packages(root, files))
    return recipes


# --- make and just --------------------------------------------------------------------------------


def _makefile(runner: str, path: str, text: str) -> _Named:
    variables = {"MAKE": "make"}
    bodies: dict[str, list[str]] = {}
    needs: dict[str, list[str]] = {}
    current: list[str] = []
    for line in CONTINUED.sub(" ", text).split("\n"):
        if line.startswith("\t"):
            command = _expanded(line.strip().lstrip("@-+ "), variables)
            for target in current:
                bodies[target].append(command)
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
                    bodies[target].append(_expanded(match[3].strip(), variables))
    for target, body in bodies.items():
        if not target.startswith(".") and "%" not in target:
            others = tuple(name for name in needs[target] if name in bodies)
            yield (runner, target), Recipe(lines=tuple(body), path=path, needs=others)


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    for _ in range(5):
        text = _REFERENCE.sub(lambda used: variables.get(used[1], used[0]), text)
    # What only make knows is a value to the shell, and no command.
    while (value := _MADE_BY_MAKE.sub(r"${\1}", text)) != text:
        text = value
    return text.replace("$$", "$")


# --- package.json ---------------------------------------------------------------------------------


def _packages(root: str, files: Sequence[str]) -> _Named:
    for path in files:
        if os.path.basename(path) == PACKAGE:
            for name, line in part_of(settings_of(path, read_text(root, path)), "scripts").items():
                if isinstance(line, str):
                    yield (path, name), Recipe(lines=(line,), path=path, apart=False)


def script_called(words: Sequence[str], folder: str) -> tuple[str, str]:
    """Return the file and the name of the script that `npm run lint` or the like asks for."""
    named = [word for word in words[1:] if not word.startswith("-")]
    runs = named[:1] in (["run"], ["run-script"])
    name = "".join(named[1:2] if runs else named[:1])
    by_itself = words[0] != "npm" or name in ("test", "t")
    name = {"t": "test"}.get(name, name)
    is_script = runs or (by_itself and name not in ("install", "publish", "pack", "version"))
    return (os.path.join(folder, PACKAGE), name if is_script else "")


# --- hatch and poe --------------------------------------------------------------------------------


def _scripts(settings: Mapping[str, Data]) -> _Named:
    for environment, keys in part_of(
        lookup(settings, "", "pyproject.toml:tool.hatch.envs")
    ).items():
        scripts = part_of(keys, "scripts")
        for name, value in scripts.items():
            lines = tuple(
                f"{SCRIPTS} {environment}:{line}" if line.split(" ")[0] in scripts else line
                for line in map(_tox_text, map(str, filter(None, items_of(value))))
            )
            yield (SCRIPTS, f"{environment}:{name}"), Recipe(lines=lines, path="pyproject.toml")


def _tasks(settings: Mapping[str, Data]) -> _Named:
    for name, task in part_of(lookup(settings, "", "pyproject.toml:tool.poe.tasks")).items():
        yield ("poe", name), Recipe(lines=tuple(_commands(task)), path="pyproject.toml")


def _commands(task: object) -> Iterator[str]:
    """Yield the commands of a task; a word in a sequence, or a `ref`, names another."""
    for part in [task] if isinstance(task, str) else items_of(part_of(task).get("sequence", task)):
        if isinstance(part, str):
            yield part if part is task else f"poe {part}"
        elif "ref" in part_of(part):
            yield f"poe {part_of(part)['ref']}"
        else:
            yield from (str(part_of(part)[key]) for key in ("cmd", "shell") if key in part_of(part))


# --- tox and nox ----------------------------------------------------------------------------------


def _environments(settings: Mapping[str, Data]) -> _Named:
    for path in ("tox.ini", "setup.cfg"):
        for section, keys in settings.get(path, {}).items():
            name = section.removeprefix("tox:")
            if not name.startswith("testenv") or not isinstance(keys, Mapping):
                continue
            commands = CONTINUED.sub(" ", str(keys.get("commands") or ""))
            lines = [
                _in_folder(keys, _tox_text(_FACTORS.sub("", line.strip()).lstrip("-")))
                for line in commands.splitlines()
                if line.strip()
            ]
            for environment in _tox_names(name.removeprefix("testenv").lstrip(":")):
                yield ("tox", environment), Recipe(lines=tuple(lines), path=path)
    for path, table in (("pyproject.toml", "tool.tox."), ("tox.toml", "")):
        environments = lookup(settings, "", f"{path}:{table}env")
        base = lookup(settings, "", f"{path}:{table}env_run_base")
        for name, keys in {**part_of(environments), "": base}.items():
            rows = part_of(keys).get("commands")
            if isinstance(rows, list):
                words = [list(_tox_words(row)) for row in rows if isinstance(row, list)]
                lines = [_in_folder(part_of(keys), shlex.join(row)) for row in words]
                yield ("tox", name), Recipe(lines=tuple(lines), path=path)


def _in_folder(keys: Data, line: str) -> str:
    """Return a line as it is run from the root, where an environment has a folder of its own.

    One of tox's own folders only keeps the tests away from the code in the project's.
    """
    folder = keys.get("change_dir", keys.get("changedir"))
    there = _tox_text(folder) if isinstance(folder, str) else ""
    return line if not there or there.startswith((".tox", "$")) else f"cd {there} && {line}"


def _tox_words(items: Iterable[object]) -> Iterator[str]:
    """Yield the words of a command, with the default where the caller may say other words."""
    for item in items:
        if isinstance(item, str):
            yield _tox_text(item)
        elif isinstance(item, Mapping) and isinstance(item.get("default"), list):
            yield from _tox_words(item["default"])


def _tox_text(text: str) -> str:
    filled = _TOX_VALUE.sub(_tox_value, text)
    return filled if filled == text else _tox_text(filled)


def _tox_value(match: re.Match[str]) -> str:
    name, _, default = match[1].partition(":")
    if name == "env":
        name, _, default = default.partition(":")
    if name in ("posargs", "args") or default:
        return default
    return _TOX_NAMES.get(name, f"${re.sub(r'[^a-zA-Z_]', '_', name)}")


def _tox_names(name: str) -> list[str]:
    """Return the environments that a section is about: `{lint,docs}` is two, "" the default one."""
    match = re.fullmatch(r"(.*)\{([^}]*)\}(.*)", name)
    if not match:
        return [name]
    return [f"{match[1]}{factor.strip()}{match[3]}" for factor in match[2].split(",")]


def _sessions(path: str, text: str) -> _Named:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.args.args and node.decorator_list:
            session = node.args.args[0].arg
            lines = tuple(
                " ".join(map(_word, call.args))
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
