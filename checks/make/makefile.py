"""Read what make knows of a target, and find what hides failures in its recipes."""

import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from checks.in_project.common import CheckFinding, place
from readiness.shell.masking import Mask, masks
from readiness.shell.programs import HELPERS, STARTERS, is_utility, programs, simple_commands

RULE = re.compile(r"^(?P<targets>[^\s#=][^#=]*?):{1,2}(?![=:])(?P<needs>[^=]*?)$")
SUBMAKE = re.compile(r"(?:\$[({]MAKE[)}]|(?<![\w./-])make)(?P<words>(?:[ \t]+[^\s;&|()]+)*)")
_CLUSTER = r"(?:^|\s)(?:-[^-\sCfIjloOWE=]*[{letters}]\S*|--(?:{words})"
IDLE = re.compile(
    _CLUSTER.format(letters="hnqtv", words="just-print|dry-run|recon|touch|question|version|help")
    + r")(?=\s|$)"
)
"""Options of make with which it runs nothing."""
CARELESS = re.compile(
    _CLUSTER.format(letters="i", words="ignore-errors") + r"|\.?SHELL(?:FLAGS)?=\S*)(?=\s|$)"
)
"""Words for make with which it does not see failures."""
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


def hidden_failures(database: MakeDatabase, target: str) -> list[CheckFinding]:
    """List what would keep a failure of the target's recipes from being seen."""
    findings = []
    ignoring = database.rules.get(".IGNORE")
    flags = database.variables.get("MAKEFLAGS", "").partition(" -- ")[0].split()
    short = "".join(flag.lstrip("-") for flag in flags if not flag.startswith("--"))
    if "i" in short.partition("=")[0] or "--ignore-errors" in flags:
        findings.append(place("Makefile", 0, "masked", "all errors are ignored"))
        ignoring = None
    started = database.variables.get("MAKE", "$(MAKE_COMMAND)").split()
    if started and not started[0].startswith("$") and not runs_make(started[0]):
        findings.append(place("Makefile", 0, "masked", f"MAKE is {' '.join(started)}"))
    strict = _strict(database)
    for name in database.reached(target):
        rule = database.rules[name]
        if ignoring and (not ignoring.needs or name in ignoring.needs):
            findings.append(place(rule.path, rule.line, "masked", f"{name}: .IGNORE"))
        findings += _in_recipe(name, rule, strict, one_shell=".ONESHELL" in database.rules)
    return findings


def told_masks(
    hiding: Iterable[Mask],
    target: str,
    command: str,
    database: MakeDatabase,
    known: list[CheckFinding],
) -> list[CheckFinding]:
    """Make findings of the masks in a command that is expanded, but for those found before."""
    shown = {each["message"].partition(": ")[2] for each in known}
    rule = database.rules.get(target, MakeRule())
    return [
        place(rule.path, rule.line, "masked", f"{command.strip()}: {mask.text}")
        for mask in hiding
        if mask.text not in shown and not hides_no_work(mask, rule)
    ]


def is_housekeeping(command: str) -> bool:
    """Return whether a command only tidies up, so that hiding its failure hides no work."""
    started = programs(command)
    return bool(started) and all(
        os.path.basename(words[0]) in _TIDIES or bool(_TIDYING & set(words[1:3]))
        for words in started
    )


def hides_no_work(mask: Mask, rule: MakeRule) -> bool:
    """Return whether a mask hides only tidying up, or a question beside the work."""
    if is_housekeeping(mask.command):
        return True
    asked = programs(mask.command)
    tells = mask.text == "if" or mask.text.startswith(("|| echo", "|| printf"))
    return tells and bool(asked) and all(map(_serves, asked)) and _works(rule)


def _works(rule: MakeRule) -> bool:
    commands = simple_commands("\n".join(line.lstrip("@+- \t") for line in rule.recipe)) or []
    return not all(map(_serves, commands))


def _serves(words: tuple[str, ...]) -> bool:
    name = os.path.basename(words[0])
    return name in HELPERS or (is_utility(name) and name not in STARTERS)


def runs_make(word: str) -> bool:
    """Return whether this is a name of make."""
    return os.path.basename(word) in ("make", "gmake")


def dry_commands(output: str) -> list[tuple[str, str]]:
    """List the commands that `make --dry-run` printed; their targets are not known."""
    lines = output.replace("\\\n", "\\\0").split("\n")
    return [("", line.replace("\0", "\n")) for line in lines if not _SAID.match(line)]


def _strict(database: MakeDatabase) -> bool:
    flags = database.variables.get(".SHELLFLAGS", "-c").split()
    return any("e" in flag for flag in flags if flag.startswith("-"))


def _in_recipe(name: str, rule: MakeRule, strict: bool, *, one_shell: bool) -> list[CheckFinding]:
    text = "\n".join(rule.recipe)
    lines = [text] if one_shell else text.replace("\\\n", "\\\0").split("\n")
    commands = []
    at = rule.line
    for line in lines:
        command = line.replace("\0", "\n").lstrip("@+ \t")
        hiding = [
            (mask.line, mask.text)
            for mask in masks(command, errexit=strict)
            if not hides_no_work(mask, rule)
        ]
        hiding += [
            (1, f"make{words}")
            for words in SUBMAKE.findall(command)
            if IDLE.search(words) or CARELESS.search(words)
        ]
        for offset, text in hiding:
            where = at + offset - 1 if at else 0
            commands.append(place(rule.path, where, "masked", f"{name}: {text}"))
        at += command.count("\n") + 1 if at else 0
    return commands


def _submade(recipe: list[str]) -> list[str]:
    return [
        word
        for words in SUBMAKE.findall("\n".join(recipe))
        for word in words.split()
        if not word.startswith("-") and "=" not in word
    ]
