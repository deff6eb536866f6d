"""Count the tests of a run (its text on standard input), and keep its coverage as JSON.

Leaves `coverage.json` and `neutral.json` in READINESS_TMP, beside `tests.jsonl` of `run_pytest.py`,
for the checks that come after; in the last one nothing is excluded from the count, by comments or
by settings.
"""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from glob import glob
from typing import TextIO

from checks.in_project.common import (
    NOT_MEASURED,
    NOT_THE_TREE,
    Params,
    doubtful,
    emit,
    files_below,
    heard,
    not_measured,
    place,
    read_text,
    require,
)
from checks.python.not_in_git import refuse_not_in_git
from checks.python.settings import tell_unread
from checks.tests.coverage_data import refuse_below_limit
from checks.tests.session import Session, failures, numbers, read_session
from checks.tests.uncollected import lost_tests

NO_SOURCE = "No source for code: "
"""How coverage begins to say that code which ran, such as a template's, stands in no file."""
AGAIN = "passed only on another try"
SLOWEST = 5
MARKS = ("ERROR: ", "FAIL ", "E  ", "INTERNALERROR> ", "not measured: ")


def last_words(said: str) -> str:
    """Return the line with which pytest says why it stopped; its last one where none is marked."""
    lines = [line for line in said.splitlines() if line.strip()] or ["it does not say why"]
    marked = [line for line in lines if line.startswith(MARKS) or ": error: " in line]
    return (marked or lines)[-1].removeprefix("not measured: ").removeprefix("E  ").strip()


def save_coverage(tmp: str) -> None:
    """Write the coverage of the run as JSON, whatever limit the project's settings have.

    Without coverage beside pytest there is none. Where coverage cannot report on what it measured,
    its reason is left to the checks that read it: the tests have run all the same.
    """
    if not os.path.exists(os.path.join(tmp, "omitted")):
        return
    data = os.path.join(tmp, "coverage")
    parts = glob(f"{data}.*")
    commands = [["coverage", "combine", "--quiet", "--data-file", data, *parts]] if parts else []
    nothing_excluded = os.path.join(tmp, "neutral.ini")
    with open(nothing_excluded, "w", encoding="utf-8") as file:
        file.write("[report]\nexclude_lines = (?!)\n")
    to_json = ["coverage", "json", "--quiet", "--fail-under", "0", "--data-file", data, "-o"]
    omitted = read_text(os.path.join(tmp, "omitted"))
    omit = ["--omit", omitted] if omitted else []
    commands.append([*to_json, os.path.join(tmp, "coverage.json"), *omit])
    commands.append([*to_json, os.path.join(tmp, "neutral.json"), "--rcfile", nothing_excluded])
    for command in commands:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            lines = (done.stderr + done.stdout).strip().splitlines() or ["it does not say why"]
            if not lines[-1].startswith(NO_SOURCE):
                not_measured(f"the tests left no coverage behind: {lines[-1]}")
            with open(command[command.index("-o") + 1], "w", encoding="utf-8") as file:
                json.dump({"unreported": lines[-1]}, file)


def add_lost_tests(params: Params, results: str, said: str) -> None:
    """Add the tests that were never collected to what was seen of a session that is whole."""
    read_session(results, said)
    events = [json.loads(line) for line in read_text(results).splitlines()]
    lost = lost_tests(params.words("paths"), events)
    with open(results, "a", encoding="utf-8") as file:
        file.writelines(f"{json.dumps({'event': 'lost', 'test': asdict(test)})}\n" for test in lost)


def all_were_planned(params: Params, session: Session) -> bool:
    """Return whether no test was deselected, and no file with tests was left out."""
    planned = {case.path for case in session.cases}
    named = (each.partition("::")[0] for each in params.words("paths"))
    given = [each for each in named if os.path.exists(each)]
    unplanned = [path for path in files_below(given) if is_test_file(path) and path not in planned]
    return not session.deselected and not any(map(has_tests, unplanned))


def is_test_file(path: str) -> bool:
    """Tell whether pytest would collect the file."""
    name = os.path.basename(path)
    return name.startswith("test_") or name.endswith("_test.py")


def has_tests(path: str) -> bool:
    """Return whether a file looks as if it had tests; it need not be one that Python can read."""
    with open(path, "rb") as file:
        return bool(re.search(rb"^\s*(?:async\s+)?def test", file.read(), re.MULTILINE))


def main(_argv: list[str], env: Mapping[str, str], stdin: TextIO) -> int:
    """Pass pytest's text on to standard error, then count."""
    params = Params(env)
    require("pytest")
    tmp = params.tmp
    output = heard(stdin)
    results = os.path.join(tmp, "tests.jsonl")
    if f"\nnot measured: {NOT_THE_TREE}" in f"\n{output}":
        return NOT_MEASURED  # that is the reason, and has been passed on
    if not os.path.exists(results):
        not_measured(f"pytest did not begin: {last_words(output)}")
    add_lost_tests(params, results, last_words(output))
    session = read_session(results)
    counted = numbers(session.cases)
    events = [json.loads(line) for line in read_text(results).splitlines()]
    imported = next((event["files"] for event in events if event["event"] == "imported"), ())
    refuse_not_in_git(imported, "the tests")
    for event in events:
        if event["event"] == "settings":
            tell_unread(event["tool"], event["path"])
    for case in session.cases:
        if "got empty parameter set" in case.message:
            doubtful(f"{case.path}::{case.function} ran for nothing: its parameters are empty")
    save_coverage(tmp)
    if not counted["failed"]:
        omitted = os.path.join(tmp, "omitted")
        omit = read_text(omitted) if os.path.exists(omitted) else ""
        refuse_below_limit(events, os.path.join(tmp, "coverage"), params.words("source"), omit)
    again = [case for case in session.cases if case.flaky]
    slowest = sorted(session.cases, key=lambda case: -case.seconds)[:SLOWEST]
    more = {
        "deselected": session.deselected,
        "duration": session.seconds,
        "duration_of_all": session.seconds if all_were_planned(params, session) else None,
        "slowest": [f"{case.seconds:.1f} s  {case.path}::{case.name}" for case in slowest],
        "flaky": [place(case.path, case.line, case.name, AGAIN) for case in again],
    }
    emit({**counted, **more}, failures(session.cases))
    return 0
