"""The real board: 12 criteria of flask over 5 tools, goal 13.

Run as a program, `real.py PACKAGE`, it does what a board saves: each criterion runs its own tool,
one by one. It prints the 12 numbers as JSON.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import boards
from goals import Goal, Line, Measured, cpu, wall
from measure import Case, WrongResult
from peers import Tools

PACKAGE = "src/flask"
SCRATCH = ".bench"
MODULES = ("app.py", "blueprints.py", "cli.py", "config.py")
TESTED = "coverage run --data-file={data} -m pytest -q -p no:cacheprovider tests"
# Some of its tests do not pass with the newest releases of what it needs.
PRODUCERS = {
    "mypy": f"mypy {PACKAGE} --cache-dir {SCRATCH}/mypy@",
    "mypy --strict": f"mypy --strict {PACKAGE} --cache-dir {SCRATCH}/strict@",
    "ruff": f"ruff check --select E,F,S,B --output-format json --no-cache {PACKAGE}",
    "bandit": f"bandit -q -r -f json {PACKAGE}",
    "coverage": f"{TESTED.format(data=f'{SCRATCH}/coverage@')} >{SCRATCH}/pytest@.log 2>&1"
    " || test $? = 1",
}
DONE = "{from: output, as: text, regex: 'Success: no issues|Found \\d+ errors?'}"


@dataclass(frozen=True)
class Criterion:
    """A number: the tool it comes from, how a board reads it, and how a script would."""

    title: str
    producer: str
    read: str
    count: Callable[[str], float]
    proof: str = ""
    expect: str = "<= 1000"


def occurrences(text: str) -> Callable[[str], float]:
    return lambda output: output.count(text)


def total(output: str) -> float:
    """The share, in percent, in the last line of coverage's report."""
    found = re.search(r"([\d.]+)%\s*$", output)
    if found is None:
        raise SystemExit(f"no total in: {output}")
    return float(found[1])


def ruff(code: str) -> Criterion:
    query = f"length([?starts_with(code, '{code}')])"
    read = f'{{as: json, query: "{query}"}}'
    return Criterion(f"ruff {code}", "ruff", read, occurrences(f'"code": "{code}'))


def bandit(severity: str) -> Criterion:
    query = f"length(results[?issue_severity=='{severity}'])"
    text = f'"issue_severity": "{severity}"'
    return Criterion(
        f"bandit {severity}", "bandit", f'{{as: json, query: "{query}"}}', occurrences(text)
    )


def mypy(producer: str, text: str) -> Criterion:
    read = f"{{as: text, count: '{text}'}}"
    return Criterion(f"{producer} {text}", producer, read, occurrences(text), DONE)


def coverage(module: str) -> Criterion:
    query = f'files.\\"{PACKAGE}/{module}\\".summary.percent_covered'
    read = f'{{as: json, query: "{query}"}}'
    return Criterion(f"coverage {module}", "coverage", read, total, expect=">= 50")


CRITERIA = [
    *map(ruff, "EFS"),
    *map(bandit, ("HIGH", "MEDIUM")),
    mypy("mypy", "error:"),
    mypy("mypy --strict", "error:"),
    mypy("mypy --strict", "no-untyped-def"),
    *map(coverage, MODULES),
]


def chosen(*, small: bool) -> list[Criterion]:
    """All criteria, or the first of each tool."""
    firsts = {each.producer: each for each in reversed(CRITERIA)}
    return list(reversed(firsts.values())) if small else CRITERIA


def command(producer: str, number: str = "") -> str:
    return PRODUCERS[producer].replace("@", number)


def board(tools: Tools) -> str:
    """The 12 criteria for readiness, which runs each distinct command once."""

    def criterion(each: Criterion) -> str:
        run = command(each.producer)
        if each.producer == "coverage":
            run += f"\n  coverage json --data-file={SCRATCH}/coverage -q -o -"
        proof = f"\nproof: {each.proof}" if each.proof else ""
        return (
            f'title: "{each.title}"\nrun: |\n  {run}\nexit: {{ok: [0, 1]}}\n'
            f'read: {each.read}{proof}\nexpect: "{each.expect}"'
        )

    return boards.board(map(criterion, chosen(small=tools.smoke)), f"workdir: {tools.flask}")


def one_by_one(*, small: bool) -> list[float]:
    """The 12 numbers, each from a run of its own."""
    numbers = []
    for index, each in enumerate(chosen(small=small)):
        script = command(each.producer, str(index))
        if each.producer == "coverage":
            module = each.title.split()[1]
            script += (
                f"; coverage report --data-file={SCRATCH}/coverage{index} --precision=2"
                f" --include '*/flask/{module}' | tail -1"
            )
        finished = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
        numbers.append(each.count(finished.stdout))
    return numbers


def by_hand() -> None:
    """Each tool once, two at once, the longest first: what a careful person would write."""
    from concurrent.futures import ThreadPoolExecutor

    def run(producer: str) -> str:
        script = command(producer)
        if producer == "coverage":
            script += f"; coverage json --data-file={SCRATCH}/coverage -q -o -"
        return subprocess.run(
            ["sh", "-c", script], capture_output=True, text=True, check=False
        ).stdout

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, ("coverage", "mypy --strict", "mypy", "bandit", "ruff")))


class Numbers:
    """The 12 numbers of each way; they must be the same."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.first: list[float] = []

    def agree(self, found: list[float]) -> None:
        rounded = [round(number, 2) for number in found]
        if not self.first:
            self.first = rounded
        if rounded != self.first or len(rounded) != self.number:
            raise WrongResult(f"the numbers are {rounded}, not {self.first}")


def cases(tools: Tools) -> dict[str, Case]:
    number = len(chosen(small=tools.smoke))
    numbers = Numbers(number)
    path = ":".join([tools.project, os.environ["PATH"]])
    scratch = os.path.join(tools.flask, SCRATCH)
    folder = os.path.join(tools.work, "real")

    def clean() -> None:
        shutil.rmtree(scratch, ignore_errors=True)
        os.makedirs(scratch)

    def from_script(status: int, output: str) -> None:
        if status != 0:
            raise WrongResult("it failed")
        if output.strip():
            numbers.agree(json.loads(output))

    def from_history() -> None:
        found = boards.criteria(boards.document(folder))
        numbers.agree([float(str(each["value"])) for each in found])

    script = [tools.python, os.path.abspath(__file__)]
    make = partial(
        Case, cwd=tools.flask, env={"PATH": path}, before=clean, verify=from_script, rounds=3
    )
    ours = boards.case(
        tools,
        "real",
        board(tools),
        expected=["pass"] * number,
        env={"PATH": path},
        before=clean,
        after=from_history,
        rounds=3,
        warm=not tools.smoke,
    )
    return {
        "flask: one by one": make(argv=[*script, "one-by-one", *(["small"] * tools.smoke)]),
        "flask: by hand": make(argv=[*script, "by-hand"]),
        "flask: readiness": ours,
    }


def judge(measured: Measured) -> list[Line]:
    naive, ours = "flask: one by one", "flask: readiness"
    return [
        cpu(measured, ours, naive, "12 criteria of flask, CPU", limit=0.44),
        wall(measured, ours, naive, "12 criteria of flask, wall", limit=0.23, stretch=0.223),
        wall(measured, "flask: by hand", naive, "each tool once, two at once, by hand"),
    ]


GOALS = {13: Goal("a real board", cases, judge)}

if __name__ == "__main__":
    if sys.argv[1] == "by-hand":
        by_hand()
    else:
        print(json.dumps(one_by_one(small="small" in sys.argv)))
