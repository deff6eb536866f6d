"""Which tests a change alters: in themselves, or in what they use."""

import ast
import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

import msgspec

from readiness.guard.deciding import serves_tests
from readiness.guard.functions import Function, functions_in, named_functions, parsed
from readiness.guard.project.rules import TABLE
from readiness.guard.states import States

_FOR_ALL = frozenset(("setUp", "setUpClass", "setup_method", "setup_module", "pytestmark"))
_WORD = re.compile(r"\w+")
_BODIES = frozenset(("body", "orelse", "handlers", "finalbody", "cases"))
TestName = tuple[str, str]
"""The path of a file, and what the test is called there: `Class::test`."""
Tests = dict[str, dict[str, Function]]


class Altered:
    """The tests that a change edits, adds or removes, and those that use what it edits."""

    def __init__(self, states: States) -> None:
        self._states = states
        self.support = [path for path in states.changed if serves_tests(path, states)]
        python = [path for path in states.all_paths if path.endswith(".py")]
        serving = {path for path in python if serves_tests(path, states)}
        self.sources = [
            [path for path in python if path in side and path not in serving]
            for side in (states.before, states.after)
        ]
        self.serving = sorted(serving)
        self._texts = texts = [
            {path: states.text(path, side) or "" for path in serving} for side in (0, 1)
        ]
        own = [{p: side[p] for p in serving & {*self.support}} for side in texts]
        changed, moved = _changed_names(*own), _moved_imports(*own)
        data = [path for path in self.support if path not in serving]
        functions = [
            {path: dict(named_functions(text)) for path, text in side.items()} for side in texts
        ]
        self.old, self.new = (
            self._using(changed, moved, data, texts[side], functions[side], functions[1 - side])
            for side in (0, 1)
        )

    def _using(
        self,
        changed: set[str],
        moved: set[str],
        data: list[str],
        texts: dict[str, str],
        functions: Tests,
        others: Tests,
    ) -> Tests:
        collected = (text for path, text in texts.items() if TABLE.test_file.search(path))
        used = {word for text in collected for word in _WORD.findall(text)}
        helpers = {name for name in changed if not name.startswith(TABLE.test_function)}
        users = _users(helpers, texts.values())
        own = _users(helpers | moved, texts.values()) if moved else users
        tests: Tests = {}
        for path, text in texts.items():
            is_collected = TABLE.test_file.search(path)
            whole = bool(changed & _FOR_ALL and path in self.support)
            whole = whole or any(_speaks_of(text, each) for each in data)
            for name, node in functions[path].items():
                if not (is_collected or name.rpartition("::")[0] in used):
                    continue  # no class from which a file of tests could inherit it
                is_user = node.name in (own if path in self.support else users)
                is_user = is_user or not changed.isdisjoint(name.split("::")[:-1])
                other = others.get(path, {}).get(name)
                differs = other is None or ast.dump(other) != ast.dump(node)
                if node.name.startswith(TABLE.test_function) and (whole or is_user or differs):
                    tests.setdefault(path, {})[name] = node
        return tests

    def carriers(self, names: Iterable[TestName], side: int) -> set[str]:
        """Return the files that run these tests: their own, and those that use their classes."""
        named = list(names)
        classes = {name.partition("::")[0] for _, name in named if "::" in name}
        users = [
            path
            for path, text in self._texts[side].items()
            if TABLE.test_file.search(path) and not classes.isdisjoint(_WORD.findall(text))
        ]
        return {*(path for path, _ in named if TABLE.test_file.search(path)), *users}

    @property
    def names(self) -> list[set[TestName]]:
        """The tests before, and those after."""
        sides = (self.old, self.new)
        return [{(path, name) for path, found in side.items() for name in found} for side in sides]

    def own(self, side: int) -> Counter[str]:
        """Count what tests before (0) or after (1) do, and the others less often."""
        counts = [Counter[str](), Counter[str]()]
        for tests, count in zip((self.old, self.new), counts, strict=True):
            nodes = (node for named in tests.values() for node in named.values())
            count.update(key for node in nodes for key, _ in _statements(node))
        return counts[side] - counts[1 - side]

    @cached_property
    def at_collection(self) -> set[str]:
        """The names of what files of tests use while they are collected, and did not before."""
        sides = [{*_outside(texts.get(at, "") for at in self.new)} for texts in self._texts]
        return sides[1] - sides[0]

    @cached_property
    def _code(self) -> list[str]:
        """The code on both sides."""
        return [
            "\n".join(self._states.text(path, side) or "" for path in paths)
            for side, paths in enumerate(self.sources)
        ]

    def without_code(self, tests: Iterable[TestName]) -> set[TestName]:
        """Return the tests before that speak of a name which the code no longer has."""
        before, after = ({*_WORD.findall(text)} for text in self._code)
        gone = before - after
        return {
            (path, name)
            for path, name in tests
            if not gone.isdisjoint(map(str, _spoken(self.old[path][name])))
        }

    def has(self, function: str) -> bool:
        """Return whether the code still has a function of this name, wherever its file is.

        A method has to have its class, and a function may not have become one.
        """
        first, *_, last = [*function.split("."), function.rpartition(".")[2]]
        outermost = rf"^(?:(?:async )?def|class) {re.escape(first)}\b"
        is_there = re.search(outermost, self._code[1], re.MULTILINE)
        return bool(is_there and re.search(rf"\bdef {re.escape(last)}\(", self._code[1]))


def _speaks_of(text: str, path: str) -> bool:
    """Return whether a file of tests names a file of data, or the folder in which that lies."""
    folder, name = os.path.split(path)
    words = (name, os.path.splitext(name)[0], os.path.basename(folder))
    return any(len(word) > 3 and word not in ("tests", "test") and word in text for word in words)


def _changed_names(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Return the names of all that is not the same on both sides, wherever it stands."""
    old, new = ({one for text in side.values() for one in _parts(text)} for side in (before, after))
    return {name for name, _ in old ^ new}


def _moved_imports(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Return the names that are imported on both sides, but from somewhere else."""
    old, new = (
        {one for text in side.values() for one in _imports(text)} for side in (before, after)
    )
    return {name for name, _ in old - new} & {name for name, _ in new - old}


def _imports(text: str) -> Iterator[tuple[str, str]]:
    for node in parsed(text).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                yield name, f"{getattr(node, 'module', '')} {alias.name}"


def _parts(text: str) -> Iterator[tuple[str, str]]:
    waiting = parsed(text).body
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ClassDef):
            waiting += node.body
            yield node.name, ast.dump(ast.Tuple([*node.bases, *node.decorator_list], ast.Load()))
        elif isinstance(node, Function):
            yield node.name, ast.dump(node)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                yield ast.unparse(target), ast.dump(node)


def _spoken(node: ast.AST) -> Iterator[str | None]:
    """Yield the names and attributes that a function speaks of."""
    for part in ast.walk(node):
        yield getattr(part, "attr", None) or getattr(part, "id", None)


def _users(names: set[str], texts: Iterable[str]) -> set[str]:
    """Return these names, and the functions that mention one of them, directly or not."""
    needs: dict[str, set[str]] = {}
    for node in (node for text in texts for node in functions_in(text)):
        for inner in ast.walk(node):
            mentioned = next(
                (v for k in ("id", "attr", "arg") if (v := getattr(inner, k, None))), ""
            )
            needs.setdefault(node.name, set()).add(str(mentioned))
    users = set(names)
    while more := {name for name, needed in needs.items() if needed & users} - users:
        users |= more
    return users


def _outside(texts: Iterable[str]) -> Iterator[str]:
    """Yield the names that stand outside functions: in decorators, and in a file's own statements.

    A file's imports and classes do not count.
    """
    for tree in map(parsed, texts):
        nodes: list[ast.AST] = [
            node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr)
        ]
        nodes += [
            decorator
            for node in ast.walk(tree)
            if isinstance(node, Function)
            for decorator in node.decorator_list
        ]
        for part in (part for node in nodes for part in ast.walk(node)):
            yield str(getattr(part, "id", None) or getattr(part, "attr", ""))


class Near(msgspec.Struct, frozen=True):
    """How near lines of tests are: 0 for what is their own, 1 where names of it were bound last.

    2 is where names of that were bound, and 3 anything else.
    `names` are those that their own lines speak of and those of 1, of attributes too.
    """

    lines: dict[int, int] = {}
    names: frozenset[str] = frozenset()


def near_lines(root: str, path: str, names: Collection[str], own: Collection[str]) -> Near:
    """Return how near the lines are of the tests with these names in a file below `root`."""
    with open(os.path.join(root, path), encoding="utf-8") as file:
        tests = [node for name, node in named_functions(file.read()) if name in names]
    lines: dict[int, int] = {}
    mentioned: set[object] = set()
    for test in tests:
        keyed = list(_statements(test))
        inside = [node for _, node in keyed]
        nearest = [node for key, node in keyed if key in own]
        bound = _bound(inside, nearest)
        for part in (part for node in (*nearest, *bound) for part in ast.walk(node)):
            mentioned |= {part.attr} if isinstance(part, ast.Attribute) else set()
            mentioned |= {part.id} if isinstance(part, ast.Name) and part.id != "self" else set()
            mentioned |= {part.value} if isinstance(part, ast.Constant) else set()
        near = [nearest, bound, _bound(inside, bound)]
        for node in inside:
            rank = next((rank for rank, nodes in enumerate(near) if node in nodes), len(near))
            for line in range(node.lineno, (node.end_lineno or 0) + 1):
                lines[line] = min(lines.get(line, rank), rank)
    return Near(lines, frozenset(name for name in mentioned if isinstance(name, str)))


def _bound(inside: list[ast.stmt], nearest: list[ast.stmt]) -> list[ast.stmt]:
    """Return the statements that bind the names in some last before those, or else anywhere."""
    binding = []
    for node in nearest:
        for name in _names(node):
            places = [each for each in inside if name in _names(each, ast.Store)]
            before = [each.lineno for each in places if each.lineno < node.lineno]
            last = max(before, default=0)
            binding += [each for each in places if not before or each.lineno == last]
    return binding


def _statements(node: ast.AST, context: str = "") -> Iterator[tuple[str, ast.stmt]]:
    """Yield all statements within a node, each with what it says and under which others.

    The same words below a condition, or after a `return`, are another statement.
    """
    for part in (getattr(node, name, None) for name in sorted(_BODIES)):
        after = ""
        for child in part if isinstance(part, list) else ():
            key = f"{context}{after}{_head(child)}"
            if isinstance(child, ast.stmt):
                yield key, child
            yield from _statements(child, f"{key} > ")
            after += "end " * isinstance(child, ast.Return | ast.Raise)


def _head(node: ast.AST) -> str:
    """Return what a statement says, without those within it."""
    return ast.dump(type(node)(**{k: v for k, v in ast.iter_fields(node) if k not in _BODIES}))


def _names(node: ast.AST, context: type[ast.expr_context] = ast.expr_context) -> set[str]:
    names = (each for each in ast.walk(node) if isinstance(each, ast.Name))
    return {each.id for each in names if isinstance(each.ctx, context)}
