"""The page of a fleet in a real browser: how it lies, who can use it, and what it leads to."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from readiness.fleet.page import page
from tests.support.browser import (
    CHROMIUM,
    MISSING,
    OPEN_ALL,
    Scheme,
    layout_problems,
    opened,
)
from tests.support.fleets import large_fleet

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=MISSING)

MAP_ASIDE = "() => document.querySelector('.scroll').remove()"
"""The map may be wider than the window: it is in a region of its own, which scrolls."""


@pytest.fixture(scope="session")
def html() -> str:
    """The page of 12 recorded runs of 60 criteria."""
    return page(large_fleet(12))


def wide(opened_page: Page) -> int:
    """How wide the document is."""
    columns: int = opened_page.evaluate("document.documentElement.scrollWidth")
    return columns


@pytest.mark.parametrize("width", [360, 480, 1280, 1800])
def test_nothing_is_cut_or_overlaps(browser: Browser, html: str, width: int) -> None:
    """Closed and with all details open; only the map scrolls, in its own region."""
    with opened(browser, html, width=width) as seen:
        assert wide(seen) <= width
        seen.evaluate(MAP_ASIDE)
        assert layout_problems(seen) == []
        seen.evaluate(OPEN_ALL)
        assert layout_problems(seen) == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 480), ("dark", 1280)])
def test_axe_finds_nothing(browser: Browser, html: str, scheme: Scheme, width: int) -> None:
    """None of axe-core's rules is violated, with all details open, in light and in dark."""
    with opened(browser, html, scheme=scheme, width=width) as seen:
        seen.evaluate(OPEN_ALL)
        results = Axe().run(seen)
        assert results.response["passes"]
        assert results.violations_count == 0, results.generate_report()


def test_a_cell_tells_what_it_is_and_leads_to_its_project(browser: Browser, html: str) -> None:
    """Project, criterion and verdict under the map; a click opens the project's details."""
    with opened(browser, html) as seen:
        cell = seen.locator("#cells td.fail").first
        row = cell.locator("xpath=..").locator("th")
        cell.hover()
        caption = seen.locator("#told").inner_text()
        assert caption.startswith(row.inner_text())
        assert "keeps its promise" in caption
        assert caption.endswith("fail")
        cell.click()
        anchor = row.locator("a").get_attribute("href") or ""
        assert seen.locator(f"details[id='{anchor[1:]}']").get_attribute("open") is not None
