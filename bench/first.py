"""A first board of a real project, beyond the time of the tools that it runs: goal 20."""

import os
import shutil
from functools import partial

import boards
from goals import Goal, Line, Measured
from measure import Case, WrongResult
from peers import Tools
from real import SCRATCH

WHOLE, PROPOSED = "init of flask", "init of flask, nothing measured"


def cases(tools: Tools) -> dict[str, Case]:
    folder = os.path.join(tools.work, "first")
    board = os.path.join(folder, boards.NAME)
    path = ":".join([tools.project, os.environ["PATH"]])

    def fresh() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        left_out = shutil.ignore_patterns(".git", SCRATCH)
        shutil.copytree(tools.flask, folder, symlinks=True, ignore=left_out)

    def written(status: int, _output: str) -> None:
        if status != 0 or not os.path.exists(board):
            raise WrongResult("no board was written")

    os.makedirs(folder, exist_ok=True)
    argv = [tools.readiness, "init", "--yes"]
    make = partial(Case, cwd=folder, env={"PATH": path}, before=fresh, verify=written, rounds=3)
    return {WHOLE: make(argv=argv), PROPOSED: make(argv=[*argv, "--no-measure"])}


def judge(measured: Measured) -> list[Line]:
    whole, own = measured[WHOLE], measured[PROPOSED]
    what = "init of flask: its own time, against that of the tools that it runs"
    value = own.wall / (whole.wall - own.wall) * 100
    return [Line(what=what, value=value, unit="%", limit=10, noisy=whole.noisy or own.noisy)]


GOALS = {20: Goal("a first board", cases, judge)}
