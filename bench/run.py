"""Measures readiness beside its peers in one interleaved run, and says which goals hold.

python bench/run.py                  all goals; sets up what it needs first
python bench/run.py --only 1,2,13    some of them
python bench/run.py --as-it-is       with what an earlier run has set up
python bench/run.py --smoke          whether every case works: one round, in small, nothing fetched
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import replace

import changes
import first
import fleets
import football
import hostile
import many
import real
import reuse
import start
from goals import Goal, Line
from install import HERE, install, smoke_tools, tools
from measure import Case, Figures, Harness, WrongResult, as_data, summarise

PARTS = (many, start, reuse, real, hostile, football, changes, fleets, first)
GOALS: dict[int, Goal] = dict(sorted(each for part in PARTS for each in part.GOALS.items()))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", metavar="GOAL,...", help="numbers of goals; default: all")
    parser.add_argument("--runs", type=int, default=7, metavar="N", help="rounds; default: 7")
    parser.add_argument("--json", metavar="FILE", help="write all samples and results there")
    parser.add_argument("--setup", action="store_true", help="install what is needed, and stop")
    parser.add_argument("--as-it-is", action="store_true", help="install nothing")
    parser.add_argument("--smoke", action="store_true", help="see whether every case works")
    parser.add_argument(
        "--work", default=os.path.join(HERE, ".work"), metavar="DIR", help="default: bench/.work"
    )
    parser.add_argument(
        "--readiness", default="", metavar="FILE", help="another readiness than the one set up"
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=2.0,
        metavar="SECONDS",
        help="how long a sample waits for the machine to be quiet; default: 2",
    )
    parser.add_argument("--verbose", action="store_true", help="print every sample")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    work = os.path.abspath(options.work)
    left_out = [] if options.as_it_is or options.smoke else install(work)
    if options.setup:
        print(*left_out, sep="\n", file=sys.stderr)
        return 0
    chosen = [int(word) for word in options.only.split(",")] if options.only else list(GOALS)
    here = smoke_tools(work) if options.smoke else tools(work, options.readiness)
    os.makedirs(here.work, exist_ok=True)
    cases: dict[str, Case] = {}
    why: dict[int, str] = {}
    for number in chosen:
        try:
            cases |= GOALS[number].cases(here)
        except (WrongResult, OSError, subprocess.CalledProcessError) as error:
            why[number] = str(error)
    patience, rounds = options.patience, options.runs
    if options.smoke:
        patience, rounds = 0.0, 1
        cases = {name: replace(case, reps=1) for name, case in cases.items()}
    harness = Harness(here.tm, here.work, patience=patience, verbose=options.verbose)
    samples, wrong = harness.measure(cases, rounds)
    measured = summarise(samples)
    results = {number: judge(GOALS[number], measured) for number in chosen}
    print(report(results, measured, wrong, why))
    print(*(f"\nLeft out: {each}" for each in left_out), sep="")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"goals": as_lines(results), "samples": as_data(samples)}, file, indent=1)
    held = all(
        lines and (options.smoke or all(line.holds is not False for line in lines))
        for lines in results.values()
    )
    return 0 if held and not wrong else 1


def judge(goal: Goal, measured: dict[str, Figures]) -> list[Line]:
    """The goal's lines, or none where something that it needs was not measured."""
    try:
        return goal.judge(measured)
    except KeyError:
        return []


def report(
    results: dict[int, list[Line]],
    measured: dict[str, Figures],
    wrong: dict[str, str],
    why: dict[int, str],
) -> str:
    """The goals and then the cases, as Markdown tables."""
    lines = [
        f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "",
        "| goal | what | measured | limit | stretch | holds | CPU ratio |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for number, found in results.items():
        lines += [_row(number, line) for line in found]
        if not found:
            reason = why.get(number, "a case did not do its work, see below")
            title = GOALS[number].title
            lines.append(f"| {number} | {title} | not measured: {reason} | | | no | |")
    lines += [
        "",
        "| case | wall ms | shortest | CPU ms | largest process MiB | samples |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_case(name, figures) for name, figures in measured.items()),
    ]
    lines += [f"\n{problem}" for problem in wrong.values()]
    return "\n".join(lines)


def _row(number: int, line: Line) -> str:
    def shown(value: float | None) -> str:
        return "" if value is None else f"{value:.3g} {line.unit}"

    verdict = {None: "", True: "stretch" if line.stretched else "yes", False: "**no**"}[line.holds]
    mark = "~" if line.noisy else ""
    ratio = "" if line.cpu is None else f"{line.cpu:.3g}"
    return (
        f"| {number} | {line.what} | {mark}{shown(line.value)} | {shown(line.limit)} |"
        f" {shown(line.stretch)} | {verdict} | {ratio} |"
    )


def _case(name: str, figures: Figures) -> str:
    mark = "~" if figures.noisy else ""
    memory = max(figures.rss, figures.pss) / 1024
    return (
        f"| {name} | {mark}{figures.wall * 1000:.1f} | {figures.best * 1000:.1f} |"
        f" {figures.cpu * 1000:.1f} | {memory:.0f} | {figures.samples} |"
    )


def as_lines(results: dict[int, list[Line]]) -> dict[int, list[dict[str, object]]]:
    """The results, for a JSON file."""
    return {
        number: [{**vars(line), "holds": line.holds} for line in lines]
        for number, lines in results.items()
    }


if __name__ == "__main__":
    sys.exit(main())
