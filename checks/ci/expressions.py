"""The value of GitHub's expressions, as far as it is the same in every run."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:e[-+]?\d+)?))"
    r"|(?P<name>[A-Za-z_][\w-]*)|(?P<operator>&&|\|\||==|!=|<=|>=|[<>!().,\[\]*]))"
)

Value = str | float | bool | None


class Unknown(Exception):  # noqa: N818 - says what the value is
    """The value is another in another run, or the text is no expression."""


@dataclass
class ExpressionReader:
    """Reads tokens, each method what it says, and returns the value if that is known."""

    tokens: list[str]
    given: Mapping[str, Value]
    position: int = 0

    def take(self, *wanted: str) -> str:
        """Go behind one of these tokens, and return it; "" where another comes next."""
        here = self.tokens[self.position] if self.position < len(self.tokens) else ""
        if here in wanted:
            self.position += 1
            return here
        return ""

    def any_of(self) -> "KnownValue":
        """Read `a || b`: what is true decides, whatever the others are."""
        found = self.all_of()
        while self.take("||"):
            found = _either(found, self.all_of(), decides=True)
        return found

    def all_of(self) -> "KnownValue":
        """Read `a && b`: what is false decides, whatever the others are."""
        found = self.equal()
        while self.take("&&"):
            found = _either(found, self.equal(), decides=False)
        return found

    def equal(self) -> "KnownValue":
        """Read a comparison."""
        left = self.negated()
        while operator := self.take("==", "!=", "<", "<=", ">", ">="):
            right = self.negated()
            known = left.known and right.known
            left = KnownValue(known, _compare(operator, left.value, right.value) if known else None)
        return left

    def negated(self) -> "KnownValue":
        """Read `!a`."""
        if self.take("!"):
            found = self.negated()
            return KnownValue(found.known, not truth(found.value))
        return self.single()

    def single(self) -> "KnownValue":
        """Read a literal, a name with what hangs on it, or what is in parentheses."""
        if self.take("("):
            found = self.any_of()
            if not self.take(")"):
                raise Unknown
            return found
        if self.position >= len(self.tokens):
            raise Unknown
        token = self.tokens[self.position]
        self.position += 1
        if token[0] == "'":
            return KnownValue(True, token[1:-1].replace("''", "'"))
        if re.fullmatch(r"-?\d.*", token):
            return KnownValue(True, float(int(token, 16)) if "x" in token else float(token))
        if token in ("true", "false", "null"):
            return KnownValue(True, {"true": True, "false": False}.get(token))
        if not token[0].isalpha() and token[0] != "_":
            raise Unknown
        return self._context(token)

    def _context(self, name: str) -> "KnownValue":
        if self.take("("):
            arguments: list[KnownValue] = []
            while not self.take(")"):
                arguments.append(self.any_of())
                if not self.take(",") and self.tokens[self.position : self.position + 1] != [")"]:
                    raise Unknown
            return _call(name, arguments)
        while self.take(".", "["):
            if self.tokens[self.position - 1] == "[":
                name += f".{self.any_of().value}"
                if not self.take("]"):
                    raise Unknown
            else:
                name += "." + "".join(self.tokens[self.position : self.position + 1])
                self.position += 1
        return KnownValue(name in self.given, self.given.get(name))


@dataclass(frozen=True)
class KnownValue:
    """A value, if it is known."""

    known: bool
    value: Value = None


def _either(left: KnownValue, right: KnownValue, *, decides: bool) -> KnownValue:
    for side in (left, right):
        if side.known and truth(side.value) is decides:
            return side
    return right if left.known else KnownValue(False)


def truth(value: Value) -> bool:
    """Whether GitHub takes a value for true."""
    return value not in (None, False, 0, "")


def _number(value: Value) -> float:
    if isinstance(value, str):
        try:
            return float(value.strip() or 0)
        except ValueError:
            return float("nan")
    return float(value or 0)


def _compare(operator: str, left: Value, right: Value) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        first: str | float = left.lower()
        second: str | float = right.lower()
    elif type(left) is type(right) and operator in ("==", "!="):
        return (left == right) is (operator == "==")
    else:
        first, second = _number(left), _number(right)
    made: dict[str, Callable[[], bool]] = {
        "==": lambda: first == second,
        "!=": lambda: first != second,
        "<": lambda: first < second,  # type: ignore[operator]
        "<=": lambda: first <= second,  # type: ignore[operator]
        ">": lambda: first > second,  # type: ignore[operator]
        ">=": lambda: first >= second,  # type: ignore[operator]
    }
    return made[operator]()


def _call(name: str, arguments: list[KnownValue]) -> KnownValue:
    values = [each.value for each in arguments]
    if name.lower() == "always":
        return KnownValue(True, True)
    if name.lower() in ("failure", "cancelled"):
        return KnownValue(True, False)
    if not arguments or not all(each.known for each in arguments):
        return KnownValue(False)
    texts = [_text(value) for value in values]
    if len(texts) == 2:
        first, second = (text.lower() for text in texts)
        found = {
            "contains": second in first,
            "startswith": first.startswith(second),
            "endswith": first.endswith(second),
        }.get(name.lower())
        if found is not None:
            return KnownValue(True, found)
    return KnownValue(False)


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return value or ""


def constant(text: str, given: Mapping[str, Value] | None = None) -> bool | None:
    """Whether an expression is true, or is false, in every run; None where it depends.

    A run is one in which all before it went well, and in which what is given has its value, such as
    `github.event_name`.
    """
    text = text.strip()
    whole = re.fullmatch(r"\$\{\{(.*)\}\}", text, re.DOTALL)
    if whole and "${{" not in whole[1]:
        text = whole[1]
    elif "${{" in text:
        # Text around an expression makes a string of it, and no such string is false.
        return True
    tokens: list[str] = []
    position = 0
    text = text.strip()
    while position < len(text):
        found = TOKEN.match(text, position)
        if not found:
            return None
        tokens.append(found[0].strip())
        position = found.end()
    reader = ExpressionReader(tokens, given or {})
    try:
        value = reader.any_of()
    except (Unknown, RecursionError):
        return None
    if reader.position < len(tokens) or not value.known:
        return None
    return truth(value.value)
