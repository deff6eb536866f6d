"""What is measured, before and after: each edit of a project is told with its place."""

from pathlib import Path

import pytest

from readiness.guard.changes import Kind
from readiness.guard.project import compare_projects
from tests.support.guarded import (
    CODE,
    FILES,
    LOOSE,
    PYPROJECT,
    TIGHT,
    USED,
    both,
    compared,
    edited,
    told,
)

COMMENTS = [
    "# type: ignore",
    "# type: ignore[arg-type]",
    "# noqa",
    "# noqa: E501",
    "# NOQA:E501,S101",
    "# nosec",
    "# nosec B101",
    "# pragma: no cover",
    "# pragma: no branch",
    "# pyright: ignore",
    "# pylint: disable=no-member",
    "# a reason  # noqa: S101",
    "# mypy: ignore-errors",
    "# ruff: noqa",
    "# flake8: noqa",
    '# mypy: disable-error-code="arg-type"',
    "# mypy: allow-untyped-defs",
    "# pylint: skip-file",
]


@pytest.mark.parametrize("comment", COMMENTS)
def test_a_suppression_is_told_with_its_line(comment: str, tmp_path: Path) -> None:
    """Behind code as well as on a line of its own; gone, it is tightened."""
    added = edited("src/a.py", "return b\n", f"return b  {comment}\n")
    assert told(compared(tmp_path, added)) == [("src/a.py:6", Kind.SUPPRESSION, LOOSE)]
    alone = {"src/a.py": f"{comment}\n{CODE}"}
    assert told(compared(tmp_path, alone)) == [("src/a.py:1", Kind.SUPPRESSION, LOOSE)]
    gone = compared(tmp_path, {"src/a.py": CODE}, {"src/a.py": f"{comment}\n{CODE}"})
    assert told(gone) == [("src/a.py:1", Kind.SUPPRESSION, TIGHT)]


NO_SUPPRESSIONS = [
    'x = "# type: ignore"\n',
    '"""Write `# noqa` behind it."""\n',
    "x = 1  # ignore the type\n",
    "x = 1  # nosecret\n",
    "noqa = 1  # no such thing\n",
]


@pytest.mark.parametrize("text", NO_SUPPRESSIONS)
def test_what_only_looks_like_one_is_none(text: str, tmp_path: Path) -> None:
    """In a string, in prose, as a name."""
    assert compared(tmp_path, {"src/b.py": text}) == []


def test_a_suppression_that_moves_with_its_line_is_the_same(tmp_path: Path) -> None:
    """Down the file, into another file, and with code that is edited in place."""
    before = {"src/a.py": f"import x  # noqa: F401\n{CODE}"}
    assert compared(tmp_path, {"src/a.py": f"\n\nimport x  # noqa: F401\n{CODE}"}, before) == []
    moved = {"src/a.py": CODE, "src/b.py": "import x  # noqa: F401\n"}
    assert compared(tmp_path, moved, before) == []
    (tmp_path / "head" / "src" / "b.py").unlink()
    renamed = {"src/a.py": f"import xy  # noqa: F401\n{CODE}"}
    assert compared(tmp_path, renamed, before) == []


def test_a_suppression_that_says_more_is_told(tmp_path: Path) -> None:
    """One code becomes all; the other way round nothing is loosened."""
    narrow = {"src/a.py": "x = 1  # type: ignore[arg-type]\n"}
    wide = {"src/a.py": "x = 1  # type: ignore\n"}
    (found,) = compared(tmp_path, wide, narrow)
    assert (found.direction, found.before) == (LOOSE, "# type: ignore[arg-type]")
    assert all(each.direction is not LOOSE for each in compared(tmp_path, narrow, wide))


def test_comments_of_other_languages(tmp_path: Path) -> None:
    """A row of the table each."""
    files = {
        "web/a.ts": "// @ts-ignore\nlet a = 1 // eslint-disable-line\n",
        "b.sh": "# shellcheck disable=SC2086\ntrue\n",
        "c.go": "x := 1 //nolint:errcheck\n",
        "d.rs": "#[allow(dead_code)]\nfn f() {}\n",
    }
    places = [each[0] for each in told(compared(tmp_path, files))]
    assert sorted(places) == ["b.sh:1", "c.go:1", "d.rs:1", "web/a.ts:1", "web/a.ts:2"]


def test_the_same_project_is_the_same(tmp_path: Path) -> None:
    """Also with other line ends, and a byte order mark."""
    assert compared(tmp_path, {}) == []
    for path, text in FILES.items():
        (tmp_path / "head" / path).write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    changes, _ = compare_projects(str(tmp_path / "base"), str(tmp_path / "head"), used=USED)
    assert changes == []


def a_package(number: int) -> dict[str, str]:
    """A package with some code in it."""
    body = "".join(f"def f{n}(a, b):\n    return a + b + {n}\n\n\n" for n in range(20))
    return {f"src/shop/part{number}/{name}.py": body for name in ("__init__", "one", "two")}


def test_errors_that_are_silenced_are_called_what_they_are(tmp_path: Path) -> None:
    """Whole packages ignored, hardly a line of code changed: the count falls, the errors stay."""
    packages = {path: text for n in range(8) for path, text in a_package(n).items()}
    modules = "".join(f'  "shop.part{n}.*",\n' for n in range(6))
    override = f"\n[[tool.mypy.overrides]]\nmodule = [\n{modules}]\nignore_errors = true\n"
    silenced: dict[str, str | None] = {
        "pyproject.toml": PYPROJECT + override,
        "src/shop/part0/one.py": packages["src/shop/part0/one.py"].replace("+ 3\n", "+ 4\n"),
    }
    changes, remarks = both(tmp_path, silenced, packages)
    assert [each.subject for each in changes] == [
        f"mypy overrides[shop.part{n}.*].ignore_errors" for n in range(6)
    ]
    assert {each.direction for each in changes} == {LOOSE}
    assert {each.line > 0 for each in changes} == {True}
    (sentence,) = remarks
    assert sentence == (
        "mypy now ignores every error in 6 packages"
        " (shop.part0, shop.part1, shop.part2, shop.part3, shop.part4, shop.part5),"
        " 18 of 27 files, while 1 of their 1458 lines changed:"
        " its count falls because errors are hidden, not because they are fixed."
    )


@pytest.mark.parametrize(("lines", "hidden"), [(10, True), (11, False)])
def test_code_of_which_a_tenth_changes_is_as_it_was(
    tmp_path: Path, lines: int, hidden: bool
) -> None:
    """Ten of a hundred lines, and no more."""
    code = "".join(f"a{number} = {number}\n" for number in range(99))
    changed = code
    for number in range(lines):
        changed = changed.replace(f" = {number}\n", f" = {number} + 1\n")
    override = '\n[[tool.mypy.overrides]]\nmodule = ["one.*", "one"]\nignore_errors = true\n'
    head: dict[str, str | None] = {
        "pyproject.toml": PYPROJECT + override,
        "one.py": changed,
    }
    _, (sentence,) = both(tmp_path, head, {"one.py": code})
    assert f"{lines} of their 100 lines changed" in sentence
    assert ("errors are hidden" in sentence) is hidden


def test_errors_that_are_fixed_are_not_called_silenced(tmp_path: Path) -> None:
    """The code changes, the settings do not."""
    packages = {path: text for n in range(2) for path, text in a_package(n).items()}
    fixed = {
        path: text.replace("(a, b)", "(a: int, b: int) -> int") for path, text in packages.items()
    }
    assert both(tmp_path, fixed, packages) == ([], [])
