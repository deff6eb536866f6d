"""A parser of TAP 14 that takes nothing but what the specification has: any other line is an error.

Written from the specification alone, so that it does not share the renderer's mistakes.
"""

import re
from typing import Any, NamedTuple

import yaml

_POINT = re.compile(r"(not )?ok ([0-9]+) - (.*)")
_DIRECTIVE = re.compile(r"(?<=\s)#\s+(todo|skip)(?:\s+(.*))?$", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\\#])")


class _Yaml12(yaml.SafeLoader):
    """A loader that takes `1e29` for a number, as YAML 1.2 does and PyYAML does not."""


_Yaml12.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?[0-9]+(\.[0-9]+)?[eE][-+]?[0-9]+$"),
    list("-+0123456789"),
)


class TestPoint(NamedTuple):
    """One test point, with the subtest that it ends; `directive` is TODO, SKIP or nothing."""

    __test__ = False

    ok: bool
    description: str
    directive: str
    reason: str
    diagnostics: dict[str, Any]
    children: list["TestPoint"]

    @property
    def failed(self) -> bool:
        """Whether a harness must take it for a failure."""
        return not self.ok and not self.directive


class Document(NamedTuple):
    """A whole stream."""

    points: list[TestPoint]
    bail_out: str | None

    @property
    def passed(self) -> bool:
        """Whether a harness takes the run for good."""
        return self.bail_out is None and not any(point.failed for point in self.points)


class _Lines:
    def __init__(self, text: str) -> None:
        assert text.endswith("\n")
        self.lines = text[:-1].split("\n")
        self.at = 0

    def peek(self, indent: int) -> str | None:
        """The next line without its indentation; None at the end or where it is another."""
        if self.at == len(self.lines):
            return None
        line = self.lines[self.at]
        assert line.strip(), f"line {self.at + 1} is blank"
        here = len(line) - len(line.lstrip(" "))
        return line[indent:] if here == indent else None

    def next(self) -> None:
        self.at += 1


def parse(text: str) -> Document:
    """Read a stream. Any departure from the specification is an assertion that fails."""
    lines = _Lines(text)
    assert lines.peek(0) == "TAP version 14"
    lines.next()
    points = _body(lines, 0)
    bail_out = None
    last = lines.peek(0)
    if last is not None and last.startswith("Bail out!"):
        bail_out = last.removeprefix("Bail out!").strip()
        lines.next()
    assert lines.at == len(lines.lines), f"not TAP: {lines.lines[lines.at]!r}"
    return Document(points, bail_out)


def _body(lines: _Lines, indent: int) -> list[TestPoint]:
    plan = re.fullmatch(r"1\.\.([0-9]+)", lines.peek(indent) or "")
    assert plan, f"line {lines.at + 1} is no plan"
    lines.next()
    points: list[TestPoint] = []
    while len(points) < int(plan[1]):
        name, children = None, []
        line = lines.peek(indent)
        assert line is not None, f"line {lines.at + 1} ends a stream before its plan is fulfilled"
        if line.startswith("# Subtest: "):
            name = line.removeprefix("# Subtest: ")
            lines.next()
            children = _body(lines, indent + 4)
        point = _point(lines, indent, len(points) + 1, children)
        assert name is None or _unescaped(name) == point.description
        points.append(point)
    return points


def _point(lines: _Lines, indent: int, number: int, children: list[TestPoint]) -> TestPoint:
    match = _POINT.fullmatch(lines.peek(indent) or "")
    assert match, f"line {lines.at + 1} is no test point"
    assert int(match[2]) == number
    lines.next()
    description, directive, reason = _parts(match[3])
    return TestPoint(
        ok=match[1] is None,
        description=_unescaped(description).strip(),
        directive=directive.upper(),
        reason=_unescaped(reason),
        diagnostics=_diagnostics(lines, indent + 2),
        children=children,
    )


def _parts(text: str) -> tuple[str, str, str]:
    """Split at the first number sign that is not escaped and has white space on both sides."""
    for match in re.finditer("#", text):
        before = text[: match.start()]
        escaped = (len(before) - len(before.rstrip("\\"))) % 2
        if not escaped:
            directive = _DIRECTIVE.search(text, match.start())
            assert directive, f"a number sign without a directive: {text}"
            assert directive.start() == match.start()
            return before, directive[1], directive[2] or ""
    return text, "", ""


def _diagnostics(lines: _Lines, indent: int) -> dict[str, Any]:
    if lines.at == len(lines.lines) or lines.peek(indent) != "---":
        return {}
    block = []
    while True:
        lines.next()
        line = lines.lines[lines.at]
        assert line.startswith(" " * indent)
        if line[indent:] == "...":
            lines.next()
            facts = yaml.load("\n".join(block), _Yaml12)
            assert len(facts) == len(block)
            return facts
        block.append(line[indent:])


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
