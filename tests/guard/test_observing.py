"""Scripts that commands reach by names that they do not spell, and files that scripts only read."""

import json
import re

import pytest

from tests.support.loosening import Files, board, guarded
from tests.support.program import Project, a_board

GOOD = "def a():\n    return 1\n"
BAD = 'def a():\n    return eval("1")\n'
GATE = """\
import pathlib
import sys

sys.exit(any("eval(" in path.read_text() for path in pathlib.Path("src").rglob("*.py")))
"""
NAMING = GATE.replace('pathlib.Path("src").rglob("*.py")', '[pathlib.Path("src/a.py")]')
DONE = 'print("looked at 1")\n'
BY_NAME = """\
import json
import subprocess
import sys

step = json.load(open("ci/steps.json"))["step"]
sys.exit(subprocess.call([sys.executable, "ci/" + step + ".py"]))
"""
LISTED = """\
import pathlib
import sys

words = [path.read_text().strip() for path in sorted(pathlib.Path("rules").iterdir())]
sys.exit(any(word in path.read_text() for word in words for path in pathlib.Path("src").iterdir()))
"""
IMPORTED = """\
import importlib
import sys

sys.path.insert(0, "ci")
sys.exit(importlib.import_module("ru" + "les").main())
"""
RULES = """\
import pathlib


def main():
    return any("eval(" in path.read_text() for path in pathlib.Path("src").rglob("*.py"))
"""
IMPORTING = "import sys\n\nsys.path.insert(0, 'src')\nimport a\n\nsys.exit(a.a() != 1)\n"
STEPS = """\
import pathlib
import runpy

for path in sorted(pathlib.Path("ci/steps").iterdir()):
    runpy.run_path(str(path), run_name="__main__")
"""
VALID = """\
import json
import pathlib

print([json.loads(path.read_text()) for path in pathlib.Path("data").glob("*.json")])
"""
MADE = """\
import pathlib

pathlib.Path("src/made.py").write_text("N = " + pathlib.Path("data/n.txt").read_text())
"""
NODE = """\
const text = require("fs").readFileSync("src/a.py", "utf8")
process.exit(text.includes("eval(") ? 1 : 0)
"""
TEST = 'def test_a():\n    assert "eval(" not in open("src/a.py").read()\n'


ELSEWHERE = "d=$(mktemp -d); trap 'rm -rf \"$d\"' EXIT"


def gate(path: str = "ci/gate.py", text: str = GATE) -> tuple[Files, Files]:
    """A script, and one in its place that lets everything pass."""
    return {path: text}, {path: "console.log(1)\n" if path.endswith(".js") else DONE}


HOLLOW: dict[str, tuple[str, tuple[Files, Files]]] = {
    "folder": ("python ci/gate", gate("ci/gate/__main__.py")),
    "pattern rule": (
        "make gate.run",
        ({"Makefile": "%.run: ci/%.py\n\tpython $<\n", **gate()[0]}, gate()[1]),
    ),
    "found": ('find ci -name "gate*" -exec python {} +', gate()),
    "found, one by one": ('find ci -name "gate*" | while read f; do python "$f"; done', gate()),
    "listed by git": ("git ls-files ci | grep gate | xargs python", gate()),
    "variables": ("d=ci; n=gate; python $d/$n.py", gate()),
    "runpy": ("python -c \"import runpy; runpy.run_path('ci/gate.py')\"", gate()),
    "text": ("python -c \"exec(open('ci/gate.py').read())\"", gate()),
    "standard input": ("python < ci/gate.py", gate()),
    "name from a file": (
        "python ci/run.py",
        ({"ci/run.py": BY_NAME, "ci/steps.json": '{"step": "gate"}', **gate()[0]}, gate()[1]),
    ),
    "another name in the file": (
        "python ci/run.py",
        (
            {"ci/run.py": BY_NAME, "ci/steps.json": '{"step": "gate"}', **gate()[0],
             "ci/other.py": DONE},
            {"ci/steps.json": '{"step": "other"}'},
        ),
    ),
    "import by name": (
        "python ci/gate.py",
        (
            {"ci/gate.py": IMPORTED, "ci/rules.py": RULES},
            {"ci/rules.py": "def main():\n    return 0\n"},
        ),
    ),
    "steps": ("python ci/run.py", ({"ci/run.py": STEPS, "ci/steps/a.py": GATE},
                                   {"ci/steps/a.py": DONE})),
    "rules in a folder": (
        "python ci/gate.py",
        ({"ci/gate.py": LISTED, "rules/a.txt": "eval(\n"}, {"rules/a.txt": "evel(\n"}),
    ),
    "word from a file": (
        "make lint",
        (
            {"Makefile": 'WORD := $(file < ci/word.txt)\nlint:\n\t! grep -rn "$(WORD)" src\n',
             "ci/word.txt": "eval\n"},
            {"ci/word.txt": "evel\n"},
        ),
    ),
    "subject by name": ("python ci/gate.py", gate(text=NAMING)),
    "node's folder": ("node ci/gate", gate("ci/gate/index.js", NODE)),
    "node's require": ("node -e \"require('./ci/gate')\"", gate("ci/gate.js", NODE)),
    "packed": (
        f'{ELSEWHERE}; python -m zipapp ci/gate -o "$d/g.pyz" && python "$d/g.pyz"',
        gate("ci/gate/__main__.py"),
    ),
    "copied": (
        f'{ELSEWHERE}; cp -r ci/gate "$d/x" && python "$d/x"', gate("ci/gate/__main__.py")
    ),
    "piped": ("sed s/x/x/ ci/gate.py | python /dev/stdin", gate()),
    "in another form": ('python -c "$(base64 ci/gate.py | base64 -d)"', gate()),
    "list of files": (
        "ruff check -q --isolated --select S307 $(cat ci/files.txt)",
        ({"ci/files.txt": "src/a.py\nsrc/b.py\n", "src/b.py": GOOD},
         {"ci/files.txt": "src/b.py\n"}),
    ),
    "list that a loop reads": (
        "while read -r f; do ruff check -q --isolated --select S307 $f; done < ci/list.csv",
        ({"ci/list.csv": "src/a.py\nsrc/b.py\n", "src/b.py": GOOD},
         {"ci/list.csv": "src/b.py\n"}),
    ),
    "options": (
        "make lint",
        (
            {"Makefile": "lint:\n\truff check -q --isolated @ci/ruff.txt\n",
             "ci/ruff.txt": "--select\nS307\nsrc\n"},
            {"ci/ruff.txt": "--select\nS102\nsrc\n"},
        ),
    ),
    "list of tests": (
        "pytest -q @ci/tests.txt",
        (
            {"ci/tests.txt": "tests/test_a.py\n", "tests/test_a.py": TEST,
             "tests/test_b.py": "def test_b():\n    assert 1\n"},
            {"ci/tests.txt": "tests/test_b.py\n"},
        ),
    ),
}  # fmt: skip

BROKEN: dict[str, tuple[str, Files, Files]] = {
    "code": ("python ci/gate.py", gate()[0], {"src/a.py": BAD}),
    "code that the script names": ("python ci/gate.py", {"ci/gate.py": NAMING}, {"src/a.py": BAD}),
    "data": ("python ci/valid.py", {"ci/valid.py": VALID, "data/a.json": "{}"},
             {"data/a.json": "{"}),
    "data and script": ("python ci/valid.py", {"ci/valid.py": VALID, "data/a.json": "{}"},
                        {"data/a.json": "{", "ci/valid.py": f"{VALID}# Done.\n"}),
    "code and script": ("python ci/gate.py", gate()[0],
                        {"src/a.py": BAD, "ci/gate.py": f"{GATE}# Done.\n"}),
    "code that is imported": (
        "python ci/gate.py",
        {"ci/gate.py": IMPORTING,
         "src/b.py": "import a\n"},
        {"src/a.py": "def a():\n    return 2\n"},
    ),
}  # fmt: skip

GOOD_CHANGES: dict[str, tuple[str, Files, Files]] = {
    "data repaired": ("python ci/valid.py", {"ci/valid.py": VALID, "data/a.json": "{"},
                      {"data/a.json": "{}"}),
    "code repaired": ("python ci/gate.py", {"ci/gate.py": NAMING, "src/a.py": BAD},
                      {"src/a.py": GOOD}),
    "script moved": (
        "python ci/gate.py",
        gate()[0],
        {"ci/gate.py": "import runpy\n\nrunpy.run_path('ci/more/gate.py', run_name='__main__')\n",
         "ci/more/gate.py": GATE},
    ),
    "code that is copied": (
        f'{ELSEWHERE}; cp -r src "$d" && python "$d/src/a.py"',
        {"src/a.py": "raise SystemExit(1)\n"},
        {"src/a.py": GOOD},
    ),
    "code that is copied and looked at": (
        f'{ELSEWHERE}; cp -r src "$d" && cd "$d" && python "$OLDPWD/ci/gate.py"',
        {"src/a.py": BAD, **gate()[0]},
        {"src/a.py": GOOD},
    ),
    "list without a file that is gone": (
        "xargs ruff check -q --isolated < ci/files.txt",
        {"ci/files.txt": "src/a.py\nsrc/b.py\n", "src/b.py": GOOD},
        {"ci/files.txt": "src/a.py\n", "src/b.py": None},
    ),
    "list without a folder that is gone": (
        "ruff check -q --isolated @ci/ruff.args",
        {"ci/ruff.args": "src\nlib\n", "lib/b.py": GOOD},
        {"ci/ruff.args": "src\n", "lib/b.py": None, "src/b.py": GOOD},
    ),
    "list with code repaired": (
        "xargs ruff check -q --isolated --select S307 < ci/files.txt",
        {"ci/files.txt": "src/a.py\n", "src/a.py": BAD},
        {"ci/files.txt": "src/a.py\nsrc/b.py\n", "src/a.py": GOOD, "src/b.py": GOOD},
    ),
    "code moved": (
        "python ci/gate.py",
        {"ci/gate.py": IMPORTING,
         "src/b.py": "import a\n"},
        {"src/a.py": "from c import a\n", "src/c.py": GOOD},
    ),
    "made by a script": (
        "python ci/make.py && git diff --exit-code",
        {"ci/make.py": MADE, "data/n.txt": "1\n", "src/made.py": "N = 1\n"},
        {"data/n.txt": "2\n", "src/made.py": "N = 2\n"},
    ),
}  # fmt: skip


CODED: dict[str, tuple[Files, Files, int]] = {
    "a program in another language": (
        {"ci/gate.js": NODE}, {"src/a.py": BAD, "ci/gate.js": "process.exit(0)\n"}, 4
    ),
    "repaired": ({"src/a.py": BAD, "ci/gate.js": NODE}, {"src/a.py": GOOD}, 0),
    "program repaired": ({"ci/gate.js": "process.exit(1)\n"}, {"ci/gate.js": NODE}, 0),
    "a module that is looked at": (
        {"bin/b.py": BAD, "ci/gate.js": NODE}, {"bin/b.py": GOOD}, 0
    ),
}  # fmt: skip
STARTS = """\
import pathlib
import subprocess
import sys

bad = [path for path in pathlib.Path("bin").glob("*.py") if "eval(" in path.read_text()]
sys.exit(bool(bad) or subprocess.call(["node", "ci/" + "ga" + "te.js"]))
"""
HELPED = {
    "checks/mine.yaml": """\
summary: Files that evaluate text
run: |
  "$READINESS_PYTHON" "$READINESS_CHECK_DIR/scripts/mine.py"
measures:
  found: {as: json, query: found, unit: files, better: lower}
expect: "== 0"
""",
    "checks/scripts/mine.py": """\
import sys

sys.path.insert(0, "ci/lib")
from finding import find

print('{"found": %d}' % len(find()))
""",
}
FINDS = """\
import pathlib


def find():
    return [path for path in pathlib.Path("src").glob("*.py") if "eval(" in path.read_text()]
"""


def based(command: str, files: Files) -> Files:
    """A project with a criterion of this command."""
    return {"src/a.py": GOOD, **files, "board.yaml": board({"run": command})}


@pytest.mark.parametrize("name", HOLLOW)
def test_a_script_is_a_rule_however_it_is_reached(project: Project, name: str) -> None:
    """What it no longer sees is loosened."""
    command, (base, change) = HOLLOW[name]
    ended = guarded(project, based(command, base), {"src/a.py": BAD, **change})
    assert ended.status == 4, ended
    assert re.search(r"pass, \S+ \S+ +fail, \S+ \S+ +pass, ", ended.out)


@pytest.mark.parametrize("name", BROKEN)
def test_what_a_script_reads_is_its_subject(project: Project, name: str) -> None:
    """The fault that the change brings stays visible, and nothing is loosened."""
    command, base, change = BROKEN[name]
    assert guarded(project, based(command, base), change).status == 0
    ended = project("check", "--base", "HEAD~1")
    assert ended.status == 1, ended


@pytest.mark.parametrize("name", GOOD_CHANGES)
def test_an_honest_change_of_both_loosens_nothing(project: Project, name: str) -> None:
    """By either command."""
    command, base, change = GOOD_CHANGES[name]
    assert guarded(project, based(command, base), change).status == 0
    ended = project("check", "--base", "HEAD~1")
    assert ended.status == 0, ended


@pytest.mark.parametrize("name", CODED)
def test_what_nothing_was_seen_to_open_is_a_rule_by_what_the_board_says(
    project: Project, name: str
) -> None:
    """Python tells of itself alone; what it was seen to look at is no rule."""
    base, change, status = CODED[name]
    files = {"src/a.py": GOOD, "ci/start.py": STARTS, **base}
    coded = json.dumps(a_board({"run": "python ci/start.py"}) | {"code": ["src/**"]})
    assert guarded(project, {**files, "board.yaml": coded}, change).status == status


def test_what_a_check_of_the_board_imports_from_elsewhere_is_a_rule(project: Project) -> None:
    """Its script runs from a copy of the base's checks."""
    files = {"src/a.py": GOOD, **HELPED, "ci/lib/finding.py": FINDS}
    base = {**files, "board.yaml": board({"check": "mine"})}
    hollow = {"src/a.py": BAD, "ci/lib/finding.py": "def find():\n    return []\n"}
    ended = guarded(project, base, hollow)
    assert ended.status == 4, ended
    assert "verdict changed (ci/lib/finding.py)" in ended.out


def test_a_helper_of_a_check_may_be_written_otherwise(project: Project) -> None:
    """It finds as much."""
    files = {"src/a.py": GOOD, **HELPED, "ci/lib/finding.py": FINDS}
    base = {**files, "board.yaml": board({"check": "mine"})}
    change = {"ci/lib/finding.py": FINDS.replace("path", "one"), "src/b.py": GOOD}
    assert guarded(project, base, change).status == 0
