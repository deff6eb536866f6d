"""Count the tests of a run (its text on standard input), and keep its coverage as JSON.

Leaves `junit.xml`, `coverage.json` and `neutral.json` in READINESS_TMP, for the checks that come
after; in the last one nothing is excluded from the count, by comments or by settings.
"""

import atexit
import os
import subprocess
import sys
from glob import glob

from _common import emit, not_measured, require
from _junit import failures, numbers, read_cases, seconds


def save_coverage(tmp: str) -> None:
    """Write the coverage of the run as JSON, whatever limit the project's settings have."""
    data = os.path.join(tmp, "coverage")
    parts = glob(f"{data}.*")
    commands = [["coverage", "combine", "--quiet", "--data-file", data, *parts]] if parts else []
    nothing_excluded = os.path.join(tmp, "neutral.ini")
    with open(nothing_excluded, "w", encoding="utf-8") as file:
        file.write("[report]\nexclude_lines = (?!)\n")
    to_json = ["coverage", "json", "--quiet", "--fail-under", "0", "--data-file", data, "-o"]
    commands.append([*to_json, os.path.join(tmp, "coverage.json")])
    commands.append([*to_json, os.path.join(tmp, "neutral.json"), "--rcfile", nothing_excluded])
    for command in commands:
        if subprocess.run(command, check=False, stdout=sys.stderr).returncode:
            not_measured("the tests left no coverage behind")


def main() -> None:
    """Pass pytest's text on to standard error, then count."""
    require("coverage", "pytest")
    atexit.register(sys.stderr.write, sys.stdin.read())  # after what this script has to say
    tmp = os.environ["READINESS_TMP"]
    results = os.path.join(tmp, "junit.xml")
    cases = read_cases(results)
    counted = numbers(cases)
    save_coverage(tmp)
    emit({**counted, "duration": seconds(results)}, failures(cases))


if __name__ == "__main__":
    main()
