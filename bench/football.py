"""The board of the example, in its local profile: goal 15.

Run as a program, it measures that board, and prints how long the run took over what no run could
be shorter than: its longest probe, and its CPU time over the cores.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

from goals import Goal, Line, Measured
from install import HERE
from measure import CORES, Case, WrongResult
from peers import Tools, succeeds

ROOT = os.path.dirname(HERE)
NAME = "the football board, local"
SMALL = ["T10.1"]
"""What is measured of it to see whether that works."""
READY = os.path.join(ROOT, "examples", "football", ".venv", "bin", "python")


def ratio(program: str, *selection: str) -> float:
    """Measure the board a second time, when it is known how long each probe takes."""
    with tempfile.TemporaryDirectory() as folder:
        history = os.path.join(folder, "history.db")
        command = [program, "check", "--history", history, "--output-format", "json", "-q"]
        command += selection
        for _ in range(2):
            done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
        run = json.loads(done.stdout)
    longest = max(probe["duration_s"] for probe in run["probes"])
    cpu = sum(probe["cpu_s"] for probe in run["probes"])
    return float(run["duration_s"]) / max(longest, cpu / CORES)


def cases(tools: Tools) -> dict[str, Case]:
    if not os.path.exists(READY):
        raise WrongResult("the example is not set up: make check")
    argv = [tools.python, os.path.abspath(__file__), tools.readiness]
    selection = SMALL if tools.smoke else []
    return {NAME: Case(argv=[*argv, *selection], verify=succeeds, value=float, rounds=2)}


def judge(measured: Measured) -> list[Line]:
    what = "the football board, against its longest probe and its CPU over the cores"
    return [Line(what=what, value=measured[NAME].value, limit=1.10, stretch=1.05)]


GOALS = {15: Goal("the football board", cases, judge)}

if __name__ == "__main__":
    found = shutil.which(sys.argv[1])
    print(ratio(found or sys.argv[1], *sys.argv[2:]))
