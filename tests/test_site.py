"""The documents as a site: built offline, every link followed."""

import re
from html.parser import HTMLParser
from os.path import dirname, join, normpath
from urllib.parse import unquote, urlsplit

import pytest

from tests.support.program import ROOT
from tests.support.site import built

PAGES = sorted(path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md"))


class Page(HTMLParser):
    """What a page of the site leads to, loads and can be led to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note links, what is loaded, and anchors."""
        values = {name: value or "" for name, value in attributes}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag in ("script", "img") and "src" in values:
            self.loaded.append(values["src"])
        if tag == "link" and values.get("rel") != "canonical" and "href" in values:
            self.loaded.append(values["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    """The built pages by their names, of a copy of the documents."""
    place = built(tmp_path_factory.mktemp("site"))
    pages = {
        str(path.relative_to(place)): Page(path.read_text("utf-8"))
        for path in place.rglob("*.html")
    }
    for name, page in pages.items():
        for link in [*page.links, *page.loaded]:
            target = unquote(urlsplit(link).path)
            if not urlsplit(link).scheme and target and not target.startswith("/"):
                assert (place / name).parent.joinpath(target).exists(), (name, link)
    return pages


def test_every_page_is_built(site: dict[str, Page]) -> None:
    """Each document has its page; what a page leads to and loads is there."""
    assert {str(path.with_suffix(".html")) for path in PAGES} <= site.keys()


def test_anchors_are_there(site: dict[str, Page]) -> None:
    """A link into a page leads to a place in it."""
    for name, page in site.items():
        for link in page.links:
            parts = urlsplit(link)
            path = normpath(join(dirname(name), parts.path)) if parts.path else name
            other = site.get(path)
            if not parts.scheme and parts.fragment and other:
                assert unquote(parts.fragment) in other.anchors, (name, link)


def test_no_page_asks_another_host(site: dict[str, Page]) -> None:
    """No script, style, font or picture comes from elsewhere."""
    for name, page in site.items():
        assert [each for each in page.loaded if urlsplit(each).netloc] == [], name


def test_the_site_leads_to_every_page() -> None:
    """None is left out of its contents, and none is named that is not there."""
    contents = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:")[2]
    listed = re.findall(r"^ +- (\S+\.md)$", contents, re.MULTILINE)
    assert sorted(listed) == sorted(map(str, PAGES))
