"""What of a command is never run, such as what stands behind `exit 0` or `true ||`."""

import re
from collections.abc import Iterable, Iterator

from readiness.shell.commands import command_words, is_work, name_of
from readiness.shell.plain import BUILTINS
from readiness.shell.programs import plain_words
from readiness.shell.syntax import parse
from readiness.shell.words import Node, Unreadable


def never_run(command: str, *, errexit: bool = True) -> list[tuple[str, ...]]:
    """List the words of the simple commands that are never run, in their order.

    Only what is certain in the text counts; a test, a variable or a program may go either way. A
    text that cannot be read yields nothing.
    """
    body = command.strip()
    try:
        tree = parse(body)
    except (Unreadable, RecursionError):
        return []
    walk = _Reached(body, tree, errexit=errexit)
    walk.visit(tree)
    return [words for node in _simple_nodes(tree) if (words := walk.unreached(node))]


def _simple_nodes(node: Node) -> Iterator[Node]:
    if node.kind == "simple":
        yield node
    for part in node.parts:
        yield from _simple_nodes(part)


class _Reached:
    """Goes through a command in its order; `over` says that what follows is not reached."""

    def __init__(self, body: str, tree: Node, *, errexit: bool) -> None:
        self.body = body
        self.errexit = errexit
        self.called = {node.words[0] for node in _simple_nodes(tree) if node.words}
        self.reached: set[int] = set()
        self.over = False

    def unreached(self, node: Node) -> tuple[str, ...]:
        """Return the words of a simple command that does some work and was not reached."""
        name = name_of(node)
        works = name == "false" or (is_work([name]) and name not in BUILTINS)
        return plain_words(node) if works and node.start not in self.reached else ()

    def visit(self, node: Node) -> bool | None:
        """Visit a node; return whether it is certain to succeed, or to fail; None if neither."""
        if self.over:
            return None
        own = {
            "simple": self._simple,
            "list": self._list,
            "group": self._list,
            "and": self._chain,
            "or": self._chain,
            "if": self._if,
            "loop": self._loop,
        }.get(node.kind, self._apart)
        return own(node)

    def _simple(self, node: Node) -> bool | None:
        self.reached.add(node.start)
        words = command_words(node)
        name = name_of(node)
        # Without a program, `exec` only redirects what follows.
        execs = node.words[:1] == ["exec"] and len(node.words) > 1
        reads_only = name == "set" and bool(re.fullmatch(r"-[a-z]*n[a-z]*", "".join(words[1:2])))
        self.over = execs or reads_only or name in ("exit", "return")
        return {"true": True, ":": True, "false": False}.get(name)

    def _list(self, node: Node) -> bool | None:
        result: bool | None = None
        for part in node.parts:
            result = self.visit(part)
            fails = part.kind == "simple" and result is False
            self.over = self.over or (self.errexit and fails)
        return result

    def _chain(self, node: Node) -> bool | None:
        left, right = node.parts
        result = self.visit(left)
        if result is (node.kind == "or"):
            return result
        after = self._perhaps([right]) if result is None else [self.visit(right)]
        return after[0] if after[0] is result else None

    def _if(self, node: Node) -> bool | None:
        rest = list(node.parts)
        possible: list[Node] = []
        while len(rest) > 1:
            condition, body, *rest = rest
            result = self.visit(condition)
            if result is not False:
                possible.append(body)
            if result is True:
                rest = []
        self._perhaps([*possible, *rest])
        return None

    def _loop(self, node: Node) -> bool | None:
        body, *condition = node.parts
        until = self.body.startswith("until", node.start)
        if not condition or self.visit(condition[0]) is not until:
            self._perhaps([body])
        return None

    def _perhaps(self, nodes: Iterable[Node]) -> list[bool | None]:
        """Visit nodes that may be run or not: they do not end what follows."""
        results = []
        for node in nodes:
            results.append(self.visit(node))
            self.over = False
        return results

    def _apart(self, node: Node) -> bool | None:
        """Visit a function, a test, a case, or what is run in a shell of its own."""
        if node.kind == "function" and node.words[0] not in self.called:
            return None
        results = self._perhaps(node.parts)
        result = results[-1] if results else None
        if node.negated:
            return None if result is None or len(node.parts) > 1 else not result
        return result if node.kind == "subshell" else None
