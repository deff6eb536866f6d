"""What a task board is called: its title, and the second one below it."""

import re
from collections.abc import Sequence
from typing import Final

from readiness.importing.drafts import label, numbered
from readiness.importing.outline import Block, Listed, Outline, Prose
from readiness.importing.words import without_emoji

_FACT: Final = re.compile(r"[^:：]{1,30}[:：]\s*\S.*")
_NAME: Final = re.compile(r"\w+\W+\w+\W+\w+.*|.*[\u4e00-\u9fff]{6}.*")
"""A name says more than `Overview` or `Current state`."""


def title(document: Outline) -> str:
    """Return the title that the front matter or the one heading above all gives; else empty."""
    heads = [each for each in document.top.chapters if each.level == 1]
    own = document.matter.get("title", "")
    return own or (without_emoji(heads[0].title) if len(heads) == 1 else "")


def subtitle(document: Outline) -> str:
    """Return the heading right below the title under which nothing but facts stands; else empty.

    A chapter has text, lists or headings of its own.
    """
    heads = [each for each in document.top.chapters if each.level == 1]
    if len(heads) != 1 or heads[0].blocks or len(heads[0].chapters) < 2:
        return ""
    first = heads[0].chapters[0]
    name = without_emoji(first.title)
    known = first.chapters or label(first.title) or numbered(first.title)
    facts = all(_FACT.fullmatch(line) for block in first.blocks for line in _lines(block))
    return name if _NAME.fullmatch(name) and not known and facts else ""


def _lines(block: Block) -> Sequence[str]:
    """Return the lines of a paragraph or a list; of what is neither, one that is no fact."""
    if isinstance(block, Prose):
        return block.lines
    if isinstance(block, Listed) and not any(item.boxed or item.below for item in block.items):
        return [item.text for item in block.items]
    return [""]
