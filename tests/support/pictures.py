"""Pictures of what people see, for people to look at: the page and the terminal.

`make pictures` writes them all; `python -m tests.support.pictures FOLDER [WORD]` those whose name
has the word.
"""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from io import StringIO
from pathlib import Path

from playwright.sync_api import Browser
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from readiness.record.document import RunDocument
from readiness.text.languages import Language
from tests.support.browser import CHROMIUM, LOOKED_AT, MISSING, launched, opened
from tests.support.documents import a_document
from tests.support.html_pages import page
from tests.support.page_runs import a_large_document, a_release
from tests.support.terminal import on_a_terminal

MEDIA = ("light", "dark", "print")
COLUMNS = (60, 80, 100, 140)
TALLEST = 6000

PAGES: dict[str, Callable[[], RunDocument]] = {
    "release": a_release,
    "release-zh": lambda: a_release(Language.ZH),
    "verdicts": a_document,
    "large": lambda: a_large_document(300),
}
SCREENS = {
    "small": "tests.support.screens.a_small_run",
    "large": "tests.support.screens.a_large_run",
    "verdicts": "tests.support.documents.a_document",
    "verdicts-zh": "tests.support.documents.a_chinese_document",
}
_FORM = (
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>terminal</title><style>'
    # A line's and an arrow's letters are two cells wide in the Chinese font, one in a terminal.
    '@font-face {{ font-family: cells; src: local("DejaVu Sans Mono");'
    " unicode-range: U+2013-2027, U+2030-2BFF, U+B7; size-adjust: 83.05% }}"
    "body {{ margin: 16px; background: {background}; color: {foreground} }}"
    'pre {{ margin: 0; font: 16px/1.25 cells, "Noto Sans Mono CJK SC", monospace }}'
    "</style><pre>{code}</pre>"
)

Taken = Callable[[Browser], bytes]


def pictures() -> Iterator[tuple[str, Taken]]:
    """Every picture: its name, and what takes it."""
    for name, made in PAGES.items():
        for media in MEDIA:
            for width in LOOKED_AT:
                yield f"page-{name}-{media}-{width}", partial(_of_page, made, media, width)
    for name, made_by in SCREENS.items():
        for columns in COLUMNS:
            yield f"screen-{name}-{columns}", partial(_of_screen, made_by, columns)


def screen(made_by: str, columns: int) -> str:
    """What a real terminal of that width is sent for the table of a run."""
    module, _, name = made_by.rpartition(".")
    code = (
        f"import os, sys; from {module} import {name} as made;"
        " from readiness.report import Context, render;"
        " context = Context(width=os.get_terminal_size().columns, terminal=True, colour=True);"
        " sys.stdout.write(render('table', made(), context))"
    )
    return on_a_terminal(code, columns=columns)


def drawn(text: str) -> str:
    """Draw what a terminal is sent, as a page in letters that are all one or two cells wide."""
    console = Console(record=True, width=1000, file=StringIO())
    console.print(Text.from_ansi(text), overflow="ignore", crop=False, no_wrap=True)
    return console.export_html(theme=MONOKAI, code_format=_FORM, inline_styles=True)


def _of_page(made: Callable[[], RunDocument], media: str, width: int, browser: Browser) -> bytes:
    scheme = "dark" if media == "dark" else "light"
    with opened(browser, page(made()), width=width, scheme=scheme) as seen:
        if media == "print":
            seen.emulate_media(media="print")
        height = min(seen.evaluate("document.documentElement.scrollHeight"), TALLEST)
        clip = {"x": 0, "y": 0, "width": width, "height": height}
        return seen.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]


def _of_screen(made_by: str, columns: int, browser: Browser) -> bytes:
    with opened(browser, drawn(screen(made_by, columns)), width=columns * 8 + 32) as seen:
        return seen.screenshot(full_page=True)


def main(folder: str, word: str = "") -> None:
    """Write the pictures whose name has the word."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with launched() as browser:
        for name, taken in pictures():
            if word in name:
                (target / f"{name}.png").write_bytes(taken(browser))


if __name__ == "__main__":
    if CHROMIUM is None:
        sys.exit(MISSING)
    main(*sys.argv[1:])
