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
UNANSWERED: Final = 125
"""The status of a question whose tool was in trouble, as `Silence.heard` ends."""

_IF_PRESENT: Final = "--if-present"
_KEEP: Final = '_all=("${PIPESTATUS[@]}")'
# Goes through what was kept; a program may have been ended because nobody read on.
_LISTEN: Final = """\
for _most in {limits}; do _status=$_all; _all=("${{_all[@]:1}}"); \
[ $_status -le $_most ] || [ $_status = 141 ] || \
exit $((_status == 126 || _status == 127 ? _status : {unanswered})); done"""


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """How a command passes although `tool` fails; nothing in it can fail where that is empty.

    `mask` is what hides the failure, where it is one part of the command. `remedy` is a command
    that asks the same and tells of its tool's failure, and the fields that a board then needs
    beside it; empty where none is known. `heard` is the same command for bash, but it
    fails with `UNANSWERED` if the tool is missing or in trouble; empty if that cannot be told from
    an answer. With `if_silent` a command that prints anything has done its work.
    """

    tool: str = ""
    mask: str = ""
    remedy: tuple[str, ...] = ()
    heard: str = ""
    if_silent: bool = False


def silence(command: str) -> Silence | None:
    """Return how a command's status hides its tool's failure; None if it does not seem to.

    What takes more than a glance (a branch, a loop, a script that it starts) is not seen.
    """
    body = command.strip()
    if is_idle(body):
        return Silence()
    if f" {_IF_PRESENT}" in body:
        return Silence(tool=body, mask=_IF_PRESENT, if_silent=True)
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
    heard = _put(body, node, _listening(asked, node.parts), "[ $_status != 0 ]")
    remedy: tuple[str, ...] = ()
    if is_whole and len(node.parts) == 1:
        remedy = (asked, STATUSES, 'expect: "== 1"')
    elif is_whole and node.parts[-1].words == ["grep", "-q", "."]:
        printing = body[node.parts[0].start : node.parts[-2].end].strip()
        remedy = (f'out=$({printing}); test -z "$out"',)
    return Silence(tool=asked, remedy=remedy, heard=heard)


def _piped(text: str) -> list["Node"]:
    """Return the programs of a command that is one pipe; none if it is anything else."""
    from readiness.shell.syntax import parse
    from readiness.shell.words import Unreadable

    try:
        (pipe,) = parse(text).parts
    except (Unreadable, RecursionError, ValueError):
        return []
    return [] if pipe.negated or pipe.kind not in ("simple", "pipe") else pipe.parts or [pipe]


def _listening(pipe: str, programs: list["Node"]) -> str:
    """Write a pipe that leaves the shell where one of its programs is in trouble."""
    limits = " ".join(str(_highest_answer(node)) for node in programs)
    listen = _LISTEN.format(limits=limits, unanswered=UNANSWERED)
    return f"{pipe} && {_KEEP} || {_KEEP}; {listen}"


def _highest_answer(node: "Node") -> int:
    """Return the highest status with which a program answers; most may mean anything by theirs."""
    if name_of(node) == "find" and not any(word.startswith("-exec") for word in node.words):
        return 0
    return 1 if name_of(node) in _SAY_NO else UNANSWERED


def _put(body: str, node: "Node", ask: str, answer: str) -> str:
    """Put other commands in place of the question that a command ends with."""
    if "\n" in ask:  # there may be comments and texts to read in it
        return ""
    return f"{body[: node.start]}{{ {ask}; {answer}; }}{body[node.end :]}"


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
    rest = f"{body[node.start : outputs[0].start()]}$out{body[outputs[0].end() : node.end]}"
    programs = _piped(inner)
    heard = _put(body, node, f"out=$({_listening(inner, programs)})", rest) if programs else ""
    remedy: tuple[str, ...] = (f"out=$({inner}); {rest}",) if is_whole else ()
    if _SAY_NO & set(names):  # which fail where there is nothing to find
        is_plain = is_whole and names[0] in _SAY_NO and names[1:] == ["wc"]
        asked = inner.rpartition("|")[0].strip()
        remedy = (asked, STATUSES, 'expect: "== 1"') if is_plain else ()
    return Silence(tool=inner, remedy=remedy, heard=heard)
