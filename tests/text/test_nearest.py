"""A name that is not known leads to the one that was meant."""

import pytest

from readiness.text.nearest import nearest, suggestion


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("mypi", ["ruff", "mypy"], "mypy"),
        ("T1.2", ["T1.1", "T9"], "T1.1"),
        ("MYPY", ["mypy"], "mypy"),
        ("secur", ["security-headers"], "security-headers"),
        ("se", ["security-headers"], ""),
        ("nothing", ["mypy"], ""),
        ("x", [], ""),
    ],
)
def test_the_name_that_was_meant(word: str, known: list[str], meant: str) -> None:
    """It is the most like it, in whatever case, else one that begins so; far ones are not meant."""
    assert nearest(word, known) == meant


def test_a_suggestion_has_a_second_best() -> None:
    """Where nothing is near, the reader is told what else to do."""
    assert suggestion("mypi", ["mypy"], "see the list") == 'did you mean "mypy"?'
    assert suggestion("nothing", ["mypy"], "see the list") == "see the list"
