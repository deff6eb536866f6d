"""What a change does to keep tools silent: comments, settings, what they take for settings."""

from tests.support.loosening import (
    Loosening,
    assert_innocent,
    assert_told,
    board,
    guarded,
    rows,
    twins,
)
from tests.support.program import Project
from tests.support.repositories import commit

GOOD = "def f(a: int) -> int:\n    return a\n"
BAD = f"import os\n\n\n{GOOD}"
RUFF = {"run": "ruff check src"}
MYPY = {"run": "mypy --strict src"}
UNTYPED = "def g(a):\n    return a\n"


def silenced(
    name: str,
    criterion: dict[str, object],
    hides: dict[str, str | None],
    names: str,
    twin: dict[str, str | None],
    also: dict[str, str] | None = None,
) -> Loosening:
    """A tool that would complain of the change, were it not kept silent."""
    base = {"board.yaml": board(criterion), "src/a.py": GOOD, **(also or {})}
    return Loosening(name, base, hides, names, twin)


COMMENT: dict[str, str | None] = {"src/a.py": f"# An ordinary comment: os.\n{GOOD}"}
CONF = {"ruff.toml": "extend = 'conf/base.toml'\n", "conf/base.toml": "lint.select = ['F']\n"}
FUNCTION = "def h(a: int) -> int:\n    return a\n"
TESTS = {"tests/test_a.py": "from a import f\n\n\ndef test_f() -> None:\n    assert f(1) == 1\n",
         "pytest.ini": "[pytest]\npythonpath = src\n"}  # fmt: skip
COVER = {"check": "coverage", "expect": ">= 100 %"}
TESTED = {
    "src/a.py": f"{GOOD}\n\n{FUNCTION}",
    "tests/test_a.py": "from a import f, h\n\n\ndef test_f() -> None:\n    assert f(1) == h(1)\n",
}

ROWS = [
    silenced("3301", RUFF, {"src/a.py": f"# ruff: disable[F401]\n{BAD}"}, "src/a.py", COMMENT),
    silenced("3303", RUFF, {"src/a.py": BAD, "conf/base.toml": "lint.select = ['W605']\n"},
             "conf/base.toml", {"conf/base.toml": "# Rules.\nlint.select = ['F']\n"}, CONF),
    silenced("3307", RUFF, {"src/a.py": BAD, ".gitignore": "src/a.py\n"}, ".gitignore",
             {".gitignore": "*.log\n"}),
    silenced("3309", MYPY,
             {"src/a.py": f"# mypy: disallow-untyped-defs=False\n{GOOD}{UNTYPED}"},
             "src/a.py", COMMENT),
    silenced("3313", MYPY, {"src/a.py": f"from typing import no_type_check\n\n\n{GOOD}\n\n"
                                        f"@no_type_check\n{UNTYPED}"}, "src/a.py", COMMENT),
    silenced("3315", COVER, {"src/a.py": f"{GOOD}\n\ndef h() -> None:  # pragma no cover\n"
                                         "    print(1)\n"}, "src/a.py", dict(TESTED), TESTS),
    silenced("a stub beside the module", MYPY,
             {"src/a.py": f"{GOOD}{UNTYPED}", "src/a.pyi": "def f(a: int) -> int: ...\n"},
             "src/a.pyi", COMMENT),
]  # fmt: skip

PYPROJECT = "[project]\nname = 'a'\nversion = '1.0'\n"


@rows(*ROWS)
def test_what_keeps_a_tool_silent_is_told(row: Loosening, project: Project) -> None:
    """However it is spelled, and wherever it stands."""
    assert_told(project, row)


@twins(*ROWS)
def test_what_does_not_is_none(row: Loosening, project: Project) -> None:
    """An ordinary comment, a setting of style, a version."""
    assert_innocent(project, row)


def test_what_a_comment_hides_is_measured(project: Project) -> None:
    """With what comes to light where the comments are put aside; a plain comment costs nothing."""
    base = {"board.yaml": board(RUFF), "src/a.py": GOOD}
    told = Loosening("", base, {"src/a.py": BAD.replace("import os", "import os  # noqa")}, "", {})
    ended = guarded(project, told.base, told.hides)
    assert "fail, exit 1 without the suppression comments" in ended.out, ended


def test_a_comment_that_is_known_to_one_tool_alone_is_measured(project: Project) -> None:
    """A linter that nobody has heard of, and its own word for silence."""
    linter = "! grep -n 'import os' src/a.py | grep -v 'mylint: off'\n"
    base = {"board.yaml": board({"run": "sh lint.sh"}), "src/a.py": GOOD, "lint.sh": linter}
    silent = BAD.replace("import os", "import os  # mylint: off")
    ended = guarded(project, base, {"src/a.py": silent})
    assert ended.status == 4, ended
    assert "src/a.py" in ended.out
    commit(project.folder, {"src/a.py": f"# note: nothing\n{GOOD}"})
    assert project("guard", "--base", "HEAD~2").status == 0


OVERRIDES = """\
[tool.mypy]
follow_imports = "silent"
ignore_missing_imports = true

# For the incremental adoption of types.
[[tool.mypy.overrides]]
module = ["poetry.core.factory.*", "poetry.core.masonry.*", "poetry.core.semver.*"]
ignore_errors = true
"""
WRONG = "def of(name: str) -> int:\n    return name\n"
ADOPTED = {
    "board.yaml": board({"check": "mypy", "with": {"paths": "poetry"}, "expect": "<= 2"}),
    "pyproject.toml": PYPROJECT,
    **{f"poetry/core/{name}": "" for name in ("__init__.py", "masonry/__init__.py")},
    "poetry/__init__.py": "",
    "poetry/core/factory.py": f"{WRONG}\n\n{WRONG.replace('of', 'to')}",
    "poetry/core/masonry/api.py": WRONG,
    "poetry/core/semver.py": WRONG,
    "poetry/core/helpers.py": WRONG,
}


def test_a_real_change_that_ignores_errors_is_told_with_what_it_hides(project: Project) -> None:
    """The essence of the commit by which poetry-core began to use mypy (abc56402).

    On the commit itself it is 420 errors under the base's rules and 1 by the change's.
    """
    ended = guarded(project, ADOPTED, {"pyproject.toml": f"{PYPROJECT}{OVERRIDES}"})
    assert ended.status == 4, ended
    assert "fail, 5 errors in 7 files under the base's rules → pass, 1 error in" in ended.out, ended
    assert "did not say which tests" not in ended.out
