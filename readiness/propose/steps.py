"""What CI, hooks and recipes run, down to the single commands; they are read, never run."""

import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final

import msgspec

from readiness.propose.effects import Deed, effect, unwrapped
from readiness.propose.facts import Omission, Origin, RunCommand
from readiness.propose.recipes import Recipe, Recipes, line_of
from readiness.propose.scripts import is_shell_script, script_lines, script_of
from readiness.propose.tree import read_text, settings_of
from readiness.shell import argv
from readiness.shell.programs import SHELLS, programs, statements
from readiness.text.worded import worded

_DEPTH: Final = 6
_HOOKS: Final = (".pre-commit-config.yaml", ".pre-commit-config.yml")
_NO_JOBS: Final = frozenset(
    ["stages", "variables", "include", "default", "workflow", "image", "services", "cache"]
)
_MASKING: Final = re.compile(r"\|\||[|>&;`\n]|\$\(")
_CI_VALUE: Final = re.compile(r"\$\{\{.*?\}\}")
_READS_COMMANDS: Final = SHELLS | {"pwsh", "powershell", "cmd"}


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    """A command of shell in somebody's file, run in a folder of the project ("" for its root).

    `alone` says that it needs nothing of what is around it.
    """

    text: str
    path: str
    line: int
    origin: Origin
    said: str = ""
    folder: str = ""
    alone: bool = True


def find_steps(
    root: str, files: Sequence[str], recipes: Recipes
) -> tuple[tuple[RunCommand, ...], tuple[Omission, ...]]:
    """All commands that are run somewhere, and the files of which nothing could be read."""
    lines: list[_Line] = []
    unread: list[Omission] = []
    included = _included(root, files)
    for path in files:
        if path.startswith(".github/workflows/") and path.endswith((".yml", ".yaml")):
            read = _github
        elif path in included:
            read = _gitlab
        elif path in _HOOKS:
            read = _hooks
        else:
            continue
        text = read_text(root, path)
        data = settings_of(path, text)
        if not data:
            unread.append(Omission(what=path, why=worded("propose.not_yaml")))
        lines += read(path, text, data)
    expand = _Expander(root, set(files), recipes)
    found = [step for line in lines for step in expand.steps(line)]
    for (runner, name), recipe in recipes.items():
        if runner != "nox" or "$" not in name:
            said = f"{runner} {name}".strip()
            found += expand.recipe(recipe, Origin.RECIPE, said, 0)
    return tuple(dict.fromkeys(found)), tuple(unread)


# --- CI and hooks ---------------------------------------------------------------------------------


def _github(path: str, text: str, data: Mapping[str, object]) -> Iterator[_Line]:
    jobs = data.get("jobs")
    for job in jobs.values() if isinstance(jobs, Mapping) else ():
        steps = job.get("steps") if isinstance(job, Mapping) else None
        for step in steps if isinstance(steps, list) else ():
            if not isinstance(step, Mapping) or not isinstance(step.get("run"), str):
                continue
            how = {**_run_defaults(data), **_run_defaults(job), **step}
            shell = str(how.get("shell") or "sh").split()
            if os.path.basename(shell[0]) in _READS_COMMANDS:
                alone = not {"shell", "working-directory"} & set(how)
                folder = str(how.get("working-directory") or "")
                yield from _script(path, text, step["run"], alone=alone, folder=folder)


def _run_defaults(of: Mapping[str, object]) -> Mapping[str, object]:
    defaults = of.get("defaults")
    run = defaults.get("run") if isinstance(defaults, Mapping) else None
    return run if isinstance(run, Mapping) else {}


def _included(root: str, files: Sequence[str]) -> set[str]:
    """Return the files of GitLab CI: its own, and those of the project that it includes."""
    found: set[str] = set()
    waiting = [path for path in files if path in (".gitlab-ci.yml", ".gitlab-ci.yaml")]
    while waiting:
        path = waiting.pop()
        found.add(path)
        given = settings_of(path, read_text(root, path)).get("include")
        for each in given if isinstance(given, list) else [given]:
            named = each.get("local") if isinstance(each, Mapping) else each
            for one in named if isinstance(named, list) else [named]:
                pattern = one.lstrip("/") if isinstance(one, str) else ""
                waiting += [
                    path for path in files if fnmatchcase(path, pattern) and path not in found
                ]
    return found


def _gitlab(path: str, text: str, data: Mapping[str, object]) -> Iterator[_Line]:
    for name, job in data.items():
        if not isinstance(job, Mapping) or name in _NO_JOBS:
            continue
        for key in ("before_script", "script"):
            given = job.get(key)
            for each in [given] if isinstance(given, str) else given or ():
                if isinstance(each, str):
                    yield from _script(path, text, each)


def _script(
    path: str, text: str, script: str, *, alone: bool = True, folder: str = ""
) -> Iterator[_Line]:
    start = line_of(text, script)
    here = moved("", ("cd", _CI_VALUE.sub("$ci", folder) or "."))
    for place, command in _commands_of(script):
        number = line_of(text, command) or (start and start + script.count("\n", 0, place))
        yield _Line(
            text=_CI_VALUE.sub("$ci", command),
            path=path,
            line=number,
            origin=Origin.CI,
            folder=here,
            alone=alone and not here,
        )
        here = moved(here, command.split())


def _commands_of(script: str) -> Iterator[tuple[int, str]]:
    """Yield the commands of a script, each with its place; its lines where no shell can read it."""
    # What CI puts in is as long as it was: places stay.
    filled = _CI_VALUE.sub(lambda found: f"$ci{'_' * (len(found[0]) - 3)}", script)
    found = statements(filled)
    if found is None:
        joined = re.sub(r"\s*\\\n\s*", " ", script)
        stripped = ((0, line.strip()) for line in joined.splitlines())
        yield from ((place, line) for place, line in stripped if line and line[0] != "#")
        return
    for place, command in found:
        given = script[place : place + len(command)]
        yield place, re.sub(r"\s*\\\n\s*", " ", given).strip()


def moved(folder: str, words: Sequence[str]) -> str:
    """Return the folder of the project in which what follows a command is run.

    Where only its caller knows which one that is, it is taken for the root, "".
    """
    if len(words) != len(("cd", "x")) or words[0] != "cd":
        return folder
    there = os.path.normpath(os.path.join(folder, words[1].strip("'\"")))
    return "" if there == "." or re.match(r"\.\.(?![^/])|[-~/]|.*[$`]", there) else there


def _hooks(path: str, text: str, data: Mapping[str, object]) -> Iterator[_Line]:
    repositories = data.get("repos")
    for repository in repositories if isinstance(repositories, list) else ():
        hooks = repository.get("hooks") if isinstance(repository, Mapping) else None
        for hook in hooks if isinstance(hooks, list) else ():
            if not isinstance(hook, Mapping) or not isinstance(hook.get("id"), str):
                continue
            arguments = hook.get("args")
            words = [str(each) for each in arguments] if isinstance(arguments, list) else []
            command = hook["entry"] if isinstance(hook.get("entry"), str) else hook["id"]
            yield _Line(
                text=" ".join([command, *map(shlex.quote, words)]),
                path=path,
                line=line_of(text, f"id: {hook['id']}"),
                origin=Origin.HOOK,
                said=worded("propose.hook", id=hook["id"]),
                alone=False,
            )


# --- down to single commands ----------------------------------------------------------------------


class _Expander:
    def __init__(self, root: str, files: set[str], recipes: Recipes) -> None:
        self._root = root
        self._files = files
        self._recipes = recipes

    def steps(self, line: _Line, depth: int = 0) -> Iterator[RunCommand]:
        """Yield the commands that a line comes down to, through recipes and project scripts."""
        text = line.text
        said = line.said or shown(text)
        all_words = [words for words in programs(text) if words]
        if not all_words and text.split() and depth == 0:
            all_words = [tuple(text.split())]  # what begins with a variable, at least by its words
        counted = [words for words in all_words if effect(words) is not Deed.NEUTRAL]
        alone = line.alone and len(counted) == 1 and _is_plain(text)
        folder = line.folder
        for words in all_words:
            folder = moved(folder, words)
            recipes = self._inside(words, folder) if depth < _DEPTH else []
            inner = [
                step
                for recipe in recipes
                for step in self.recipe(recipe, line.origin, said, depth + 1, line, folder)
            ]
            yield from inner
            own = script_of(words, self._files, folder)
            # A script of the project is no tool of the same name; manage.py goes by its own.
            here = unwrapped(words) if own.endswith(".py") or not own else (own,)
            if recipes and depth:
                continue  # only who begins is told; what it comes down to is
            if here and effect(here) is not Deed.NEUTRAL:
                yield RunCommand(
                    words=here,
                    text=text if alone else shlex.join(words),
                    said=said,
                    origin=line.origin,
                    path=line.path,
                    line=line.line,
                    folder=folder,
                    alone=alone,
                    recipe=bool(recipes),
                    inner=tuple(step.words for step in inner),
                )

    def recipe(
        self,
        recipe: Recipe,
        origin: Origin,
        said: str,
        depth: int,
        by: _Line | None = None,
        folder: str = "",
    ) -> Iterator[RunCommand]:
        """Yield the commands of a recipe; where CI runs it, each stands where CI says so."""
        here = folder
        for number, text in recipe.lines:
            yield from self.steps(
                _Line(
                    text=text,
                    path=by.path if by else recipe.path,
                    line=by.line if by else number,
                    origin=origin,
                    said=said,
                    folder=here,
                    alone=not here,
                ),
                depth + 1,
            )
            if not recipe.apart:
                here = moved(here, text.split())

    def _inside(self, words: tuple[str, ...], folder: str) -> list[Recipe]:
        """Return the recipes, of the root alone, and the script that a command runs in a folder."""
        found = [
            self._recipes[name]
            for key in (called(words, self._recipes) if not folder else ())
            for name in _with_needs(key, self._recipes)
        ]
        if path := script_of(words, self._files, folder):
            text = read_text(self._root, path)
            if is_shell_script(path, text):
                found.append(Recipe(lines=tuple(script_lines(text)), path=path, apart=False))
        return found


def called(words: Sequence[str], recipes: Recipes) -> list[tuple[str, str]]:
    """Return the recipes that a command asks for: `make lint test`, `uv run poe check`."""
    for here in (tuple(words), unwrapped(words)):
        for runner in sorted({runner for runner, _ in recipes}, key=len, reverse=True):
            start = tuple(runner.split())
            if here[: len(start)] == start:
                named = list(_named(runner, here[len(start) :], recipes))
                if named or runner in ("make", "just", "task", "tox", "nox"):
                    return named
    return []


def _named(runner: str, words: Sequence[str], recipes: Recipes) -> Iterator[tuple[str, str]]:
    names = [name for known, name in recipes if known == runner]
    if runner in ("tox", "nox"):
        for each in _environments(words) or names:
            alike = [name for name in names if _is_meant(each, name)]
            yield from ((runner, name) for name in alike)
            if not alike and (runner, "") in recipes:
                yield runner, ""
    else:
        asked = [word for word in words if not word.startswith("-") and "=" not in word]
        yield from ((runner, each) for each in asked if (runner, each) in recipes)
        if not asked and names:
            yield runner, names[0]


def _is_meant(asked: str, name: str) -> bool:
    """Whether an environment is asked for; one of a matrix may be any that it could be.

    A session for several Pythons is asked for with one of them behind it: `test-3.13`.
    """
    pattern = re.sub(r"\$\{?\w+\}?", "*", asked)
    return (
        fnmatchcase(name, pattern)
        or bool(name and fnmatchcase(f"{name}-3.0", pattern))
        or (asked.rpartition("-")[0] == name != "" and asked.rpartition("-")[2][:1].isdigit())
    )


def _environments(words: Sequence[str]) -> list[str]:
    found = []
    for index, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option in ("-e", "-s", "--session", "--sessions", "--env"):
            given = value if equals else " ".join(words[index + 1 : index + 2])
            found += [each for each in given.split(",") if each]
        elif word.startswith("-e") and len(word) > 2:
            found += word[2:].split(",")
    return found


def _with_needs(key: tuple[str, str], recipes: Recipes) -> list[tuple[str, str]]:
    """Return a recipe and all that it needs, each once."""
    found: dict[tuple[str, str], None] = {}
    waiting = [key]
    while waiting:
        here = waiting.pop()
        if here in recipes and here not in found:
            found[here] = None
            waiting += [(here[0], each) for each in recipes[here].needs]
    return list(found)


def _is_plain(text: str) -> bool:
    return "$" not in text and not _MASKING.search(text) and argv(text) is not None


def shown(text: str) -> str:
    """Return a command on one line, cut short where it is a long one."""
    short = " ".join(text.split())
    return short if len(short) <= 60 else f"{short[:57]}..."


def ranked(steps: Iterable[RunCommand]) -> list[RunCommand]:
    """Sort steps, those first that say most about what the team believes in."""
    order = list(Origin)
    return sorted(steps, key=lambda step: order.index(step.origin))
