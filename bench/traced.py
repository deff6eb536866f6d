"""What it costs to see which files a probe opens, after a change of one of them: goal 17."""

import json
import os
import shutil
import sqlite3
from functools import partial

import boards
from goals import Goal, Line, Measured, wall
from measure import Case, WrongResult
from peers import Tools, write
from real import PACKAGE, SCRATCH

TOOLS = {
    "mypy": f"mypy {PACKAGE} --cache-dir {SCRATCH}/.mypy_cache || test $? = 1",
    "ruff": f"ruff check --no-cache {PACKAGE} || test $? = 1",
    # A plugin for reruns opens a socket, where it is installed.
    "pytest": "pytest -q -p no:cacheprovider -p no:rerunfailures tests >/dev/null 2>&1"
    " || test $? = 1",
    "make": f"make -s -f {SCRATCH}/Makefile",
}
MAKEFILE = """\
all:
\tfind src -name '*.py' -exec wc -l {} +
\twc -c README.md
\twc -c pyproject.toml
"""


def case_name(tool: str, how: str) -> str:
    return f"{tool}, {how}"


def cases(tools: Tools) -> dict[str, Case]:
    """Each tool plain, and with its inputs recorded; its results are forgotten before."""
    if not shutil.which("strace"):
        raise WrongResult("there is no strace (apt-get install strace)")
    found = {}
    scratch = os.path.join(tools.flask, SCRATCH)
    for tool, command in TOOLS.items():
        for how, inputs in (("plain", ""), ("traced", "\ninputs: traced")):
            criterion = f"title: {tool}\nrun: |\n  {command}\nexit: {{ok: [0]}}{inputs}"
            text = boards.board([criterion], f"workdir: {tools.flask}")
            folder = os.path.join(tools.work, f"traced-{tool}-{how}")
            found[case_name(tool, how)] = boards.case(
                tools,
                f"traced-{tool}-{how}",
                text,
                "--reuse",
                expected=["pass"],
                env={"PATH": ":".join([tools.project, os.environ["PATH"]])},
                before=partial(_forget, scratch, folder),
                after=partial(_kept, folder) if inputs else None,
                rounds=3,
                warm=not tools.smoke,
            )
    return found


def _forget(scratch: str, folder: str) -> None:
    """Forget the results, which is what a change of an input comes to."""
    shutil.rmtree(scratch, ignore_errors=True)
    write(os.path.join(scratch, "Makefile"), MAKEFILE)
    history = os.path.join(folder, ".readiness", "history.db")
    if os.path.exists(history):
        with sqlite3.connect(history) as connection:
            kept = connection.execute("select 1 from sqlite_master where name = 'results'")
            if kept.fetchone():
                connection.execute("delete from results")


def _kept(folder: str) -> None:
    """Look whether there was anything to record: what refuses itself costs less."""
    with sqlite3.connect(os.path.join(folder, ".readiness", "history.db")) as connection:
        if connection.execute("select count(*) from results").fetchone()[0]:
            return
        newest = "select document from runs order by sequence desc limit 1"
        (probe,) = json.loads(connection.execute(newest).fetchone()[0])["probes"]
        raise WrongResult(
            f"its inputs were not recorded: {probe['not_kept'] or 'no reason is given'}"
        )


def judge(measured: Measured) -> list[Line]:
    def line(tool: str) -> Line:
        ours, plain = case_name(tool, "traced"), case_name(tool, "plain")
        return wall(measured, ours, plain, f"{tool} with its inputs recorded", 1.6, 1.3)

    return [line(tool) for tool in TOOLS if case_name(tool, "traced") in measured]


GOALS = {17: Goal("inputs recorded", cases, judge)}
