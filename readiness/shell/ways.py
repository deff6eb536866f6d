"""The ways in which a simple command may end, in a world where one program is in trouble."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from readiness.shell.commands import ASSIGNMENT, command_words, is_work
from readiness.shell.expansion import Expander, test
from readiness.shell.syntax import parse
from readiness.shell.words import Node

_ANSWERS: Final = frozenset(("grep", "egrep", "fgrep", "zgrep", "diff", "cmp"))
_FILTERS: Final = frozenset(
    ("cat", "sort", "uniq", "head", "tail", "tr", "cut", "sed", "awk", "tee", "nl", "column", "rev")
)
_DECLARES: Final = frozenset(("export", "local", "declare", "typeset", "readonly"))
_ALWAYS_GOOD: Final = frozenset(
    (":", "true", "printf", "cd", "shopt", "trap", "wait", "unset", "umask", "ulimit", "shift")
)
ASKS_FOR_TOOLS: Final = frozenset(("which", "type", "hash"))


class Finish(NamedTuple):
    """How a part ended: its status, what it left (`exit`, `break` …), variables, output.

    Output that is not known is None; so is a variable that is not there.
    """

    status: int
    left: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    output: str | None = ""


class SimpleCommands:
    """A shell in which the program `trouble` ends with `code` and prints nothing.

    `met` tells whether any way led to it.
    """

    def __init__(
        self, body: str, trouble: str, code: int, *, errexit: bool = True, pipefail: bool = True
    ) -> None:
        self.body = body
        self.trouble = trouble
        self.code = code
        self.errexit = errexit
        self.pipefail = pipefail
        self.functions: dict[str, tuple[str, Node]] = {}
        self.guarded = False
        self.fed: str | None = None
        self.depth = 0
        self.met = False

    def run(self, node: Node, before: Finish) -> set[Finish]:
        """Return all ways in which the node may end, begun as `before` has it."""
        raise NotImplementedError

    def _inside(self, node: Node, before: Finish, *, errexit: bool, body: str = "") -> set[Finish]:
        """Run in a shell of its own: what it leaves or sets stays there."""
        outer = self.errexit, self.pipefail, self.guarded, self.body
        self.errexit, self.guarded = errexit, False if errexit else self.guarded
        self.body = body or self.body
        ways = self.run(node, Finish(before.status, "", before.variables))
        self.errexit, self.pipefail, self.guarded, self.body = outer
        return {Finish(way.status, "", before.variables, way.output) for way in ways}

    def _ended(
        self, before: Finish, statuses: Iterable[int], output: str | None = None, left: str = ""
    ) -> set[Finish]:
        return {Finish(status, left, before.variables, output) for status in statuses}

    def _simple(self, node: Node, before: Finish) -> set[Finish]:
        words = command_words(node)
        if not words:
            return self._assigned(node.words, before)
        name = words[0].rpartition("/")[2]
        if name == self.trouble:
            self.met = True
            return self._ended(before, (self.code,), "")
        if name in self.functions:
            return self._called(name, before)
        # Without a program it only redirects what follows.
        leaves = "exit" if node.words[0] == "exec" and node.words[1:] else ""
        ways = self._builtin(name, words, before) or self._program(name, words, before)
        return {way._replace(left=way.left or leaves) for way in ways}

    def _called(self, name: str, before: Finish) -> set[Finish]:
        outer = self.body
        self.body, body = self.functions[name]
        ways = self.run(body, before)
        self.body = outer
        return {way._replace(left="") if way.left == "return" else way for way in ways}

    def _assigned(self, words: list[str], before: Finish) -> set[Finish]:
        ways = {before._replace(status=0, output="")}
        for word in words:
            name, _, value = word.partition("=")
            if not name.isidentifier():
                continue
            following = set()
            for way in ways:
                for status, found in self._values(value, way._replace(status=before.status)):
                    following.add(Finish(status, "", _with(way.variables, name, found)))
            ways = following
        return ways

    def _values(self, word: str, before: Finish) -> set[tuple[int, str | None]]:
        """Return what a word may be, with the status of the command in it."""
        whole = Expander.only_command(word)
        if whole is None:
            return {(0, self._expand(word, before))}
        ways = self._inside(parse(whole), before, errexit=False, body=whole)
        return {(way.status, _stripped(way.output)) for way in ways}

    def _expand(self, word: str, before: Finish) -> str | None:
        known = {"?": str(before.status), **dict(before.variables)}
        return Expander(known, lambda inner: self._output(inner, before)).text(word)

    def _output(self, inner: str, before: Finish) -> str | None:
        ways = self._inside(parse(inner), before, errexit=False, body=inner)
        outputs = {_stripped(way.output) for way in ways}
        return outputs.pop() if len(outputs) == 1 else None

    def _fields(self, words: list[str], before: Finish) -> list[str | None]:
        """Expand words; what is empty and not quoted is no field."""
        fields = [(self._expand(word, before), word) for word in words]
        return [found for found, word in fields if found != "" or {"'", '"'} & set(word)]

    def _builtin(self, name: str, words: list[str], before: Finish) -> set[Finish]:
        if name in _ALWAYS_GOOD:
            return self._ended(before, (0,), None if name == "printf" else "")
        if name in _DECLARES:
            given = [word for word in words[1:] if ASSIGNMENT.match(word)]
            return {way._replace(status=0) for way in self._assigned(given, before)}
        if name in ASKS_FOR_TOOLS or (name == "command" and words[1:2] in (["-v"], ["-V"])):
            return self._asked(words[1:], before)
        own = {
            "echo": self._echo,
            "exit": self._exit,
            "return": self._exit,
            "[": self._tested,
            "test": self._tested,
            "set": self._set,
        }.get(name)
        if own:
            return own(name, words, before)
        if name in ("break", "continue"):
            return self._ended(before, (0,), "", name)
        if name == "read":
            return self._ended(before, (1,) if self.fed == "" else (0, 1), "")
        return self._ended(before, (1,), "") if name == "false" else set()

    def _echo(self, _: str, words: list[str], before: Finish) -> set[Finish]:
        parts = self._fields(words[1:], before)
        text = " ".join(part for part in parts if part and not part.startswith("-"))
        return self._ended(before, (0,), None if None in parts else f"{text}\n")

    def _exit(self, name: str, words: list[str], before: Finish) -> set[Finish]:
        given = self._expand(words[1], before) if words[1:] else str(before.status)
        known = given is not None and given.isdecimal()
        return self._ended(before, (int(given or 0) % 256,) if known else (0, 1), "", name)

    def _tested(self, name: str, words: list[str], before: Finish) -> set[Finish]:
        fields = self._fields(words[1:], before)
        status = test(fields[:-1] if name == "[" else fields)
        return self._ended(before, (0, 1) if status is None else (status,), "")

    def _set(self, _: str, words: list[str], before: Finish) -> set[Finish]:
        if words[1:] and re.fullmatch(r"-[a-z]*n[a-z]*", words[1]):
            return self._ended(before, (0,), "", "exit")  # it reads on, and runs nothing
        for option in words[1:]:
            if re.fullmatch(r"[-+]\w*e\w*", option) or option == "errexit":
                self.errexit = not words[1].startswith("+")
            if option == "pipefail":
                self.pipefail = not words[1].startswith("+")
        return self._ended(before, (0,), "")

    def _asked(self, words: list[str], before: Finish) -> set[Finish]:
        if self.trouble in (word.rpartition("/")[2] for word in words):
            return self._ended(before, (1,), "")
        return self._ended(before, (0,), None) | self._ended(before, (1,), "")

    def _program(self, name: str, words: list[str], before: Finish) -> set[Finish]:
        if script := Expander.script(name, words):
            options = "".join(word for word in words if word.startswith("-"))
            errexit = self.errexit if name == "eval" else "e" in options
            return self._inside(parse(script), before, errexit=errexit, body=script)
        if name in ("diff", "cmp") and (same := self._same(words, before)) is not None:
            return self._ended(before, (int(not same),), "" if same else None)
        if self.fed == "":
            if name in ("grep", "egrep", "fgrep"):
                counts = any(re.fullmatch(r"-\w*c\w*|--count", word) for word in words)
                return self._ended(before, (1,), "0\n" if counts else "")
            if name == "wc":
                return self._ended(before, (0,), "0\n")
            if name in _FILTERS or (name == "xargs" and "-r" in words):
                return self._ended(before, (0,), "")
        if name in _ANSWERS or is_work([name]):
            return self._ended(before, (0, 1), None)
        return self._ended(before, (0,), None)

    def _same(self, words: list[str], before: Finish) -> bool | None:
        """Whether what two commands print, `<(…)`, is the same; None where nobody knows."""
        inner = [word[2:-1] for word in words if word.startswith("<(")]
        if len(inner) != 2:
            return None
        first, second = (self._output(each, before) for each in inner)
        return None if first is None or second is None else first == second


def _stripped(output: str | None) -> str | None:
    return output if output is None else output.rstrip("\n")


def _with(
    variables: tuple[tuple[str, str], ...], name: str, value: str | None
) -> tuple[tuple[str, str], ...]:
    others: Mapping[str, str] = {key: each for key, each in variables if key != name}
    return tuple(sorted({**others, **({} if value is None else {name: value})}.items()))
