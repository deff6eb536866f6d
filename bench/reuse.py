"""Nothing has changed since the last run: goal 9."""

import os
import shutil
import subprocess

import boards
from goals import Goal, Line, Measured, less_than, wall
from many import nothing
from measure import Case, WrongResult
from peers import Tools, repository, succeeds, write

FILES = 2000
TASKS = 10
OURS = f"reuse, {FILES} files: readiness"


def tree(folder: str, files: int) -> None:
    """Write a project of many small files, unless it is there."""
    if os.path.exists(f"{folder}/src"):
        return
    for number in range(files):
        body = "".join(f"def f{k}(x):\n    return x + {k * number}\n\n" for k in range(100))
        write(f"{folder}/src/p{number // 50}/m{number}.py", f"# module {number}\n{body}")


def cases(tools: Tools) -> dict[str, Case]:
    found = {**nothing(tools), OURS: _readiness(tools)}
    for peer, make in {"go-task": _go_task, "doit": _doit, "make": _make, "turbo": _turbo}.items():
        case = make(tools)
        if case and shutil.which(case.argv[0]):
            subprocess.run(
                case.argv,
                cwd=case.cwd,
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            found[_name(peer)] = case
    return found


def _name(peer: str) -> str:
    return f"reuse, {FILES} files: {peer}"


def _readiness(tools: Tools) -> Case:
    text = boards.board(
        f"run: sh -c 'echo {number} >> started'\nignores: [started]\nallow_changes: [started]"
        for number in range(TASKS)
    )
    name = "reuse/readiness"
    folder = os.path.join(tools.work, name)
    tree(folder, tools.size(FILES))
    repository(folder)

    def reused() -> None:
        with open(f"{folder}/started", encoding="ascii") as file:
            started = len(file.readlines())
        if started != TASKS:
            raise WrongResult(f"{started} probes were run in all, not {TASKS}")

    if os.path.exists(f"{folder}/started"):
        os.remove(f"{folder}/started")
    # The run before all rounds is the one whose results are reused.
    return boards.case(
        tools, name, text, "--reuse", expected=["pass"] * TASKS, after=reused, reps=3
    )


def _go_task(tools: Tools) -> Case | None:
    tasks = "".join(
        f"  t{number}:\n    sources: ['src/**/*.py']\n    generates: [out/t{number}]\n"
        f"    method: timestamp\n    cmds: ['mkdir -p out && echo {number} > out/t{number}']\n"
        for number in range(TASKS)
    )
    needs = ", ".join(f"t{number}" for number in range(TASKS))
    config = f"version: '3'\ntasks:\n  all:\n    deps: [{needs}]\n{tasks}"
    return _peer(tools, "go-task/Taskfile.yml", config, f"{tools.peers}/task", "-s", "all")


def _doit(tools: Tools) -> Case | None:
    config = f"""
import glob

SOURCES = glob.glob("src/**/*.py", recursive=True)

def task_t():
    for i in range({TASKS}):
        target = f"out/t{{i}}"
        action = f"mkdir -p out; echo {{i}} > {{target}}"
        yield {{"name": str(i), "actions": [action], "file_dep": SOURCES, "targets": [target]}}
"""
    return _peer(tools, "doit/dodo.py", config, f"{tools.peers}/doit", "-v0")


def _make(tools: Tools) -> Case | None:
    targets = " ".join(f"out/t{number}" for number in range(TASKS))
    rules = "".join(
        f"out/t{number}: $(SOURCES)\n\t@mkdir -p out; echo {number} > $@\n"
        for number in range(TASKS)
    )
    config = f"SOURCES := $(shell find src -name '*.py')\nall: {targets}\n{rules}"
    return _peer(tools, "make/Makefile", config, "make", "-s")


def _turbo(tools: Tools) -> Case | None:
    if not os.path.exists(tools.turbo):
        return None
    import json

    root = os.path.join(tools.work, "reuse", "turbo")
    names = [f"t{number}" for number in range(TASKS)]
    tree(f"{root}/pkg", tools.size(FILES))
    package = {"name": "x", "private": True, "packageManager": "npm@10.0.0", "workspaces": ["pkg"]}
    part = {"name": "pkg", "version": "1.0.0", "scripts": dict.fromkeys(names, "echo 1")}
    lock = {
        "name": "x",
        "lockfileVersion": 3,
        "requires": True,
        "packages": {
            "": {"name": "x", "workspaces": ["pkg"]},
            "node_modules/pkg": {"resolved": "pkg", "link": True},
            "pkg": {"name": "pkg", "version": "1.0.0"},
        },
    }
    write(f"{root}/package.json", json.dumps(package))
    write(f"{root}/pkg/package.json", json.dumps(part))
    write(f"{root}/package-lock.json", json.dumps(lock))
    write(f"{root}/turbo.json", json.dumps({"tasks": {name: {"outputs": []} for name in names}}))
    write(f"{root}/.gitignore", ".turbo/\nnode_modules/\n")
    repository(root)
    environment = {"TURBO_TELEMETRY_DISABLED": "1", "DO_NOT_TRACK": "1"}
    argv = [tools.turbo, "run", *names]
    return Case(argv=argv, cwd=root, env=environment, verify=succeeds, reps=3)


def _peer(tools: Tools, name: str, config: str, *argv: str) -> Case | None:
    folder = write(os.path.join(tools.work, "reuse", name), config)
    tree(folder, tools.size(FILES))
    return Case(argv=argv, cwd=folder, verify=succeeds, reps=3)


def judge(measured: Measured) -> list[Line]:
    what = "nothing changed in 2000 files, against python -c pass"
    peers = {peer: _name(peer) for peer in ("turbo", "go-task", "doit")}
    return [
        wall(measured, OURS, "python -c pass", what, limit=7, stretch=5),
        *less_than(measured, OURS, peers),
    ]


GOALS = {9: Goal("reuse", cases, judge)}
