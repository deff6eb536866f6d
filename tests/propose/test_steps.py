"""What CI, hooks and recipes run, down to single commands."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from readiness.propose.facts import Origin, RunCommand
from readiness.propose.survey import survey
from tests.support.checking import build


def steps(folder: Path, files: Mapping[str, str]) -> list[RunCommand]:
    """The commands of a project of these files."""
    build(str(folder), files)
    return list(survey(str(folder)).steps)


def github(*lines: str) -> dict[str, str]:
    """A workflow that runs some lines."""
    text = "".join(f"      - run: {line}\n" for line in lines)
    return {".github/workflows/ci.yml": f"on: [push]\njobs:\n  a:\n    steps:\n{text}"}


MAKEFILE = "PY ?= python\n.PHONY: lint\nlint: style\n\t@$(PY) -m mypy src\n\nstyle:\n\tflake8 src\n"
WAYS = {
    "GitHub": github("mypy src"),
    "GitHub, in a block": github("|\n          set -e\n          mypy src"),
    "GitLab": {".gitlab-ci.yml": "a:\n  script:\n    - mypy src\n"},
    "GitLab, with tags of its own": {
        ".gitlab-ci.yml": "a:\n  before_script: !reference [b, c]\n  script: mypy src\n"
    },
    "GitLab, in a file that it includes": {
        ".gitlab-ci.yml": "include:\n  - local: /.gitlab/ci/lint.yml\n  - template: x.yml\n",
        ".gitlab/ci/lint.yml": ".base:\n  script: [mypy src]\n",
    },
    "make": {"Makefile": MAKEFILE, **github("make lint")},
    "make, by way of what it needs": {
        "Makefile": "all: check\ncheck:\n\tmypy \\\n\t  src\n",
        **github("make"),
    },
    "make, in a folder that has a name": {
        "Makefile": MAKEFILE,
        **github('cd "$GITHUB_WORKSPACE" && make lint'),
    },
    "tox": {
        "tox.ini": "[testenv:types]\ncommands = mypy src {posargs}\n",
        **github("tox -e types"),
    },
    "tox, by the matrix": {
        "tox.ini": "[testenv:types]\ncommands = mypy src\n",
        **github("tox -e ${{ matrix.env }}"),
    },
    "tox, in pyproject.toml": {
        "pyproject.toml": '[tool.tox.env.types]\ncommands = [["mypy", "src"]]\n',
        **github("uvx tox run -e types"),
    },
    "tox, for some environments": {
        "tox.ini": "[testenv]\ncommands =\n    py{312,313}-!x: mypy src\n",
        **github("tox -e py312"),
    },
    "tox, in tox.toml": {
        "tox.toml": '[env_run_base]\ncommands = [["mypy", { replace = "posargs",'
        ' default = ["src"], extend = true }]]\n',
        **github("tox run -e 3.14"),
    },
    "nox": {
        "noxfile.py": "import nox\n\n\n@nox.session(name='types')\ndef t(session):\n"
        "    session.run('mypy', 'src', *session.posargs)\n",
        **github("nox -s types"),
    },
    "nox, for one Python": {
        "noxfile.py": "import nox\n\n\n@nox.session(python=['3.13'])\ndef types(session):\n"
        "    session.run('mypy', 'src')\n",
        **github("nox -s types-3.13"),
    },
    "just": {
        "justfile": "code := 'src'\nall: (types \"x\")\n# types\n@types how='a b': lint\n"
        "    @mypy {{ code }}\nlint:\n  true\n",
        **github("just types"),
    },
    "poe, by the matrix": {
        "pyproject.toml": "[tool.poe.tasks]\nall = ['types']\ntypes.cmd = 'mypy src'\n",
        **github("uv run --python 3.13 poe ${{ matrix.task }}"),
    },
    "a script without an ending": {
        "scripts/check": "#!/bin/sh -e\n# types\nif [ -d src ]; then\n  mypy \\\n    src\nfi\n",
        **github("poetry run bash -e ./scripts/check"),
    },
    "a script, in a folder": {
        "app/ci/run.sh": "#!/bin/sh\nset -e\nmypy src\n",
        **github("bash ci/run.sh\n        working-directory: app"),
    },
}


@pytest.mark.parametrize("files", WAYS.values(), ids=WAYS)
def test_a_command_is_found_whoever_runs_it(files: dict[str, str], tmp_path: Path) -> None:
    """However CI comes to run a command, it is CI that runs it, and the place is CI's."""
    first = next(step for step in steps(tmp_path, files) if step.words == ("mypy", "src"))
    assert first.origin is Origin.CI
    assert first.path.startswith((".github/workflows/ci.yml", ".gitlab"))


def test_a_script_is_no_tool_of_its_name(tmp_path: Path) -> None:
    """`scripts/mypy` may do anything: it speaks for no check, and what it runs does."""
    files = {"scripts/mypy": "#!/bin/sh\nflake8 src\n", **github("scripts/mypy")}
    assert [step.words[0] for step in steps(tmp_path, files)] == ["flake8", "scripts/mypy"]


def test_a_session_that_ci_does_not_ask_for_is_not_its_own(tmp_path: Path) -> None:
    """A matrix of Pythons asks for one session, not for all that there are."""
    nox = "import nox\n\n\n@nox.session\ndef {0}(session):\n    session.run('{0}')\n"
    files = {"noxfile.py": nox.format("mypy") + nox.format("flake8"), **github("nox -s mypy-$V")}
    origins = {step.words[0]: step.origin for step in reversed(steps(tmp_path, files))}
    assert (origins["mypy"], origins["flake8"]) == (Origin.CI, Origin.RECIPE)


def test_a_recipe_says_where_it_stands(tmp_path: Path) -> None:
    """What no CI runs is told by its recipe's name and file."""
    recipes = steps(tmp_path, {"Makefile": MAKEFILE})
    (types,) = [step for step in recipes if step.words == ("mypy", "src")]
    assert (types.origin, types.source, types.path) == (Origin.RECIPE, "make lint", "Makefile")


def test_a_hook_is_known_by_its_name(tmp_path: Path) -> None:
    """Hooks of pre-commit say which tools are used, and are never run as they are."""
    text = "repos:\n  - repo: x\n    hooks:\n      - id: ruff-format\n        args: [--diff]\n"
    _, found = steps(tmp_path, {".pre-commit-config.yaml": text})
    assert (found.words, found.origin, found.alone) == (
        ("ruff-format", "--diff"),
        Origin.HOOK,
        False,
    )


@pytest.mark.parametrize(
    ("line", "alone"),
    [
        ("mypy src", True),
        ("mypy src && flake8", True),
        ("pip install . && mypy src", False),
        ("mypy src || true", False),
        ("mypy src > out.txt", False),
        ("cd lib && mypy src", False),
        ("tox -e a", True),
        ("tox -e b", False),
        ("tox -e c", False),
        ("tox -e d", True),
        ("tox -e e", True),
        ("mypy $PATHS", False),
        ("mypy --python-version ${{ matrix.python }}", False),
    ],
)
def test_only_a_whole_command_can_be_run_again(line: str, alone: bool, tmp_path: Path) -> None:
    """A part of a longer command, or one with what only its caller knows, is not one by itself.

    What only looks needs nothing of what looks before it.
    """
    tox = "[testenv:a]\ncommands = {envpython} -m mypy {posargs:src}\n"
    tox += "[testenv:b]\ncommands = mypy {envtmpdir}{/}x\n"
    tox += "[testenv:c]\nchangedir = lib\ncommands = mypy src\n"
    tox += "[testenv:d]\nchangedir = .tox\ncommands = mypy {env_site_packages_dir}/shop\n"
    tox += "[testenv:e]\ncommands = {env:CHECK:mypy} {posargs}\n"
    files = {"tox.ini": tox, **github(line)}
    by_ci = [step for step in steps(tmp_path, files) if step.origin is Origin.CI]
    assert [step.alone for step in by_ci if step.words[0] == "mypy"] == [alone]


@pytest.mark.parametrize(
    "files",
    [
        github("make a") | {"Makefile": "a: b\nb: a\n\tmake a\n"},
        github("./a.sh") | {"a.sh": "./a.sh\n"},
        {".github/workflows/ci.yml": "on: ["},
        {".github/workflows/ci.yml": "jobs: 3\n"},
        {".gitlab-ci.yml": "a: [1]\nb:\n  script: {x: 1}\n"},
        {
            "pyproject.toml": "= 3",
            "tox.ini": "no section",
            "noxfile.py": "def (",
            "Makefile": ":\n",
        },
        {"pyproject.toml": "[tool]\ntox = []\n", "setup.cfg": "[a]\nb = %(c)s\n"},
    ],
)
def test_nothing_that_a_file_says_ends_the_look(files: dict[str, str], tmp_path: Path) -> None:
    """Circles, broken files and files of another kind are no reason to stop."""
    steps(tmp_path, files)


TEXT = "|\n          cat > conf <<EOF\n          {}\n          EOF"
SHELL = "{}\n        shell: "
NO_COMMANDS = {
    "what a command is given to read": (
        TEXT.format("mypy src"),
        TEXT.format("x\n          EOF\n          mypy src"),
    ),
    "another language": (
        SHELL.format("mypy src") + "python",
        SHELL.format("mypy src") + "bash -e {0}",
    ),
    "another shell": (SHELL.format("mypy src") + "perl {0}", SHELL.format("mypy src") + "pwsh"),
    "a comment": ("|\n          # x\n          # mypy src", "|\n          # x\n          mypy src"),
}


@pytest.mark.parametrize(("text", "twin"), NO_COMMANDS.values(), ids=NO_COMMANDS)
def test_only_what_a_shell_would_run_is_a_command(text: str, twin: str, tmp_path: Path) -> None:
    """Texts and programs in other languages stand in steps too."""
    for script, count in ((text, 0), (twin, 1)):
        programs = [step.words[0] for step in steps(tmp_path, github(script))]
        assert programs.count("mypy") == count, script


FOLDERS = {
    "the step's": (github("mypy src\n        working-directory: ./app"), "app"),
    "where it goes, on one line": (github("cd app && mypy src"), "app"),
    "a target's": ({"Makefile": "t:\n\tcd app && mypy src\n", **github("make t")}, "app"),
    "another line's": ({"Makefile": "t:\n\tcd app\n\tmypy src\n", **github("make t")}, ""),
    "a script's": ({"a.sh": "cd app\nmypy src\n", **github("./a.sh")}, "app"),
    "in quotes": (github("|\n          cd 'app'\n          mypy src"), "app"),
    "and back": (github("|\n          cd app\n          cd ..\n          mypy src"), ""),
}


@pytest.mark.parametrize(("files", "folder"), FOLDERS.values(), ids=FOLDERS)
def test_a_command_is_run_in_a_folder(files: dict[str, str], folder: str, tmp_path: Path) -> None:
    """Its paths are those of that folder; there it cannot be run again as it is."""
    found = [step for step in steps(tmp_path, files) if step.words[0] == "mypy"]
    assert {(step.folder, step.alone) for step in found} == {(folder, not folder)}


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A workflow that is no YAML is left out with the reason."""
    build(str(tmp_path), {".github/workflows/ci.yml": "on: ["})
    (left_out,) = survey(str(tmp_path)).left_out
    assert left_out.what == ".github/workflows/ci.yml"
