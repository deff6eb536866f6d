"""Read what make knows of a target, and find what hides failures in its recipes."""

import re
from dataclasses import dataclass, field

from _common import Place, place

from readiness.shell import masks

RULE = re.compile(r"^(?P<targets>[^\s#=][^#=]*?):{1,2}(?![=:])(?P<needs>[^=]*?)$")
SUBMAKE = re.compile(r"(?:\$[({]MAKE[)}]|(?<![\w./-])make)(?P<words>(?:[ \t]+[^\s;&|()]+)*)")
CARELESS = re.compile(r"(?:^|\s)(?:-[a-zA-Z]*[ikn]|--ignore-errors|--keep-going)(?:\s|$)")
ORIGIN = re.compile(r"^#\s+recipe to execute \(from '(?P<path>[^']*)', line (?P<line>\d+)\):")


@dataclass
class Rule:
    """A target: what it needs, its recipe, and where that stands."""

    needs: list[str] = field(default_factory=list)
    recipe: list[str] = field(default_factory=list)
    path: str = "Makefile"
    line: int = 0


@dataclass
class Database:
    """What `make --print-data-base` printed."""

    rules: dict[str, Rule] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    def reached(self, target: str) -> list[str]:
        """List the targets that making this one makes, itself first."""
        order: list[str] = []
        waiting = [target]
        while waiting:
            name = waiting.pop(0)
            if name in self.rules and name not in order:
                order.append(name)
                rule = self.rules[name]
                waiting += [*rule.needs, *_submade(rule.recipe)]
        return order


def read_database(text: str) -> Database:
    """Read rules and variables out of make's database."""
    database = Database()
    rule = Rule()
    for line in text.splitlines():
        if line.startswith("\t"):
            rule.recipe.append(line[1:])
        elif origin := ORIGIN.match(line):
            rule.path, rule.line = origin["path"], int(origin["line"])
        elif found := RULE.match(line):
            rule = Rule(needs=found["needs"].replace("|", " ").split())
            for name in found["targets"].split():
                known = database.rules.get(name)
                if known is None or not known.recipe:
                    database.rules[name] = rule
        elif " = " in line or " := " in line:
            name, _, value = re.split(r" (:?=) ", line, maxsplit=1)
            database.variables[name] = value
    return database


def hidden_failures(database: Database, target: str) -> list[Place]:
    """List what would keep a failure of the target's recipes from being seen."""
    found = []
    ignoring = database.rules.get(".IGNORE")
    flags = database.variables.get("MAKEFLAGS", "").partition(" -- ")[0].split()
    short = "".join(flag.lstrip("-") for flag in flags if not flag.startswith("--"))
    if "i" in short.partition("=")[0] or "--ignore-errors" in flags:
        found.append(place("Makefile", 0, "masked", "all errors are ignored"))
        ignoring = None
    strict = _strict(database)
    for name in database.reached(target):
        rule = database.rules[name]
        if ignoring and (not ignoring.needs or name in ignoring.needs):
            found.append(place(rule.path, rule.line, "masked", f"{name}: .IGNORE"))
        found += _in_recipe(name, rule, strict, one_shell=".ONESHELL" in database.rules)
    return found


def hidden_when_expanded(database: Database, dry_run: str, found: list[Place]) -> list[Place]:
    """List what only shows in the commands with their variables replaced."""
    shown = " ".join(each["message"] for each in found)
    commands = dry_run.replace("\\\n", "\\\0").split("\n")
    return [
        place("Makefile", 0, "masked", f"{command.strip()}: {mask.text}".replace("\0", ""))
        for command in commands
        for mask in masks(command.replace("\0", "\n"), errexit=_strict(database))
        if mask.text not in shown
    ]


def _strict(database: Database) -> bool:
    flags = database.variables.get(".SHELLFLAGS", "-c").split()
    return any("e" in flag for flag in flags if flag.startswith("-"))


def _in_recipe(name: str, rule: Rule, strict: bool, *, one_shell: bool) -> list[Place]:
    text = "\n".join(rule.recipe)
    lines = [text] if one_shell else text.replace("\\\n", "\\\0").split("\n")
    found = []
    at = rule.line
    for line in lines:
        command = line.replace("\0", "\n").lstrip("@+ \t")
        hiding = [(mask.line, mask.text) for mask in masks(command, errexit=strict)]
        hiding += [
            (1, f"make{words}") for words in SUBMAKE.findall(command) if CARELESS.search(words)
        ]
        for offset, text in hiding:
            where = at + offset - 1 if at else 0
            found.append(place(rule.path, where, "masked", f"{name}: {text}"))
        at += command.count("\n") + 1 if at else 0
    return found


def _submade(recipe: list[str]) -> list[str]:
    return [
        word
        for words in SUBMAKE.findall("\n".join(recipe))
        for word in words.split()
        if not word.startswith("-") and "=" not in word
    ]
