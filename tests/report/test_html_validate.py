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
