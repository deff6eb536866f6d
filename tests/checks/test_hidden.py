"""What tools report only without the comments and settings that silence them, by real tools."""

import pytest

from checks.silence.put_aside import without_comments, without_silence
from tests.support.checking import build, run_check
from tests.support.few_programs import few_programs
from tests.support.projects import Files

WRONG = "x: int = ''\n"
UNUSED = "import os\n"
TEST = "def test_b():\n    assert 0\n"
SHELL = "import subprocess\n\nsubprocess.call('ls', shell=True)\n"

HIDDEN: dict[str, tuple[Files, list[str]]] = {
    "mypy: exclude": (
        {"src/b.py": WRONG, "mypy.ini": "[mypy]\nexclude = b\n"},
        ["mypy assignment"],
    ),
    "mypy: of a module": (
        {
            "src/b.py": WRONG,
            "pyproject.toml": "[[tool.mypy.overrides]]\nmodule = 'b'\nignore_errors = true\n"
            "[tool.mypy]\nwarn_unused_configs = true\n",
        },
        ["mypy assignment"],
    ),
    "mypy: by code": (
        {
            "src/b.py": "if not TYPE_CHECKING:\n    x: int = ''\nTYPE_CHECKING = False\n",
            "mypy.ini": "[mypy]\n",
        },
        ["mypy assignment"],
    ),
    "ruff: ignore": ({"src/b.py": UNUSED, "ruff.toml": "lint.ignore = ['F401']\n"}, ["ruff F401"]),
    "ruff: a folder": (
        {"src/old/b.py": UNUSED, "pyproject.toml": "[tool.ruff]\nexclude = ['old']\n"},
        ["ruff F401"],
    ),
    "ruff: names": (
        {"src/b.py": "nowhere\n", "ruff.toml": "builtins = ['nowhere']\n"},
        ["ruff F821"],
    ),
    "flake8": (
        {"src/b.py": UNUSED, ".flake8": "[flake8]\nextend-ignore = F401\n"},
        ["flake8 F401"],
    ),
    "pylint": (
        {"src/b.py": UNUSED, ".pylintrc": "[MESSAGES CONTROL]\ndisable = unused-import\n"},
        ["pylint W0611"],
    ),
    "bandit": (
        {"src/b.py": SHELL, "pyproject.toml": "[tool.bandit]\nskips = ['B602']\n"},
        ["bandit B602"],
    ),
    "pytest: options": (
        {
            "tests/test_b.py": TEST,
            "pytest.ini": "[pytest]\naddopts = -q --ignore=tests/test_b.py\n",
        },
        ["pytest test"],
    ),
    "pytest: a hook": (
        {
            "tests/test_b.py": TEST,
            "pytest.ini": "[pytest]\n",
            "tests/conftest.py": "collect_ignore = ['test_b.py']\n",
        },
        ["pytest test"],
    ),
    "a comment, once": ({"src/b.py": "import os  # noqa: F401\n", "ruff.toml": ""}, ["noqa"]),
    "one below": (
        {"src/b.py": "x: int = (\n    ''\n)  # type: ignore[assignment]\n", "mypy.ini": "[mypy]\n"},
        ["type-ignore"],
    ),
    "one of a file": ({"src/b.py": f"# ruff: noqa\n{UNUSED}", "ruff.toml": ""}, ["noqa"]),
    "nothing hidden": (
        {
            "src/b.py": "x = 1\n",
            "ruff.toml": "line-length = 100\nlint.select = ['E', 'F']\nlint.ignore = ['F401']\n",
            "mypy.ini": "[mypy]\nstrict = true\nexclude = build\n",
            "pytest.ini": "[pytest]\naddopts = -ra --strict-markers\n",
        },
        [],
    ),
    "layout": (
        {
            "src/b.py": f"x = '{'-' * 100}'\n",
            "ruff.toml": "lint.select = ['E']\nlint.ignore = ['E501']\n",
        },
        [],
    ),
    "asserts in tests": (
        {"tests/test_b.py": TEST, "pyproject.toml": "[tool.bandit]\nskips = ['B101']\n"},
        [],
    ),
    "no types there": (
        {"src/b.py": "import nowhere\n", "mypy.ini": "[mypy]\nignore_missing_imports = true\n"},
        [],
    ),
    "no settings": ({"src/b.py": UNUSED}, []),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_tools_would_report_is_counted(project: str, name: str) -> None:
    """Once, by the comment that is known for it; not layout, nor what ordinary settings are for."""
    files, kinds = HIDDEN[name]
    build(project, {"src/a.py": "x = 1\n", "tests/test_a.py": "def test_a(): ...\n", **files})
    outcome = run_check("suppressions", project)
    assert [found["rule"] for found in outcome.findings] == kinds, outcome
    assert run_check("suppressions", project, {"ask": "false"}).value() == sum(
        " " not in kind for kind in kinds
    )


def test_a_tool_that_is_not_here_cannot_be_asked(project: str) -> None:
    """It would find more once it is installed, and nothing got worse. Twin: nobody is asked."""
    asked = {"src/a.py": UNUSED, "ruff.toml": "lint.ignore = ['F401']\n"}
    build(project, {**asked, "tests/test_a.py": ""})
    outcome = run_check("suppressions", project, path=few_programs())
    assert "ruff has settings here, and is not installed" in outcome.stderr, outcome
    alone = run_check("suppressions", project, {"ask": "false"}, path=few_programs())
    assert alone.value() == 0


def test_a_comment_that_means_nothing_keeps_its_place() -> None:
    """Strings, the head of a file and comments that give types are as they were."""
    text = "#!/bin/sh\n# coding: utf-8\nx = []  # type: list[int]\ny = '# noqa'  # noqa: é E501\n"
    ignored = "z = 1  # type: ignore[assignment]\n"
    plain = text.replace("  # noqa: é E501", "  # xxxx: é x501")
    assert without_comments(text + ignored) == f"{plain}z = 1  # xxxx: xxxxxx[xxxxxxxxxx]\n"


def test_settings_keep_what_silences_nothing() -> None:
    """Also where they stand in tables and lists of them."""
    said = "[tool.mypy]\nstrict = true\nexclude = ['a', 'b']\n[tool.pytest.ini_options]\n"
    said += "addopts = ['-m', 'not slow', '-x']\n[project]\nname = 'é'\n"
    kept = without_silence("pyproject.toml", said)
    assert "exclude" not in kept
    for word in ("strict", "true", '"é"', "-x"):
        assert word in kept
    assert "slow" not in kept
    assert without_silence("pyproject.toml", "[project]\nname = 'a'\n") == "[project]\nname = 'a'\n"
