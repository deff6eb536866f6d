"""What is measured, before and after: each edit of a project is told with its place."""

from pathlib import Path

import pytest

from readiness.guard.changes import Kind
from readiness.guard.project.reading import compare_projects
from tests.support.guarded import (
    CODE,
    FILES,
    LOOSE,
    TIGHT,
    USED,
    brief,
    compared,
    edited,
    in_folders,
)

COMMENTS = [
    "# type: ignore",
    "# noqa",
    "# NOQA:E501,S101",
    "# pragma: no cover",
    "# a reason  # noqa: S101",
    "# mypy: ignore-errors",
    "# flake8: noqa",
    '# mypy: disable-error-code="arg-type"',
]


@pytest.mark.parametrize("comment", COMMENTS)
def test_a_suppression_is_told_with_its_line(comment: str, tmp_path: Path) -> None:
    """Behind code as well as on a line of its own; gone, it is tightened."""
    added = edited("src/a.py", "return b\n", f"return b  {comment}\n")
    assert brief(compared(tmp_path, added)) == [("src/a.py:6", Kind.SUPPRESSION, LOOSE)]
    alone = {"src/a.py": f"{comment}\n{CODE}"}
    assert brief(compared(tmp_path, alone)) == [("src/a.py:1", Kind.SUPPRESSION, LOOSE)]
    gone = compared(tmp_path, {"src/a.py": CODE}, {"src/a.py": f"{comment}\n{CODE}"})
    assert brief(gone) == [("src/a.py:1", Kind.SUPPRESSION, TIGHT)]


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
        "e.rs": "#![cfg_attr(all(), allow(warnings))]\n#[cfg_attr(test, derive(Debug))]\n",
    }
    places = [each[0] for each in brief(compared(tmp_path, files))]
    assert sorted(places) == ["b.sh:1", "c.go:1", "d.rs:1", "e.rs:1", "web/a.ts:1", "web/a.ts:2"]


def test_the_same_project_is_the_same(tmp_path: Path) -> None:
    """Also with other line ends, and a byte order mark."""
    assert compared(tmp_path, {}) == []
    for path, text in FILES.items():
        (tmp_path / "head" / path).write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    assert compare_projects(in_folders(tmp_path), used=USED) == []
