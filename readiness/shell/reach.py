"""What of a command no way through it reaches, such as what stands behind `exit 0`."""

from collections.abc import Iterator
from typing import Final

from readiness.shell.commands import command_words, is_work
from readiness.shell.plain import BUILTINS
from readiness.shell.programs import plain_words
from readiness.shell.syntax import parse
from readiness.shell.trouble import TroubledShell
from readiness.shell.ways import Finish
from readiness.shell.words import Node, Unreadable

_CERTAIN: Final = frozenset(
    (":", "true", "false", "exit", "return", "break", "continue", "set", "echo")
)

_TESTS: Final = frozenset(("[", "test"))


def never_run(
    command: str, *, errexit: bool = True, as_written: bool = False
) -> list[tuple[str, ...]]:
    """List the words of the simple commands that are never run, in their order.

    Only what is certain in the text counts: `exit`, `exec`, `true ||`, `if false`, a function that
    nothing calls. What a test, a variable or a program decides may be so or so. Nothing is told of
    what cannot be read. Of a text that is `as_written`, not one in which variables were replaced,
    the words of a `case` count too, and tests that are the same in every run (`[ 1 = 2 ]`).
    """
    body = command.strip()
    try:
        tree = parse(body)
        shell = _Anyhow(body, errexit=errexit, as_written=as_written)
        shell.run(tree, Finish(0))
    except (Unreadable, RecursionError):
        return []
    found = []
    for node in _simple_nodes(tree):
        words = plain_words(node)
        name = words[0].rpartition("/")[2] if words else ""
        works = name == "false" or (is_work([name]) and name not in BUILTINS)
        if works and node.start not in shell.reached:
            found.append(words)
    return found


def _simple_nodes(node: Node) -> Iterator[Node]:
    if node.kind == "simple":
        yield node
    for part in node.parts:
        yield from _simple_nodes(part)


class _Anyhow(TroubledShell):
    """A shell in which every program and every test may say yes or no."""

    def __init__(self, body: str, *, errexit: bool, as_written: bool) -> None:
        super().__init__(body, "", 0, errexit=errexit)
        self._as_written = as_written
        self._whole = body
        self.reached: set[int] = set()

    def run(self, node: Node, before: Finish) -> set[Finish]:
        """Return the ways in which the node may end; what is printed plays no part."""
        return {way._replace(output=None) for way in super().run(node, before)}

    def _simple(self, node: Node, before: Finish) -> set[Finish]:
        if self.body == self._whole:
            self.reached.add(node.start)
        ways = super()._simple(node, before)
        words = command_words(node)
        certain = _CERTAIN | _TESTS if self._as_written else _CERTAIN
        if not words or words[0] in certain or words[0] in self.functions:
            return ways
        return {way._replace(status=status) for way in ways for status in (0, 1)}

    def _test(self, node: Node, before: Finish) -> set[Finish]:
        if self._as_written:
            return super()._test(node, before)
        return self._ended(before, (0, 1))

    def _case(self, node: Node, before: Finish) -> set[Finish]:
        if self._as_written:
            return super()._case(node, before)
        ways = self._ended(before, (0,))
        for part in node.parts:
            ways |= self.run(part, before)
        return ways

    def _for(self, node: Node, before: Finish) -> set[Finish]:
        once = self._ended(before, (0,)) | self.run(node.parts[0], before)
        return once.union(*(self.run(node.parts[0], way) for way in once if not way.left))

    def _background(self, node: Node, before: Finish) -> set[Finish]:
        self._inside(node.parts[0], before, errexit=self.errexit)
        return super()._background(node, before)
