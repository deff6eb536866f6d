"""Read what make knows of its targets, and what it says that it would run."""

import os
import re
from dataclasses import dataclass, field

from readiness.shell.plain import does_nothing
from readiness.shell.programs import programs, simple_commands

RULE = re.compile(r"^(?P<targets>[^\s#=][^#=]*?):{1,2}(?![=:])(?P<needs>[^=]*?)$")
SUBMAKE = re.compile(r"(?:\$[({]MAKE[)}]|(?<![\w./-])make)(?P<words>(?:[ \t]+[^\s;&|()]+)*)")
SHELL = re.compile(r"^(?:[^\s#:=]+: )?((?:SHELL|\.SHELLFLAGS) :?= .*)$", re.MULTILINE)
USUAL_SHELL = frozenset(("SHELL = /bin/sh", ".SHELLFLAGS := -c"))
_SAID = re.compile(r"^(?:g?make(?:\[\d+\])?: .*|\s*)$")
_TIDIES = frozenset(("rm", "rmdir", "mkdir", "touch", "cp", "mv", "ln", "chmod", "unlink", "kill"))
_TIDIES |= {"pkill", "killall", "cd", "echo", "printf", "sleep", ":", "true"}
_TIDYING = frozenset(("rm", "rmi", "down", "stop", "kill", "clean", "uninstall"))
"""What says, as the first or second word after a tool, that it only tidies up."""
IDLE = frozenset((":", "cd", "exit", "set", "unset", "export", "umask"))
"""Commands that do no work."""
TALK = IDLE | {"echo", "printf", "true"}

ORIGIN = re.compile(r"^#\s+recipe to execute \(from '(?P<path>[^']*)', line (?P<line>\d+)\):")


@dataclass
class MakeRule:
    """A target: what it needs, its recipe, and where that stands."""

    needs: list[str] = field(default_factory=list)
    recipe: list[str] = field(default_factory=list)
    path: str = "Makefile"
    line: int = 0


@dataclass
class MakeDatabase:
    """What `make --print-data-base` printed.

    `shells` has how SHELL and .SHELLFLAGS are set, for all targets or for one, where it is unusual.
    """

    rules: dict[str, MakeRule] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    shells: list[str] = field(default_factory=list)

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

    def only_tidies(self, target: str) -> bool:
        """Return whether what a target's recipe has make ignore only tidies up."""
        recipe = self.rules[target].recipe
        lines = [line for line in recipe if line.strip("@+ ").startswith("-")] or recipe
        return all(map(is_housekeeping, map(self._expanded, lines)))

    def _expanded(self, line: str) -> str:
        known = re.sub(r"\$[({](\w+)[)}]", lambda name: self.variables.get(name[1], name[0]), line)
        return known.lstrip("-@+ ")


def read_database(text: str) -> MakeDatabase:
    """Read rules and variables out of make's database, and those of the makes that it starts."""
    database = MakeDatabase(shells=sorted({*SHELL.findall(text)} - USUAL_SHELL))
    for part in text.split("# Make data base, printed on")[1:]:
        _read_part(database, part)
    return database


def _read_part(database: MakeDatabase, text: str) -> None:
    rule = MakeRule()
    for line in text.splitlines():
        if line.startswith("\t"):
            rule.recipe.append(line[1:])
        elif origin := ORIGIN.match(line):
            rule.path, rule.line = origin["path"], int(origin["line"])
        elif heading := RULE.match(line):
            rule = MakeRule(needs=heading["needs"].replace("|", " ").split())
            for name in heading["targets"].split():
                known = database.rules.get(name)
                if known is None or not known.recipe:
                    database.rules[name] = rule
                elif "::" in line:
                    # All of a target's double-colon rules are made.
                    rule = known
        elif " = " in line or " := " in line:
            name, _, value = re.split(r" (:?=) ", line, maxsplit=1)
            database.variables.setdefault(name, value)


def is_housekeeping(command: str) -> bool:
    """Return whether a command only tidies up, so that hiding its failure hides no work."""
    started = programs(command)
    return bool(started) and all(
        os.path.basename(words[0]) in _TIDIES or bool(_TIDYING & set(words[1:3]))
        for words in started
    )


def runs_make(word: str) -> bool:
    """Return whether this is a name of make."""
    return os.path.basename(word) in ("make", "gmake")


def works(command: str, idle: frozenset[str] = IDLE) -> bool:
    """Return whether a command does more than start make, or what is idle."""
    if does_nothing(command):
        return False
    started = simple_commands(command)
    # What has no command is a test of the shell's own.
    return not started or any(
        (name := os.path.basename(words[0])) not in idle and not runs_make(name)
        for words in started
    )


def dry_commands(output: str) -> list[str]:
    """List the commands that `make --dry-run` printed."""
    lines = output.replace("\\\n", "\\\0").split("\n")
    return [line.replace("\0", "\n") for line in lines if not _SAID.match(line)]


def _submade(recipe: list[str]) -> list[str]:
    return [
        word
        for words in SUBMAKE.findall("\n".join(recipe))
        for word in words.split()
        if not word.startswith("-") and "=" not in word
    ]
