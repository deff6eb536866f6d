"""What tests of the page share."""

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

import html5lib
import msgspec

from readiness.record.document import RunDocument
from readiness.record.earlier import Carried
from readiness.report import Context, render
from readiness.text.languages import Language
from tests.support.documents import a_chinese_document, a_document, an_unfinished_document
from tests.support.page_runs import a_large_document, a_release

EMPTY = a_document(
    tasks=[], probes=[], findings=[], milestones=[], loosened=[], git=None, profile=""
)


def a_joined_run() -> RunDocument:
    """The release, of which two runs in two profiles measured one half each."""
    run = a_release()
    tasks = []
    for task in run.tasks:
        profile = ("local", "production")[len(tasks) % 2]
        criteria = [
            msgspec.structs.replace(
                one,
                carried=Carried(
                    run=f"20261124T1310{len(tasks):02}Z-0001",
                    at=run.started_at,
                    profile=profile,
                    verdict=one.verdict,
                    value=one.value,
                    shown=one.shown,
                    unit=one.unit,
                    reason=one.reason,
                ),
            )
            for one in task.criteria
        ]
        tasks.append(msgspec.structs.replace(task, criteria=criteria))
    return msgspec.structs.replace(run, tasks=tasks, profile="local+production")


DOCUMENTS: dict[str, Callable[[], RunDocument]] = {
    "every verdict": a_document,
    "every verdict, Chinese": a_chinese_document,
    "a release": a_release,
    "a release, Chinese": lambda: a_release(Language.ZH),
    "60 criteria": lambda: a_large_document(60),
    "two profiles": a_joined_run,
    "unfinished": an_unfinished_document,
    "nothing": lambda: EMPTY,
}


BLOCKS = {"p", "li", "div", "td", "th", "pre", "dt", "dd"}


SVG = "{http://www.w3.org/2000/svg}"


def page(run: RunDocument) -> str:
    """The page of a run."""
    return render("html", run, Context())


def parsed(text: str) -> Element:
    """The page as a browser reads it. Raises for any mistake that HTML knows."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root: Element = parser.parse(text)
    return root


def assert_ids_are_whole(root: Element) -> None:
    """No id stands twice, and what is linked to or labels something is there."""
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        named = (element.get("aria-labelledby") or "").split()
        if (element.get("href") or "").startswith("#"):
            named.append(str(element.get("href"))[1:])
        assert set(named) <= set(ids)


def words_of(element: Element) -> str:
    """All text below an element; what is a block of its own stands apart."""

    def parts(item: Element) -> Iterator[str]:
        yield item.text or ""
        for child in item:
            yield from parts(child)
            yield (" " if child.tag in BLOCKS else "") + (child.tail or "")

    return " ".join("".join(parts(element)).split())


def by_id(root: Element, name: str) -> Element:
    """The element with an id."""
    return next(element for element in root.iter() if element.get("id") == name)


def titled(root: Element, name: str) -> Element:
    """The section with the heading of this id."""
    return next(part for part in root.iter("section") if part.get("aria-labelledby") == name)


def row(root: Element, criterion: str) -> str:
    """What is told of one criterion."""
    return words_of(by_id(root, f"c-{criterion}"))
