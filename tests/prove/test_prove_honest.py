"""`readiness prove` accuses nobody wrongly: of honest criteria it says that they can fail."""

import json
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Project, a_board
from tests.support.proving import executable, proofs, proven

BIN = Path(sys.executable).parent
MODULE = "def f(a):\n    if a:\n        return 1\n    return 2\n"
TEST = "from pk import f\n\n\ndef test_f():\n    assert f(1) == 1\n"

# As setuptools writes it, but for what it does with namespaces.
FINDER = """\
import sys
from importlib.util import spec_from_file_location

MAPPING = {{'pk': {folder!r}}}


class _EditableFinder:
    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        if fullname in MAPPING:
            return spec_from_file_location(fullname, MAPPING[fullname] + '/__init__.py')
        return None


def install():
    sys.meta_path.append(_EditableFinder)
"""


def worlds(proof: Any) -> dict[str, str]:
    """The verdicts of a criterion by world."""
    return {trial["world"]: trial["verdict"] for trial in proof["trials"]}


# --- only the tool in question --------------------------------------------------------------------


@pytest.fixture
def python(project: Project) -> Project:
    """A project with this Python and its tools on PATH."""
    project.environment["PATH"] = f"{BIN}:/usr/bin:/bin"
    return project


def test_a_tool_that_looks_for_a_python_is_the_tool(python: Project) -> None:
    """`uv lock --check` is uv's word: that it asks a Python for its version makes none of it."""
    uv = shutil.which("uv", path=str(BIN))
    assert uv, "uv is a tool of these tests"
    python.environment |= {"UV_OFFLINE": "1", "UV_CACHE_DIR": str(python.folder.parent / "uv")}
    (python.folder / "pyproject.toml").write_text(
        '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.9"\n'
    )
    command = [uv, "lock", "--quiet"]
    subprocess.run(command, cwd=python.folder, env=python.environment, check=True)
    python.write(a_board({"run": "uv lock --check"}, {"run": "uv lock --check || true"}))
    results = proofs(python)
    assert results["T1.1"]["now"]["verdict"] == "pass", results
    assert results["T1.1"]["tools"] == ["uv"]
    assert results["T1.1"]["outcome"] == "can_fail"
    assert results["T1.2"]["outcome"] == "still_passes", "the twin that hides its failure is named"


SHIM = """\
#!/bin/bash
PATH=${{PATH//{folder}:/}}
program=$(command -v "${{0##*/}}") || {{ echo "${{0##*/}}: not installed" >&2; exit 127; }}
exec "$program" "$@"
"""
"""What a manager of versions puts on PATH: it becomes the next program of its own name."""


@pytest.mark.parametrize(("command", "outcome"), [("", "can_fail"), (" || true", "still_passes")])
def test_a_manager_of_versions_finds_its_way(equipped: Project, command: str, outcome: str) -> None:
    """A stand-in leads on to what its program looks for, and never round in circles."""
    shims = equipped.folder.parent / "shims"
    for name in ("lint", "other"):
        executable(shims / name, SHIM.format(folder=str(shims).replace("/", "\\/")))
    equipped.environment["PATH"] = f"{shims}:{equipped.environment['PATH']}"
    proven(equipped, {"run": f"lint src/*.txt{command}"}, {"run": "lint src/*.txt; ! other"})
    results = proofs(equipped, "--timeout", "20")
    assert results["T1.1"]["now"]["verdict"] == "pass", results
    assert results["T1.1"]["tools"] == ["lint"]
    assert results["T1.1"]["outcome"] == outcome, results
    assert results["T1.2"]["now"]["reason_code"] != "timeout", results


# --- installed editable ---------------------------------------------------------------------------


def installed(project: Project, layout: str) -> None:
    """Give a project an environment of its own in which the project itself is installed."""
    folder = project.folder
    package = folder / {"src": "src/pk", "finder": "code"}[layout]
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(MODULE)
    (folder / "tests").mkdir()
    (folder / "tests" / "test_f.py").write_text(TEST)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    (site,) = (folder / ".venv" / "lib").glob("python*/site-packages")
    (site / "tools.pth").write_text(sysconfig.get_path("purelib") + "\n")
    if layout == "src":
        (site / "__editable__.pk-1.pth").write_text(f"{folder / 'src'}\n")
    else:
        (site / "__editable___pk_1_finder.py").write_text(FINDER.format(folder=str(package)))
        line = "import __editable___pk_1_finder; __editable___pk_1_finder.install()\n"
        (site / "__editable__.pk-1.pth").write_text(line)
    python = folder / ".venv" / "bin" / "python"
    for name, entry in {"pytest": "pytest", "coverage": "coverage.cmdline"}.items():
        text = f"#!{python}\nimport sys\nfrom {entry} import main\nsys.exit(main())\n"
        executable(folder / ".venv" / "bin" / name, text)


@pytest.mark.parametrize("layout", ["src", "finder"])
def test_6005_what_is_installed_editable_is_measured_in_the_copy(
    python: Project, layout: str
) -> None:
    """`now` is as in check. Twin: what the copies lack is missed there, as the original is not."""
    installed(python, layout)
    source = "src" if layout == "src" else "code"
    elsewhere = "import pk; assert pk.__file__.startswith(__import__('os').getcwd())"
    python.write(
        a_board(
            {"check": "coverage", "with": {"source": source}, "expect": ">= 70 %"},
            {"run": f'python -c "{elsewhere}"'},
        )
    )
    checked = python("check", "--output-format", "json").run
    results = proofs(python)
    for record in checked.criteria():
        now = results[record.id]["now"]
        assert (now["verdict"], now["shown"]) == ("pass", record.shown), results[record.id]
        assert results[record.id]["outcome"] == "can_fail"


# --- controls -------------------------------------------------------------------------------------

FOLLOWED = {
    "T1.1": {"check": "mypy", "with": {"paths": "a/src", "args": "--config-file a/mypy.ini"}},
    "T1.2": {"check": "mypy", "with": {"paths": "a/src", "config": "a/mypy.ini"}},
    "T1.3": {"check": "mypy", "workdir": "a", "with": {"args": "--config-file=mypy.ini"}},
    "T1.4": {"check": "pytest", "expect": "<= 2"},
    "T1.5": {"check": "pytest", "with": {"args": "-c own.ini"}},
    "T1.6": {"check": "bandit", "with": {"args": "-c bandit.yaml"}},
    "T1.7": {"check": "ruff", "with": {"args": "--config conf/ruff.toml", "paths": "src"}},
}


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Prove a board whose criteria name settings of their own, and some that cannot fail."""
    project = Project(tmp_path_factory.mktemp("followed"))
    project.environment["PATH"] = f"{BIN}:/usr/bin:/bin"
    files = {
        "a/src/m.py": "x: int = 1\n",
        "a/mypy.ini": "[mypy]\nstrict = true\n",
        "a/blind.ini": "[mypy]\nignore_errors = true\n",
        "src/pk.py": MODULE,
        "tests/test_a.py": "def test_a():\n    assert 1\n",
        "own.ini": "[pytest]\n",
        "bandit.yaml": "skips: []\n",
        "conf/ruff.toml": "line-length = 88\n",
    }
    for name, text in files.items():
        path = project.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    blind = {"check": "mypy", "with": {"paths": "a/src", "args": "--config-file a/blind.ini"}}
    absent = {"check": "pytest", "with": {"args": "-m nowhere"}}
    wide = {"check": "ruff", "with": {"args": "--select F821", "paths": "src"}}
    criteria = [*FOLLOWED.values(), blind, absent, {**wide, "expect": "<= 90000"}]
    project.write(a_board(*criteria))
    # Ten criteria of real tools, each in five worlds: on a loaded machine that takes minutes.
    process = project.start("prove", "--output-format", "json")
    out, err = process.communicate(timeout=600)
    project.close()
    assert out, err
    return {each["id"]: each for each in json.loads(out)["criteria"]}


@pytest.mark.parametrize("criterion", FOLLOWED)
def test_a_control_follows_the_settings_of_its_criterion(
    followed: dict[str, Any], criterion: str
) -> None:
    """The files that its parameters name are there, from the folder in which it runs."""
    found = followed[criterion]
    assert worlds(found)["control"] == "fail", found
    assert found["outcome"] == "can_fail"


def test_settings_that_see_nothing_are_named(followed: dict[str, Any]) -> None:
    """The twin: with them the control of the check passes as well."""
    assert followed["T1.8"]["outcome"] == "still_passes"
    assert "on its check's control" in followed["T1.8"]["why"]


def test_a_control_that_does_not_fit_is_not_tried_with_the_reason(followed: dict[str, Any]) -> None:
    """Options that choose nothing of it, and a limit beyond all the bad samples that there are."""
    assert followed["T1.9"]["outcome"] == followed["T1.10"]["outcome"] == "not_tried"
    assert "on its check's control: no test" in followed["T1.9"]["why"]
    assert "which the limit allows" in followed["T1.10"]["why"]


LOOK = """\
summary: Bad lines
tool: look
run: look
measures: {bad: {as: text, regex: '^(\\d+) bad$', unit: lines, better: lower}}
expect: "== 0"
control: {files: {bad.txt: "bad"}}
"""


def test_a_control_has_what_the_project_installed_for_node(python: Project) -> None:
    """Programs of its own folder and of those above it, and the packages that they load."""
    look = "#!/bin/sh\n[ -f node_modules/here ] && echo $(cat *.txt | grep -c bad) bad\n"
    executable(python.folder / "node_modules" / ".bin" / "look", look)
    executable(python.folder / "web" / "node_modules" / "here", "")
    executable(python.folder / "web" / "a.txt", "good\n")
    executable(python.folder / "checks" / "look.yaml", LOOK)
    python.write(a_board({"check": "look", "workdir": "web"}))
    proof = proofs(python)["T1.1"]
    assert (worlds(proof)["control"], proof["outcome"]) == ("fail", "can_fail"), proof
