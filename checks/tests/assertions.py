"""Find what can make a test fail by what it finds: what is reached, not swallowed, and not certain.

An assertion after `return`, below `except: pass`, in a function that nobody calls, or of what is
always true makes nothing fail.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from checks.python.syntax import Function
from checks.tests.constants import truth

EXPECTING = {"raises", "assertRaises", "assertRaisesRegex"}
SWALLOWING = {"AssertionError", "Exception", "BaseException"}
ENDING = {"skip", "xfail", "exit", "sys.exit", "os._exit", "self.skipTest"}
ENDING |= {f"pytest.{name}" for name in ("skip", "xfail", "exit", "fail")}


@dataclass
class TestBody:
    """What was reached in a function: assertions, raised errors and calls that nothing swallows."""

    objects: frozenset[str] = frozenset()
    asserted: list[ast.Assert] = field(default_factory=list)
    raised: list[ast.Raise] = field(default_factory=list)
    calls: list[ast.Call] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    inner: dict[str, Function | ast.ClassDef] = field(default_factory=dict)

    @property
    def can_fail(self) -> bool:
        """Whether one of its own assertions can."""
        return any(truth(each.test, self.objects) is not True for each in self.asserted)


def read_body(function: Function, objects: Iterable[str] = ()) -> TestBody:
    """Read a function; of functions within it, those that are used. `objects`: see `truth`."""
    own = {each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)}
    own |= {
        each.id
        for each in ast.walk(function)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
    body = TestBody(frozenset(objects) - own)
    _BodyReader(body).block(function.body, caught=False)
    read: set[str] = set()
    while waiting := (set(body.inner) & body.used) - read:
        name = waiting.pop()
        read.add(name)
        _BodyReader(body).block(_statements(body.inner[name]), caught=False)
    return body


def _statements(node: Function | ast.ClassDef) -> list[ast.stmt]:
    if isinstance(node, Function):
        return node.body
    return [
        statement
        for each in node.body
        for statement in (each.body if isinstance(each, Function) else [each])
    ]


class _BodyReader:
    """Follows statements in their order. Each method tells whether nothing is reached after it."""

    def __init__(self, body: TestBody) -> None:
        self._body = body

    def block(self, statements: Iterable[ast.stmt], *, caught: bool) -> bool:
        """Read statements until one ends the function."""
        return any(self._statement(each, caught) for each in statements)

    def _statement(self, node: ast.stmt, caught: bool) -> bool:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._body.inner[node.name] = node
                if node.decorator_list:
                    self._body.used.add(node.name)
                return False
            case ast.If():
                return self._branches(node, caught)
            case ast.While() | ast.For() | ast.AsyncFor():
                return self._loop(node, caught)
            case ast.With() | ast.AsyncWith():
                return self._with(node, caught)
            case ast.Try() | ast.TryStar():
                return self._try(node, caught)
            case ast.Match():
                self._expressions([node.subject], caught)
                for case in node.cases:
                    self.block(case.body, caught=caught)
                return False
        return self._simple(node, caught)

    def _loop(self, node: ast.While | ast.For | ast.AsyncFor, caught: bool) -> bool:
        asked = node.test if isinstance(node, ast.While) else node.iter
        self._expressions([asked], caught)
        # An empty list written out is false, as `while False` is: neither loop begins.
        known = truth(asked) if isinstance(node, ast.While) or _is_empty(asked) else None
        if known is not False:
            self.block(node.body, caught=caught)
        ends = self.block(node.orelse, caught=caught)
        return (ends or known is True) and not _breaks(node)

    def _simple(self, node: ast.stmt, caught: bool) -> bool:
        if isinstance(node, ast.Assert) and not caught:
            self._body.asserted.append(node)
        if isinstance(node, ast.Raise) and not caught:
            self._body.raised.append(node)
        self._expressions(ast.iter_child_nodes(node), caught)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            return ast.unparse(node.value.func) in ENDING
        return isinstance(node, ast.Return | ast.Raise | ast.Continue | ast.Break)

    def _branches(self, node: ast.If, caught: bool) -> bool:
        self._expressions([node.test], caught)
        asked = truth(node.test)
        if _called_name(node.test) == "TYPE_CHECKING":
            asked = False
        first = asked is not False and self.block(node.body, caught=caught)
        second = asked is not True and self.block(node.orelse, caught=caught)
        if asked is None:
            return first and second
        return first if asked else second

    def _with(self, node: ast.With | ast.AsyncWith, caught: bool) -> bool:
        managers = [item.context_expr for item in node.items]
        hollow = all(isinstance(each, ast.Raise | ast.Pass) for each in node.body)
        going_on = swallowing = False
        for each in managers:
            name = called(each) if isinstance(each, ast.Call) else ""
            expects = name in EXPECTING
            # Of what raises by itself nothing is found out.
            self._expressions([each], caught or (expects and hollow))
            going_on = going_on or expects or name == "suppress"
            if isinstance(each, ast.Call) and (expects or name == "suppress"):
                swallowing = swallowing or _swallows(each.args)
        ends = self.block(node.body, caught=caught or swallowing)
        return ends and not going_on

    def _try(self, node: ast.Try | ast.TryStar, caught: bool) -> bool:
        swallowed = any(
            each.type is None or _swallows([each.type])
            for each in node.handlers
            if not _speaks(each)
        )
        # What `return` in `finally` does to a failure: it is gone.
        lost = caught or any(map(_leaves, node.finalbody))
        ends = self.block(node.body, caught=lost or swallowed)
        ends = self.block(node.orelse, caught=lost) or ends
        after = [self.block(each.body, caught=lost) for each in node.handlers]
        return self.block(node.finalbody, caught=caught) or (ends and all(after))

    def _expressions(self, nodes: Iterable[ast.AST], caught: bool) -> None:
        for node in nodes:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and not caught:
                self._body.used.add(node.id)
            if isinstance(node, ast.Call) and not caught:
                self._body.calls.append(node)
            self._expressions(_parts(node), caught)


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """Give the parts of an expression that are worked out."""
    if isinstance(node, ast.BoolOp):
        stops = isinstance(node.op, ast.Or)
        for each in node.values:
            yield each
            if truth(each) is stops:
                return
    elif isinstance(node, ast.IfExp) and (asked := truth(node.test)) is not None:
        yield node.body if asked else node.orelse
    else:
        yield from ast.iter_child_nodes(node)


def _swallows(types: Iterable[ast.expr]) -> bool:
    return any(
        _called_name(part) in SWALLOWING
        for each in types
        for part in (each.elts if isinstance(each, ast.Tuple) else [each])
    )


def _speaks(handler: ast.ExceptHandler) -> bool:
    """Whether a handler fails in its turn."""
    return any(
        isinstance(node, ast.Raise | ast.Assert)
        or (isinstance(node, ast.Call) and called(node) == "fail")
        for statement in handler.body
        for node in ast.walk(statement)
    )


def _leaves(node: ast.stmt) -> bool:
    return any(isinstance(each, ast.Return) for each in ast.walk(node))


def _is_empty(node: ast.expr) -> bool:
    return isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict) and truth(node) is False


def _breaks(loop: ast.While | ast.For | ast.AsyncFor) -> bool:
    return any(isinstance(each, ast.Break) for each in ast.walk(loop))


def called(node: ast.Call) -> str:
    """Return the last part of the name that is called; "" where it has none."""
    return _called_name(node.func)


def _called_name(node: ast.AST) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))
