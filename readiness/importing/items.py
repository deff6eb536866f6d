"""What an item of a list says: its sentence, its fields, and what is indented below it."""

from collections.abc import Iterable
from typing import Final

from readiness.importing.drafts import fields, joined, label
from readiness.importing.outline import Block, Fence, Listed, ListedItem, Prose

SHELL_LANGUAGES: Final = ("", "sh", "bash", "shell", "zsh", "console", "shell-session", "terminal")


def parts(item: ListedItem) -> tuple[str, list[tuple[str, str]], tuple[str, ...]]:
    """Return an item's sentence, the fields that it names below, and the code that verifies it."""
    text = item.text
    pairs: list[tuple[str, str]] = []
    code: list[str] = []
    for block in item.below:
        lines: Iterable[str] = ()
        if isinstance(block, Fence):
            code += [block.text] if block.language.lower() in SHELL_LANGUAGES else []
        elif isinstance(block, Prose):
            lines = block.lines
        elif isinstance(block, Listed):
            lines = [inner.text for inner in block.items if not inner.boxed]
        for line in lines:
            if known := fields(line):
                pairs += [pair for pair in known if pair[0] != "verify"]
                code += [value for name, value in known if name == "verify" and value]
            elif isinstance(block, Prose) and not block.source:
                text = joined(text, line)
    return text, pairs, tuple(code)


def item_fields(item: ListedItem) -> list[tuple[str, str]]:
    """Return the fields that an item names; above a list, a label may lack its colon."""
    name = "" if item.boxed or not any(item.items) else label(item.text)
    return fields(item.text) or ([(name, "")] if name else [])


def is_grouping(item: ListedItem) -> bool:
    """Return whether there are criteria below an item: boxes, or a list that is called so."""
    return _has_boxes(item.below) or any(
        item_fields(inner)[-1:] == [("criteria", "")] and any(inner.items) for inner in item.items
    )


def _has_boxes(blocks: Iterable[Block]) -> bool:
    return any(
        isinstance(block, Listed)
        and any(item.boxed or _has_boxes(item.below) for item in block.items)
        for block in blocks
    )
