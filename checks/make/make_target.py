"""Run a make target, tell what was executed, and whether its end can be believed."""

import json
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
from checks.make.makefile import (
    MakeDatabase,
    MakeRule,
    dry_commands,
    is_housekeeping,
    read_database,
)
from checks.make.recorded import RecipeLine, RecipeRecorder, obeys
from checks.make.started import Watched, wanted
from checks.project_copy import Copy, copy_project

PARAMETERS = (
    *("target", "args", "variables", "number", "at_least", "unknown", "verify"),
    *("sqlite_variable", "in_place", "starts"),
)


@dataclass(frozen=True)
class Made:
    """What make was asked for: by which command, what it knew, printed and executed."""

    copy: Copy
    database: MakeDatabase
    command: list[str]
    targets: list[str]
    output: str
    lines: list[RecipeLine]


def look(copy: Copy, make: list[str], targets: list[str]) -> tuple[MakeDatabase, str]:
    """Ask make for its rules, and what it would run; what it cannot make cannot be measured."""
    status, output = copy.run([*make, "--dry-run"])
    if status:
        why = (output.splitlines() or [""])[-1].removeprefix("make: *** ")
        not_measured(f"make cannot make {named(targets)}: {why}")
    _, printed = copy.run([*make, "--dry-run", "--print-data-base"], quiet=True)
    database = read_database(printed, copy.env)
    if not database.rules:
        not_measured("make did not print its rules, in which failures may be hidden")
    return database, output


def executed(recorder: RecipeRecorder, dry_run: str) -> list[RecipeLine]:
    """List what make executed; where a Makefile forces its own shell, what it said it would."""
    lines = recorder.lines()
    if lines or not recorder.database.forced:
        return lines
    return [
        RecipeLine(str(index), "", target, target, (), command, 0)
        for index, (target, command) in enumerate(dry_commands(dry_run))
    ]


def named(targets: list[str]) -> str:
    """Name targets in a sentence."""
    return " ".join(targets) or "its first target"


def see_that_all_ran(made: Made, masked: list[CheckFinding]) -> None:
    """End where make ended well and did not do its work."""
    rules = made.database.rules
    ran = {line.target for line in made.lines}
    for target in made.targets:
        reached = made.database.reached(target)
        lines = [each for each in made.lines if len(made.targets) == 1 or each.root in reached]
        if not any(line.works for line in lines):
            why = masked[0]["message"] if masked else why_nothing(made, target)
            not_measured(f"make ran no command for {target}: {why}")
        rule, catch_all = rules.get(target), rules.get("%")
        caught = rule and catch_all and 0 < rule.line == catch_all.line
        if caught and all(line.talks for line in lines):
            not_measured(f"no rule makes {target}: the rule for `%` catches it, and does nothing")
        for name in reached:
            if name not in ran and in_the_way(made, name):
                what = kind(made, name)
                not_measured(
                    f"make ran nothing for {name}, which is a {what}; declare .PHONY: {name}"
                )


def why_nothing(made: Made, target: str) -> str:
    """Say why make ran no command."""
    # What is asked here is a letter of MAKEFLAGS too, other than those that are looked for.
    asking = [*made.command, "--question", "--print-data-base"]
    _, printed = made.copy.run(asking, quiet=True)
    flags = (read_database(printed, made.copy.env).variables.get("MAKEFLAGS", "").split() or [""])[
        0
    ]
    if given := sorted({"n", "t"} & set(flags.lstrip("-"))):
        return f"`-{given[0]}` is set in MAKEFLAGS"
    if in_the_way(made, target):
        return f"`{target}` is there already, as a {kind(made, target)}; declare .PHONY: {target}"
    rule = made.database.rules.get(target)
    if rule and not rule.needs and not any(rule.recipe):
        return "no recipe of it has a command"
    said = [line for line in made.output.splitlines() if line.strip()]
    return f"make says: {said[-1].removeprefix('make: ')}" if said else "its recipe does nothing"


def kind(made: Made, name: str) -> str:
    """Say what is in the way of a target."""
    return "folder" if os.path.isdir(os.path.join(made.copy.folder, name)) else "file"


def in_the_way(made: Made, name: str) -> bool:
    """Return whether a file or a folder has a target's name that its recipe does not make."""
    rules, folder = made.database.rules, made.copy.folder
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


def untrue(made: Made) -> list[CheckFinding]:
    """List shells that do not run what they are given, or end well whatever they run."""
    shells = {
        (made.database.shell(made.copy.folder, line.target), line.options) for line in made.lines
    }
    deaf = [
        " ".join([shell, *options])
        for shell, options in sorted(shells)
        if not obeys(made.copy, shell, options)
    ]
    return [place("Makefile", 0, "masked", f"`{each}` ends well whatever it runs") for each in deaf]


def ignored(made: Made) -> list[CheckFinding]:
    """List the commands that failed, though make ended well."""
    findings = []
    for line in made.lines:
        if line.status and not is_housekeeping(line.command):
            rule = made.database.rules.get(line.target, MakeRule())
            message = f"{line.command.strip()}: status {line.status} is ignored"
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
    """Return the project itself or a copy; what is started is seen in a copy alone."""
    if params.text("in_place") != "true":
        return copy_project(params)
    if seen:
        not_measured("what a target starts is only seen in a copy, not in_place")
    return Copy(os.getcwd(), params.env)


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Look at the recipes, run the target, verify what it should have done."""
    params = Params(env)
    require("make")
    pattern, least = params.text("number"), params.number("at_least")
    verify, variable = params.text("verify"), params.text("sqlite_variable")
    make = ["make", *params.words("args"), *params.words("target")]
    variables = variables_set(params.text("variables"))
    starts = wanted(params.words("starts"))
    copy = where_it_runs(params, seen=bool(starts))
    asked = params.words("target")
    # To make the parameters of the check would be variables.
    own = {name: value for name, value in env.items() if name not in PARAMETERS}
    copy = replace(copy, env={**own, **variables})
    database, dry_run = look(copy, make, asked)
    targets = asked or [database.variables.get(".DEFAULT_GOAL", "")]
    extra = {}
    if variable:
        path = os.path.join(params.tmp, "target.db")
        extra[variable] = f"sqlite:///{path}"
    recorder = RecipeRecorder(copy, database)
    watched = Watched(copy, starts)
    status, output = recorder.run(make, {**extra, **watched.variables})
    refuse(params.text("unknown"), output, " ".join(make))
    made = Made(copy, database, make, targets, output, executed(recorder, dry_run))
    findings = untrue(made)
    if not status:
        see_that_all_ran(made, findings)
        findings += [] if findings else ignored(made)
        findings += [place("Makefile", 0, "started", why) for why in watched.complaints()]
    masked = len(findings)
    if status:
        last = [line for line in output.splitlines() if line.strip()][-1:]
        findings.append(
            place("Makefile", 0, "status", f"{named(targets)}: status {status}: {''.join(last)}")
        )
    elif verify:
        verified, _ = copy.run(["bash", "-euo", "pipefail", "-c", verify], extra)
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
        "commands": sum(line.works for line in made.lines),
    }
    with open(os.path.join(params.tmp, "numbers.json"), "w") as file:
        json.dump(numbers, file)
    emit(numbers, findings)
    return 0
