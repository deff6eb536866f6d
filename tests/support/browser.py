"""A real browser for tests of the page: Debian's Chromium, cut off from every network."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page, Route, sync_playwright

CHROMIUM = shutil.which("chromium")
MISSING = "no chromium: apt-get install chromium fonts-noto-cjk (as root, `make test` does)"
ADDRESS = "http://page.invalid/"
HTML = "text/html; charset=utf-8"
WIDTHS = (360, 768, 1280)
LOOKED_AT = (390, 768, 1280, 1920)
LAYOUT = (Path(__file__).parent / "page_layout.js").read_text(encoding="utf-8")
HEIGHT = 900

OPEN_ALL = "() => document.querySelectorAll('details').forEach((item) => { item.open = true; })"

Scheme = Literal["light", "dark"]


@contextmanager
def launched() -> Iterator[Browser]:
    """Start the browser."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=sandboxed())
        yield started
        started.close()


@contextmanager
def opened(
    browser: Browser,
    html: str,
    *,
    width: int = 1280,
    scheme: Scheme = "light",
    script: bool = True,
    anchor: str = "",
) -> Iterator[Page]:
    """Open a page. It fails the test if it asks for anything, complains, or opens a dialog."""
    wrong: list[str] = []
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT},
        color_scheme=scheme,
        java_script_enabled=script,
        reduced_motion="reduce",
    )

    def answer(route: Route) -> None:
        if route.request.url.partition("?")[0] == ADDRESS:
            route.fulfill(body=html, content_type=HTML)
        else:
            wrong.append(f"asks for {route.request.url}")
            route.abort()

    context.route("**/*", answer)
    page = context.new_page()
    page.on("console", lambda message: wrong.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (wrong.append("a dialog"), dialog.dismiss()))
    try:
        page.goto(f"{ADDRESS}{anchor}")
        yield page
    finally:
        context.close()
    assert wrong == []


def layout_problems(page: Page) -> list[str]:
    """What is too wide, cut or overlapping on the page. Raises where it shows no text at all."""
    found: dict[str, Any] = page.evaluate(LAYOUT)
    assert found["pieces"] > 0
    problems: list[str] = found["problems"]
    return problems


def sandboxed() -> list[str]:
    """Chromium's flags: it refuses its sandbox to root."""
    return ["--no-sandbox"] if os.geteuid() == 0 else []
