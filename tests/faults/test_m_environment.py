"""Family A10: what whoever starts the gate has set decides nothing; what the board sets does."""

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.faults.rows import passes, plain, tried
from tests.support.program import Project, a_board

SAYS_NO = "import atexit, os\natexit.register(os._exit, 0)\n"
FORGES = """\
import pytest

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    report.outcome = "passed"
"""
HALF = "def used():\n    return 1\n\n\ndef unused():\n    a = 1\n    b = 2\n    return a + b\n"
EXCLUDES = "[report]\nexclude_lines =\n    def unused\n"
WRONG = 'number: int = "one"\n'
TESTS_HALF = (
    "import sys\nsys.path.insert(0, 'src')\nfrom m import used\n\n\ndef test_a():\n    used()\n"
)
CHECKED_ELSEWHERE = "from judge import judge\n\n\ndef test_a():\n    judge(False)\n"
RAISES = "def judge(held):\n    assert held\n"
NUMBER = {"as": "text", "regex": r"\d+"}
PYTEST = {"check": "pytest", "with": {"paths": "tests"}}


class Trick(NamedTuple):
    """Files of the project, what the caller has set ({outside}: files beside it), a criterion."""

    files: Mapping[str, str]
    env: Mapping[str, str]
    outside: Mapping[str, str]
    criterion: Mapping[str, Any]


TRICKS = {
    "2001": Trick(
        {"src/m.py": "x = 1\n", "tests/test_a.py": CHECKED_ELSEWHERE, "tests/judge.py": RAISES},
        {"PYTHONOPTIMIZE": "1"}, {}, PYTEST),
    "2003": Trick({"v.py": "assert 1 > 2\n"}, {"PYTHONOPTIMIZE": "1"}, {}, plain("python3 v.py")),
    "2005": Trick(
        {"src/m.py": "x = 1\n", "tests/test_a.py": "def test_a():\n    assert False\n"},
        {"PYTEST_PLUGINS": "forge", "PYTHONPATH": "{outside}"}, {"forge.py": FORGES}, PYTEST),
    "2007": Trick({"v.py": "raise SystemExit(1)\n"}, {"PYTHONPATH": "{outside}"},
                  {"sitecustomize.py": SAYS_NO}, plain("python3 v.py")),
    "2009": Trick({"src/m.py": HALF, "tests/test_a.py": TESTS_HALF},
                  {"COVERAGE_RCFILE": "{outside}/rc"}, {"rc": EXCLUDES},
                  {"check": "coverage", "expect": ">= 90 %"}),
    "2011": Trick({"src/m.py": WRONG}, {"XDG_CONFIG_HOME": "{outside}"},
                  {"mypy/config": "[mypy]\nignore_errors = True\n"}, {"check": "mypy"}),
    "2011 in ~/.mypy.ini": Trick({"src/m.py": WRONG}, {"HOME": "{outside}"},
                  {".mypy.ini": "[mypy]\nignore_errors = True\n"}, {"check": "mypy"}),
    "2013": Trick({"src/m.py": "import os\n"}, {"XDG_CONFIG_HOME": "{outside}"},
                  {"ruff/ruff.toml": "lint.ignore = ['ALL']\n"}, {"check": "ruff"}),
    "2013 in ~/.config": Trick({"src/m.py": "import os\n"}, {"HOME": "{outside}"},
                  {".config/ruff/ruff.toml": "lint.ignore = ['ALL']\n"}, {"check": "ruff"}),
    "mypy's cache": Trick({"src/m.py": WRONG}, {"MYPY_FORCE_COLOR": "1", "MYPYPATH": "{outside}"},
                  {"m.pyi": ""}, {"check": "mypy"}),
    "options of Node": Trick({}, {"BASH_ENV": "{outside}/rc", "NODE_OPTIONS": "--check"},
                  {"rc": "exit 0\n"}, plain("set -u; echo ${NODE_OPTIONS-} | grep check")),
    "a loader's": Trick({}, {"PERL5OPT": "-e0"}, {}, plain("test -n \"${PERL5OPT-}\"")),
}  # fmt: skip


def prepared(project: Project, trick: Trick) -> dict[str, str]:
    """Write the files of a trick; return what the caller has set."""
    tools = os.path.dirname(sys.executable)
    project.environment["PATH"] = f"{tools}{os.pathsep}{project.environment['PATH']}"
    outside = project.folder.parent / "outside"
    for folder, files in ((project.folder, trick.files), (outside, trick.outside)):
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return {name: text.replace("{outside}", str(outside)) for name, text in trick.env.items()}


@pytest.mark.parametrize("row", TRICKS)
def test_2001_to_2013_the_callers_settings_are_put_aside(project: Project, row: str) -> None:
    """What is wrong is found, whatever would hide it."""
    trick = TRICKS[row]
    seen = tried(project, a_board(trick.criterion), env=prepared(project, trick))
    (criterion,) = seen.run.criteria()
    assert criterion.verdict in ("fail", "error"), criterion
    assert seen.ended.status in (1, 3)


@pytest.mark.parametrize("row", ["2003", "2007", "2009"])
def test_the_tricks_are_tricks(project: Project, row: str) -> None:
    """Where the board sets the same, for all to see, they work."""
    trick = TRICKS[row]
    board = {**a_board(trick.criterion), "env": prepared(project, trick)}
    assert tried(project, board).ended.status == 0


def test_2007_twin_what_the_board_sets_is_kept(project: Project) -> None:
    """PYTHONPATH in the board's env reaches the command, spelled out or taken from the caller."""
    libraries = project.folder / "lib"
    libraries.mkdir()
    (libraries / "ours.py").write_text("")
    board = {**a_board(plain("python3 -c 'import ours'")), "env": {"PYTHONPATH": "lib"}}
    assert tried(project, board).ended.status == 0
    board["env"] = {"PYTHONPATH": "${PYTHONPATH}"}
    assert tried(project, board, env={"PYTHONPATH": str(libraries)}).ended.status == 0


def test_what_was_put_aside_is_told(project: Project) -> None:
    """With -v, in the run document, and where a criterion errs for want of it. Twin: another."""
    needing = """python3 -c 'import os; os.environ["PYTHON" "SHOP"]'"""
    project.write(a_board(plain(needing, read=NUMBER, expect="> 0")))
    env = {
        "PYTHONPATH": f"{project.environment['PYTHONPATH']}:/ours",
        "PYTHONSHOP": "corner",
        "MAKEFLAGS": "w",
        "LANG": "C",
    }
    ended = project("check", "--output-format", "json", env={**env, "MAKELEVEL": "1"})
    assert ended.status == 3, ended
    run = ended.run
    assert run.put_aside == ["PYTHONPATH", "PYTHONSHOP"]
    (criterion,) = run.criteria()
    assert criterion.hint == "PYTHONSHOP was not passed on; set it in the board's env"
    assert "PYTHONPATH" in project("check", "-v", env=env).out
    project.write(a_board(plain("test -d .")))
    assert "PYTHONPATH" not in project("check", env=env).out


def a_tool(folder: Path, name: str, says: str = "exit 0") -> Path:
    """Write a program."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.parametrize(
    "entry", ["", ".", "bin", "{project}/bin", "{project}/bin/../bin", "{tmp}/link"]
)
def test_programs_in_the_project_are_not_found_by_path(project: Project, entry: str) -> None:
    """Empty, relative, or inside: a change could put any tool there, unseen."""
    a_tool(project.folder / "bin", "ours")
    a_tool(project.folder, "ours")
    (project.folder.parent / "link").symlink_to(project.folder / "bin")
    entry = entry.format(project=project.folder, tmp=project.folder.parent)
    path = f"{entry}:{os.environ['PATH']}"
    seen = tried(project, a_board(plain("ours")), env={"PATH": path})
    assert seen.ended.status == 3
    board = {**a_board(plain("ours")), "env": {"PATH": path}}
    assert tried(project, board).ended.status == 0  # the board may say so


@pytest.mark.parametrize("folder", [".tox/py/bin", "node_modules/.bin", "../outside"])
def test_twin_what_is_installed_is_found_by_path(project: Project, folder: str) -> None:
    """Environments in the project are its own; what lies outside is the caller's."""
    place = project.folder / folder
    a_tool(place, "ours")
    (place.parent / "pyvenv.cfg").write_text("")
    path = f"{place}:{os.environ['PATH']}"
    project.environment["PATH"] = path
    passes(project, plain("ours"))


def test_a_locale_of_ascii_is_enough(project: Project) -> None:
    """Commands, names of files, arguments and reports are UTF-8 whatever the caller's locale."""
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    (project.folder / "源").mkdir()
    (project.folder / "源" / "文.md").write_text("x")
    board = a_board(
        plain("ls 源; test ✓ = ✓", title="清理 é"),
        {"id": "T1.2", "title": "训练", "attest": {"evidence": "源/文.md"}},
    )
    project.write(board)
    attested = project("attest", "T1.2", "--by", "李", "--valid", "10d", env=ascii_only)
    assert attested.status == 0, attested
    seen = tried(project, (project.folder / "board.yaml").read_text("utf-8"), env=ascii_only)
    assert seen.ended.status == 0
    for command in ("validate", "list", "show", "doctor", "next", "history", "prove"):
        arguments = [command, "T1.1"] if command == "show" else [command]
        ended = project(*arguments, env=ascii_only)
        assert ended.status in (0, 1, 3), ended
        assert "codec" not in ended.out + ended.err
