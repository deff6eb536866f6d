"""Probes that print without end, hold on to pipes or do not want to end: goal 14."""

import os
from functools import partial

import boards
from goals import Goal, Line, Measured, mebibytes
from measure import Case
from peers import Tools

LIMIT = 1.0
# From SIGTERM to SIGKILL, as docs/architecture.md has it.
GRACE = 0.5
ROOM = 0.2
LOUD = "4 MB from each of 100 probes"
HOLDER = "a grandchild holds the pipe"
STUBBORN = "a limit of 1 s, SIGTERM ignored"
BYTES = 4 * 1024 * 1024


def loud(tools: Tools) -> str:
    size = tools.size(BYTES)

    def criterion(number: int) -> str:
        where = " >&2" if number % 2 else ""
        return f"run: printf {number}; head -c {size} /dev/zero | tr '\\0' x{where}"

    return boards.board(map(criterion, range(tools.size(100))))


def cases(tools: Tools) -> dict[str, Case]:
    make = partial(boards.case, tools, watched=True, rounds=3)
    holder = boards.board(["run: (sleep 30 &); test -d .\ntimeout: 1s"])
    ignoring = (
        "run: trap '' TERM; setsid sleep 30 & sleep 30; sleep 30\ntimeout: 1s\n"
        "proof: {from: output, as: text, regex: done}"
    )
    folder = partial(os.path.join, tools.work)
    return {
        LOUD: make(
            "loud",
            loud(tools),
            expected=["pass"] * tools.size(100),
            after=boards.nothing_left(folder("loud")),
        ),
        HOLDER: make(
            "holder",
            holder,
            expected=["error"],
            status=3,
            after=boards.nothing_left(folder("holder")),
        ),
        STUBBORN: make(
            "stubborn",
            boards.board([ignoring]),
            expected=["error"],
            status=3,
            after=boards.nothing_left(folder("stubborn")),
        ),
    }


def judge(measured: Measured) -> list[Line]:
    allowed = LIMIT + GRACE + ROOM
    memory = max(measured[name].pss for name in (LOUD, HOLDER, STUBBORN))

    def seconds(name: str, limit: float | None) -> Line:
        figures = measured[name]
        return Line(what=name, value=figures.wall, unit="s", limit=limit, noisy=figures.noisy)

    return [
        seconds(LOUD, None),
        seconds(HOLDER, allowed),
        seconds(STUBBORN, allowed),
        Line(
            what="peak memory of the gate's processes",
            value=mebibytes(memory),
            unit="MiB",
            limit=64,
        ),
    ]


GOALS = {14: Goal("hostile probes", cases, judge)}
