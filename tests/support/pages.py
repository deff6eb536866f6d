"""Markdown as GitHub shows it: what a page says, and what it is made of."""

import re
from html.parser import HTMLParser

import cmarkgfm

APART = "\u200b"

# What GitHub and GitLab look for in the text of a finished page.
RECOGNISED = re.compile(
    r"@\w|#\d|!\d|\$\d|&\d|~[\w\"]|%[A-Za-z_\"]|:[\w+-]+:|GH-\d|://|www\.|\[\w+:"
    r"|(?<![^\W_])(?=\d*[a-f])[0-9a-f]{7,64}(?![^\W_])|[{\[][+-]",
    re.IGNORECASE | re.ASCII,
)


class Page(HTMLParser):
    """What a page says, and the elements that it is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.words: list[str] = []
        self.code: list[str] = []
        self.text = ""
        self._in_code = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.elements.append(tag)
        self._in_code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        """Note where code ends."""
        self._in_code -= tag == "code"

    def handle_data(self, data: str) -> None:
        """Note what is said."""
        (self.code if self._in_code else self.words).append(data)
        self.text += data

    @property
    def prose(self) -> str:
        """The words outside of code."""
        return "".join(self.words)


def on_github(markdown: str) -> Page:
    """Read Markdown with the parser that GitHub uses."""
    return Page(cmarkgfm.github_flavored_markdown_to_html(markdown))
