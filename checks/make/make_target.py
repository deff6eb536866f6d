"""Run a make target, tell what was executed, and whether its end can be believed."""

import json
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import TextIO

from checks.git import git
from checks.in_project.common import (
    CheckFinding,
    Params,
    emit,
    not_measured,
    place,
    refuse,
    require,
)
from checks.make.counted import Counted
from checks.make.makefile import (
    TALK,
    MakeDatabase,
    MakeRule,
    dry_commands,
    read_database,
    works,
)
from checks.make.planted import flaws, unnoticed
from checks.make.started import Watched, wanted
from checks.project_copy import Copy, copy_project

PARAMETERS = (
    *("target", "args", "variables", "number", "at_least", "unknown", "verify"),
    *("sqlite_variable", "in_place", "starts", "notices", "tests", "statements"),
)


IGNORED = re.compile(r"^g?make(?:\[\d+\])?: \[.*?([^\s:]+)\] (.+) \(ignored\)$", re.MULTILINE)
"""What make says of a command that failed, and whose failure it ignores."""

FAILING = """\
.PHONY: readiness-fails
{shell}
readiness-fails: ; @exit 23
"""


@dataclass(frozen=True)
class Make:
    """What make is asked for, in a copy of the project: by which command, and what it knows.

    `dry_run` is what it says that it would run.
    """

    copy: Copy
    command: list[str]
    targets: list[str]
    database: MakeDatabase
    dry_run: str

    def would(self, target: str) -> str:
        """Return what make says that it would run for a target."""
        if self.targets == [target]:
            return self.dry_run
        return self.copy.run([*self.command, "--dry-run", target], quiet=True)[1]


def ask(copy: Copy, command: list[str], targets: list[str]) -> Make:
    """Ask make for its rules; what it cannot make cannot be measured."""
    status, output = copy.run([*command, "--dry-run", *targets])
    if status:
        why = (output.splitlines() or [""])[-1].removeprefix("make: *** ")
        not_measured(f"make cannot make {named(targets)}: {why}")
    _, printed = copy.run([*command, "--dry-run", "--print-data-base", *targets], quiet=True)
    database = read_database(printed)
    if not database.rules:
        not_measured("make did not print its rules, in which failures may be hidden")
    asked = targets or [database.variables.get(".DEFAULT_GOAL", "")]
    return Make(copy, command, asked, database, output)


def named(targets: list[str]) -> str:
    """Name targets in a sentence."""
    return " ".join(targets) or "its first target"


def work_of(make: Make) -> int:
    """Count the commands that make will run; a target for which it has nothing to do ends this."""
    number = 0
    rules = make.database.rules
    for target in make.targets:
        output = make.would(target)
        commands = [one for one in dry_commands(output) if not touches_alone(make, one)]
        number += sum(map(works, commands))
        if not any(map(works, commands)):
            not_measured(f"make ran no command for {target}: {why_nothing(make, target, output)}")
        rule, catch_all = rules.get(target), rules.get("%")
        caught = rule and catch_all and 0 < rule.line == catch_all.line
        if caught and not any(works(command, TALK) for command in commands):
            not_measured(f"no rule makes {target}: the rule for `%` catches it, and does nothing")
        for name in make.database.reached(target):
            if in_the_way(make, name) and not any(map(works, dry_commands(make.would(name)))):
                what = kind(make, name)
                not_measured(
                    f"make ran nothing for {name}, which is a {what}; declare .PHONY: {name}"
                )
    return number


def touches_alone(make: Make, command: str) -> bool:
    """Return whether this is what make prints under -t in place of a target's recipe."""
    word, _, name = command.partition(" ")
    rule = make.database.rules.get(name) if word == "touch" else None
    return rule is not None and not any("touch" in line for line in rule.recipe)


def why_nothing(make: Make, target: str, output: str) -> str:
    """Say why make has no command to run."""
    if in_the_way(make, target):
        return f"`{target}` is there already, as a {kind(make, target)}; declare .PHONY: {target}"
    said = [line for line in output.splitlines() if line.strip()]
    return f"make says: {said[-1].removeprefix('make: ')}" if said else "its recipe does nothing"


def kind(make: Make, name: str) -> str:
    """Say what is in the way of a target."""
    return "folder" if os.path.isdir(os.path.join(make.copy.folder, name)) else "file"


def in_the_way(make: Make, name: str) -> bool:
    """Return whether a file or a folder has a target's name that its recipe does not make."""
    rules, folder = make.database.rules, make.copy.folder
    rule = rules.get(name)
    path = os.path.join(folder, name)
    if rule is None or not os.path.exists(path) or name in rules.get(".PHONY", MakeRule()).needs:
        return False
    recipe = "\n".join(rule.recipe)
    if not recipe.strip() or re.search(r"\$[({]?@", recipe):
        return False
    if os.path.isdir(path):
        listed = git("ls-files", "--", name, folder=folder)
        return listed.returncode != 0 or bool(listed.stdout)
    return os.path.basename(name) not in recipe


def untrue(make: Make) -> list[CheckFinding]:
    """Have make run a command that fails, with each of its shells, and list where it ends well."""
    findings = []
    for shell in ("", *make.database.shells):
        rules = FAILING.format(shell=shell and f"readiness-fails: {shell}")
        asked = [*make.command, f"--eval={rules}", "readiness-fails"]
        status, _ = make.copy.run(asked, quiet=True)
        if not status:
            what = f"`{shell}`" if shell else "make"
            findings.append(place("Makefile", 0, "masked", f"{what} ends well whatever it runs"))
    return findings


def ignored(make: Make, output: str) -> list[CheckFinding]:
    """List the targets with a command that failed, though make ended well."""
    findings = []
    for target, status in dict.fromkeys(IGNORED.findall(output)):
        rule = make.database.rules.get(target)
        if rule and not make.database.only_tidies(target):
            message = f"{target}: {status} is ignored"
            findings.append(place(rule.path, rule.line, "ignored", message))
    return findings


def number_in(output: str, pattern: str) -> float:
    """Return the last number that the pattern finds."""
    matches = re.findall(pattern, output, re.MULTILINE)
    if not matches:
        not_measured(f"what the target printed has nothing that matches {pattern}")
    text = matches[-1] if isinstance(matches[-1], str) else matches[-1][0]
    try:
        return float(text)
    except ValueError:
        not_measured(f"{text!r} is no number")


def variables_set(text: str) -> dict[str, str]:
    """Return the variables that a shell would set for `CC=gcc CFLAGS='-O2 -g'`."""
    try:
        return dict(each.split("=", 1) for each in shlex.split(text))
    except ValueError:
        not_measured(f"{text!r} does not set variables, as `CC=gcc` does")


def where_it_runs(params: Params, *, seen: bool) -> Copy:
    """Return the project itself or a copy; what is started or planted is in a copy alone."""
    if params.text("in_place") != "true":
        return copy_project(params)
    if seen:
        not_measured("what a target starts and notices is only seen in a copy, not in_place")
    return Copy(os.getcwd(), params.env)


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Look at the recipes, run the target, verify what it should have done."""
    params = Params(env)
    require("make")
    pattern, least = params.text("number"), params.number("at_least")
    verify, variable = params.text("verify"), params.text("sqlite_variable")
    command, targets = ["make", *params.words("args")], params.words("target")
    variables = variables_set(params.text("variables"))
    starts = wanted(params.words("starts"))
    planted = flaws(params.words("notices"))
    copy = where_it_runs(params, seen=bool(starts or planted))
    # To make the parameters would be variables; tests of colours fail by one that tools get.
    own = {name: value for name, value in env.items() if name not in {*PARAMETERS, "NO_COLOR"}}
    make = ask(replace(copy, env={**own, **variables}), command, targets)
    findings = untrue(make)
    commands = 0 if findings else work_of(make)
    extra = {}
    if variable:
        path = os.path.join(params.tmp, "target.db")
        extra[variable] = f"sqlite:///{path}"
    watched = Watched(make.copy, starts, extra)
    counted = Counted(watched, params.words("tests"), params.text("statements"))
    status, output = watched.run([*command, *targets], counted.variables())
    refuse(params.text("unknown"), output, " ".join([*command, *targets]))
    if not status:
        findings += [] if findings else ignored(make, output)
        findings += [place("Makefile", 0, "started", why) for why in watched.complaints()]
    if not status and not findings:
        counted.compare(output)
        asked = [*command, *targets]
        unseen = watched.unheard(asked)
        unseen += chain(*(unnoticed(watched, asked, together) for together in planted))
        findings += [place("Makefile", 0, "unnoticed", f"{named(targets)} {why}") for why in unseen]
    masked = len(findings)
    if status:
        last = [line for line in output.splitlines() if line.strip()][-1:]
        findings.append(
            place("Makefile", 0, "status", f"{named(targets)}: status {status}: {''.join(last)}")
        )
    elif verify:
        verified, _ = make.copy.run(["bash", "-euo", "pipefail", "-c", verify], extra)
        if verified:
            findings.append(place("Makefile", 0, "verify", f"`{verify}`: status {verified}"))
    number = number_in(output, pattern) if pattern and not findings else None
    if number is not None and least is not None and number < least:
        findings.append(
            place("Makefile", 0, "number", f"{named(targets)}: {number:g}, {least:g} asked")
        )
    numbers = {
        "problems": len(findings),
        "status": status,
        "masks": masked,
        "number": number,
        "commands": commands,
    }
    with open(os.path.join(params.tmp, "numbers.json"), "w") as file:
        json.dump(numbers, file)
    emit(numbers, findings)
    return 0
