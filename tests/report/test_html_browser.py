"""The page in a real browser: how it lies, who can use it, and that it asks nobody for anything."""

import struct
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, PdfMargins

from readiness.record.document import RunDocument
from readiness.report import Context, render
from readiness.text.languages import Language
from tests.support.browser import (
    CHROMIUM,
    LOOKED_AT,
    MISSING,
    OPEN_ALL,
    WIDTHS,
    Scheme,
    layout_problems,
    opened,
)
from tests.support.documents import a_document
from tests.support.hostile import HOSTILE_TEXTS, full_of
from tests.support.page_runs import a_large_document, a_release

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=MISSING)

DOCS = Path(__file__).parents[2] / "docs"
LARGEST = 150_000
COLOURS = 224
# Language, width, and between which parts of the page.
PICTURES = {
    **{
        f"page-{width}{suffix}": (language, width, "body", "[id='t-T3']")
        for width in WIDTHS
        for language, suffix in ((Language.EN, ""), (Language.ZH, "-zh"))
    },
    "page-1280-charts": (Language.EN, 1280, "h2#time", "section[aria-labelledby='gantt']"),
    "page-360-charts-zh": (Language.ZH, 360, "h2#time", "section[aria-labelledby='gantt']"),
}


def html(run: RunDocument) -> str:
    """The page of a run."""
    return render("html", run, Context())


@pytest.fixture(scope="session")
def large() -> str:
    """The page of a board with 2,000 criteria."""
    return html(a_large_document(2000))


PAGES = {
    "release-en": lambda: a_release(Language.EN),
    "release-zh": lambda: a_release(Language.ZH),
    "every-verdict-en": a_document,
    "60-criteria": lambda: a_large_document(60),
}


# --- how it lies --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_or_overlaps(browser: Browser, name: str) -> None:
    """At six widths, closed and with all evidence open, each text has its own place."""
    with opened(browser, html(PAGES[name]())) as page:
        for opening in (None, OPEN_ALL):
            if opening:
                page.evaluate(opening)
            for width in sorted({*WIDTHS, *LOOKED_AT}):
                page.set_viewport_size({"width": width, "height": 900})
                assert layout_problems(page) == [], (width, opening)


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_hostile_text_does_nothing(browser: Browser, name: str) -> None:
    """Whatever stands in the document, nothing is run, asked for or moved out of the window."""
    run = a_release()
    run = full_of(HOSTILE_TEXTS[name], msgspec.structs.replace(run, tasks=run.tasks[1:3]))
    with opened(browser, html(run), width=360) as page:
        page.evaluate(OPEN_ALL)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360
        assert page.locator("script").count() == 1
        assert page.locator("img, iframe, object, embed, base").count() == 0


def test_a_large_board_lies_well_too(browser: Browser, large: str) -> None:
    """2,000 criteria: at a phone's width nothing is cut, whether tasks are closed or open."""
    with opened(browser, large, width=360) as page:
        assert layout_problems(page) == []
        page.evaluate("document.querySelectorAll('.task')[3].open = true")
        assert layout_problems(page) == []


# --- who can use it -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    [
        ("release-en", "light", 1280),
        ("release-zh", "dark", 360),
        ("every-verdict-en", "dark", 1280),
        ("60-criteria", "light", 360),
    ],
)
def test_axe_finds_nothing(browser: Browser, name: str, scheme: Scheme, width: int) -> None:
    """None of axe-core's rules is violated, with all evidence open, in light and in dark."""
    with opened(browser, html(PAGES[name]()), scheme=scheme, width=width) as page:
        page.evaluate(OPEN_ALL)
        results = Axe().run(page)
        assert results.response["passes"]
        assert results.violations_count == 0, results.generate_report()


def test_the_keyboard_skips_to_the_content(browser: Browser) -> None:
    """The first stop is a link past the header, and it is seen when it has the focus."""
    with opened(browser, html(a_release())) as page:
        page.keyboard.press("Tab")
        box = page.locator(":focus").bounding_box()
        assert box is not None
        assert box["y"] >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_evidence_is_one_key_away(browser: Browser) -> None:
    """A criterion opens by Enter to its command, its status and what it wrote."""
    with opened(browser, html(a_release())) as page:
        row = page.locator("details[id='c-T5.1']")
        evidence = row.get_by_text("Connection refused")
        assert not evidence.is_visible()
        row.locator("summary").focus()
        page.keyboard.press("Enter")
        assert evidence.is_visible()
        assert row.locator("pre.command").is_visible()
        assert row.get_by_text("exit 7").is_visible()


def shown(page: Page) -> list[str]:
    """The criteria that are to be seen."""
    names: list[str] = page.evaluate(
        "() => [...document.querySelectorAll('details.c')]"
        " .filter((row) => row.checkVisibility()).map((row) => row.id.slice(2))"
    )
    return names


def status(page: Page) -> str:
    """What the filter says of itself to who does not see the page."""
    return page.get_by_role("status").inner_text()


def test_filters_work_by_keyboard(browser: Browser) -> None:
    """Text, verdict, priority and owner narrow the list down together; a reset shows all again."""
    with opened(browser, html(a_release())) as page:
        everything = shown(page)
        assert status(page) == "11 of 11 criteria shown"
        page.get_by_role("combobox", name="Verdict", exact=True).focus()
        page.keyboard.type("fail")
        assert shown(page) == ["T2.1", "T2.2", "T4.1", "T5.2"]
        page.keyboard.press("Tab")
        page.keyboard.type("P0")
        assert shown(page) == ["T2.1", "T2.2", "T4.1"]
        page.keyboard.press("Tab")
        page.keyboard.type("li")
        assert shown(page) == ["T2.1", "T2.2"]
        page.get_by_role("searchbox", name="Text").focus()
        page.keyboard.type("ERRORS mypy")
        assert shown(page) == ["T2.1"]
        assert status(page) == "1 of 11 criteria shown"
        page.keyboard.type(" nothing like it")
        assert shown(page) == []
        assert status(page) == "No criterion matches."
        page.get_by_role("button", name="Reset").focus()
        page.keyboard.press("Enter")
        page.wait_for_function("document.querySelectorAll('.c[hidden]').length === 0")
        assert shown(page) == everything


@pytest.mark.parametrize("width", [390, 1280])
def test_a_chip_shows_its_criteria_and_the_filter_stays(browser: Browser, width: int) -> None:
    """A click on a verdict's count filters by it; "/" goes to the filter, which stays in view."""
    with opened(browser, html(a_large_document(130)), width=width) as page:
        page.locator(".counts a", has_text="fail").click()
        page.wait_for_function("location.search === '?verdict=fail'")
        assert {row.get_attribute("data-v") for row in page.locator(".c:visible").all()} == {"fail"}
        page.evaluate("scrollBy(0, 1000)")
        page.keyboard.press("/")
        page.keyboard.type("a/b")
        field = page.get_by_role("searchbox", name="Text")
        assert field.input_value() == "a/b"
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        page.evaluate("scrollBy(0, 1000)")
        box = field.bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 60


def test_the_filter_is_in_the_address(browser: Browser) -> None:
    """A link leads to what is seen: it is read from the address, and written into it."""
    text = html(a_release())
    with opened(browser, text, anchor="?verdict=fail&priority=P0") as seen:
        shown = seen.locator("details.c:not([hidden])")
        assert {row.get_attribute("data-v") for row in shown.all()} == {"fail"}
        seen.get_by_role("button", name="Reset").click()
        seen.wait_for_function("location.search === ''")
        seen.get_by_label("hide what is good").check()
        seen.wait_for_function("location.search === '?open=1'")
        assert "pass" not in {row.get_attribute("data-v") for row in shown.all()}
    with opened(browser, text, anchor="?verdict=nothing&open=1") as seen:
        assert seen.get_by_label("hide what is good").is_checked()
        assert seen.locator("details.c:not([hidden])").count() > 0


def test_a_link_shows_what_a_filter_hides(browser: Browser, large: str) -> None:
    """A link to a criterion opens its task, and takes back a filter that hides it."""
    with opened(browser, large) as page:
        page.get_by_role("searchbox", name="Text").fill("nothing like it")
        link = page.locator("#next a").first
        target = page.locator(f"[id='{str(link.get_attribute('href'))[1:]}']")
        assert not target.is_visible()
        link.focus()
        page.keyboard.press("Enter")
        target.wait_for(state="visible")
        assert target.get_attribute("open") is not None


def test_an_address_with_a_criterion_leads_there(browser: Browser, large: str) -> None:
    """`page.html#c-T150.3` can be sent to somebody: it opens there."""
    with opened(browser, large, anchor="#c-T150.3") as page:
        target = page.locator("[id='c-T150.3']")
        target.wait_for(state="visible")
        box = target.bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 900


def test_tasks_open_and_close_together(browser: Browser, large: str) -> None:
    """One button opens all tasks of a large board, of which the first that fail are open."""
    with opened(browser, large) as page:
        assert page.locator("details.task[open]").count() == 12
        page.get_by_role("button", name="Open all tasks").click()
        assert page.locator("details.task[open]").count() == 200
        page.get_by_role("button", name="Close all tasks").click()
        assert page.locator("details.task[open]").count() == 0


def test_it_can_be_read_without_script(browser: Browser) -> None:
    """Without script the filter is not there, and all else is."""
    with opened(browser, html(a_release()), script=False) as page:
        assert not page.locator("form").is_visible()
        rows = page.locator("details.c")
        assert rows.count() == 11
        assert rows.first.is_visible()
        page.locator("[id='c-T5.1'] summary").click()
        assert page.locator("[id='c-T5.1']").get_by_text("Connection refused").is_visible()


def test_it_can_be_printed(browser: Browser) -> None:
    """On paper every criterion is a line, and 60 take two pages; what was opened stays open."""
    with opened(browser, html(a_large_document(60))) as page:
        margin: PdfMargins = {"top": "1cm", "bottom": "1cm", "left": "1cm", "right": "1cm"}
        assert page.pdf(format="A4", margin=margin).count(b"/Type /Page\n") == 2
        page.locator("[id='c-T1.2'] > summary").click()
        page.emulate_media(media="print")
        assert not page.locator("nav").is_visible()
        assert page.locator(".steps .printed").first.is_visible()
        assert page.locator(".c > summary:visible").count() == 60
        assert page.locator(".c > .more:visible").count() == 1


def test_dark_is_dark(browser: Browser) -> None:
    """The page follows the reader's scheme."""
    colours = {}
    for scheme in ("light", "dark"):
        with opened(browser, html(a_release()), scheme=scheme) as page:
            colours[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colours == {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 27)"}


# --- the pictures in the documents --------------------------------------------------------------


@pytest.mark.parametrize("name", PICTURES)
def test_the_documents_have_its_picture(
    browser: Browser, name: str, request: pytest.FixtureRequest
) -> None:
    """docs/ shows the page at each width and in each language, in files of a modest size."""
    language, width, first, last = PICTURES[name]
    path = DOCS / f"{name}.png"
    if request.config.getoption("--update-golden"):
        scheme: Scheme = "dark" if width == 768 else "light"
        with opened(browser, html(a_release(language)), width=width, scheme=scheme) as page:
            top, end = (
                round(page.locator(part).first.evaluate(f"(part) => {edge} + scrollY"))
                for part, edge in (
                    (first, "part.getBoundingClientRect().top"),
                    (last, "part.getBoundingClientRect().bottom"),
                )
            )
            box = {"x": 0, "y": max(top - 24, 0), "width": width, "height": end - top + 48}
            path.write_bytes(small(page.screenshot(full_page=True, clip=box)))  # type: ignore[arg-type]
    data = path.read_bytes()
    assert struct.unpack(">II", data[16:24])[0] == width
    assert len(data) < LARGEST


def small(picture: bytes) -> bytes:
    """Return the same picture with few colours."""
    packed = BytesIO()
    with Image.open(BytesIO(picture)) as image:
        few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(packed, "PNG", optimize=True)
    return packed.getvalue()
