"""Run some tests and list each of them with its outcome, and how those that failed did."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import TextIO

from checks.in_project.common import RUNNER, Params, emit, not_measured, place, require
from checks.tests.session import SeenTest, numbers, read_session

NO_PROOF = re.compile(
    r"(?:setup|teardown): |fixture |(?:\w+\.)*(?:TypeError: .*\bargument|"
    r"(?:Attribute|Import|Indentation|ModuleNotFound|Name|Syntax)Error\b)"
)
"""How a message begins of a failure that is none of what a test asserts: nothing was there."""


def kind(case: SeenTest) -> str:
    """Return a test's outcome: `error` where it failed for what it needs, not for what it asks."""
    if case.outcome != "failed":
        return case.outcome
    if case.in_code:
        return "failed"
    return "error" if NO_PROOF.match(case.message.strip()) else "failed"


def run(params: Params, tmp: str, results: str, words: list[str]) -> None:
    """Run pytest, whichever Python it is of; its own text goes to standard error.

    With the parameter `WEIGHING`, a file, it tells there what each test notices of faults.
    """
    beside = os.path.dirname(RUNNER)
    inherited = filter(None, [params.env.get("PYTHONPATH", "")])
    options = [
        "-p",
        "in_project.weighing" if params.text("WEIGHING") else "in_project.outcomes",
        "--rootdir",
        ".",
        "-o",
        f"cache_dir={os.path.join(tmp, 'cache')}",
    ]
    began = time.perf_counter()
    done = subprocess.run(
        ["pytest", *options, *words],
        check=False,
        stdout=sys.stderr,
        env={
            **params.env,
            "PYTHONPATH": os.pathsep.join([beside, *inherited]),
            **({"PYTHONHASHSEED": "0"} if params.text("WEIGHING") else {}),
        },
    )
    if not os.path.exists(results):
        not_measured(f"pytest did not begin: it ended with status {done.returncode}")
    ended = {"status": done.returncode, "seconds": round(time.perf_counter() - began, 3)}
    with open(results, "a", encoding="utf-8") as file:
        file.write(json.dumps({"event": "ended", **ended}) + "\n")


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Run pytest with the words of `args` and `paths`, and list what it ran."""
    params = Params(env)
    require("pytest")
    tmp = params.tmp
    results = os.path.join(tmp, "tests.jsonl")
    run(params, tmp, results, [*params.shell_words("args"), *params.shell_words("paths")])
    if params.text("WEIGHING"):
        emit({"executed": 0})
        return 0
    session = read_session(results)
    kinds = [kind(case) for case in session.cases]
    listed = [
        place(case.path, case.line, f"{name} {case.function or case.name}", case.message[:200])
        for case, name in zip(session.cases, kinds, strict=True)
    ]
    emit({**numbers(session.cases), "errors": kinds.count("error")}, listed)
    return 0
