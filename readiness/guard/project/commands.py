"""What the board's commands reach: the recipes of make targets, and scripts of the project."""

import ast
import os
import re
from collections.abc import Collection, Iterator
from typing import Final

from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.project.files import Differing, line_of, lines_of
from readiness.guard.project.rules import TABLE
from readiness.guard.states import States

LOOSE, TIGHT = Direction.LOOSENED, Direction.TIGHTENED
_RULE = re.compile(
    r"^(?P<targets>[^\s#=:][^#=:]*?)\s*:{1,2}(?![=:])(?P<needs>[^=#;]*)(?:;(?P<first>.*))?$"
)
_WORD = re.compile(r"[\w./@%+=:-]+")
_SEPARATORS: Final = re.compile(r"&&|\|\||[;&|\n(){}]")


def commands(files: Differing, used: Collection[str]) -> Iterator[Change]:
    """Compare the recipes and scripts that the commands `used` reach."""
    words = {word for text in used for word in _WORD.findall(text)}
    for path in files.paths():
        if TABLE.makefiles.search(path):
            yield from _recipes(path, *files.both(path), words)
    for path in sorted(reached_scripts(files.states, files.workdir, used) & set(files.paths())):
        before, after = files.both(path)
        if TABLE.packaging.search(path) and len({*map(_beside_description, (before, after))}) == 1:
            continue
        yield Teller(path, path)(
            Kind.SCRIPT,
            LOOSE,
            "as in the base" if before else "",
            "other text" if after else "",
            "run by the board",
            unsure=True,
        )


def _recipes(path: str, before: str, after: str, words: Collection[str]) -> Iterator[Change]:
    """Yield changes of a makefile's targets that these words reach."""
    targets = [_targets(text) for text in (before, after)]
    names = set[str]().union(*(_reached(words, known) for known in targets))
    for name in sorted(names):
        old, new = (known.get(name, "") for known in targets)
        if old != new:
            yield Teller(f"{path} {name}", path, line_of(after, f"{name}:"))(
                Kind.RECIPE,
                LOOSE if old else TIGHT,
                old.strip(),
                new.strip(),
                "used by the board",
                unsure=bool(old),
            )


# --- makefiles ------------------------------------------------------------------------------------


def _commands_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield each line of a recipe, with its continuations, and the targets that it is of."""
    owner, lines = "", list[str]()
    for line in [*lines_of(text), ""]:
        if lines:
            lines.append(line.removeprefix("\t"))
        elif line.startswith("\t"):
            lines = [line[1:]]
        elif rule := _RULE.match(line):
            owner = rule["targets"].strip()
            lines = [rule["first"].strip()] if (rule["first"] or "").strip() else []
        if lines and not lines[-1].endswith("\\"):
            yield owner, "\n".join(lines)
            lines = []


def _targets(text: str) -> dict[str, str]:
    """Map each target to its needs and its recipe, as one text."""
    contents: dict[str, str] = {}
    for line in lines_of(text):
        rule = _RULE.match(line) if not line.startswith("\t") else None
        if rule:
            for name in rule["targets"].split():
                contents[name] = contents.get(name, "") + " ".join(rule["needs"].split())
    for owner, command in _commands_in(text):
        for name in owner.split():
            contents[name] = f"{contents.get(name, '')}\n{command.strip()}"
    return contents


def _reached(words: Collection[str], targets: dict[str, str]) -> set[str]:
    """Return the targets among these words, and those that they need or make in turn."""
    reached: set[str] = set()
    waiting = [name for name in targets if name in words]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [word for word in _WORD.findall(targets[name]) if word in targets]
    return reached


def reached_targets(text: str, words: Collection[str]) -> str:
    """Return the part of a makefile that targets named by these lower-case words reach.

    That is everything outside of rules, and the rules that are reached; all of it where none is.
    """
    targets = _targets(text)
    named = {name for name in targets if set(re.findall(r"[a-z0-9]+", name.lower())) <= {*words}}
    rules = _reached(named, targets)
    if not rules:
        return text
    kept, inside = [], True
    for line in lines_of(text):
        rule = None if line.startswith("\t") else _RULE.match(line)
        if rule:
            inside = bool(rules & set(rule["targets"].split())) or rule["targets"][0] == "."
        elif not line.startswith("\t"):
            inside = True
        if inside:
            kept.append(line)
    return "\n".join(kept)


def built_targets(text: str) -> set[str]:
    """Return the makefile targets that are not built where a file of their name exists."""
    targets = _targets(text)
    phony = set(targets.get(".PHONY", "").split())
    return {name for name in targets if name not in phony and not name.startswith(".")}


# --- scripts --------------------------------------------------------------------------------------


def _beside_description(text: str) -> str:
    """Return what a packaging script does beside describing its package; all of it if unreadable.

    Constants at its top are taken for a part of the description.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return text
    body: list[ast.stmt] = []
    for node in tree.body:
        call = node.value if isinstance(node, ast.Expr) else None
        if isinstance(call, ast.Call):
            call.keywords = [word for word in call.keywords if not _only_describes(word)]
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)):
            body.append(node)
    return "\n".join(map(ast.unparse, body))


def _only_describes(word: ast.keyword) -> bool:
    calls = any(isinstance(node, ast.Call) for node in ast.walk(word.value))
    return not calls and TABLE.packaging_words.fullmatch(word.arg or "") is not None


def reached_scripts(states: States, workdir: str, used: Collection[str]) -> set[str]:
    """Return the project's scripts that commands run, in recipes and shell scripts as well."""
    words = {word for text in used for word in _WORD.findall(text)}
    waiting = list(used)
    for path in states.all_paths:
        for text in states.texts(path) if TABLE.makefiles.search(path) else ():
            targets = _targets(text)
            waiting += [targets[name] for name in _reached(words, targets)]
    scripts: set[str] = set()
    while waiting:
        for word in scripts_in(waiting.pop()):
            path = os.path.normpath(os.path.join(workdir, word))
            if path not in scripts and path in states:
                scripts.add(path)
                waiting += states.texts(path) if TABLE.scripts.search(path) else ()
    return scripts


def scripts_in(command: str) -> list[str]:
    """Return the words of a command that a shell would run as files: `./x`, `python tools/x.py`."""
    scripts = []
    for part in _SEPARATORS.split(command):
        words = [word.strip("\"'") for word in part.split()]
        words = [word for word in words if not re.match(r"\w+=", word)]
        while words:
            word = words.pop(0)
            if os.path.basename(word) in TABLE.interpreters or word in ("env", "exec", "time"):
                words = [each for each in words if not each.startswith("-")]
                continue
            if "/" in word or "." in word:
                scripts.append(word)
            break
    return scripts
