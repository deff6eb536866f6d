"""A fleet of recorded runs: goal 19."""

import json
import os
import subprocess
from typing import Any

import boards
from goals import Goal, Line, Measured
from measure import Case, WrongResult
from peers import Tools

PROJECTS, CRITERIA = 200, 60
NAME = f"a fleet of {PROJECTS} recorded runs of {CRITERIA} criteria"
LARGEST = 3_000_000
VERDICTS = ("pass",) * 7 + ("fail", "error", "warn", "waived")


def recorded(tools: Tools, folder: str, projects: int) -> list[str]:
    """Write so many runs, as a real one was recorded, and return their names."""
    os.makedirs(folder, exist_ok=True)
    first = os.path.join(folder, "measured.json")
    if not os.path.exists(first):
        board = os.path.join(folder, boards.NAME)
        with open(board, "w", encoding="utf-8") as file:
            file.write(boards.reading(CRITERIA))
        argv = [tools.readiness, "check", "-q", "--report", f"json={first}", "--history", ""]
        subprocess.run(argv, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with open(first, encoding="utf-8") as file:
        run = json.load(file)
    names = []
    for number in range(projects):
        names.append(f"run-{number:05}.json")
        with open(os.path.join(folder, names[-1]), "w", encoding="utf-8") as file:
            json.dump(_other(run, number), file)
    return names


def _other(run: dict[str, Any], number: int) -> dict[str, Any]:
    """The same run of another project, where other criteria fail."""
    run = json.loads(json.dumps(run))
    run["id"] = f"{run['id']}-{number}"
    run["board"]["title"] = f"Service {number}"
    for place, criterion in enumerate(each for task in run["tasks"] for each in task["criteria"]):
        criterion["title"] = f"Part {place} keeps what it promises to those who call it"
        criterion["verdict"] = VERDICTS[(place * 7 + number * 3) % len(VERDICTS)]
    run["gate"] |= {"decision": "not_ready", "exit_status": 1, "reasons": ["it is not"], "said": []}
    return run


def cases(tools: Tools) -> dict[str, Case]:
    folder = os.path.join(tools.work, "fleet")
    projects = tools.size(PROJECTS)
    names = recorded(tools, folder, projects)
    page = os.path.join(folder, "fleet.html")
    argv = [tools.readiness, "fleet", "-q", *names, "--report", f"html={page}"]

    def complete(status: int, output: str) -> None:
        if status != 1 or f"{projects} projects" not in output:
            raise WrongResult("a fleet that is not ready was expected")

    def size(_output: str) -> float:
        return os.path.getsize(page) / 1e6

    return {NAME: Case(argv=argv, cwd=folder, verify=complete, value=size)}


def judge(measured: Measured) -> list[Line]:
    figures = measured[NAME]
    return [
        Line(what=NAME, value=figures.wall, unit="s", limit=3, noisy=figures.noisy),
        Line(what="its page", value=figures.value, unit="MB", limit=LARGEST / 1e6),
    ]


GOALS = {19: Goal("a fleet", cases, judge)}
