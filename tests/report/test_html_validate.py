"""The page's markup, read by html-validate: its rules for the standard and for accessibility."""

from pathlib import Path

import pytest

from tests.support.html_pages import DOCUMENTS, page
from tests.support.html_validate import MISSING, PROGRAM, complaints
from tests.support.page_runs import a_large_document

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason=MISSING)


def test_it_has_nothing_to_say_of_any_page(tmp_path: Path) -> None:
    """Small, large, Chinese, of several profiles, interrupted and empty: not one complaint."""
    pages = {name: page(made()) for name, made in DOCUMENTS.items()}
    pages["300 criteria"] = page(a_large_document(300))
    assert complaints(pages, tmp_path) == {name: [] for name in pages}


def test_it_notices_what_is_wrong(tmp_path: Path) -> None:
    """An id that is there twice, an element that is not closed, a picture without a name."""
    right = page(DOCUMENTS["a release"]())
    wrong = {
        "twice": right.replace("<footer>", '<footer id="why">'),
        "open": right.replace("<footer>", "<footer><div>"),
        "nameless": right.replace("<footer>", '<footer><img src="data:,">'),
    }
    found = complaints(wrong, tmp_path)
    assert all(found.values()), found
