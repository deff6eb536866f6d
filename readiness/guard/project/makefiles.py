"""Makefiles: the targets that commands reach, and what a change makes of their recipes."""

import re
from collections.abc import Collection, Iterator

from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.project.files import Differing, line_of, lines_of
from readiness.guard.project.rules import TABLE
from readiness.shell.programs import SHELLS

_RULE = re.compile(
    r"^(?P<targets>[^\s#=:][^#=:]*?)\s*:{1,2}(?![=:])(?P<needs>[^=#;]*)(?:;(?P<first>.*))?$"
)
_WORD = re.compile(r"[\w./@%+=:-]+")
_VARIABLE = re.compile(
    r"^ *(?:(?:export|override|unexport|private) +)*(?P<name>[\w.-]+)\s*[:?+!]{0,3}=(?P<value>.*)$"
)
_DEFINE = re.compile(
    r"^ *(?:override +)?define +(?P<name>[\w.-]+)[^\n]*\n(?P<value>.*?)^ *endef", re.M | re.S
)
_RULING = re.compile(r"SHELL|MAKEFLAGS|GNUMAKEFLAGS|BASH_ENV|\.(?:SHELLFLAGS|IGNORE|ONESHELL)")
_STRICT = re.compile(r"^-\w*e")
_SPECIAL = re.compile(r"^(?P<name>\.(?:IGNORE|ONESHELL|POSIX|SILENT)) *:(?P<value>.*)$")


def recipes(files: Differing, used: Collection[str]) -> Iterator[Change]:
    """Compare the recipes of make targets that the commands `used` reach."""
    words = {word for text in used for word in _WORD.findall(text)}
    for path in filter(TABLE.makefiles.search, files.paths()):
        before, after = files.both(path)
        old, new = _targets(before), _targets(after)
        for name in sorted(_reached(words, old) | _reached(words, new)):
            was, now = old.get(name, ""), new.get(name, "")
            if was != now:
                yield Teller(f"{path} {name}", path, line_of(after, f"{name}:"))(
                    Kind.RECIPE,
                    Direction.LOOSENED if was else Direction.TIGHTENED,
                    was.strip(),
                    now.strip(),
                    "used by the board",
                    unsure=bool(was),
                )
        if _reached(words, new):
            yield from _of_all_recipes(path, before, after)


def _of_all_recipes(path: str, before: str, after: str) -> Iterator[Change]:
    """Compare what rules all recipes of a makefile, but for another shell that ends with errors."""
    old, new = variables(before), variables(after)
    for name in filter(_RULING.fullmatch, differing(before, after)):
        now = new.get(name, "")
        if not (name == "SHELL" and now.rpartition("/")[2] in SHELLS) and not _STRICT.search(now):
            yield Teller(f"{path} {name}", path, line_of(after, name))(
                Kind.RECIPE, Direction.LOOSENED, old.get(name, ""), now, unsure=True
            )


def differing(before: str, after: str) -> list[str]:
    """Return the names of what rules recipes and differs between two texts of a makefile."""
    old, new = variables(before), variables(after)
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def variables(text: str) -> dict[str, str]:
    """Return what recipes are ruled by: variables, `define`, and targets such as .ONESHELL."""
    rows = [match for line in lines_of(text) if (match := _SPECIAL.match(line))]
    rows += [match for line in lines_of(text) if (match := _VARIABLE.match(line))]
    rows += _DEFINE.finditer(text)
    return {row["name"]: row["value"].strip() or row["name"] for row in rows}


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
