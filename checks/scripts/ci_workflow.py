"""Tell whether a step of a GitHub workflow exists, runs, and can fail."""

import os
import re
from typing import TypedDict, cast

import yaml
from _common import Place, emit, not_measured, param, place, read_json, read_text
from _copy import copy_project

from readiness.shell import masks

EVENTS = {"push", "pull_request", "pull_request_target", "merge_group"}
EXPRESSION = re.compile(r"\$\{\{.*?\}\}")

# The key `if` cannot be an attribute's name.
Guard = TypedDict("Guard", {"if": object, "continue-on-error": object}, total=False)


class Step(Guard, total=False):
    """One step of a job."""

    name: str
    run: str
    shell: str
    env: dict[str, object]


class Job(Guard, total=False):
    """One job."""

    steps: list[Step]
    env: dict[str, object]


def read_workflow(path: str) -> dict[object, object]:
    """Return the workflow; a missing or broken file cannot be measured."""
    try:
        data = yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        not_measured(f"{path} is not YAML: {error}")
    if not isinstance(data, dict) or not isinstance(data.get("jobs"), dict) or not data["jobs"]:
        not_measured(f"{path} holds no job")
    return data


def events(workflow: dict[object, object]) -> set[str]:
    """Name what starts the workflow. YAML 1.1 takes the key `on` for true."""
    on = workflow.get("on", workflow.get(True))
    return {on} if isinstance(on, str) else set(cast("list[str]", on or []))


def matching(workflow: dict[object, object]) -> list[tuple[str, Job, Step]]:
    """Find the steps that run the command."""
    command = re.compile(rf"(?<![\w.-]){re.escape(param('command'))}(?![\w.-])")
    wanted = param("job")
    return [
        (name, job, step)
        for name, job in cast("dict[str, Job]", workflow["jobs"]).items()
        if not wanted or name == wanted
        for step in job.get("steps", [])
        if command.search(step.get("run", ""))
    ]


def switched_off(part: Guard) -> list[str]:
    """Say what keeps a job or a step from running, or its failure from counting."""
    found = []
    if str(part.get("if", "")).strip(" ${}").lower() in {"false", "0", "never()"}:
        found.append("if: false keeps it from running")
    if part.get("continue-on-error", False) not in (False, "false"):
        found.append("continue-on-error hides its failure")
    return found


def complaints(job: Job, step: Step) -> list[str]:
    """Say what is wrong with a step and its job."""
    shell = step.get("shell", "")
    # Without `shell: bash`, GitHub runs bash without pipefail.
    hidden = masks(
        step.get("run", ""), errexit="{0}" not in shell or "-e" in shell, pipefail=bool(shell)
    )
    return [
        *(f"job: {text}" for text in switched_off(job)),
        *switched_off(step),
        *(f"{mask.text} hides a failure" for mask in hidden),
    ]


def replay(job: Job, step: Step) -> tuple[int, str]:
    """Run the step in a throw-away copy of the project, as the runner would."""
    text = step.get("run", "")
    if EXPRESSION.search(text):
        not_measured("the step uses ${{ }}, which only the CI can fill in")
    given = {**job.get("env", {}), **step.get("env", {})}
    extra = {name: str(value) for name, value in given.items() if not EXPRESSION.search(str(value))}
    options = ["-eo", "pipefail"] if step.get("shell") == "bash" else ["-e"]
    return copy_project().run(["bash", *options, "-c", text], extra)


def problems_here() -> int:
    """Return the problems that the shared run of the make target found; 0 where there was none."""
    shared = os.environ.get("READINESS_TMP_MAKE_TARGET")
    if not shared:
        return 0
    return cast("dict[str, int]", read_json(os.path.join(shared, "numbers.json")))["problems"]


def main() -> None:
    """Look at the workflow, and replay the step if asked to."""
    path = param("workflow")
    workflow = read_workflow(path)
    lines = read_text(path).splitlines()
    at = next((n for n, line in enumerate(lines, 1) if param("command") in line), 0)
    findings: list[Place] = []
    if not events(workflow) & EVENTS:
        findings.append(
            place(path, 1, "ci", "neither a push nor a pull request starts the workflow")
        )
    steps = matching(workflow)
    if not steps:
        findings.append(place(path, 0, "ci", f"no step runs {param('command')}"))
    for name, job, step in steps:
        findings += [place(path, at, "ci", f"{name}: {text}") for text in complaints(job, step)]
    if problems := problems_here():
        findings.append(place(path, at, "ci", f"problems when it is run here: {problems}"))
    status = None
    if steps and param("replay") == "true":
        _, job, step = steps[0]
        status, _ = replay(job, step)
        if status:
            findings.append(place(path, at, "ci", f"replayed here, it ends with status {status}"))
    emit({"problems": len(findings), "steps": len(steps), "status": status}, findings)


if __name__ == "__main__":
    main()
