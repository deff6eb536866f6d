"""The peers: what each needs to run N commands, and how to see that it ran them all."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from measure import Case, WrongResult

SLOW = 3000
"""From this many commands on, only the fastest peers are asked."""


@dataclass(frozen=True)
class Tools:
    """Where everything is: folders of programs, and the programs that were built."""

    work: str
    readiness: str
    python: str
    peers: str
    project: str
    flask: str
    goss: str
    turbo: str
    tm: str
    floor: str
    smoke: bool = False

    def size(self, number: int) -> int:
        """How many of something are made: all of them, or a few to see whether a case works."""
        return max(2, number // 100) if self.smoke and number > 10 else number


def write(path: str, text: str) -> str:
    """Write a file, making its folder, which is returned."""
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return folder


def repository(folder: str) -> str:
    """Make a Git repository of all that is in the folder, which is returned."""
    if not os.path.isdir(os.path.join(folder, ".git")):
        git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "bench"]):
            subprocess.run([*git, *command], cwd=folder, check=True)
    return folder


def counts(pattern: str, number: int) -> Callable[[int, str], None]:
    """Expect exit status 0, and `number` matches of the pattern in the output."""
    compiled = re.compile(pattern, re.MULTILINE)

    def verify(status: int, output: str) -> None:
        if status != 0:
            raise WrongResult("it failed")
        found = len(compiled.findall(output))
        if found != number:
            raise WrongResult(f"{found} results instead of {number}")

    return verify


def succeeds(status: int, _output: str) -> None:
    """Expect exit status 0."""
    if status != 0:
        raise WrongResult("it failed")


def floor(tools: Tools, number: int, reps: int = 1) -> Case:
    """The floor: the same commands from a C program that does nothing else."""
    command = [tools.floor, str(tools.size(number)), "2", "sh", "-c", "echo 1"]
    return Case(argv=command, verify=succeeds, reps=reps)


def bare(tools: Tools, number: int, reps: int = 1) -> Case:
    """The same commands from a loop in Python that keeps probes from harm, and does no more."""
    script = os.path.join(os.path.dirname(__file__), "bare.py")
    command = [tools.python, script, str(tools.size(number)), "2", "sh", "-c", "echo 1"]
    return Case(argv=command, verify=succeeds, reps=reps)


def runners(tools: Tools, number: int, *, reps: int = 1, rounds: int = 1000) -> dict[str, Case]:
    """Each peer with `number` distinct commands like `sh -c 'echo 17'`, two at once if it can."""
    work = os.path.join(tools.work, f"n{number}")
    size = tools.size(number)
    cases = {"make -j2": _make(work, size), "prek": _prek(tools, work, size)}
    if number < SLOW:
        cases |= {
            "lefthook": _lefthook(tools, work, size),
            "goss": _goss(tools, work, size),
            "go-task": _go_task(tools, work, size),
            "doit": _doit(tools, work, size),
            "nox": _nox(tools, work, size),
            "pre-commit": _pre_commit(tools, work, size),
        }
    return {
        name: replace(case, reps=reps, rounds=rounds)
        for name, case in cases.items()
        if shutil.which(case.argv[0])
    }


def _lines(template: str, numbers: Iterable[int]) -> str:
    return "".join(template.replace("@", str(number)) for number in numbers)


def _make(work: str, number: int) -> Case:
    targets = _lines(" t@", range(number))
    rules = _lines("t@:\n\t@@sh -c 'echo @'\n".replace("@@", "\0"), range(number))
    rules = rules.replace("\0", "@")
    folder = write(f"{work}/make/Makefile", f"all:{targets}\n.PHONY: all{targets}\n{rules}")
    return Case(argv=["make", "-s", "-j2"], cwd=folder, verify=counts(r"^\d+$", number))


def _hooks(number: int, options: str) -> str:
    hook = (
        "  - {id: t@, name: t@, entry: sh -c 'echo @', language: system, always_run: true,"
        " pass_filenames: false" + options + "}\n"
    )
    return f"repos:\n- repo: local\n  hooks:\n{_lines(hook, range(number))}"


def _prek(tools: Tools, work: str, number: int) -> Case:
    config = _hooks(number, ", priority: 0")
    folder = repository(write(f"{work}/prek/.pre-commit-config.yaml", config))
    argv = [f"{tools.peers}/prek", "run", "-a"]
    return Case(argv=argv, cwd=folder, verify=counts(r"Passed$", number))


def _pre_commit(tools: Tools, work: str, number: int) -> Case:
    folder = repository(write(f"{work}/pre-commit/.pre-commit-config.yaml", _hooks(number, "")))
    argv = [f"{tools.peers}/pre-commit", "run", "-a"]
    return Case(argv=argv, cwd=folder, verify=counts(r"Passed$", number))


def _lefthook(tools: Tools, work: str, number: int) -> Case:
    commands = _lines("    t@:\n      run: echo @\n", range(number))
    config = f"gate:\n  parallel: true\n  commands:\n{commands}"
    folder = repository(write(f"{work}/lefthook/lefthook.yml", config))
    argv = [f"{tools.peers}/lefthook", "run", "gate", "--force"]
    return Case(argv=argv, cwd=folder, verify=counts(r"^\S+ t\d+ \(", number))


def _goss(tools: Tools, work: str, number: int) -> Case:
    command = "  t@:\n    exec: sh -c 'echo @'\n    exit-status: 0\n"
    folder = write(f"{work}/goss/goss.yaml", f"command:\n{_lines(command, range(number))}")
    argv = [tools.goss, "validate", "--max-concurrent", "2"]
    verify = counts(rf"^Count: {number}, Failed: 0", 1)
    return Case(argv=argv, cwd=folder, verify=verify)


def _go_task(tools: Tools, work: str, number: int) -> Case:
    tasks = _lines("  t@:\n    cmds: [\"sh -c 'echo @'\"]\n", range(number))
    needs = _lines("      - t@\n", range(number))
    config = f"version: '3'\ntasks:\n  all:\n    deps:\n{needs}{tasks}"
    folder = write(f"{work}/go-task/Taskfile.yml", config)
    argv = [f"{tools.peers}/task", "-C", "2", "-s", "all"]
    return Case(argv=argv, cwd=folder, verify=counts(r"^\d+$", number))


def _doit(tools: Tools, work: str, number: int) -> Case:
    config = f"""
def task_t():
    for i in range({number}):
        yield {{"name": str(i), "actions": [f"echo {{i}}"]}}
"""
    folder = write(f"{work}/doit/dodo.py", config)
    argv = [f"{tools.peers}/doit", "-n2", "-Pthread", "--db-file", ".doit.db"]
    return Case(argv=argv, cwd=folder, verify=counts(r"^\.  t:\d+$", number))


def _nox(tools: Tools, work: str, number: int) -> Case:
    config = f"""
import nox

@nox.session(venv_backend="none")
@nox.parametrize("i", range({number}))
def t(session, i):
    session.run("sh", "-c", f"echo {{i}}", external=True, silent=True)
"""
    folder = write(f"{work}/nox/noxfile.py", config)
    argv = [f"{tools.peers}/nox", "-s", "t"]
    # It says twice of each session that it was successful, but only once where there is one.
    times = number if number > 1 else 0
    return Case(argv=argv, cwd=folder, verify=counts(r"^nox > \* t\(i=\d+\): success", times))
