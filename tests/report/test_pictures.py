"""The pictures that people look at, `make pictures`: a few of them are taken here."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.support.browser import CHROMIUM, LOOKED_AT, MISSING, layout_problems, opened
from tests.support.pictures import COLUMNS, MEDIA, PAGES, SCREENS, drawn, pictures, screen

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=MISSING)


@pytest.mark.parametrize(
    ("name", "width"),
    [
        ("page-release-zh-dark-480", 480),
        ("page-verdicts-print-768", 768),
        ("screen-verdicts-zh-80", 80 * 8 + 32),
    ],
)
def test_a_picture_shows_something(browser: Browser, name: str, width: int) -> None:
    """It is as wide as what was looked at, and has more than one colour."""
    taken = dict(pictures())[name]
    with Image.open(BytesIO(taken(browser))) as image:
        assert image.width == width
        assert image.height > 900
        colours = image.convert("RGB").getcolors(image.width * image.height) or []
    assert len(colours) > 20


def test_there_is_one_of_each() -> None:
    """Each page at four widths in three media, each screen at four widths."""
    names = [name for name, _ in pictures()]
    assert len(set(names)) == len(names)
    assert len(names) == len(PAGES) * len(LOOKED_AT) * len(MEDIA) + len(SCREENS) * len(COLUMNS)


def test_the_picture_of_a_terminal_lies_as_its_cells_do(browser: Browser) -> None:
    """At 60 columns no line is wider than the terminal, Chinese letters among them."""
    text = drawn(screen(SCREENS["verdicts-zh"], 60))
    with opened(browser, text, width=60 * 8 + 32) as page:
        assert layout_problems(page) == []
