"""Tests of readiness.text.markdown: foreign text in Markdown stays text, for every reader."""

import cmarkgfm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from readiness.text.markdown import code, fence, one_line, own, prose, text
from tests.support.pages import APART, RECOGNISED, on_github

HOSTILE = [
    "a|b",
    "-- -",
    "x\ny\r\nz",
    "`c` ``d`` ``` e",
    "<details><summary>s</summary>",
    "</details> <!-- x --> <br>",
    "@team @org/team a@b.example",
    "![p](http://x.invalid/p.png)",
    "[l](javascript:alert(1)) [r][s] [t]: http://x.invalid",
    "<http://x.invalid> http://x.invalid https://x.invalid ftp://x.invalid www.x.invalid",
    "#123 !12 $12 &12 ~label %v1 GH-12 owner/repo#1 [issue:12]",
    "3f2a1bc 3f2a1bc9d0e4f5a6b7c83f2a1bc9d0e4f5a6b7c8",
    ":tada: :+1:",
    "*a* **b** _c_ __d__ ~~e~~ $f$",
    "# heading",
    "- list",
    "+ list",
    "* list",
    "1. list",
    "12) list",
    "> quote",
    "=====",
    "-----",
    "| a |\n| - |",
    "/close",
    "~~~\nfence",
    "&amp; &#64;team &lt;b&gt;",
    "\\`x` \\<b> \\| \\",
    "[ ] open [x] done",
    "{+ added +} [- gone -]",
    "    indented",
    "::error::x ##[error]x",
    "\x1b[2J\u202egnp\ufeff\x00",
    "",
    "   ",
]


def tokens(markdown: str) -> set[str]:
    """The types of the tokens that another parser finds."""
    found: list[Token] = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    return {part.type for token in found for part in [token, *(token.children or ())]}


def assert_text(foreign: str) -> None:
    """Everything about text that has to hold for each reader."""
    made = text(foreign)
    assert "\n" not in made
    page = on_github(made)
    assert page.elements in ([], ["p", *["code"] * (len(page.elements) - 1)])
    assert page.text.strip().replace(APART, "") == one_line(foreign)
    assert not RECOGNISED.search(page.prose)
    kinds = {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "code_inline"}
    assert tokens(made) <= kinds
    cells = on_github(f"| a | b |\n| --- | --- |\n| {made} | end |")
    assert cells.elements.count("td") == 2
    assert cells.elements.count("tr") == 2
    assert cells.prose.strip().endswith("end")


@pytest.mark.parametrize("foreign", HOSTILE)
def test_foreign_text_stays_text(foreign: str) -> None:
    """What is read is what was printed, and nothing is recognised in it."""
    assert_text(foreign)


MARKS = st.text(alphabet='|`*_[]()<>#@!~$%&:/\\-+=.{}" \n\tab1fx世', max_size=40)


@given(st.one_of(MARKS, st.lists(st.sampled_from(HOSTILE)).map(" ".join)))
def test_any_text_stays_text(foreign: str) -> None:
    """However the marks of Markdown follow each other."""
    assert_text(foreign)


@given(st.one_of(MARKS, st.text(max_size=30)))
def test_text_begins_no_block(foreign: str) -> None:
    """It can stand in a list, in a heading and within emphasis."""
    made = text(foreign) or "x"
    assert _blocks(f"- {made}") in (["ul", "li"], ["ul", "li", "p"])
    assert _blocks(f"- [x] **T1** {made}") == ["ul", "li", "input", "strong"]
    assert _blocks(f"### {made}") == ["h3"]


def _blocks(markdown: str) -> list[str]:
    return [name for name in on_github(markdown).elements if name != "code"]


@pytest.mark.parametrize("copied", ["20261128T115135Z-61e06909", "https://api.osv.dev", "@team"])
def test_what_people_copy_is_what_was_printed(copied: str) -> None:
    """An id, an address and a name are code, without anything invisible in them."""
    made = f"see {copied}, please"
    assert (text(made), prose(made)) == (f"see `{copied}`, please",) * 2


@given(MARKS)
def test_code_stays_code(foreign: str) -> None:
    """Backticks of any number end no code, and a bar ends no cell."""
    made = code(foreign, cell=True)
    page = on_github(f"| a | b |\n| --- | --- |\n| {made} | end |")
    assert page.elements.count("td") == 2
    said = page.text.partition("b")[2]
    assert said.replace(APART, "").strip().removesuffix("end").strip() == one_line(foreign)


@given(MARKS)
def test_code_outside_of_tables_is_code(foreign: str) -> None:
    """Whatever is in it, a bar too."""
    page = on_github(f"- x {code(foreign)}")
    assert page.elements == ["ul", "li", *(["code"] if one_line(foreign) else [])]
    assert "".join(page.code) == one_line(foreign)


@given(MARKS, MARKS)
def test_nothing_ends_a_fence(first: str, second: str) -> None:
    """A block of code says what it was given and ends where we end it."""
    block = fence("\n".join(["x", first, second, "y"]))
    page = on_github(f"{block}\n\nend")
    assert page.elements == ["pre", "code", "p"]
    assert page.prose.strip() == "end"


@pytest.mark.parametrize(
    ("words", "html"),
    [
        ("`make lint` passes", "<p><code>make lint</code> passes</p>"),
        ("``x` <b>", "<p>`<code>x</code> &lt;b&gt;</p>"),
        ("`` ` ``", "<p>`` ` ``</p>"),
        ("` `", "<p>` `</p>"),
        ("`a|b` and `<i>`", "<p>a|b and <code>&lt;i&gt;</code></p>"),
        ("- `x`", "<p>- <code>x</code></p>"),
    ],
)
def test_titles_may_have_code(words: str, html: str) -> None:
    """What people put between backticks is code; all else is text."""
    assert cmarkgfm.github_flavored_markdown_to_html(prose(words)).strip() == html


@given(MARKS)
def test_titles_are_no_more_than_text_and_code(words: str) -> None:
    """Whatever is in them."""
    page = on_github(prose(words))
    assert set(page.elements) <= {"p", "code"}
    assert not RECOGNISED.search("\n".join(page.words))


@pytest.mark.parametrize(
    ("markdown", "elements"),
    [
        ("# A\n\n## B\n\nx", ["h3", "h4", "p"]),
        ("###### A", ["h6"]),
        ("#### A", ["h4"]),
        ("<b>x</b> <!-- y -->", ["p"]),
        ("a <img src=x onerror=alert(1)> `<b>`", ["p", "code"]),
        ("<details>\n\nx", ["p", "p"]),
        ("```\n<b>\n# no heading\n```", ["pre", "code"]),
        ("```\n<b>", ["pre", "code"]),
        ("- a\n- b\n\n| x |\n| - |\n| `<` |", None),
        ("<!--", ["p"]),
        ("<script>\n\n</script>", ["p", "p"]),
    ],
)
def test_the_boards_own_markdown_is_rendered(markdown: str, elements: list[str] | None) -> None:
    """Without HTML, below our headings, and ending where it ends."""
    page = on_github(f"{own(markdown, level=3)}\n\nend")
    if elements is not None:
        assert page.elements == [*elements, "p"]
    assert page.words[-2:][0] == "end"


@given(st.one_of(MARKS, st.sampled_from(HOSTILE)))
def test_the_boards_own_markdown_brings_no_html(markdown: str) -> None:
    """Whatever is in it, what comes after it is not part of it."""
    made = own(markdown, level=3)
    assert not {"html_block", "html_inline"} & tokens(made)
    assert on_github(f"{made}\n\nend").prose.strip().endswith("end")
