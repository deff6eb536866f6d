"""`make lint` holds the subjects of commits to `area: what changes`."""

from pathlib import Path

import pytest

from tests.support.program import ROOT
from tests.support.repositories import commit
from tests.support.subjects import follows, report


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("guard/project: try boards", True),
        ("prove, propose: try boards", False),
        ("a: " + "b" * 69, True),
        ("a: " + "b" * 70, False),
        ("Docs: edit the guides", False),
        ("edit the guides", False),
        ("docs:", False),
    ],
)
def test_a_subject_names_an_area_and_stays_short(subject: str, expected: bool) -> None:
    """Check both halves of the rule."""
    assert follows(subject) is expected


def test_commits_after_the_start_are_checked(tmp_path: Path) -> None:
    """Leave out what came before, name what breaks the rule after."""
    start = commit(tmp_path, {}, "No area")
    commit(tmp_path, {}, "docs: say more")
    assert report(tmp_path, start) == (0, "Commit subjects checked: 1.")
    commit(tmp_path, {}, "Say more")
    status, text = report(tmp_path, start)
    assert status == 1
    assert text.endswith(" Say more")


def test_without_the_history_it_says_so_and_passes(tmp_path: Path) -> None:
    """Pass in a folder whose history does not hold the start."""
    status, text = report(tmp_path)
    assert status == 0
    assert "not checked" in text


def test_make_lint_checks_the_subjects() -> None:
    """Find the check among the commands of `make lint`."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    lint = makefile.partition("\nlint:")[2].partition("\n\n")[0]
    assert "-m tests.support.subjects" in lint
