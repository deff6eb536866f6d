"""Tell whether a step of a CI workflow exists, runs, and can fail."""

import os
from collections.abc import Mapping
from typing import NoReturn, TextIO, cast

from checks.ci.workflow import FoundStep, Hindrance, Obstacle, Workflow, elsewhere
from checks.in_project.common import (
    Params,
    emit,
    not_measured,
    place,
    read_json,
)
from readiness.shell.plain import assigned


def unknown(params: Params, obstacle: Obstacle) -> NoReturn:
    """End the check: reading does not decide it."""
    where = f"{params.text('workflow')}, line {obstacle.line}: {obstacle.text}"
    not_measured(f"{where}: the step {obstacle.kind.value}")


def counted(params: Params, steps: list[FoundStep]) -> list[FoundStep]:
    """Return the steps that count for all that reading tells; unknown where it tells too little."""
    sound = [step for step in steps if not step.obstacles]
    unsure = [step for step in steps if not step.of_kind(Hindrance.MOOT)]
    if unsure and not sound:
        unknown(params, unsure[0].obstacles[0])
    return sound


def problems_here(params: Params) -> int:
    """Return the problems that the shared run of the make target found; 0 where there was none."""
    shared = params.env.get("READINESS_TMP_MAKE_TARGET")
    if not shared:
        return 0
    return cast("dict[str, int]", read_json(os.path.join(shared, "numbers.json")))["problems"]


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Look at the workflow."""
    params = Params(env)
    path, job = params.text("workflow"), params.text("job")
    _, command = assigned(params.text("command"))
    if not command:
        not_measured("no command is given")
    steps = list(Workflow(path).steps(command, job))
    sound = counted(params, steps)
    # Another job may try what a sound one runs, and need not pass yet.
    tried = [] if sound else steps
    moot = dict.fromkeys(each for step in tried for each in step.of_kind(Hindrance.MOOT))
    findings = [place(path, each.line, "ci", each.text) for each in moot]
    if problems := problems_here(params):
        line = steps[0].line if steps else 0
        findings.append(place(path, line, "ci", f"problems when it is run here: {problems}"))
    if not steps:
        if obstacle := elsewhere(path, command):
            unknown(params, obstacle)
        findings.append(place(path, 0, "ci", f"no step runs {command}"))
    emit({"problems": len(findings), "steps": len(steps)}, findings)
    return 0
