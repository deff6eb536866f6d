"""Tell whether a step of a GitHub workflow exists, runs, and can fail."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from itertools import product
from typing import TextIO, cast

from checks.ci.expressions import Value, constant
from checks.ci.triggers import events_of_changes, not_started, runs_of
from checks.ci.workflow import (
    EXPRESSION,
    FoundStep,
    Guard,
    Job,
    Script,
    leading_to,
    matching,
    read_workflow,
)
from checks.in_project.common import (
    CheckFinding,
    Params,
    emit,
    not_measured,
    place,
    read_json,
)
from checks.make.makefile import CARELESS, IDLE, runs_make
from checks.project_copy import copy_project
from readiness.shell.masking import masks
from readiness.shell.programs import simple_commands

FLAGS = ("MAKEFLAGS", "GNUMAKEFLAGS", "MFLAGS")
SETS_FLAGS = re.compile(rf"(?<!\w)(?:{'|'.join(FLAGS)})=('[^']*'|\"[^\"]*\"|[^\s;&|]*)")
BASH = "bash --noprofile --norc -eo pipefail {0}"
DEFAULT = "bash -e {0}"
FAILS = 23
"""A status that nothing but our own script ends with."""
SHELLS = {"": DEFAULT, "bash": BASH, "sh": "sh -e {0}"}


def switched_off(part: Guard, events: Iterable[str], job: Job) -> list[str]:
    """Say what keeps a job, or a step of it, from running in any of its runs, or from failing."""
    reasons = []
    asked = str(part.get("if", "true"))
    made = _runs(job)
    runs = [{**run, **each} for event in events for run in runs_of(event) for each in made] or made
    if all(constant(asked, run) is False for run in runs):
        reasons.append(f"if: {part['if']} keeps it from running")
    text = str(part.get("continue-on-error", False))
    if all(constant(text, run) is not False for run in made):
        reasons.append("continue-on-error hides its failure")
    return reasons


def unreached(
    jobs: dict[str, Job], name: str, events: Iterable[str], seen: tuple[str, ...] = ()
) -> list[str]:
    """Say what keeps the jobs from running that this one waits for."""
    job = jobs[name]
    needs = job.get("needs") or []
    if constant(str(job.get("if", ""))) or "always()" in str(job.get("if", "")):
        return []
    reasons = []
    for need in [needs] if isinstance(needs, str) else needs:
        if need not in jobs:
            reasons.append(f"it needs the job {need}, which is not there")
        elif need not in seen:
            other = jobs[need]
            off = [text for text in switched_off(other, events, other) if text.startswith("if:")]
            off += unreached(jobs, need, events, (*seen, name))
            reasons += [f"it needs the job {need}: {text}" for text in off]
    return reasons


def combinations(job: Job) -> list[dict[str, Value]]:
    """List what the job's matrix gives each of its runs; one that gives nothing where it has none.

    So it is where only CI knows the matrix. What `include` has goes to the combinations that it
    does not contradict, and is one of its own where there is none.
    """
    matrix = (job.get("strategy") or {}).get("matrix")
    if not isinstance(matrix, dict):
        return [{}]
    more, out = matrix.get("include") or [], matrix.get("exclude") or []
    axes = {name: values for name, values in matrix.items() if name not in ("include", "exclude")}
    if any(not isinstance(values, list) for values in (*axes.values(), more, out)):
        return [{}]
    made = [dict(zip(axes, values, strict=True)) for values in product(*axes.values()) if axes]
    kept = [run for run in made if not any(part.items() <= run.items() for part in out)]
    alone = []
    for addition in more:
        own = {name: value for name, value in addition.items() if name in axes}
        alike = [run for run in kept if own.items() <= {name: run[name] for name in axes}.items()]
        for run in alike:
            run.update(addition)
        alone += [] if alike else [addition]
    return [*kept, *alone]


def no_matrix(job: Job) -> list[str]:
    """Say that the job's matrix has no combination, so that the job never runs."""
    return [] if combinations(job) else ["strategy: its matrix has no combination"]


def _runs(job: Job) -> list[dict[str, Value]]:
    """List the job's runs by what an expression may ask of the matrix; what a run lacks is null."""
    made = combinations(job)
    names = {name for each in made for name in each}
    return [{f"matrix.{name}": each.get(name) for name in names} for each in made] or [{}]


def shell_problems(params: Params, shell: str, script: str) -> tuple[list[str], bool, bool]:
    """Say what is wrong with a shell, and whether it ends at a failure, also within a pipe.

    It is tried: asked to fail, it has to.
    """
    template = SHELLS.get(shell, shell)
    if EXPRESSION.search(template):
        return [], True, True
    words = template.split()
    errexit = any(re.fullmatch(r"-\w*e\w*", word) for word in words)
    pipefail = "pipefail" in words
    program = os.path.basename(words[0]) if words else ""
    if shutil.which(program) is None:
        return [], True, True
    tmp = params.tmp
    for name, text in (
        ("fails", f"exit {FAILS}"),
        ("nothing", ""),
        ("script", EXPRESSION.sub("x", script)),
    ):
        with open(os.path.join(tmp, name), "w", encoding="utf-8") as file:
            file.write(text)
    line = template if "{0}" in template else f"{template} {{0}}"
    failed, ended = (
        subprocess.run(
            ["bash", "-c", line.replace("{0}", name)],
            cwd=tmp,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
        ).returncode
        for name in ("fails", "nothing")
    )
    if not failed:
        return [f"shell: {shell} ends well whatever it runs"], errexit, pipefail
    if failed != FAILS and not ended:
        return [f"shell: {shell} does not run what a shell does"], errexit, pipefail
    if program not in ("bash", "sh", "dash"):
        return [], True, True
    checked = subprocess.run(
        [program, "-n", "script"], cwd=tmp, capture_output=True, text=True, check=False
    )
    if checked.returncode:
        why = (checked.stderr.splitlines() or [""])[0].removeprefix("script: ")
        return [f"{program} cannot read the script: {why}"], errexit, pipefail
    return [], errexit, pipefail


def complaints(params: Params, candidate: FoundStep, events: Iterable[str]) -> list[str]:
    """Say what is wrong with a step, and with all that leads to it."""
    command = params.text("command")
    own = candidate.scripts[0].text
    of_shell, errexit, pipefail = shell_problems(params, candidate.shell, own)
    folder = candidate.folder
    gone = folder and not EXPRESSION.search(folder) and not os.path.isdir(folder)
    reasons = []
    for jobs, name in reversed(candidate.jobs):
        job = jobs[name]
        off = (switched_off(job, events, job), unreached(jobs, name, events), no_matrix(job))
        reasons += [f"job: {text}" for texts in off for text in texts]
    jobs, name = candidate.jobs[0]
    for step in (*candidate.uses, candidate.step):
        reasons += switched_off(step, events, jobs[name])
    reasons += [*of_shell, *idle_make(candidate)]
    reasons += [f"working-directory: {folder} does not exist"] if gone else []
    for script in candidate.scripts:
        strict = (script.strict, False) if script.path else (errexit, pipefail)
        hiding = masks(EXPRESSION.sub("x", script.text), errexit=strict[0], pipefail=strict[1])
        where = f"{script.path}: " if script.path else ""
        reasons += [
            f"{where}{mask.text} hides a failure"
            for mask in hiding
            if mask.final or leading_to(Script("", mask.command), command, folder)
        ]
    return reasons


def idle_make(step: FoundStep) -> list[str]:
    """Say what keeps make from running anything, or from failing, in the words or the variables."""
    reasons = []
    for script in step.scripts:
        for words in simple_commands(EXPRESSION.sub("x", script.text)) or ():
            names = [at for at, word in enumerate(words) if runs_make(word)]
            given = " ".join(words[names[0] + 1 :]) if names else ""
            if names and (bad := IDLE.search(given) or CARELESS.search(given)):
                reasons.append(f"make {bad[0].strip()} runs nothing, or hides its failures")
        reasons += [
            f"MAKEFLAGS={value} keeps make from running, or from failing"
            for value in SETS_FLAGS.findall(script.text)
            if _spoils(value.strip("'\""))
        ]
    for variables in step.environments:
        for name, value in variables.items():
            if name in FLAGS and _spoils(str(value)):
                reasons.append(f"env: {name}: {value} keeps make from running, or from failing")
    return list(dict.fromkeys(reasons))


def _spoils(flags: str) -> bool:
    """Return whether make does nothing with these flags; in its variable a dash may be left out."""
    first = flags.split()[0] if flags.split() else ""
    words = flags if first.startswith("-") or "=" in first else f"-{flags}"
    return bool(IDLE.search(words) or CARELESS.search(words))


def replay(params: Params, step: FoundStep) -> tuple[int, str]:
    """Run the step in a throw-away copy of the project, as the runner would."""
    text = str(step.step.get("run", ""))
    if EXPRESSION.search(text):
        not_measured("the step uses ${{ }}, which only the CI can fill in")
    given = {name: value for each in step.environments for name, value in each.items()}
    extra = {name: str(value) for name, value in given.items() if not EXPRESSION.search(str(value))}
    options = ["-eo", "pipefail"] if step.shell == "bash" else ["-e"]
    return copy_project(params).run(["bash", *options, "-c", text], extra)


def problems_here(params: Params) -> int:
    """Return the problems that the shared run of the make target found; 0 where there was none."""
    shared = params.env.get("READINESS_TMP_MAKE_TARGET")
    if not shared:
        return 0
    return cast("dict[str, int]", read_json(os.path.join(shared, "numbers.json")))["problems"]


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Look at the workflow, and replay the step if asked to."""
    params = Params(env)
    path, command = params.text("workflow"), params.text("command")
    if not command:
        not_measured("no command is given")
    workflow = read_workflow(path)
    findings: list[CheckFinding] = []
    if why := not_started(workflow):
        findings.append(place(path, 1, "ci", why))
    steps = list(matching(path, command, params.text("job")))
    if not steps:
        findings.append(place(path, 0, "ci", f"no step runs {command}"))
    judged = [(step, complaints(params, step, events_of_changes(workflow))) for step in steps]
    sound = [step for step, texts in judged if not texts]
    for step, texts in judged:
        # Another job may try the same on what need not pass yet.
        if step.runs and any(step.runs <= one.runs and step.folder == one.folder for one in sound):
            continue
        findings += [place(step.path, step.line, "ci", f"{step.name}: {text}") for text in texts]
    line = steps[0].line if steps else 0
    if problems := problems_here(params):
        findings.append(place(path, line, "ci", f"problems when it is run here: {problems}"))
    status = None
    if steps and params.text("replay") == "true":
        status, _ = replay(params, (sound or steps)[0])
        if status:
            findings.append(place(path, line, "ci", f"replayed here, it ends with status {status}"))
    emit({"problems": len(findings), "steps": len(steps), "status": status}, findings)
    return 0
