"""Commands that pass whatever their tool says, as far as a glance at them tells."""

from typing import TYPE_CHECKING, Final

import msgspec

from readiness.shell.commands import is_idle, is_work, name_of
from readiness.shell.masking import can_fail, masks
from readiness.startup.patterns import later

if TYPE_CHECKING:
    from readiness.shell.words import Node

# Without any of these a command's status is its tool's.
_SYNTAX: Final = frozenset("!&|;\n{(`")
_OUTPUT: Final = later(r"\$\((?!\()((?:[^()]|\([^()]*\))*)\)")
_COUNTS: Final = later(r"\|\s*(?:wc\b|[ef]?grep\s[^|]*(?:-\w*c\b|--count))[^|]*$")
# Tests that an empty output passes, and those that a count of nothing does.
_EMPTY: Final = later(r"""\s-z\s+"?\$\(|\)"?\s+==?\s+(?:""|'')\s""")
_NONE: Final = later(r"""\)"?\s+(?:(?:-eq|==?)\s+"?0"?\s|-l[et]\s)""")
# Utilities that look for something, and fail where there is nothing to look at.
_LOOKS: Final = frozenset(("grep", "egrep", "fgrep", "diff", "cmp", "find"))
_SAY_NO: Final = _LOOKS - {"find"}
STATUSES: Final = "exit: {ok: [0, 1]}"


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """How a command passes although `tool` fails; nothing in it can fail where that is empty.

    `mask` is what hides the failure, where it is one part of the command. `remedy` is a command
    that asks the same and tells of its tool's failure, and the fields that a board then needs
    beside it; empty where none is known.
    """

    tool: str = ""
    mask: str = ""
    remedy: tuple[str, ...] = ()


def silence(command: str) -> Silence | None:
    """Return how a command's status hides its tool's failure; None if it does not seem to.

    What takes more than a glance (a branch, a loop, a script that it starts) is not seen.
    """
    body = command.strip()
    if is_idle(body):
        return Silence()
    if _SYNTAX.isdisjoint(body):
        return None
    for mask in masks(body):
        if mask.final or mask.ends:
            return Silence(tool=mask.command, mask=mask.text)
    if not can_fail(body):
        return Silence()
    return _of_a_question(body)


def silent_count(command: str) -> Silence | None:
    """Return how a command counts 0, and passes, where its tool fails: `x | wc -l || :`."""
    for mask in masks(command):
        tool, _, rest = mask.command.partition("|")
        tool = tool.strip()
        if mask.final and is_work(tool.split()[:1]) and _COUNTS.search(f"|{rest}"):
            return Silence(tool=tool, remedy=(tool, "read: {as: text, count: …}", STATUSES))
    return None


def _of_a_question(body: str) -> Silence | None:
    """Return how a command's end silences it: a `!`, or a test of what a tool prints."""
    from readiness.shell.syntax import parse
    from readiness.shell.words import Unreadable

    try:
        tree = parse(body)
    except (Unreadable, RecursionError):
        return None
    last = tree
    while last.parts and last.kind in ("list", "and"):
        last = last.parts[-1]
    is_whole = tree.parts == [last]
    if last.kind == "pipe" and last.negated:
        return _negated(body, last, is_whole=is_whole)
    if last.kind == "test" or name_of(last) in ("[", "test"):
        return _tested(body, last, is_whole=is_whole)
    return None


def _negated(body: str, node: "Node", *, is_whole: bool) -> Silence | None:
    if not any(map(_can_be_in_trouble, node.parts)):
        return None
    asked = body[node.start : node.end].lstrip("! \t").strip()
    if not is_whole or len(node.parts) > 1:
        return Silence(tool=asked)
    return Silence(tool=asked, remedy=(asked, STATUSES, 'expect: "== 1"'))


def _can_be_in_trouble(node: "Node") -> bool:
    return node.kind != "simple" or name_of(node) in _LOOKS or is_work([name_of(node)])


def _tested(body: str, node: "Node", *, is_whole: bool) -> Silence | None:
    text = f" {body[node.start : node.end]} "
    outputs = list(_OUTPUT.finditer(body, node.start, node.end))
    if len(outputs) != 1:
        return None
    inner = outputs[0][1].strip()
    if not (_EMPTY.search(text) or (_NONE.search(text) and _COUNTS.search(inner))):
        return None
    names = [words[0] for part in inner.split("|") if (words := part.split())]
    if not any(name in _LOOKS or is_work([name]) for name in names):
        return None
    if not is_whole or _SAY_NO & set(names):  # which fail where there is nothing to find
        return Silence(tool=inner)
    rest = f"{body[: outputs[0].start()]}$out{body[outputs[0].end() :]}"
    return Silence(tool=inner, remedy=(f"out=$({inner}); {rest}",))
