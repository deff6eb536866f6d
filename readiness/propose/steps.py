"""What CI, hooks and recipes run, down to the single commands; they are read, never run."""

import os
import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final

from msgspec.structs import replace

from readiness.project.managers import node_install
from readiness.propose.effects import Deed, by_manager, effect, unwrapped
from readiness.propose.facts import Omission, Origin, RunCommand
from readiness.propose.recipes import (
    CONTINUED,
    MANAGERS,
    PACKAGE,
    RUNNERS,
    SCRIPTS,
    Recipe,
    Recipes,
    script_called,
)
from readiness.propose.tree import read_text, settings_of
from readiness.shell.plain import argv
from readiness.shell.programs import SHELLS, programs, statements
from readiness.text.parts import items_of, part_of, parts_of
from readiness.text.worded import worded

_DEPTH: Final = 6
USES: Final = "uses"
"""What stands in place of a program where a step of CI is an action of somebody else."""
_GITLAB_FILES: Final = (".gitlab-ci.yml", ".gitlab-ci.yaml")
_HOOKS: Final = (".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml")
_ALL_HOOKS: Final = " ".join(("pre-commit", "run", "--all-files"))
_MASKING: Final = re.compile(r"\|\||[|>&;`\n]|\$\(")
_AND: Final = re.compile(r"\s+&&\s+")
ASSIGNED: Final = re.compile(r"(?:^|\s)[A-Za-z_]\w*=")
CI_VALUE: Final = re.compile(r"\$\{\{.*?\}\}")
_FOR_CHANGES: Final = frozenset(
    ("merge_group", "pull_request", "pull_request_target", "push", "workflow_call")
)
_SHEBANG: Final = re.compile(r"#!\s*\S*/(?:env\s+(?:-S\s*)?)?(?:\S*/)?(?:ba|da|z|k|a)?sh\b")
_READS_COMMANDS: Final = SHELLS | {"pwsh", "powershell", "cmd"}


def find_steps(
    root: str, files: Sequence[str], recipes: Recipes
) -> tuple[tuple[RunCommand, ...], tuple[Omission, ...]]:
    """Return all commands that are run somewhere, and the files of which nothing could be read."""
    lines: list[RunCommand] = []
    unread: list[Omission] = []
    for path in files:
        if path.startswith(".github/workflows/") and path.endswith((".yml", ".yaml")):
            reader = _github
        elif path.endswith(_GITLAB_FILES) or path.startswith(".gitlab/ci/"):
            reader = _gitlab
        elif path in _HOOKS:
            reader = _hooks
        else:
            continue
        data = settings_of(path, read_text(root, path))
        if not data:
            unread.append(Omission(what=path, why=worded("propose.not_yaml")))
        lines += reader(path, data)
    expand = _Expander(root, set(files), recipes)
    steps = [step for line in lines for step in expand.steps(line)]
    for (runner, name), recipe in recipes.items():
        folder, file = os.path.split(runner)
        of_package = file == PACKAGE
        manager = node_install(os.path.join(root, folder)).split()[0] if of_package else ""
        source = f"{manager} run {name}" if of_package else f"{runner} {name}".strip()
        own = RunCommand(text="", origin=Origin.RECIPE, path=recipe.path, source=source)
        own = replace(own, folder=folder if of_package else "")
        if of_package and name == "test":
            # Of bun, `test` is its own runner.
            source = source if manager == "bun" else f"{manager} test"
            steps += expand.steps(replace(own, text=source, source=source))
        steps += expand.recipe(recipe, own, 0)
    return tuple(dict.fromkeys(steps)), tuple(unread)


# --- CI and hooks ---------------------------------------------------------------------------------


def _github(path: str, data: Mapping[str, object]) -> Iterator[RunCommand]:
    if not _runs_for_changes(data.get("on")):
        return
    for job in part_of(data, "jobs").values():
        for step in parts_of(part_of(job).get("steps")):
            if isinstance(step.get("uses"), str):
                yield _action(path, step)
            if not isinstance(step.get("run"), str) or step.get("continue-on-error") is True:
                continue
            how = {**part_of(data, "defaults", "run"), **part_of(job, "defaults", "run"), **step}
            shell = str(how.get("shell") or "sh").split()
            if os.path.basename(shell[0]) in _READS_COMMANDS:
                alone = not {"shell", "working-directory"} & set(how)
                folder = str(how.get("working-directory") or "")
                env = _plain(*(part_of(one, "env") for one in (data, job, step)))
                yield from _script(path, str(step["run"]), alone=alone, folder=folder, env=env)


def _runs_for_changes(on: object) -> bool:
    """Return whether a workflow with these triggers runs before a change is merged, or at its push.

    One for releases, on a day of the week or by hand asks nothing of a change.
    """
    events = part_of(on) or dict.fromkeys(map(str, items_of(on)))
    push = part_of(events, "push")
    is_of_tags = "tags" in push and "branches" not in push
    kept = {event for event in events if event != "push" or not is_of_tags}
    return not events or not _FOR_CHANGES.isdisjoint(kept)


def _action(path: str, step: Mapping[str, object]) -> RunCommand:
    name, words = str(step["uses"]).partition("@")[0], part_of(step, "with").get("args")
    text = " ".join([USES, name, *CI_VALUE.sub("$ci", str(words or "")).split()])
    return RunCommand(text=text, path=path, origin=Origin.CI, source=name, alone=False)


def _gitlab(path: str, data: Mapping[str, object]) -> Iterator[RunCommand]:
    for job in data.values():
        for key in ("before_script", "script"):
            env = _plain(*(part_of(one, "variables") for one in (data, job)))
            for script in items_of(part_of(job).get(key)):
                if isinstance(script, str):
                    yield from _script(path, script, env=env)


def _plain(*given: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Return the variables of a step whose values are the same elsewhere; none is for colours."""
    values = {name: to for layer in given for name, to in layer.items() if "COLOR" not in name}
    plain = {
        name: str(to).lower() if isinstance(to, bool) else str(to)
        for name, to in values.items()
        if isinstance(to, (str, int))
    }
    return tuple(
        (name, text) for name, text in plain.items() if not re.search(r"[${}\x00-\x1f]", text)
    )


def _script(
    path: str,
    script: str,
    *,
    alone: bool = True,
    folder: str = "",
    env: tuple[tuple[str, str], ...] = (),
) -> Iterator[RunCommand]:
    here = moved("", ("cd", CI_VALUE.sub("$ci", folder) or "."))
    for command in commands_of(script):
        yield RunCommand(
            text=CI_VALUE.sub("$ci", command),
            path=path,
            origin=Origin.CI,
            folder=here,
            alone=alone and not here,
            env=env,
        )
        here = moved(here, command.split())


def commands_of(script: str) -> Iterator[str]:
    """Yield the commands of a script; its lines where no shell can read it."""
    # What CI puts in is as long as it was: places stay.
    filled = CI_VALUE.sub(lambda value: f"$ci{'_' * (len(value[0]) - 3)}", script)
    commands = statements(filled)
    if commands is None:
        stripped = (line.strip() for line in CONTINUED.sub(" ", script).splitlines())
        yield from (line for line in stripped if line and line[0] != "#")
        return
    for place, command in commands:
        yield CONTINUED.sub(" ", script[place : place + len(command)]).strip()


def moved(folder: str, words: Sequence[str]) -> str:
    """Return the folder of the project in which what follows a command is run.

    Where only its caller knows which one that is, it is taken for the root, "".
    """
    if len(words) != len(("cd", "x")) or words[0] != "cd":
        return folder
    there = os.path.normpath(os.path.join(folder, words[1].strip("'\"")))
    return "" if there == "." or re.match(r"\.\.(?![^/])|[-~/]|.*[$`]", there) else there


def _hooks(path: str, data: Mapping[str, object]) -> Iterator[RunCommand]:
    if data:
        yield RunCommand(text=_ALL_HOOKS, path=path, origin=Origin.RECIPE, source=_ALL_HOOKS)
    for repository in parts_of(data.get("repos")):
        for hook in parts_of(repository.get("hooks")):
            if not isinstance(hook.get("id"), str):
                continue
            words = items_of(hook.get("args"))
            command = hook["entry"] if isinstance(hook.get("entry"), str) else hook["id"]
            yield RunCommand(
                text=" ".join([str(command), *(shlex.quote(str(word)) for word in words)]),
                path=path,
                origin=Origin.HOOK,
                source=worded("propose.hook", id=hook["id"]),
                alone=False,
            )


# --- down to single commands ----------------------------------------------------------------------


class _Expander:
    def __init__(self, root: str, files: set[str], recipes: Recipes) -> None:
        self._root = root
        self._files = files
        self._recipes = recipes

    def steps(self, line: RunCommand, depth: int = 0) -> Iterator[RunCommand]:
        """Yield the commands that a line comes down to, through recipes and project scripts."""
        line = replace(line, source=line.source or shown(line.text))
        all_words = [words for words in programs(line.text) if words]
        if not all_words and line.text.split() and depth == 0:
            all_words = [tuple(line.text.split())]  # what begins with a variable, by its words
        deeds = [deed for deed in map(effect, all_words) if deed is not Deed.NEUTRAL]
        alone = line.alone and len(deeds) == 1 and _is_plain(line.text)
        # What only looks needs nothing of what looks before it.
        apart = line.alone and {*deeds} == {Deed.LOOKS} and _is_plain(_AND.sub(" ", line.text))
        for words in all_words:
            line = replace(line, folder=moved(line.folder, words))
            recipes = self._inside(words, line.folder) if depth < _DEPTH else []
            inner = [step for recipe in recipes for step in self.recipe(recipe, line, depth + 1)]
            yield from inner
            own = _script_of(words, self._files, line.folder)
            # A script of the project is no tool of the same name; manage.py goes by its own.
            here = unwrapped(words) if own.endswith(".py") or not own else (own,)
            here = here if recipes else by_manager(here)
            if recipes and depth:
                continue  # only who begins is told; what it comes down to is
            if here and effect(here) is not Deed.NEUTRAL:
                yield replace(
                    line,
                    words=here,
                    text=line.text if alone or ASSIGNED.search(line.text) else shlex.join(words),
                    alone=alone or apart,
                    recipe=bool(recipes),
                    inner=tuple(step.words for step in inner),
                )

    def recipe(self, recipe: Recipe, caller: RunCommand, depth: int) -> Iterator[RunCommand]:
        """Yield the commands of a recipe, each where its caller stands; else where it does."""
        here = caller.folder
        for text in recipe.lines:
            part = replace(caller, text=text, folder=here, alone=not here)
            yield from self.steps(part, depth + 1)
            if not recipe.apart:
                here = moved(here, text.split())

    def _inside(self, words: tuple[str, ...], folder: str) -> list[Recipe]:
        """Return the recipes and the script that a command runs in a folder."""
        recipes = [
            self._recipes[name]
            for key in called(words, self._recipes, folder)
            for name in _with_needs(key, self._recipes)
        ]
        if path := _script_of(words, self._files, folder):
            text = read_text(self._root, path)
            if _is_shell_script(path, text):
                recipes.append(Recipe(lines=tuple(commands_of(text)), path=path, apart=False))
        return recipes


def _script_of(words: Sequence[str], files: Collection[str], folder: str = "") -> str:
    """Return the file of the project that a command in `folder` runs as a program; "" if none."""
    for place, word in enumerate(words[:8]):
        path = os.path.normpath(os.path.join(folder, word))
        if path in files and _only_leads_up(words[:place]):
            return path
    return ""


def _only_leads_up(words: Sequence[str]) -> bool:
    before = list(words)
    while before and before[-1].startswith("-"):
        before.pop()
    if before and os.path.basename(before[-1]) in SHELLS:
        before.pop()
    else:
        before = list(words)
    return unwrapped((*before, "x")) == ("x",)


def _is_shell_script(path: str, text: str) -> bool:
    """Return whether a file is one, by its name or by its first line."""
    return path.endswith((".sh", ".bash")) or bool(_SHEBANG.match(text))


def called(words: Sequence[str], recipes: Recipes, folder: str = "") -> Iterator[tuple[str, str]]:
    """Yield the recipes that a command asks for: `make lint test`, `uv run tox -e types`.

    Below the root, those of package.json alone are known.
    """
    runner, *arguments = unwrapped(words) or ("",)
    if runner in MANAGERS and (key := script_called((runner, *arguments), folder)) in recipes:
        yield key
    if folder:
        return
    names = [name for known, name in recipes if known == runner]
    if SCRIPTS in " ".join(words):
        script = runner if ":" in runner else f"default:{runner}"
        yield from (key for key in recipes if key == (SCRIPTS, script))
    asked = [word for word in arguments if not word.startswith("-") and "=" not in word]
    if runner == "poe":
        yield from ((runner, name) for name in names if _is_meant("".join(asked[:1]), name))
    elif runner in ("make", "just"):
        yield from ((runner, name) for name in asked or names[:1] if name in names)
    elif runner in RUNNERS:
        for environment in _environments(arguments) or names:
            alike = [name for name in names if _is_meant(environment, name)]
            yield from ((runner, name) for name in alike)
            if not alike and "" in names:
                yield runner, ""


def _is_meant(asked: str, name: str) -> bool:
    """Return whether an environment is asked for; one of a matrix may be any that it could be.

    A session for several Pythons is asked for with one of them behind it: `test-3.13`.
    """
    pattern = re.sub(r"\$\{?\w+\}?", "*", asked)
    return (
        fnmatchcase(name, pattern)
        or bool(name and fnmatchcase(f"{name}-3.0", pattern))
        or (asked.rpartition("-")[0] == name != "" and asked.rpartition("-")[2][:1].isdigit())
    )


def _environments(words: Sequence[str]) -> list[str]:
    names: list[str] = []
    for index, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option in ("-e", "-s", "--session", "--sessions", "--env"):
            listed = value if equals else " ".join(words[index + 1 : index + 2])
            names += [name for name in listed.split(",") if name]
        elif word.startswith("-e") and len(word) > 2:
            names += word[2:].split(",")
    return names


def _with_needs(key: tuple[str, str], recipes: Recipes) -> list[tuple[str, str]]:
    """Return a recipe and all that it needs, each once."""
    keys: dict[tuple[str, str], None] = {}
    waiting = [key]
    while waiting:
        here = waiting.pop()
        if here in recipes and here not in keys:
            keys[here] = None
            waiting += [(here[0], name) for name in recipes[here].needs]
    return list(keys)


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
