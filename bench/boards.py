"""The boards that readiness is measured with, and how to see that it did what they ask."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Sequence

from measure import Case, WrongResult
from peers import Tools, repository, write

NAME = "board.yaml"


def board(criteria: Iterable[str], head: str = "") -> str:
    """A board of these criteria (YAML, without indentation), five to a task.

    Peers do not try whether a command can fail, and nor does this board: that happens once.
    """
    lines = ["version: 1", "title: Benchmark", head, "tasks:"]
    for number, criterion in enumerate(criteria):
        if number % 5 == 0:
            lines += [
                f"  - id: T{number // 5}",
                f"    title: Task {number // 5} of the benchmark",
                "    criteria:",
            ]
        first, *others = criterion.splitlines()
        lines += [f"      - {first}", *(f"        {line}" for line in [*others, "trial: false"])]
    return "\n".join(lines) + "\n"


def plain(number: int) -> str:
    """As many distinct trivial commands, judged by their exit status."""
    return board(f"run: sh -c 'echo {each}'" for each in range(number))


def reading(number: int) -> str:
    """The same, but a number is read from what each prints."""
    return board(
        f"run: sh -c 'echo {each}'\n"
        r"read: {as: text, regex: '^\d+$'}"
        f'\nexpect: "== {each}"'
        for each in range(number)
    )


def shared(number: int, commands: int) -> str:
    """`number` criteria that read the output of a few commands, each of which leaves a trace."""
    return board(
        f"title: Criterion {each} of {number}\n"
        f"run: sh -c 'echo {each % commands} >> started; echo {each % commands}'\n"
        "allow_changes: [started]\n"
        r"read: {as: text, regex: '^\d+$'}"
        f'\nexpect: "<= {each}"'
        for each in range(number)
    )


def large(number: int) -> str:
    """A board as people write it, of any size."""
    return board(
        f"id: T{each // 5}.{each % 5}\n"
        f'title: "Criterion {each}: coverage of part {each}"\n'
        f"run: |\n  coverage report --include 'src/part{each}/*' | tail -1\n"
        "read:\n  as: text\n  regex: '(\\d+(?:\\.\\d+)?)%'\n  unit: '%'\n"
        f'expect: ">= {50 + each % 50}%"\nwarn: ">= {55 + each % 50}%"\nbaseline: 22.5\n'
        f"weight: {1 + each % 3}.5\ntimeout: 30s"
        for each in range(number)
    )


def case(
    tools: Tools,
    name: str,
    text: str,
    *options: str,
    expected: Sequence[str],
    status: int = 0,
    **more: object,
) -> Case:
    """`readiness check` of a board, in a folder of its own and with a history of one run.

    `expected` are the verdicts, in the board's order, that the history must hold afterwards.
    """
    folder = os.path.join(tools.work, name)
    shutil.rmtree(os.path.join(folder, ".readiness"), ignore_errors=True)
    write(os.path.join(folder, NAME), text)
    repository(folder)
    further = more.pop("after", None)

    def after() -> None:
        if "--history" not in options:
            found = verdicts(folder)
            if found != list(expected):
                raise WrongResult(f"the history says {summary(found)}, not {summary(expected)}")
        if callable(further):
            further()

    fields: dict[str, object] = {
        "argv": [tools.readiness, "check", *options],
        "cwd": folder,
        "verify": ends_with(status),
        "after": after,
        "warm": True,
        **more,
    }
    return Case(**fields)  # type: ignore[arg-type]


def ends_with(status: int) -> Callable[[int, str], None]:
    """Expect this exit status and some output."""

    def verify(found: int, output: str) -> None:
        if found != status:
            raise WrongResult(f"exit status {status} was expected")
        if not output.strip():
            raise WrongResult("there is no output")

    return verify


def document(folder: str) -> dict[str, object]:
    """The document of the last run in the history of a folder."""
    connection = sqlite3.connect(os.path.join(folder, ".readiness", "history.db"))
    try:
        query = "select document from runs order by sequence desc limit 1"
        (stored,) = connection.execute(query).fetchone()
    finally:
        connection.close()
    if stored is None:
        raise WrongResult("the history has no document of the run")
    found: dict[str, object] = json.loads(stored)
    return found


def criteria(found: dict[str, object]) -> list[dict[str, object]]:
    """All criteria of a run document, in the board's order."""
    return [each for task in found["tasks"] for each in task["criteria"]]  # type: ignore[attr-defined]


def verdicts(folder: str) -> list[str]:
    """The verdicts of the last run in the history of a folder."""
    return [str(each["verdict"]) for each in criteria(document(folder))]


def summary(words: Sequence[str]) -> str:
    """How often each verdict occurs."""
    return ", ".join(f"{words.count(word)} {word}" for word in sorted(set(words))) or "nothing"


def nothing_left(folder: str) -> Callable[[], None]:
    """Expect that no process has its working directory in the folder."""

    def look() -> None:
        for pid in filter(str.isdecimal, os.listdir("/proc")):
            try:
                where = os.readlink(f"/proc/{pid}/cwd")
            except OSError:
                continue
            if where == folder or where.startswith(folder + os.sep):
                raise WrongResult(f"process {pid} is still there")

    return look
