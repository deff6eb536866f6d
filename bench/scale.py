"""How cost grows: large boards, few open files, long histories, much output, large fleets.

python bench/scale.py                    everything, some minutes
python bench/scale.py --only history     some of it
python bench/scale.py --readiness FILE   another readiness than the one that run.py set up
python bench/scale.py --smoke            whether each can be measured: once, in small

Each thing is measured at three sizes or more. `grows as` is the exponent of the CPU time between
the last two: 1 is in proportion, 0 is not at all. Memory is that of the largest process.
"""

import argparse
import json
import math
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import boards
import fleets
from install import HERE, smoke_tools, tools
from measure import Case, Harness, summarise
from peers import Tools, repository, succeeds, write

Sized = tuple[int, Case]


@dataclass(frozen=True)
class Scale:
    """One thing that may be large: its cases by size, and what limits it is said to keep.

    `growth` is the largest exponent of its CPU time, `memory` the most MiB at the largest size.
    """

    what: str
    unit: str
    cases: Callable[[Tools], Iterator[Sized]]
    growth: float
    memory: float


def board(tools: Tools) -> Iterator[Sized]:
    """A board of many criteria is loaded, planned and shown."""
    for size in map(tools.size, (1_000, 3_000, 10_000)):
        folder = write(os.path.join(tools.work, f"board-{size}", boards.NAME), boards.large(size))
        argv = [tools.readiness, "check", "--dry-run"]
        yield size, Case(argv=argv, cwd=folder, verify=succeeds)


def whole_run(tools: Tools) -> Iterator[Sized]:
    """Many criteria over ten commands are measured, judged, recorded and shown."""
    for size in map(tools.size, (1_000, 3_000, 10_000)):
        name = f"criteria-{size}"
        text = boards.shared(size, 10)
        yield size, boards.case(tools, name, text, expected=["pass"] * size)


def few_files(tools: Tools) -> Iterator[Sized]:
    """Many probes where a process may have only 256 files open, all at once as far as that goes."""
    for size in map(tools.size, (100, 250, 500)):
        case = boards.case(
            tools, f"files-{size}", boards.plain(size), "-j", str(size), expected=["pass"] * size
        )
        command = " ".join(case.argv)
        yield size, Case(**{**vars(case), "argv": ["sh", "-c", f"ulimit -n 256; exec {command}"]})


def _history(tools: Tools, size: int) -> str:
    """A board whose history has so many runs, all but the first and the last made up."""
    folder = os.path.join(tools.work, f"history-{size}")
    path = os.path.join(folder, ".readiness", "history.db")
    if os.path.exists(path):
        return folder
    write(os.path.join(folder, boards.NAME), boards.reading(1))
    repository(folder)
    subprocess.run(
        [tools.readiness, "check", "-q"], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )
    connection = sqlite3.connect(path)
    first = connection.execute(
        "select board, profile, started_at, document from runs order by sequence limit 1"
    ).fetchone()
    text = json.loads(first[3])
    runs = []
    for number in range(size - 1):
        text["id"] = f"20250101T000000Z-{number:08x}"
        runs.append((text["id"], *first[:3], json.dumps(text).encode()))
    with connection:
        connection.execute("delete from runs")
        connection.executemany(
            "insert into runs (id, board, profile, started_at, state, document)"
            " values (?, ?, ?, ?, 'finished', ?)",
            runs,
        )
    connection.close()
    return folder


def history(command: str) -> Callable[[Tools], Iterator[Sized]]:
    """What looks back does not read all of it."""

    def cases(tools: Tools) -> Iterator[Sized]:
        for size in map(tools.size, (1_000, 10_000, 100_000)):
            argv = [tools.readiness, *command.split()]
            yield size, Case(argv=argv, cwd=_history(tools, size), verify=succeeds, warm=True)

    return cases


def output(tools: Tools) -> Iterator[Sized]:
    """One probe prints much, of which a number in its first line is read."""
    for size in (10, 100, 1_000):
        text = boards.board([f"run: head -c {size}000000 /dev/zero | tr '\\0' x"])
        yield size, boards.case(tools, f"output-{size}", text, expected=["pass"])


def fleet(tools: Tools) -> Iterator[Sized]:
    """Recorded runs of 60 criteria become one table and one page."""
    folder = os.path.join(tools.work, "fleet-scale")
    names = fleets.recorded(tools, folder, tools.size(400))
    for size in map(tools.size, (50, 100, 200, 400)):
        report = f"html=page-{size}.html"
        argv = [tools.readiness, "fleet", "-q", *names[:size], "--report", report]
        yield size, Case(argv=argv, cwd=folder, verify=boards.ends_with(1))


SCALES = {
    "board": Scale("load, plan and show a board", "criteria", board, 1.1, 96),
    "run": Scale("a run over 10 commands", "criteria", whole_run, 1.1, 128),
    "files": Scale("probes at once, ulimit -n 256", "probes", few_files, 1.1, 64),
    "history": Scale("history", "runs", history("history"), 0.1, 64),
    "trend": Scale("trend score", "runs", history("trend score"), 0.1, 96),
    "next": Scale("next", "runs", history("next"), 0.1, 64),
    "list": Scale("list", "runs", history("list"), 0.1, 64),
    "check": Scale("check, its look at earlier runs", "runs", history("check -q"), 0.1, 64),
    "output": Scale("output of one probe", "MB", output, 1.1, 64),
    "fleet": Scale("a fleet of recorded runs", "projects", fleet, 1.1, 96),
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", metavar="NAME,...", default=",".join(SCALES))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--work", default=os.path.join(HERE, ".work"), metavar="DIR")
    parser.add_argument("--readiness", default="", metavar="FILE")
    parser.add_argument("--smoke", action="store_true", help="see whether each can be measured")
    options = parser.parse_args()
    work = os.path.abspath(options.work)
    here = smoke_tools(work) if options.smoke else tools(work, options.readiness)
    if not os.path.exists(here.tm):
        print("Set up first: python bench/run.py --setup", file=sys.stderr)
        return 2
    os.makedirs(here.work, exist_ok=True)
    harness = Harness(here.tm, here.work, patience=0.0 if options.smoke else 1.0)
    if options.smoke:
        worked = [smoke(SCALES[name], here, harness) for name in options.only.split(",")]
        return 0 if all(worked) else 1
    print("| what | size | wall ms | CPU ms | MiB | grows as | limits | holds |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    held = [told(SCALES[name], here, harness, options.runs) for name in options.only.split(",")]
    return 0 if all(held) else 1


def smoke(scale: Scale, here: Tools, harness: Harness) -> bool:
    """See whether the case of the smallest size does its work."""
    _, case = next(scale.cases(here))
    samples, wrong = harness.measure({scale.what: case}, 1)
    print(scale.what, *(wrong.values() or ["works"]), sep=": ")
    return bool(samples) and not wrong


def told(scale: Scale, here: Tools, harness: Harness, runs: int) -> bool:
    """Measure one thing, and print a row for each of its sizes."""
    cases = {f"{size}": (size, case) for size, case in scale.cases(here)}
    samples, wrong = harness.measure({name: case for name, (_, case) in cases.items()}, runs)
    found = summarise(samples)
    sizes = [cases[name][0] for name in found]
    if wrong or len(sizes) < 2:
        print(f"| {scale.what} | | | | | | | **no**: {'; '.join(wrong.values())[:300]} |")
        return False
    times = [found[str(size)].cpu for size in sizes]
    grows = math.log(times[-1] / times[-2]) / math.log(sizes[-1] / sizes[-2])
    memory = max(figures.rss for figures in found.values()) / 1024
    held = grows <= scale.growth and memory <= scale.memory
    for name, figures in found.items():
        last = name == str(sizes[-1])
        end = f"{grows:.2f} | {scale.growth}, {scale.memory:g} MiB | {'yes' if held else '**no**'}"
        print(
            f"| {scale.what} | {cases[name][0]:,} {scale.unit} | {figures.wall * 1000:.0f} |"
            f" {figures.cpu * 1000:.0f} | {figures.rss / 1024:.0f} | {end if last else '| |'} |",
            flush=True,
        )
    return held


if __name__ == "__main__":
    sys.exit(main())
