"""Each way in which a result changes though no file that its check would name did."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from readiness.record.document import RunDocument
from readiness.reuse.trace import find_tracer
from tests.support.program import Project, a_board, number
from tests.support.repositories import commit, git

pytestmark = pytest.mark.skipif(
    not find_tracer(os.environ["PATH"]), reason="strace is not installed"
)

Change = Callable[[Path], object]
TOOLS = os.path.dirname(sys.executable)
SERVICES: list[socket.socket] = []


def writes(name: str, text: str) -> Change:
    """Write a file, by its path from the project."""
    return lambda it: (it / name).write_text(text)


def program(name: str, text: str) -> Change:
    """Install a program of the shell."""

    def install(it: Path) -> None:
        (it / name).write_text(f"#!/bin/sh\n{text}\n")
        (it / name).chmod(0o755)

    return install


def tag(it: Path) -> None:
    """Tag the commit that is checked out."""
    subprocess.run(["git", "tag", "v2"], cwd=it, check=True)


def errors(command: str) -> dict[str, Any]:
    """Make a criterion of the number of lines that a command prints."""
    return number(f'echo "errors: $( ({command}) 2>&1 | cksum | cut -d " " -f 1)"', "< 99999999999")


def tool(check: str, **params: object) -> dict[str, Any]:
    """Make a criterion of a check."""
    return {"check": check, "with": {"paths": "src", **params}}


def copied(target: str) -> dict[str, Any]:
    """Make a criterion of what a target prints, which is run in a copy of the project."""
    params = {"target": target, "number": r"(?m)^(?:errors: )?(\d+)"}
    return {"check": "make-target", "with": params, "measure": "number", "expect": "<= 99999999"}


WAYS: dict[str, tuple[dict[str, Any], Change]] = {
    "the file that ruff's settings extend": (
        tool("ruff"),
        writes("shared.toml", 'lint.select = ["D100"]\n'),
    ),
    "mypy's folder of stubs": (tool("mypy"), writes("stubs/other.pyi", "def f() -> int: ...\n")),
    "a file beside the repository": (errors("cat ../beside"), writes("../beside", "2")),
    "a file in HOME": (errors('cat "$HOME/.settings"'), writes("../.settings", "2")),
    "a fixture in a folder called a cache": (
        errors("cat .fixtures-cache/a"),
        writes(".fixtures-cache/a", "2"),
    ),
    "the tag of the commit": (errors("git describe --tags --always"), tag),
    "a service that has stopped": (
        errors("exec 3<>/dev/tcp/127.0.0.1/$PORT"),
        lambda it: SERVICES.pop().close(),
    ),
    "the clock": (errors("date +%s%N"), lambda it: None),
    "the clock, asked for by a script": (
        errors("python -c 'import time; print(time.time_ns())'"),
        lambda it: None,
    ),
    "the clock, asked for by a check": (
        {
            "check": "junit",
            "with": {"report": "report.xml", "within": "1h", "commit": "at"},
            "expect": "== 0",
        },
        lambda it: None,
    ),
    "the times of files": (
        errors("test src/a.py -nt src/b.py && echo newer"),
        lambda it: os.utime(it / "src/b.py", (1, 1)),
    ),
    "what is staged": (errors("git ls-files"), lambda it: git(it, "add", "at")),
    "what an index knows of times": (errors("git diff-files"), lambda it: git(it, "status")),
    "a name that was looked up in vain": (errors("cat none"), writes("none", "2")),
    "a program earlier on PATH": (errors("tool"), program("../bin/tool", "echo 2")),
    "a program in the same place": (errors("tool"), program("../more/tool", "echo 2")),
    "a package that Python finds": (
        errors("python -c 'import beside'"),
        writes("lib/beside.py", "print(2)"),
    ),
    "what the kernel tells": (errors("cat /proc/uptime /proc/loadavg"), lambda it: time.sleep(1)),
    "the rights to a file": (errors("stat -c %a a"), lambda it: (it / "a").chmod(0o600)),
    "the names in a folder": (errors("ls src"), writes("src/new", "")),
    "what a link of its own leads to": (
        errors('ln -s "$PWD/.." "$READINESS_TMP/up"; cat "$READINESS_TMP/up/beside"'),
        writes("../beside", "2"),
    ),
    "what a link leads to that replaced another": (
        errors('cd "$READINESS_TMP"; ln -s . l; ln -sfn "$OLDPWD/.." l; cat l/beside'),
        writes("../beside", "2"),
    ),
    "what a link in a folder that was moved leads to": (
        errors('cd "$READINESS_TMP"; mkdir a; ln -s "$OLDPWD/.." a/l; mv a b; cat b/l/beside'),
        writes("../beside", "2"),
    ),
    "what another name of a file holds": (
        errors("ln ../beside ../b && cat ../b; rm ../b"),
        writes("../beside", "2"),
    ),
    "an installed package that a copy of the project is linked to": (
        copied("installed"),
        writes(".venv/tool.py", "print('errors: 2')\n"),
    ),
    "what runs a program of the project in a copy": (
        copied("runs"),
        lambda it: shutil.copy("/usr/bin/sum", it / "../runs"),
    ),
    "a file that a target reads in a copy": (copied("reads"), writes("a", "2")),
    "the right to it": (copied("rights"), lambda it: (it / "a").chmod(0o600)),
    "the time of it": (copied("times"), lambda it: os.utime(it / "a", (1, 1))),
    "where a link leads that was copied": (
        copied("links"),
        lambda it: ((it / "link").unlink(), (it / "link").symlink_to("at")),
    ),
    "a file in a folder that was moved in a copy": (copied("moves"), writes("src/b.py", "2")),
    "a new file that is copied too": (copied("lists"), writes("src/new", "")),
    "a file in an ignored folder that Git has, and that is gone": (
        copied("names"),
        lambda it: (it / "dist/x").unlink(),
    ),
    "a variable": (errors("echo $SOME"), lambda it: os.environ.update(SOME="2")),
}


MAKEFILE = """\
installed:
\tpython3 .venv/tool.py
runs:
\t./script
reads:
\tcksum < a
rights:
\tstat -c %a a
times:
\tstat -c %Y a
links:
\tcksum < link
moves:
\tmv src lib && cksum < lib/b.py
names:
\tls dist | cksum
lists:
\tls src | cksum
"""


@pytest.fixture
def place(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A committed project with all that the ways change, and a service."""
    SERVICES[:] = [socket.create_server(("127.0.0.1", 0))]
    monkeypatch.setenv("SOME", "1")
    folder = project.folder
    commit(
        folder,
        {
            "src/a.py": "import other\n\nx: str = other.f()\n",
            "src/b.py": "",
            "stubs/other.pyi": "def f() -> str: ...\n",
            "ruff.toml": 'extend = "shared.toml"\n',
            "shared.toml": 'lint.select = ["F"]\n',
            "mypy.ini": "[mypy]\nmypy_path = stubs\n",
            ".fixtures-cache/a": "1",
            "a": "1",
            "later": "",
            "report.xml": '<testsuite tests="1"><testcase classname="a" name="b"/></testsuite>',
            ".gitignore": ".readiness\n.venv\ndist\n",
            "Makefile": MAKEFILE,
            "script": f"#!{folder.parent}/runs\nerrors: 1\n",
        },
    )
    (folder / "dist").mkdir()
    (folder / "dist/x").write_text("")
    git(folder, "add", "--force", "dist/x")
    commit(folder, {})
    os.utime(folder / "later", (1, 1))  # another time than the index has
    shown = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, check=True
    )
    (folder / "at").write_bytes(shown.stdout)
    for name in ("../beside", "../.settings"):
        (folder / name).write_text("1")
    for name in ("../bin", "../more", "lib", ".venv"):
        (folder / name).mkdir()
    (folder / ".venv/tool.py").write_text("print('errors: 1')\n")
    shutil.copy("/usr/bin/cat", folder / "../runs")
    (folder / "script").chmod(0o755)
    (folder / "link").symlink_to("later")
    program("../more/tool", "echo 1")(folder)
    time.sleep(0.05)
    yield project
    for service in SERVICES:
        service.close()


def check(project: Project, *options: str) -> RunDocument:
    """Run the board; the document."""
    folder = project.folder
    own = [str(folder.parent / "bin"), str(folder.parent / "more")]
    path = ":".join([*own, TOOLS, project.environment["PATH"]])
    env = {"PATH": path, "SOME": os.environ["SOME"], "TMPDIR": ""}  # copies lie in memory
    ended = project("check", "--output-format", "json", *options, env=env)
    assert ended.status in (0, 1, 3), ended
    return ended.run


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_to_yesterdays_answer(place: Project, way: str) -> None:
    """With --reuse a run says after it what it says without."""
    criterion, change = WAYS[way]
    env = {"PORT": str(SERVICES[0].getsockname()[1]), "PYTHONPATH": "lib"}
    place.write(a_board(criterion, env=env))
    first = check(place, "--reuse")
    assert [one.verdict.measured for one in first.criteria()] == [True]
    change(place.folder)
    time.sleep(0.05)
    now, fresh = check(place, "--reuse"), check(place)
    assert not any(probe.reused for probe in now.probes)
    if "clock" not in way and "kernel" not in way:
        values = [[one.value for one in run.criteria()] for run in (first, now, fresh)]
        assert values[0] != values[1] == values[2]


@pytest.mark.parametrize("target", ["reads", "rights", "times", "links", "lists"])
def test_what_a_check_only_copies_is_none_of_them(place: Project, target: str) -> None:
    """A target that never reads a file says of it what it said yesterday."""
    place.write(a_board(copied(target)))
    first = check(place, "--reuse")
    for name in ("report.xml", "mypy.ini", "src/a.py"):
        (place.folder / name).write_text("other\n")
    time.sleep(0.05)
    now = check(place, "--reuse")
    assert all(probe.reused for probe in now.probes), [each.not_kept for each in first.probes]


def test_tools_are_there(place: Project) -> None:
    """Else nothing would have been changed."""
    assert all(shutil.which(name, path=TOOLS) for name in ("ruff", "mypy"))
