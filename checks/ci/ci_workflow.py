"""Tell whether a step of a CI workflow exists, runs, and can fail."""

import os
import re
from collections.abc import Mapping
from typing import NoReturn, TextIO, cast

from checks.ci.records import failures
from checks.ci.workflow import FoundStep, Hindrance, Obstacle, Workflow, elsewhere
from checks.in_project.common import (
    CheckFinding,
    Params,
    emit,
    not_measured,
    place,
    read_json,
)
from readiness.shell.plain import assigned

INSTEAD = {
    Hindrance.WHETHER: "`runs` reads the forge's record of it",
    Hindrance.WHAT: "give `command` as it stands there, or name the step with `runs` and `step`",
}
EXPANDED = r"(?: \(.*\)| \d+/\d+|: \[.*\])?"
"""What a forge adds to the name of a job that it runs several times."""


def unknown(params: Params, obstacle: Obstacle) -> NoReturn:
    """End the check: reading does not decide it, and what does is said."""
    where = f"{params.text('workflow')}, line {obstacle.line}: {obstacle.text}"
    not_measured(f"{where}: the step {obstacle.kind.value}; {INSTEAD[obstacle.kind]}")


def counted(params: Params, steps: list[FoundStep]) -> list[FoundStep]:
    """Return the steps that count for all that reading tells; unknown where it tells too little.

    The forge's record says whether a step was run, and who names one says what it runs.
    """
    named, runs = params.text("step"), params.text("runs")
    kinds = list(Hindrance)
    if runs:
        kinds.remove(Hindrance.WHETHER)
    if named:
        kinds.remove(Hindrance.WHAT)
        steps = [step for step in steps if re.fullmatch(step.shown, named)]
    sound = [step for step in steps if not step.of_kind(*kinds)]
    unsure = [step for step in steps if not step.of_kind(Hindrance.MOOT)]
    if unsure and not sound:
        unknown(params, unsure[0].of_kind(*kinds)[0])
    if runs and not named and not all(step.is_alone for step in sound):
        not_measured("the forge's record does not tell steps of one name apart")
    return sound


def against(params: Params, steps: list[FoundStep]) -> list[CheckFinding]:
    """Return what the forge recorded against the steps that count, or the one that is named."""
    named, job, path = params.text("step"), params.text("job"), params.text("workflow")
    shown = [(step.job_shown, re.escape(named) or step.shown) for step in steps]
    shown = shown or [(f"{re.escape(job)}{EXPANDED}" if job else ".*", re.escape(named))]
    line = steps[0].line if steps else 0
    failed = failures(params.text("runs"), params.env, path, shown)
    return [place(path, line, "ci", text) for text in failed]


def problems_here(params: Params) -> int:
    """Return the problems that the shared run of the make target found; 0 where there was none."""
    shared = params.env.get("READINESS_TMP_MAKE_TARGET")
    if not shared:
        return 0
    return cast("dict[str, int]", read_json(os.path.join(shared, "numbers.json")))["problems"]


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Look at the workflow, and at what the forge recorded of it."""
    params = Params(env)
    path, job = params.text("workflow"), params.text("job")
    _, command = assigned(params.text("command"))
    runs, named = params.text("runs"), params.text("step")
    # A pipeline of GitLab is not read: what its jobs are called is all that is known of them.
    of_gitlab = runs == "gitlab" or os.path.basename(path).startswith(".gitlab-ci")
    if (named or of_gitlab) and not (runs and (job or not of_gitlab)):
        not_measured("`runs` says where a record is, and `step`, with GitLab `job`, what of it")
    if not command:
        not_measured("no command is given")
    steps = [] if of_gitlab else list(Workflow(path).steps(command, job))
    sound = counted(params, steps)
    # Another job may try what a sound one runs, and need not pass yet.
    tried = [] if sound else steps
    moot = dict.fromkeys(each for step in tried for each in step.of_kind(Hindrance.MOOT))
    findings = [place(path, each.line, "ci", each.text) for each in moot]
    if problems := problems_here(params):
        line = steps[0].line if steps else 0
        findings.append(place(path, line, "ci", f"problems when it is run here: {problems}"))
    if not steps and not (of_gitlab or named):
        if obstacle := elsewhere(path, command):
            unknown(params, obstacle)
        findings.append(place(path, 0, "ci", f"no step runs {command}"))
    if runs and (sound or of_gitlab or named):
        findings += against(params, sound)
    emit({"problems": len(findings), "steps": len(steps)}, findings)
    return 0
