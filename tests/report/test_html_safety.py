"""The page asks nobody, obeys nothing, and stays small for a large board."""

import base64
import hashlib
import math
import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

import msgspec
import pytest

from readiness.model.words import Verdict
from readiness.record.document import RunDocument
from readiness.text.layout import literal
from tests.support.documents import a_criterion, a_document, a_task
from tests.support.hostile import HOSTILE_TEXTS, full_of
from tests.support.html_pages import DOCUMENTS, page, parsed, words_of
from tests.support.page_runs import a_large_document, a_release


def policy_of(root: Element) -> dict[str, str]:
    """The page's content security policy, directive by directive."""
    meta = next(item for item in root.iter("meta") if item.get("http-equiv"))
    parts = (part.strip().partition(" ") for part in str(meta.get("content")).split(";"))
    return {name: value for name, _, value in parts}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_only_its_own_style_and_script_count(name: str) -> None:
    """The policy allows nothing but the one style and the one script that are in the page."""
    root = parsed(page(DOCUMENTS[name]()))
    expected = {
        "default-src": "'none'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    for tag in ("style", "script"):
        (element,) = root.iter(tag)
        digest = base64.b64encode(hashlib.sha256(str(element.text).encode()).digest()).decode()
        expected[f"{tag}-src"] = f"'sha256-{digest}'"
    assert policy_of(root) == expected


def attributes(root: Element) -> set[tuple[str, str]]:
    """Every attribute of the page, by its element."""
    return {(str(item.tag), name) for item in root.iter() for name in item.attrib}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_refers_to_nothing_outside(name: str) -> None:
    """Links stay on the page, and neither style nor script names an address."""
    root = parsed(page(DOCUMENTS[name]()))
    leading = {
        "src",
        "srcset",
        "href",
        "action",
        "data",
        "poster",
        "{http://www.w3.org/1999/xlink}href",
    }
    for element in root.iter():
        for attribute in leading & set(element.attrib):
            assert re.match(r"#|data:,$", element.attrib[attribute])
        assert "style" not in element.attrib
        assert not any(attribute.startswith("on") for attribute in element.attrib)
    for tag in ("style", "script"):
        (element,) = root.iter(tag)
        assert not re.search(
            r"url\(|@import|https?:|fetch|XMLHttp|eval|innerHTML", str(element.text)
        )


PASSES = [a_criterion("T1.1", Verdict.PASS)]
MARKDOWN = set(re.findall(r"\w+", "a p br hr em strong code pre ul ol li table thead tbody tr th"))


def take_markdown(root: Element) -> list[Element]:
    """Empty what the board's own Markdown became on the page; return the elements within."""
    within = []
    for holder in root.findall(".//*[@class='md']"):
        within += [item for item in holder.iter() if item is not holder]
        holder[:] = []
    return within


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
@pytest.mark.parametrize("made", [a_document, a_release])
def test_hostile_text_stays_text(made: Callable[[], RunDocument], text: str) -> None:
    """No string becomes an element, an attribute or a link, but for a task's Markdown."""
    plain = parsed(page(full_of("plain", made())))
    root = parsed(page(full_of(text, made())))
    assert {item.tag for item in take_markdown(root)} <= MARKDOWN | {"td"}
    assert {item.tag for item in root.iter()} <= {item.tag for item in plain.iter()}
    assert attributes(root) <= attributes(plain)
    assert sum(1 for _ in root.iter("script")) == 1
    shown = " ".join(literal(text).split())
    assert shown[:500] in words_of(next(root.iter("title")))


def test_markdown_leads_to_the_web_alone() -> None:
    """Neither HTML nor a picture, a script, a file or a style comes out of a board's Markdown."""
    text = """# A <b>b</b>\n\n[s](javascript:alert(1)) [d](data:text/html,x) [f](file:///etc/passwd)
[r](../secret) ![p](http://x.invalid/p.png) <https://x.invalid/?a=b> <img src=x onerror=alert(1)>

|a|\n|:-:|\n|[w](https://x.invalid "onclick=")|\n\n3. x
\n```js onload="y"\n<script>\n```\n&#x202e;"""
    within = take_markdown(parsed(page(a_document(tasks=[a_task("T1", *PASSES, details=text)]))))
    assert {item.tag for item in within} <= MARKDOWN | {"td"}
    assert {(str(item.tag), *pair) for item in within for pair in item.attrib.items()} == {
        ("p", "class", "heading"),
        ("a", "href", "http://x.invalid/p.png"),
        ("a", "href", "https://x.invalid/?a=b"),
        ("a", "href", "https://x.invalid"),
        ("ol", "start", "3"),
    }


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e308, -1e308])
def test_impossible_numbers_break_nothing(value: float) -> None:
    """A measured number that is none, or is far too large, leaves a page that can be read."""
    run = a_release()
    past = [
        msgspec.structs.replace(point, values=dict.fromkeys(point.values, number))
        for point, number in zip(run.past, [value, -value, 0.0] * 8, strict=True)
    ]
    tasks = [
        msgspec.structs.replace(
            task, criteria=[msgspec.structs.replace(item, value=value) for item in task.criteria]
        )
        for task in run.tasks
    ]
    root = parsed(page(msgspec.structs.replace(run, past=past, tasks=tasks)))
    assert not any("nan" in str(item.get("d")).lower() for item in root.iter())


def test_a_large_board_is_below_three_megabytes() -> None:
    """2,000 criteria with their history and evidence: all are there, the pictures are bounded."""
    run = a_large_document(2000)
    text = page(run)
    assert len(text.encode()) < 3_000_000
    assert all(f'id="c-{criterion.id}"' in text for criterion in run.criteria())
    assert "60 of 2000 criteria: those that are not good or have changed." in text
    assert "24 of " in text
    assert "The longest 40 are named; the other 1960 took" in text
    assert '<main id="main" tabindex="-1" class="large">' in text


def test_a_large_board_with_long_words_is_bounded_too() -> None:
    """Titles, reasons and hints of thousands of characters do not make the page endless."""
    run = a_large_document(2000)
    tasks = [
        msgspec.structs.replace(
            task,
            criteria=[
                msgspec.structs.replace(item, title="t" * 5000, hint="h" * 2000, reason="r" * 2000)
                for item in task.criteria
            ],
        )
        for task in run.tasks
    ]
    assert len(page(msgspec.structs.replace(run, tasks=tasks))) < 4_500_000
