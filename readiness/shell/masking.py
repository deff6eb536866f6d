"""The failures that a shell command hides."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from readiness.shell.commands import (
    ASSIGNMENT,
    command_words,
    is_exit,
    is_test,
    is_work,
    last_of,
    name_of,
    never_fails,
    traps_failure,
    works,
)
from readiness.startup.patterns import later

if TYPE_CHECKING:
    from readiness.shell.words import Node

_QUOTED = later(r"""'([^']*)'|"([^"]*)\"""")


class Mask(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a command that hides failures.

    `text` is that part (`|| true`), `command` what it hides the failures of, `line` where it
    stands, counted from 1. `final` says that the whole command can no longer fail.
    """

    text: str
    command: str = ""
    line: int = 1
    final: bool = False


# What fails seldom, and says nothing of the command before it.
_TALK = frozenset(("cat", "tail", "head", "tee", "sleep", "date", "logger", "ls"))
# What only makes ready for the command after it, which fails in turn.
_PREPARES = frozenset(("cd", "source", ".", "mkdir", "rm", "cp", "mv", "touch", "[", "test", ""))
# What only asks: that it says no is an answer, not a failure.
_ASKS = frozenset(
    ("[", "test", "grep", "egrep", "fgrep", "cmp", "diff", "command", "which", "type")
)
# What passes on what the command before it printed, and says nothing of how it ended.
_FILTERS = frozenset(("sed", "awk", "sort", "uniq", "cut", "tr", "nl", "column"))
_SHELLS = frozenset(("sh", "bash", "dash", "zsh", "ksh"))
_EXECUTED = later(r"-(?:exec|execdir)\s+(.*?)\s*(?:\\;|';'|\";\")")
_MAKE_PREFIX = later(r"[@+\s-]+(?=[^@+\s-])")
_SYNTAX = later(r"[&;\n{(`]")
_ROUGHLY = later(r"\|\|\s*(?:true|:|/bin/true|exit\s+0|echo\b[^;&|\n]*)\s*(?:[;)}\n]|$)")


def masks(command: str, *, errexit: bool = True, pipefail: bool | None = None) -> list[Mask]:
    """Return what hides failures in a command, in the order of the text.

    `errexit` says whether a failure ends the command (`sh -e`); `pipefail`, by default the same,
    whether one within a pipe counts. A recipe line of make may be given with its `-` and `@`.
    """
    return list(_masks(command.strip(), errexit, errexit if pipefail is None else pipefail))


@lru_cache
def _masks(body: str, errexit: bool, pipefail: bool) -> tuple[Mask, ...]:
    if body[:1] in ("@", "+", "-"):
        prefix = _MAKE_PREFIX.match(body)
        body = body[prefix.end() :] if prefix else body
        if prefix and "-" in prefix[0]:
            return (Mask(text="-", command=body, final=True),)
    if errexit and pipefail and not _SYNTAX.search(body) and "||" not in body:
        return ()
    from readiness.shell.syntax import parse
    from readiness.shell.words import Unreadable

    reading = _MaskWalk(body, errexit=errexit, pipefail=pipefail)
    try:
        final = not reading.can_fail(parse(body)) or reading.trapped
    except (Unreadable, RecursionError):
        return tuple(
            Mask(text=found[0].rstrip(";)}\n "), line=_line(body, found.start()), final=True)
            for found in _ROUGHLY.finditer(body)
        )
    return tuple(
        Mask(
            text=text,
            command=hidden,
            line=_line(body, start),
            final=final,
        )
        for start, text, hidden in sorted(set(reading.masked))
    )


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


class _MaskWalk:
    """Goes through a command as a shell would, asking of each part whether it can fail."""

    def __init__(self, source: str, *, errexit: bool, pipefail: bool) -> None:
        self.source = source
        self.errexit = self.had_errexit = errexit
        self.pipefail = pipefail
        self.trapped = False
        self.functions: dict[str, bool] = {}
        self.results: dict[int, bool] = {}
        self.masked: list[tuple[int, str, str]] = []

    def text(self, node: "Node") -> str:
        return self.source[node.start : node.end].strip()

    def mask(self, start: int, text: str, hidden: str) -> None:
        self.masked.append((start, text, hidden))

    def can_fail(self, node: "Node") -> bool:
        """Return whether the node may end with a status other than 0; records what it hides."""
        result = self.results[id(node)] = self._can_fail(node)
        return result

    def _can_fail(self, node: "Node") -> bool:
        own = {
            "simple": self._simple,
            "list": self._list,
            "pipe": self._pipe,
            "or": self._or,
            "if": self._if,
            "loop": self._loop,
        }.get(node.kind)
        if own:
            return own(node)
        match node.kind:
            case "and":
                left = self._unguarded(node.parts[0])
                return self.can_fail(node.parts[1]) or left
            case "subshell":
                before = self.errexit, self.pipefail
                result = self.can_fail(node.parts[0])
                self.errexit, self.pipefail = before
                return result
            case "function":
                self.functions[node.words[0]] = self.can_fail(node.parts[0])
                return False
            case "test":
                return True
            case _:
                results = [self.can_fail(part) for part in node.parts]
                return any(results)

    def _unguarded(self, node: "Node") -> bool:
        """Visit a node whose failure ends no shell: left of `||` and `&&`, or in conditions."""
        before, self.errexit = self.errexit, False
        result = self.can_fail(node)
        self.errexit = before
        return result

    def _list(self, node: "Node") -> bool:
        ends = False  # whether a failure before the last command ends it all
        lost: Node | None = None
        last = len(node.parts) - 1
        result = False
        for index, part in enumerate(node.parts):
            guarded = self.errexit
            result = self.can_fail(part)
            if guarded and not self.errexit and self._loses(node.parts[index + 1 :]):
                self.mask(part.start, self.text(part), self.text(node.parts[index + 1]))
            if part.kind == "background":
                result = False
                if self._unguarded(part.parts[0]) and all(
                    map(self._waits, node.parts[index + 1 :])
                ):
                    self.mask(part.end, "&", self.text(part.parts[0]))
            if index < last and result:
                obeyed = guarded and self.errexit and self._ends_a_shell(part)
                ends = ends or obeyed
                if not obeyed or (part.kind == "and" and self._asks_a_tool(part.parts[0])):
                    lost = part
            if is_exit(part):
                last = index
                break
        if lost is None or node.parts[last] is lost:
            return result or ends
        if not result or self._forgets(lost):
            after = node.parts[last]
            self.mask(after.start, f"; {self.text(after)}", self.text(lost))
        return result or ends

    def _forgets(self, lost: "Node") -> bool:
        """Return whether a shell that never had `-e` goes on as if a tool had not failed."""
        asked = re.search(r"\$\?|PIPESTATUS", self.source[lost.end :])
        return not (self.had_errexit or asked or name_of(lost) in _PREPARES)

    def _ends_a_shell(self, node: "Node") -> bool:
        """Return whether `-e` obeys the node's failure: not that left of `&&`, nor of a `!`."""
        if node.kind == "and":
            return self.results[id(node.parts[1])]
        return not node.negated

    def _asks_a_tool(self, node: "Node") -> bool:
        """Return whether a node can fail for another reason than the answer of a test."""
        return self.results[id(node)] and not is_test(node)

    def _loses(self, following: list["Node"]) -> bool:
        """Return whether, after `set +e`, a failure is lost: not the last, and not looked at."""
        if not following or re.search(r"\$\?|PIPESTATUS", self.source[following[0].start :]):
            return False
        return any(not never_fails(part) for part in following[:-1])

    def _waits(self, node: "Node") -> bool:
        return node.kind == "background" or never_fails(node)

    def _pipe(self, node: "Node") -> bool:
        results = [self.can_fail(part) for part in node.parts]
        if node.negated:
            return True
        if self.pipefail:
            return any(results)
        last = node.parts[-1]
        quiet = not results[-1] or name_of(last) in _TALK or self._filters(node.parts)
        asked = "PIPESTATUS" in self.source[node.end :]
        if quiet and any(results[:-1]) and not asked:
            self.mask(last.start, f"| {self.text(last)}", self.text(node.parts[0]))
        return results[-1] and (name_of(last) == "grep" or not quiet or len(node.parts) == 1)

    def _or(self, node: "Node") -> bool:
        left, right = node.parts
        fails = self._unguarded(left)
        saved = self.can_fail(right) and name_of(right) not in _TALK
        if fails and is_test(right) and name_of(last_of(left)) not in _ASKS and not is_test(left):
            self.mask(right.start, f"|| {self.text(right)}", self.text(left))
        if not fails or saved or self._keeps_status(right):
            return fails
        self.mask(right.start, f"|| {self.text(right)}", self.text(left))
        return False

    def _keeps_status(self, node: "Node") -> bool:
        """Return whether a node only sets a variable by which a later command reports failure."""
        if node.kind != "simple" or len(node.words) != 1:
            return False
        found = ASSIGNMENT.match(node.words[0])
        asked = "" if "$?" in node.words[0] else r"(?:\b(?:exit|return|test)\b|\[|\(\()[^;&|\n]*"
        used = found and re.search(rf"{asked}\$\{{?{found[1]}\b", self.source[node.end :])
        return bool(used)

    def _if(self, node: "Node") -> bool:
        conditions, bodies = node.parts[:-1:2], node.parts[1::2]
        if len(node.parts) % 2:
            bodies.append(node.parts[-1])
        for part in conditions:
            self._unguarded(part)
        asked = [self._asks_a_tool(part) for part in conditions]
        results = [self.can_fail(part) for part in bodies]
        if any(asked) and not any(results):
            self.mask(node.start, "if", self.text(conditions[0]))
        return any(results)

    def _loop(self, node: "Node") -> bool:
        """Visit a loop; without `-e`, failures before its last round are lost."""
        result = self.can_fail(node.parts[0])
        last = last_of(node.parts[0])
        if not self.errexit and self.results.get(id(last)) and works(last):
            self.mask(node.start, self.source[node.start :].split(None, 1)[0], self.text(last))
        return result

    def _filters(self, parts: list["Node"]) -> bool:
        """Return whether a pipe ends in what only passes on the output of a tool."""
        name, words = name_of(parts[-1]), parts[-1].words
        return works(parts[0]) and (name in _FILTERS or (name == "grep" and "-v" in words))

    def _simple(self, node: "Node") -> bool:
        before, self.errexit = self.errexit, False
        inner = [self.can_fail(part) for part in node.substitutions]
        self.errexit = before
        words = command_words(node)
        if not words:
            return any(inner)
        name = words[0].rpartition("/")[2]
        if name in self.functions:
            return self.functions[name]
        if name == "set":
            self._set(words[1:])
        elif name == "trap" and traps_failure(words):
            self.trapped = True
            self.mask(node.start, self.text(node), "")
        elif name == "find":
            for executed in _EXECUTED.finditer(self.text(node)):
                if is_work(executed[1].split()[:1]):
                    self.mask(node.start, executed[0], executed[1])
        elif name == "eval" or name in _SHELLS:
            return self._script(node, name, words)
        return not never_fails(node)

    def _set(self, options: list[str]) -> None:
        for index, option in enumerate(options):
            wanted = option[:1] == "-"
            if option[:1] not in "-+" or not option:
                continue
            if "e" in option[1:]:
                self.errexit = wanted
            if option.endswith("o"):
                name = options[index + 1] if index + 1 < len(options) else ""
                if name == "errexit":
                    self.errexit = wanted
                if name == "pipefail":
                    self.pipefail = wanted

    def _script(self, node: "Node", name: str, words: list[str]) -> bool:
        """Visit the script of `sh -c '…'` and `eval '…'`, where it is all literal."""
        errexit, pipefail, index = self.errexit, self.pipefail, 1
        if name != "eval":
            errexit = pipefail = False
            while index < len(words) and words[index].startswith(("-", "+")):
                errexit = errexit or "e" in words[index]
                if words[index].endswith("o") and words[index + 1 : index + 2] == ["pipefail"]:
                    pipefail = True
                    index += 1
                index += 1
            if not any(re.fullmatch(r"-\w*c", word) for word in words[1:index]):
                return True
        script = words[index] if index < len(words) else ""
        literal = _QUOTED.fullmatch(script)
        if not literal or (script[0] == '"' and re.search(r"[$`\\]", script)):
            return True
        inner = masks(script[1:-1], errexit=errexit, pipefail=pipefail)
        for each in inner:
            self.mask(node.start, each.text, each.command)
        return not any(each.final for each in inner)
