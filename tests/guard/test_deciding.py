"""Which files of a change decide how a criterion is measured, told from text alone."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from readiness.guard.deciding import Decider, serves_tests
from readiness.guard.states import States
from readiness.load import load_board_text
from tests.guard.test_guard_any_project import Memory
from tests.support.program import a_board

PYTEST = {"run": "python -m pytest -q tests"}
MYPY = {"run": "mypy src"}
FILES = {
    "src/a.py": "",
    "tests/test_a.py": "def test_a():\n    pass\n",
    "tests/data.json": "{}\n",
    "ci/cov.rc": "[run]\n",
    "ci/x.mk": "test:\n\tpytest\n",
    "tools/gate.py": "from tools import helper\n",
    "tools/helper.py": "",
    "tools/plug.py": "import tools.helper\n",
    "hlp.py": "def pytest_configure(config):\n    pass\n",
    "bench/result.json": "{}\n",
    "thresholds.json": "{}\n",
    "mypy.ini": "[mypy]\nplugins = tools/plug.py\nfiles = src/a.py\n",
    "setup.cfg": "[flake8:local-plugins]\nextension =\n    X = tools.plug:Check\n",
    "SECURITY.md": "# Security\n",
    "app/__init__.py": "from app.table import Table\n",
    "app/table.py": "class Table: ...\n",
    "pytest.ini": "[pytest]\naddopts = --cov app -p hlp\n",
    "justfile": "lint:\n    true\n",
    "Makefile": "D = $(CURDIR)/ci\ninclude $(D)/x.mk\n",
    "bin/a.sh": "echo\n",
    "ci/rules.yml": "rules: {}\n",
    "ci/gate.pl": "open my $odds, '<', 'src/odds.json'; open my $most, '<', 'most.dat';\n",
    "src/odds.json": "{}\n",
    "src/gate.sh": "true\n",
    "odd.dat": "",
    ".cargo/config.toml": '[alias]\nxtask = "run -q -p xtask --"\n',
    "xtask/Cargo.toml": '[package]\nname = "xtask"\n',
    "xtask/src/main.rs": "fn main() {}\n",
    "rust/app/Cargo.toml": '[package]\nname = "app"\n[dependencies]\nlib = {path = "../lib"}\n',
    "rust/app/src/main.rs": "fn main() {}\n",
}


def deciding(criterion: Mapping[str, Any], changed: str, **board: object) -> bool:
    """Whether a change of one file decides how a criterion is measured."""
    before = {path: text.encode() for path, text in FILES.items()}
    after = before | {changed: before.get(changed, b"") + b"# changed\n"}
    content = json.dumps(a_board(criterion) | board).encode()
    made = load_board_text(content, "/p/board.yaml", profile=None, environ={})
    decider = Decider(States(Memory(before), Memory(after)), made, "", own=["board.yaml"])
    (one,) = made.criteria()
    return changed in decider.of(one).files


RULES = [
    pytest.param(PYTEST, "ci/cov.rc", {"env": {"COVERAGE_RCFILE": "ci/cov.rc"}}, id="env"),
    pytest.param({"run": "make test"}, "ci/x.mk", {}, id="included by a variable"),
    pytest.param(
        {"run": 'python "$PWD/tools/gate.py"'}, "tools/gate.py", {}, id="below a variable"
    ),
    pytest.param({"run": "sh ${ROOT}/ci/x.mk"}, "ci/x.mk", {}, id="below another"),
    pytest.param(PYTEST, "hlp.py", {}, id="a plugin that imports nothing"),
    pytest.param(MYPY, "tools/plug.py", {}, id="a plugin by its path"),
    pytest.param(
        {"run": "cargo nextest run"}, ".config/nextest.toml", {}, id="a folder of settings"
    ),
    pytest.param({"run": "cargo run -q -p xtask"}, "xtask/src/main.rs", {}, id="of a workspace"),
    pytest.param({"run": "cargo xtask"}, "xtask/src/main.rs", {}, id="by another name"),
    pytest.param({"run": "cargo audit"}, ".cargo/config.toml", {}, id="the tool's own folder"),
    pytest.param({"run": "mylint src"}, "config/mylint.yaml", {}, id="the tool's own name"),
    pytest.param({"run": "eslint src"}, "src/.eslintrc.json", {}, id="below"),
    pytest.param({"run": "sqlfluff lint sql"}, "sql/.sqlfluff", {}, id="beside what is looked at"),
    pytest.param({"run": "golangci-lint run"}, ".golangci.yml", {}, id="a name that begins alike"),
    pytest.param({"run": "cd x; just lint"}, "justfile", {}, id="a runner"),
    pytest.param({"run": "'just' lint"}, "justfile", {}, id="a quoted runner"),
    pytest.param({"run": "/usr/bin/just lint"}, "justfile", {}, id="a runner by its path"),
    pytest.param({"run": "flake8 src"}, "tools/plug.py", {}, id="a plugin by its module"),
    pytest.param(
        {"check": "pytest", "with": {"paths": "SECURITY.md"}}, "SECURITY.md", {}, id="doctests"
    ),
    pytest.param({"run": "gate < bench/result.json"}, "bench/result.json", {}, id="a tool's input"),
    pytest.param({"run": "shellcheck bin/*.sh && sh bin/a.sh"}, "bin/a.sh", {}, id="also run"),
    pytest.param(
        {"run": "yamllint -s -c ci/rules.yml ."}, "ci/rules.yml", {}, id="a looker's settings"
    ),
    pytest.param(
        {"run": "check-jsonschema --schemafile thresholds.json bench/result.json"},
        "thresholds.json",
        {},
        id="a schema",
    ),
    pytest.param({"run": "grep -f thresholds.json src/a.py"}, "thresholds.json", {}, id="patterns"),
]


@pytest.mark.parametrize(("criterion", "changed", "board"), RULES)
def test_what_a_tool_is_told_decides(
    criterion: dict[str, Any], changed: str, board: dict[str, object]
) -> None:
    """However it comes to it: by the environment, through a variable, or from its settings."""
    assert deciding(criterion, changed, **board)


READ = {"read": {"as": "json", "query": "p95", "unit": "ms"}, "expect": "<= 5 ms"}
MEASURED = [
    pytest.param({"run": "cat bench/result.json", **READ}, "bench/result.json", id="printed"),
    pytest.param({"run": "jq .p95 < thresholds.json", **READ}, "thresholds.json", id="queried"),
    pytest.param({"run": "grep -c x src/a.py | head -1"}, "src/a.py", id="counted"),
    pytest.param(MYPY, "src/a.py", id="code that settings name"),
    pytest.param(MYPY, "bench/result.json", id="data"),
    pytest.param(PYTEST, "src/a.py", id="code under test"),
    pytest.param({"run": "cargo run -p app"}, "rust/app/src/main.rs", id="a package with others"),
    pytest.param(PYTEST, "app/table.py", id="code whose coverage is measured"),
    pytest.param(
        {"check": "documents", "with": {"paths": "SECURITY.md"}}, "SECURITY.md", id="a document"
    ),
    pytest.param({"check": "suppressions"}, "mypy.ini", id="settings that it does not read"),
    pytest.param(
        {"check": "documents", "with": {"paths": "SECURITY.md ci"}}, "SECURITY.md", id="documents"
    ),
    pytest.param({"run": "shellcheck bin/*.sh"}, "bin/a.sh", id="a script that is looked at"),
    pytest.param(
        {"check": "shellcheck", "with": {"paths": "bin/a.sh"}}, "bin/a.sh", id="by a check"
    ),
    pytest.param(
        {"run": "python3 -m json.tool bench/result.json"}, "bench/result.json", id="a module's"
    ),
    pytest.param({"run": "yamllint ci"}, "ci/rules.yml", id="all of a folder"),
    pytest.param(
        {"run": "mylint --config x src"}, "src/app/config.yaml", id="a program's settings"
    ),
    pytest.param({"run": "mylint src"}, ".vscode/settings.json", id="what an editor is told"),
    pytest.param({"check": "ruff", "with": {"paths": "just"}}, "justfile", id="a folder's name"),
]


@pytest.mark.parametrize(("criterion", "changed"), MEASURED)
def test_what_is_measured_decides_nothing(criterion: dict[str, Any], changed: str) -> None:
    """Code, and a number that is committed and only printed."""
    assert not deciding(criterion, changed)


CODE = {"code": ["src/**", "app/"]}
BY_CODE = [
    pytest.param({"run": "perl ci/gate.pl"}, "src/odds.json", False, id="data among code"),
    pytest.param({"run": "perl ci/gate.pl"}, "odd.dat", True, id="anything else"),
    pytest.param({"run": "perl ci/gate.pl"}, "app/table.py", False, id="a folder"),
    pytest.param({"run": "perl ci/gate.pl"}, "SECURITY.md", False, id="a document"),
    pytest.param({"run": "perl ci/gate.pl"}, "tests/test_a.py", False, id="a test"),
    pytest.param({"run": "sh src/gate.sh"}, "src/gate.sh", True, id="a script in it"),
    pytest.param({"check": "mypy"}, "bench/result.json", False, id="what a known check obeys"),
]


@pytest.mark.parametrize(("criterion", "changed", "decides"), BY_CODE)
def test_a_board_says_what_its_code_is(
    criterion: dict[str, Any], changed: str, decides: bool
) -> None:
    """For programs that do not tell what they run and what they read."""
    assert deciding(criterion, changed, **CODE) is decides


MOCKS = "from unittest.mock import Mock\n"
SERVING = [
    pytest.param("src/tools.py", {"tests/test_a.py": "import tools\n"}, True, id="tests alone"),
    pytest.param("src/plug.py", {}, True, id="what nobody imports, as a plugin"),
    pytest.param("src/tools.py", {"src/a.py": "import tools\n"}, False, id="code"),
    pytest.param(
        "src/tools.py",
        {"src/more.py": f"import tools\n{MOCKS}", "tests/test_a.py": "import more\n"},
        True,
        id="what serves tests itself",
    ),
]


@pytest.mark.parametrize(("path", "files", "serves"), SERVING)
def test_what_code_imports_does_not_serve_tests(
    path: str, files: dict[str, str], serves: bool
) -> None:
    """A library may know mocks, and pytest: it is what is tested."""
    memory = Memory({name: text.encode() for name, text in {path: MOCKS, **files}.items()})
    assert serves_tests(path, States(memory, memory)) is serves
