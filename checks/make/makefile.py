"""Read what make knows of its targets."""

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field

from readiness.shell.programs import programs

RULE = re.compile(r"^(?P<targets>[^\s#=][^#=]*?):{1,2}(?![=:])(?P<needs>[^=]*?)$")
SUBMAKE = re.compile(r"(?:\$[({]MAKE[)}]|(?<![\w./-])make)(?P<words>(?:[ \t]+[^\s;&|()]+)*)")
SHELL = re.compile(
    r"^(?P<origin>#.*)\n(?:(?P<target>[^\s#:=]+): )?SHELL :?= (?P<value>.*)$", re.MULTILINE
)
_SAID = re.compile(r"^(?:g?make(?:\[\d+\])?: .*|\s*)$")
_TIDIES = frozenset(("rm", "rmdir", "mkdir", "touch", "cp", "mv", "ln", "chmod", "unlink", "kill"))
_TIDIES |= {"pkill", "killall", "cd", "echo", "printf", "sleep", ":", "true"}
_TIDYING = frozenset(("rm", "rmi", "down", "stop", "kill", "clean", "uninstall"))
"""What says, as the first or second word after a tool, that it only tidies up."""

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

    `own_shells` has what SHELL is, by the folder of a make and by target, "" for all others.
    `forced` tells whether a Makefile overrides the SHELL of make's command line. `env` is the
    environment that make had.
    """

    rules: dict[str, MakeRule] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    own_shells: dict[tuple[str, str], str] = field(default_factory=dict)
    forced: bool = False
    env: Mapping[str, str] = field(default_factory=dict)

    def shell(self, folder: str = "", target: str = "") -> str:
        """Return the shell of a target, expanded."""
        first = next(iter(self.own_shells.values()), "")
        of_folder = self.own_shells.get((folder, ""), first)
        return self.expanded(self.own_shells.get((folder, target), of_folder)).strip() or "/bin/sh"

    def shells(self) -> list[tuple[tuple[str, str], str]]:
        """List all shells by folder and target, those of a target first."""
        keys = sorted(self.own_shells, key=lambda key: not key[1])
        return [(key, self.shell(*key)) for key in keys]

    def expanded(self, text: str, depth: int = 0) -> str:
        """Replace the variables and `$(shell …)` in a text."""

        def value(found: re.Match[str]) -> str:
            name = found[1] or found[2] or ""
            if name.startswith("shell "):
                done = subprocess.run(
                    ["sh", "-c", name.removeprefix("shell ")],
                    env=self.env,
                    capture_output=True,
                    check=False,
                )
                return done.stdout.decode(errors="replace").strip()
            known = self.variables.get(name, self.env.get(name, ""))
            return self.expanded(known, depth + 1) if depth < 9 else ""

        return re.sub(r"\$(?:\(([^()]*)\)|\{([^{}]*)\})", value, text)

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


def read_database(text: str, env: Mapping[str, str]) -> MakeDatabase:
    """Read rules and variables out of make's database, and those of the makes that it starts."""
    database = MakeDatabase(env=env)
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
    folder = re.search(r"^CURDIR :?= (.*)$", text, re.MULTILINE)
    for heading in SHELL.finditer(text):
        here = (folder[1] if folder else "", heading["target"] or "")
        database.own_shells[here] = heading["value"]
        database.forced = database.forced or heading["origin"].startswith("# 'override'")


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


def dry_commands(output: str) -> list[tuple[str, str]]:
    """List the commands that `make --dry-run` printed; their targets are not known."""
    lines = output.replace("\\\n", "\\\0").split("\n")
    return [("", line.replace("\0", "\n")) for line in lines if not _SAID.match(line)]


def _submade(recipe: list[str]) -> list[str]:
    return [
        word
        for words in SUBMAKE.findall("\n".join(recipe))
        for word in words.split()
        if not word.startswith("-") and "=" not in word
    ]
