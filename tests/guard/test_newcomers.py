"""Settings and comments that are about what a change brings from elsewhere hide nothing."""

from pathlib import Path

import pytest

from readiness.guard.changes import Direction
from tests.support.guarded import LOOSE, SAME, compared
from tests.support.loosening import board, guarded
from tests.support.program import Project

Files = dict[str, str | None]
MYPY = "[tool.mypy]\nstrict = true\nmypy_path = 'src'\n"
OVERRIDE = "\n[[tool.mypy.overrides]]\nmodule = '{}'\n{} = true\n"
OWN = (
    "LIMIT = 1000\n\n\n"
    "def shares(amount: int, count: int) -> list[int]:\n"
    '    """Share an amount, the first ones get what is left over."""\n'
    "    share, left = divmod(amount, count)\n"
    "    return [share + 1] * left + [share] * (count - left)\n"
)
VENDORED = (
    "import os, sys  # noqa\n\n"
    "def pick(row, key=None):\n"
    "    return row[key or os.sep]  # type: ignore\n\n"
    "def end(code: int) -> str:\n"
    "    return sys.argv\n"
)
USES = "import json\nfrom decimal import Decimal\n"
BASE = {
    "pyproject.toml": MYPY,
    "src/shop/__init__.py": "",
    "src/shop/shares.py": OWN,
    "src/shop/lists.py": f"import fancytables.rows\n{USES}",
}


@pytest.mark.parametrize(
    ("module", "key", "direction"),
    [
        ("crossplane.*", "ignore_missing_imports", SAME),
        ("crossplane", "follow_untyped_imports", SAME),
        ("crossplane", "ignore_errors", LOOSE),
        ("fancytables.*", "ignore_missing_imports", LOOSE),
        ("fancytables.rows", "ignore_missing_imports", LOOSE),
        ("decimal.Decimal", "ignore_missing_imports", LOOSE),
        ("fancytables.columns", "ignore_missing_imports", SAME),
        ("shop.*", "ignore_missing_imports", LOOSE),
        ("*", "ignore_missing_imports", LOOSE),
        ("*.crossplane", "ignore_missing_imports", LOOSE),
    ],
)
def test_an_override_for_a_module_that_nothing_imported(
    module: str, key: str, direction: Direction, tmp_path: Path
) -> None:
    """What the base's code imports, and what is the project's own, keeps its types."""
    settings = MYPY + OVERRIDE.format(module, key)
    found = compared(tmp_path, {"pyproject.toml": settings}, BASE)
    assert [change.direction for change in found] == [direction]


@pytest.mark.parametrize(
    ("line", "direction"),
    [
        ("import crossplane  # type: ignore[import-untyped]", SAME),
        ("from crossplane import parse  # type: ignore[import-not-found]", SAME),
        ("import crossplane  # type: ignore", LOOSE),
        ("from crossplane import parse  # type: ignore[attr-defined]", LOOSE),
        ("import fancytables  # type: ignore[import-untyped]", LOOSE),
        ("import shop.shares  # type: ignore[import-untyped]", LOOSE),
        ("x: int = ''  # type: ignore[import-untyped]", LOOSE),
    ],
)
def test_a_comment_at_an_import_that_is_new(
    line: str, direction: Direction, tmp_path: Path
) -> None:
    """It says no more than that others have no types."""
    (found,) = compared(tmp_path, {"src/shop/settings.py": f"{line}\n"}, BASE)
    assert found.direction is direction


RUFF = "extend-exclude = ['{}']\n"


@pytest.mark.parametrize(
    ("place", "text", "pattern", "direction"),
    [
        ("src/shop/_vendor/tiny.py", VENDORED, "src/shop/_vendor", SAME),
        ("src/shop/_vendor/tiny.py", VENDORED, "_vendor", SAME),
        ("third_party/tiny/tiny.py", VENDORED, "third_party/**", SAME),
        ("src/shop/_vendor/tiny.py", VENDORED, "src/shop", LOOSE),
        ("src/shop/_vendor/tiny.py", VENDORED, "*", LOOSE),
        ("src/shop/more/tiny.py", VENDORED, "src/shop/more", LOOSE),
        ("src/shop/_vendor/tiny.py", VENDORED, "src/shop/_vendor2", LOOSE),
        ("src/shop/_vendor/tiny.py", OWN, "_vendor", LOOSE),
        ("src/shop/_vendor/tiny.py", VENDORED + OWN, "_vendor", LOOSE),
        ("src/shop/_vendor/tiny.py", f"from shop import lists\n{VENDORED}", "_vendor", LOOSE),
        ("src/shop/_vendor/tiny.py", f"from ..lists import x\n{VENDORED}", "_vendor", LOOSE),
    ],
)
def test_a_folder_of_the_code_of_others_may_be_left_out(
    place: str, text: str, pattern: str, direction: Direction, tmp_path: Path
) -> None:
    """Not the project's own code there, nor what uses it, nor anything else than the folder."""
    change: Files = {place: text, "ruff.toml": RUFF.format(pattern)}
    found = compared(tmp_path, change, {**BASE, "ruff.toml": "line-length = 100\n"})
    (setting,) = [one.direction for one in found if one.subject == "ruff extend-exclude"]
    assert setting is direction


def test_the_projects_own_code_does_not_become_that_of_others_by_a_move(tmp_path: Path) -> None:
    """The comments that it gains on the way are told as well."""
    silent = OWN.replace("count)\n", "count)  # type: ignore\n", 1)
    change: Files = {"src/shop/shares.py": None, "src/shop/_vendor/shares.py": silent}
    (found,) = compared(tmp_path, change, BASE)
    assert found.direction is LOOSE
    (tmp_path / "more").mkdir()
    others = compared(tmp_path / "more", {"src/shop/_vendor/tiny.py": VENDORED}, BASE)
    assert {one.direction for one in others} == {SAME}


LINES = (
    "class A:\n    def f(self):\n        raise NotImplementedError\n\n"
    "    def g(self):\n        pass\n"
)


@pytest.mark.parametrize(
    ("item", "direction"),
    [
        ("raise NotImplementedError", SAME),
        ("raise NotImplementedError.*|def g", LOOSE),
        (r"raise NotImplementedError[\s\S]*", LOOSE),
    ],
)
def test_lines_that_hold_no_work_may_be_left_out(
    item: str, direction: Direction, tmp_path: Path
) -> None:
    """By what a pattern finds in the code, not by how it begins."""
    base = {".coveragerc": "[report]\nprecision = 2\n", "src/a.py": LINES}
    change: Files = {".coveragerc": f"{base['.coveragerc']}exclude_also =\n    {item}\n"}
    (found,) = compared(tmp_path, change, base)
    assert found.direction is direction


TESTED = {
    "src/a.py": f"{LINES}        return 1\n\n\ndef h():\n    return 2\n",
    "tests/test_a.py": "from a import A, h\n\n\ndef test_g():\n    assert A().g() != h()\n",
    "board.yaml": board({"check": "coverage", "expect": ">= 60 %"}),
}
COVER = "[tool.pytest.ini_options]\npythonpath = ['src']\n\n[tool.coverage.report]\n{}"
TYPED = {
    "board.yaml": board({"check": "mypy"}),
    "src/shop/__init__.py": "",
    "src/shop/shares.py": OWN,
}
USE = "import crossplane\n\n\ndef f() -> str:\n    return str(crossplane.parse('a'))\n"
ENDS = [
    pytest.param(TESTED, COVER, "exclude_also = ['raise NotImplementedError']", {}, 0, id="lines"),
    pytest.param(TESTED, COVER, "exclude_also = ['def f|raise NotImpl']", {}, 4, id="work"),
    pytest.param(
        {**TYPED, "mypy.ini": "[mypy]\nstrict = true\n"},
        MYPY + "{}",
        "",
        {
            "src/shop/settings.py": USE,
            "mypy.ini": "[mypy]\nstrict = true\n[mypy-crossplane.*]\nignore_missing_imports = true",
        },
        0,
        id="a dependency in an ini",
    ),
    pytest.param(
        TYPED,
        MYPY + "{}",
        OVERRIDE.format("crossplane.*", "ignore_missing_imports"),
        {"src/shop/settings.py": USE},
        0,
        id="a dependency",
    ),
    pytest.param(
        TYPED,
        MYPY + "{}",
        OVERRIDE.format("crossplane.*", "ignore_missing_imports")
        + OVERRIDE.format("shop.settings", "ignore_errors"),
        {"src/shop/settings.py": f"{USE}x: int = ''\n"},
        4,
        id="a dependency and more",
    ),
    pytest.param(
        TYPED,
        MYPY + "{}",
        "exclude = ['src/shop/_vendor/']",
        {"src/shop/_vendor/tiny.py": VENDORED},
        0,
        id="vendored",
    ),
    pytest.param(
        TYPED,
        MYPY + "{}",
        "exclude = ['src/shop/_vendor/']",
        {"src/shop/_vendor/shares.py": f"{OWN}x: int = ''\n"},
        4,
        id="own",
    ),
]


@pytest.mark.parametrize(("base", "settings", "more", "change", "status"), ENDS)
def test_what_hides_nothing_counts_by_the_rules_of_the_base_too(
    base: dict[str, str], settings: str, more: str, change: Files, status: int, project: Project
) -> None:
    """The number of the head is no better than the base's rules have it; what hides is told."""
    before = {**base, "pyproject.toml": settings.format("")}
    after: Files = {"pyproject.toml": settings.format(more), **change}
    ended = guarded(project, before, after)
    assert ended.status == status, ended
