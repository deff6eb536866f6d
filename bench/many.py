"""Many probes, and one: goals 1 to 5 and 8."""

import os
from functools import partial

import boards
from goals import Goal, Line, Measured, cpu, less_than, mebibytes, wall
from measure import Case, WrongResult
from peers import Tools, bare, floor, runners, write

COMMANDS = 10


def name(number: int, runner: str = "readiness") -> str:
    return f"{number} probes: {runner}"


def plain(tools: Tools, number: int, *, reps: int = 1, rounds: int = 1000) -> dict[str, Case]:
    size = tools.size(number)
    case = boards.case(
        tools,
        f"plain-{number}",
        boards.plain(size),
        expected=["pass"] * size,
        reps=reps,
        rounds=rounds,
    )
    return {name(number): case}


def base(tools: Tools, number: int, *, reps: int = 1) -> dict[str, Case]:
    return {
        name(number, "C floor"): floor(tools, number, reps),
        name(number, "bare Python"): bare(tools, number, reps),
    }


def peers(tools: Tools, number: int, *, reps: int = 1, rounds: int = 1000) -> dict[str, Case]:
    found = runners(tools, number, reps=reps, rounds=rounds)
    return {name(number, peer): case for peer, case in found.items()}


def thousand(tools: Tools) -> dict[str, Case]:
    number = 1000
    size = tools.size(number)
    passed = ["pass"] * size
    text = boards.reading(size)
    reading = boards.case(tools, "reading", text, expected=passed)
    unrecorded = boards.case(
        tools, "unrecorded", boards.plain(size), "--history", "", expected=passed
    )
    return {
        **base(tools, number),
        **plain(tools, number),
        name(number, "readiness, reading a number"): reading,
        name(number, "readiness, no history"): unrecorded,
        **peers(tools, number),
    }


def judge_wall(measured: Measured) -> list[Line]:
    make = name(1000, "make -j2")
    ours = partial(wall, measured, base=make)
    others = ("lefthook", "goss", "go-task", "doit", "pre-commit")
    lines = [
        ours(name(1000), what="1000 probes, against make -j2", limit=1.45, stretch=1.35),
        ours(name(1000, "readiness, reading a number"), what="the same, a number read from each"),
        ours(name(1000, "readiness, no history"), what="the same, without the history"),
    ]
    lines += less_than(measured, name(1000), {peer: name(1000, peer) for peer in others})
    unjudged = [peer for peer in ("prek", "nox") if name(1000, peer) in measured]
    against = [wall(measured, name(1000), name(1000, peer), f"against {peer}") for peer in unjudged]
    return lines + against


def judge_cpu(measured: Measured) -> list[Line]:
    ours = partial(cpu, measured, base=name(1000, "C floor"))
    return [
        ours(name(1000), what="1000 probes, against the C floor", limit=1.3, stretch=1.15),
        ours(name(1000, "readiness, reading a number"), what="the same, a number read from each"),
        ours(name(1000, "readiness, no history"), what="the same, without the history"),
        ours(name(1000, "bare Python"), what="a bare loop in Python, against the C floor"),
        *(
            ours(name(1000, peer), what=f"{peer}, against the C floor")
            for peer in ("make -j2", "prek")
            if name(1000, peer) in measured
        ),
    ]


def slope_cases(tools: Tools) -> dict[str, Case]:
    return {
        **base(tools, 100, reps=3),
        **plain(tools, 100, reps=3),
        **base(tools, 1000),
        **plain(tools, 1000),
    }


def judge_slope(measured: Measured) -> list[Line]:
    def slope(runner: str) -> float:
        more, less = measured[name(1000, runner)], measured[name(100, runner)]
        return (more.cpu - less.cpu) / 900 * 1000

    value, least = (slope(runner) - slope("C floor") for runner in ("readiness", "bare Python"))
    return [
        Line(what="CPU a probe over the floor", value=value, unit="ms", limit=0.15, stretch=0.08),
        Line(what="the same of a bare loop in Python", value=least, unit="ms"),
    ]


def sharing(tools: Tools) -> dict[str, Case]:
    cases = {}
    for number in (COMMANDS, 1000):
        folder = os.path.join(tools.work, f"shared-{number}")
        size = max(COMMANDS, tools.size(number))
        cases[f"{number} criteria over {COMMANDS} commands"] = boards.case(
            tools,
            f"shared-{number}",
            boards.shared(size, COMMANDS),
            expected=["pass"] * size,
            before=partial(write, f"{folder}/started", ""),
            after=partial(_started, folder),
            reps=3,
        )
    return cases


def _started(folder: str) -> None:
    with open(f"{folder}/started", encoding="ascii") as file:
        started = len(file.readlines())
    if started != COMMANDS:
        raise WrongResult(f"{started} processes were started, not {COMMANDS}")


def judge_sharing(measured: Measured) -> list[Line]:
    few, many = (f"{number} criteria over {COMMANDS} commands" for number in (COMMANDS, 1000))
    what = "1000 criteria over 10 commands, against 10 criteria"
    return [wall(measured, many, few, what, limit=1.6, stretch=1.4)]


def ten_thousand(tools: Tools) -> dict[str, Case]:
    number = 10_000
    return {
        **peers(tools, number, rounds=2),
        **plain(tools, number, rounds=2),
    }


def judge_ten_thousand(measured: Measured) -> list[Line]:
    ours = name(10_000)
    memory = mebibytes(measured[ours].rss)
    what = "10,000 probes, against make -j2"
    return [
        wall(measured, ours, name(10_000, "make -j2"), what, limit=1.4, stretch=1.25),
        Line(
            what="peak memory of the largest process",
            value=memory,
            unit="MiB",
            limit=96,
            stretch=64,
        ),
    ]


def single(tools: Tools) -> dict[str, Case]:
    unrecorded = boards.case(
        tools, "single", boards.plain(1), "--history", "", expected=["pass"], reps=5
    )
    return {
        **nothing(tools),
        **plain(tools, 1, reps=5),
        name(1, "readiness, no history"): unrecorded,
        **peers(tools, 1, reps=5),
    }


def nothing(tools: Tools) -> dict[str, Case]:
    """What every Python program pays."""
    from peers import succeeds

    return {"python -c pass": Case(argv=[tools.python, "-c", "pass"], verify=succeeds, reps=20)}


def judge_single(measured: Measured) -> list[Line]:
    ours = partial(wall, measured, base="python -c pass")
    slow = ("doit", "nox", "pre-commit")
    return [
        cpu(
            measured,
            name(1),
            "python -c pass",
            "one probe, against python -c pass, CPU",
            limit=12,
            stretch=10,
        ),
        ours(name(1, "readiness, no history"), what="the same, without the history"),
        *less_than(measured, name(1), {peer: name(1, peer) for peer in slow}),
    ]


GOALS = {
    1: Goal("many probes, wall", thousand, judge_wall),
    2: Goal("many probes, CPU", thousand, judge_cpu),
    3: Goal("many criteria over few commands", sharing, judge_sharing),
    4: Goal("very many probes", ten_thousand, judge_ten_thousand),
    5: Goal("CPU a probe, from 100 to 1000", slope_cases, judge_slope),
    8: Goal("a board of one probe", single, judge_single),
}
