"""The page itself: templates, style and script, joined into one file that asks nobody else."""

import base64
import hashlib
import os
import re
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from readiness.record.document import RunDocument
from readiness.report._html.view import view
from readiness.text.clean import clean
from readiness.text.layout import literal, points

FOLDER = os.path.join(os.path.dirname(__file__), "templates")

# The page may be printed to a CI log, which obeys these; written so they are the same to a browser.
_COMMAND = re.compile(r"##(?=[A-Za-z]*\[)")
_WORKFLOW_COMMAND = re.compile(r"^(\s*)::", re.MULTILINE)
_WEB = re.compile(r"https?://|mailto:")


def page(run: RunDocument) -> str:
    """Return `run` as one HTML page."""
    style, script = asset("style.css"), asset("filter.js")
    template = environment(FOLDER).get_template("page.html")
    made = template.render(view=view(run), style=style, script=script, policy=policy(style, script))
    return quiet(made)


def quiet(text: str) -> str:
    """Remove from a page all that a CI log obeys, and end it with one line end."""
    text = _COMMAND.sub("#&#35;", text.rstrip())
    return _WORKFLOW_COMMAND.sub(r"\1&#58;:", text) + "\n"


def policy(style: str, script: str) -> str:
    """Return a content security policy under which only our own style and script count."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def asset(name: str, folder: str = FOLDER) -> str:
    """Return a file that becomes a part of a page."""
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


@cache
def environment(*folders: str) -> Environment:
    """Create an environment that cleans and escapes all text but that of the templates."""
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_safe_line,
    )
    environment.filters["lines"] = _lines
    environment.filters["prose"] = _prose
    environment.filters["prose_lines"] = _prose_lines
    environment.filters["markdown"] = _markdown
    environment.filters["points"] = points
    return environment


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _safe_line(value: object) -> object:
    """Format foreign text as one line without invisible characters."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return literal(str(value))
    return value


def _lines(text: str) -> Markup:
    """Return foreign text of several lines, cleaned and escaped."""
    return Markup.escape(clean(text, newlines=True))


def _prose(text: str) -> Markup:
    """Return what people wrote in a board, such as a title: text, but for its `code`."""
    return _with_code(literal(text))


def _prose_lines(text: str) -> Markup:
    """Return the same for what may have several lines."""
    return _with_code(clean(text, newlines=True))


def _with_code(text: str) -> Markup:
    if "`" not in text:
        return Markup.escape(text)
    return Markup(_parser("zero", "backticks").renderInline(text))  # noqa: S704


@cache
def _parser(preset: str, rule: str) -> MarkdownIt:
    """Create a parser that takes neither HTML nor pictures; an entity could hide a character."""
    options = {"html": False, "breaks": True, "xhtmlOut": False}
    return MarkdownIt(preset, options).enable(rule).disable(["image", "entity"])


def _markdown(text: str) -> Markup:
    """Return a board's own Markdown as HTML below the page's headings, its links those of the web.

    One paragraph is text without an element of its own.
    """
    parser = _parser("commonmark", "table")
    tokens = parser.parse(clean(text, newlines=True))
    for token in tokens:
        token.info = ""
        token.attrs = {name: text for name, text in token.attrs.items() if name == "start"}
        if token.type == "heading_open":
            token.attrs["class"] = "heading"
        if token.type.startswith("heading"):
            token.tag = "p"
        for child in token.children or ():
            href = str(child.attrs.get("href", ""))
            child.attrs = {"href": href} if _WEB.match(href) else {}
    if len(tokens) == 3:
        tokens[0].hidden = tokens[2].hidden = True
    return Markup(parser.renderer.render(tokens, parser.options, {}).rstrip())  # noqa: S704
