"""Have tests run with faults in the code, in a copy of the project, and read which were noticed."""

import json
import os
import re
from typing import NotRequired, TypedDict, cast

from checks.in_project.common import RUNNER, Params, not_measured, read_json, require
from checks.project_copy import copy_project
from readiness.walls import held_command


class Flow(TypedDict):
    """A flow, the ids of its tests, and what it walks through, as `path:function`."""

    name: str
    tests: list[str]
    through: list[str]


class FaultPlan(TypedDict):
    """What is to be tried; without flows, a sample of faults.

    `took` are the seconds that tests of flows took before.
    """

    paths: list[str]
    source: list[str]
    args: list[str]
    seconds: float
    mutants: int
    seed: str
    tests: list[str]
    took: dict[str, float]
    flows: list[Flow]


class FaultAttempt(TypedDict):
    """What came of one fault, or of one flow's code: `noticed` is how, "" where it was not."""

    noticed: str
    path: str
    function: NotRequired[str]
    line: NotRequired[int]
    what: NotRequired[str]
    flow: NotRequired[str]
    broken: NotRequired[list[str]]
    named: NotRequired[str]


class Broken(TypedDict):
    """What the session of the tests left behind.

    `hollow` are the tests that show nothing, of `count`: file and function, line, and why.
    """

    status: int
    attempts: list[FaultAttempt]
    tests: NotRequired[dict[str, str]]
    possible: NotRequired[int]
    hollow: NotRequired[list[tuple[tuple[str, str], int, str]]]
    count: NotRequired[int]
    why: NotRequired[str]


def try_broken(params: Params, plan: FaultPlan) -> Broken:
    """Make the attempts; one that could not be begun ends the script."""
    require("pytest", "coverage")
    copy = copy_project(params, "broken")
    _, output = copy.run(["coverage", "debug", "sys"], quiet=True)
    python = re.search(r"^\s*executable: (.+)$", output, re.MULTILINE)
    if not python:
        not_measured("coverage does not say with which Python it runs")
    tmp = params.tmp
    with open(os.path.join(tmp, "plan.json"), "w", encoding="utf-8") as file:
        json.dump({**plan, "roots": [copy.folder, os.getcwd()], "beside": copy.beside}, file)
    command = (python[1].strip(), RUNNER, "in_project/break_code")
    _, output = copy.run([*held_command(command, copy.beside, tmp, scratch=tmp)], quiet=True)
    left = os.path.join(tmp, "broken.json")
    if not os.path.exists(left):
        not_measured(f"the tests could not be run in a copy: {_last(output)}")
    broken = cast("Broken", read_json(left))
    if "why" in broken:
        not_measured(broken["why"])
    if "tests" not in broken:
        not_measured(f"pytest ended with status {broken['status']} in a copy: {_last(output)}")
    return broken


def _last(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip(" =")]
    return lines[-1].strip() if lines else "it said nothing"
