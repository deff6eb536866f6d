"""Start-up, large boards and the table: goals 6, 7 and 10 to 12."""

import os

import boards
from goals import Goal, Line, Measured, cpu, mebibytes, wall
from many import nothing
from measure import Case, WrongResult
from peers import Tools, counts, succeeds, write

INSIDE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "inside.py")
SIZE = 10_000
VALIDATE = f"validate {SIZE}"
MISTAKEN = f"validate {SIZE}, mistakes in 100"
PLANNED = f"plan {SIZE}"
BARE = f"yaml.load of {SIZE}, bare"


def version(tools: Tools) -> dict[str, Case]:
    case = Case(argv=[tools.readiness, "--version"], verify=counts(r"\d+\.\d+", 1), reps=10)
    return {**nothing(tools), "readiness --version": case}


def usage(tools: Tools) -> dict[str, Case]:
    case = Case(argv=[tools.readiness, "--help"], verify=counts("^ *Usage:", 1), reps=5)
    return {**nothing(tools), "readiness --help": case}


def judge_version(measured: Measured) -> list[Line]:
    what = "--version, against python -c pass"
    return [wall(measured, "readiness --version", "python -c pass", what, limit=1.35)]


def judge_usage(measured: Measured) -> list[Line]:
    what = "--help, against python -c pass, CPU"
    return [cpu(measured, "readiness --help", "python -c pass", what, limit=16, stretch=12)]


def loading(tools: Tools) -> dict[str, Case]:
    size = tools.size(SIZE)
    mistakes = min(100, size)
    text = boards.large(size)
    good = write(os.path.join(tools.work, "large", boards.NAME), text)
    bad = write(
        os.path.join(tools.work, "mistaken", boards.NAME),
        text.replace("expect:", "expct:", mistakes),
    )
    path = os.path.join(good, boards.NAME)
    wrong = [tools.readiness, "validate"]

    def faults(status: int, output: str) -> None:
        if status != 2:
            raise WrongResult("exit status 2 was expected")
        counts(r"unknown key", mistakes)(0, output)

    return {
        BARE: Case(argv=[tools.python, INSIDE, "yaml", path], verify=succeeds, rounds=3),
        VALIDATE: Case(argv=wrong, cwd=good, verify=succeeds, rounds=5),
        MISTAKEN: Case(argv=wrong, cwd=bad, verify=faults, rounds=5),
        PLANNED: Case(
            argv=[tools.readiness, "check", "--dry-run"],
            cwd=good,
            verify=counts(r"^p\d+ ", size),
            rounds=5,
        ),
    }


def judge_loading(measured: Measured) -> list[Line]:
    what = f"validate {SIZE:,} criteria, against bare CSafeLoader, CPU"
    return [
        cpu(measured, VALIDATE, BARE, what, limit=0.28, stretch=0.18),
        cpu(measured, MISTAKEN, BARE, "the same with 100 mistakes, all told"),
    ]


def judge_planning(measured: Measured) -> list[Line]:
    what = f"load, plan and render {SIZE:,}, against bare CSafeLoader, CPU"
    return [
        cpu(measured, PLANNED, BARE, what, limit=0.35, stretch=0.25),
        Line(what="peak memory", value=mebibytes(measured[PLANNED].rss), unit="MiB", limit=96),
    ]


def rendering(tools: Tools) -> dict[str, Case]:
    recorded = os.path.join(tools.work, "rendered", "run.json")
    report = f"json={recorded}"
    # From 200 rows on, not all are shown unless they are asked for.
    size = max(200, tools.size(1000))
    run = boards.case(
        tools, "rendered", boards.reading(size), "--report", report, expected=["pass"] * size
    )
    first = Case(**{**vars(run), "rounds": 1})

    def render(how: str) -> Case:
        argv = [tools.python, INSIDE, how, recorded, str(size)]
        return Case(argv=argv, verify=succeeds, value=float)

    return {
        "a run to render": first,
        "table of 1000": render("table"),
        "rich.Table": render("rich"),
    }


def judge_rendering(measured: Measured) -> list[Line]:
    ours, theirs = measured["table of 1000"].value, measured["rich.Table"].value
    what = "1000 rows off a terminal, against a bare rich.Table, CPU"
    return [Line(what=what, value=ours / theirs, limit=1.3, stretch=1.0)]


GOALS = {
    6: Goal("--version", version, judge_version),
    7: Goal("--help", usage, judge_usage),
    10: Goal("load a large board", loading, judge_loading),
    11: Goal("load, plan and render a large board", loading, judge_planning),
    12: Goal("render a large table", rendering, judge_rendering),
}
