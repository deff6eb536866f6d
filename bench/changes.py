"""A change under guard, and a coding agent that stops: goals 16 and 18."""

import json
import os
import shutil
import subprocess
from functools import partial

import boards
from goals import Goal, Line, Measured, cpu, wall
from many import nothing
from measure import Case, WrongResult
from peers import Tools, repository, succeeds, write
from real import SCRATCH
from real import board as flask_board
from reuse import FILES, tree

CHECK, GUARD = "flask, a change of code: check", "flask, a change of code: guard"
STOP = f"stop hook, nothing changed, {FILES} files"
CHANGED = os.path.join("src", "flask", "helpers.py")


def guarding(tools: Tools) -> dict[str, Case]:
    """A change of a comment in flask: `check` of its board, and what the change loosens."""
    folder = os.path.join(tools.work, "guarded")
    path = ":".join([tools.project, os.environ["PATH"]])
    if not os.path.isdir(os.path.join(folder, ".git")):
        left_out = shutil.ignore_patterns(".git", SCRATCH)
        shutil.copytree(tools.flask, folder, symlinks=True, ignore=left_out)
        write(os.path.join(folder, ".gitignore"), ".venv\n")
        text = flask_board(tools).replace(f"workdir: {tools.flask}", "")
        write(os.path.join(folder, boards.NAME), text)
        write(os.path.join(folder, SCRATCH, ".gitignore"), "*\n")
        repository(folder)
    with open(os.path.join(folder, CHANGED), "a", encoding="utf-8") as file:
        file.write("# What was not there before.\n")

    def found(status: int, output: str) -> None:
        if status != 0 or "not loosened" not in output:
            raise WrongResult("a comment loosens nothing")

    make = partial(Case, cwd=folder, env={"PATH": path}, rounds=3, warm=not tools.smoke)
    return {
        CHECK: make(argv=[tools.readiness, "check", "-q"], verify=succeeds),
        GUARD: make(argv=[tools.readiness, "guard", "--base", "HEAD"], verify=found),
    }


def judge_guard(measured: Measured) -> list[Line]:
    what = "guard of a change of code alone, against check"
    return [wall(measured, GUARD, CHECK, what, limit=1.1)]


def stopping(tools: Tools) -> dict[str, Case]:
    """A coding agent stops in a project of 2,000 files in which nothing changed."""
    folder = os.path.join(tools.work, "stopping")
    tree(folder, tools.size(FILES))
    criteria = (f"run: test -e src\ntitle: Part {n}" for n in range(10))
    write(os.path.join(folder, boards.NAME), boards.board(criteria))
    repository(folder)
    payload = os.path.join(tools.work, "payload.json")
    sent = {"session_id": "bench", "cwd": folder, "stop_hook_active": False}
    write(payload, json.dumps(sent))
    command = f"exec {tools.readiness} hook stop --agent claude-code <{payload}"

    def silent(status: int, output: str) -> None:
        if status != 0 or output.strip():
            raise WrongResult("the hook was to say nothing")

    subprocess.run(["sh", "-c", command], cwd=folder, check=False, stdout=subprocess.DEVNULL)
    case = Case(argv=["sh", "-c", command], cwd=folder, verify=silent, reps=3)
    return {**nothing(tools), STOP: case}


def judge_stop(measured: Measured) -> list[Line]:
    what = "stop hook with nothing changed, against python -c pass, CPU"
    return [cpu(measured, STOP, "python -c pass", what, limit=6, stretch=5)]


GOALS = {
    16: Goal("guard", guarding, judge_guard),
    18: Goal("stop hook", stopping, judge_stop),
}
