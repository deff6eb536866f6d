"""The command to write in place of one that does not tell of its tool's trouble."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from readiness.shell.commands import exits, is_exit, last_of, name_of, never_fails
from readiness.shell.syntax import parse
from readiness.shell.trouble import unheard
from readiness.shell.words import Node, Unreadable

_NAMES: Final = ("out", "out2", "out3")


class Instead(NamedTuple):
    """A command, and the status with which it says that all is well."""

    run: str
    good: int = 0


def instead(command: str) -> Instead | None:
    """Return a command that asks the same and tells of its tool's trouble, where one is known."""
    body = command.strip()
    try:
        for found in _ideas(body, parse(body)):
            if found.run != body and not unheard(found.run, lambda status: status == found.good):  # noqa: B023
                return found
    except (Unreadable, RecursionError):
        pass
    return None


def _ideas(body: str, tree: Node) -> Iterator[Instead]:
    node = tree.parts[0] if len(tree.parts) == 1 else tree
    if asked := _asked_for_no(body, node, tree):
        yield Instead(asked, good=1)
    if node.kind == "if" and len(node.parts) in (2, 3):
        yield Instead(_text(body, node.parts[0]))
    last = tree
    while last.parts and last.kind in ("and", "list"):
        last = last.parts[-1]
    if last.kind == "pipe" and last.negated and last is not node:
        asked = _text(body, last).removeprefix("!").strip()
        yield Instead(f"{body[: last.start]}{{ {asked} && exit 1 || [ $? -eq 1 ]; }}")
    yield from _outputs_first(body, tree)
    yield from _files_first(body)


def _asked_for_no(body: str, node: Node, tree: Node) -> str:
    """Return what a command asks in the hope of a no: `! X`, `if X; then exit 1; fi` …, or ""."""
    if node.kind == "pipe" and node.negated:
        return _text(body, node).removeprefix("!").strip()
    if node.kind == "if" and len(node.parts) in (2, 3) and _refuses(node.parts[1]):
        return _text(body, node.parts[0])
    first = tree.parts[0] if tree.parts and all(map(_is_good_end, tree.parts[1:])) else node
    if first.kind == "or" and _is_good_end(first.parts[1]):
        first = first.parts[0]
    if first.kind == "and" and _refuses(first.parts[1]):
        return _text(body, first.parts[0])
    return ""


def _text(body: str, node: Node) -> str:
    return body[node.start : node.end].strip().rstrip(";").strip()


def _is_good_end(node: Node) -> bool:
    return never_fails(node) or exits(node)


def _refuses(node: Node) -> bool:
    """Whether a branch ends as a failure."""
    last = last_of(node)
    return name_of(last) == "false" or (is_exit(last) and not never_fails(last))


def _outputs_first(body: str, tree: Node) -> Iterator[Instead]:
    """Take what commands print into variables first: where a shell obeys a failure."""
    found = [
        (match.start(), match.end(), match[1])
        for match in re.finditer(r"\$\(((?:[^()]|\([^()]*\))*)\)", body)
        if not match[1].startswith("(")
    ]
    if not found or len(found) > len(_NAMES) or len(tree.parts) != 1:
        return
    taken, rest = "", body
    for name, (start, end, inner) in reversed(list(zip(_NAMES, found, strict=False))):
        taken = f"{name}=$({inner.strip()}); {taken}"
        rest = f"{rest[:start]}${name}{rest[end:]}"
    yield Instead(taken + rest)


def _files_first(body: str) -> Iterator[Instead]:
    """Write what `<(…)` prints into files first, for the same reason."""
    parts = re.split(r"<\(((?:[^()]|\([^()]*\))*)\)", body)
    if len(parts) < 3 or " < " in body:
        return
    written, rest = "", parts[0]
    for number, (inner, after) in enumerate(zip(parts[1::2], parts[2::2], strict=True), 1):
        file = f'"$READINESS_TMP/{number}"'
        written += f"{inner.strip()} > {file}; "
        rest += file + after
    yield Instead(written + rest)
