"""The words and operators of a shell command, read one after the other."""

import re
from typing import Final

import msgspec

from readiness.startup.patterns import later

MAX_DEPTH: Final = 40

_BLANK = " \t\r"
_OPERATORS = (";;&", ";;", ";&", ";", "&&", "&>>", "&>", "&", "||", "|&", "|", "(", ")", "\n")
_REDIRECTIONS = later(r"(?:\d+|\{\w+\})?(?:<<<|<<-?|<>|<&|>>|>&|>\||<(?!\()|>(?!\())|&>>?")
_WORD_END = later(r"[\s;&|()<>`]")
_PLAIN = later(r"[^\s;&|()<>'\"\\$`]+")
_DOUBLE_PLAIN = later(r"[^\"\\$`]+")


class Unreadable(Exception):  # noqa: N818 - says what the text is
    """The text is not a command, or one of a kind that is not known here."""


class Node(msgspec.Struct, kw_only=True):
    """A part of a command: `source[start:end]`, with what it consists of in `parts`.

    kind: `simple` (with `words`), `pipe`, `and`, `or` (left, right), `list`, `background` (one
    part), `group`, `subshell`, `if` (condition, body, condition, body, … else), `loop` (body, and
    the condition of `while` and `until`), `case` (bodies; `words` are its subject and the patterns
    of each), `function` (named by its word), `test` (`[[ … ]]` and `(( … ))`). `substitutions` are
    the commands whose output a simple command uses.
    """

    kind: str
    start: int
    end: int = 0
    parts: list["Node"] = []
    words: list[str] = []
    substitutions: list["Node"] = []
    negated: bool = False


class WordReader:
    """Reads words from a place in a text on. What is read by whom is up to the grammar."""

    def __init__(
        self, source: str, position: int = 0, depth: int = 0, *, backquoted: bool = False
    ) -> None:
        if depth > MAX_DEPTH:
            raise Unreadable("nested too deeply")
        self.source = source
        self.position = position
        self.depth = depth
        self.backquoted = backquoted
        self.heredocs: list[tuple[str, bool]] = []

    def commands(self) -> Node:
        """Parse commands up to what can only end them."""
        raise NotImplementedError

    # --- characters -------------------------------------------------------------------------------

    def rest(self) -> str:
        """Return the beginning of the text that is still to be read."""
        return self.source[self.position : self.position + 20]

    def blanks(self) -> None:
        """Skip blanks, continued lines and comments."""
        source = self.source
        while self.position < len(source):
            here = source[self.position]
            if here in _BLANK:
                self.position += 1
            elif source.startswith("\\\n", self.position):
                self.position += 2
            elif here == "#" and (
                self.position == 0 or source[self.position - 1] in " \t\r\n;&|()"
            ):
                end = source.find("\n", self.position)
                self.position = len(source) if end < 0 else end
            else:
                break

    def at_backquote(self) -> bool:
        """Return whether the backquote comes next that ends what is read here."""
        return self.backquoted and self.source.startswith("`", self.position)

    def newlines(self) -> None:
        """Skip ends of lines, with what is between them."""
        while self.take("\n"):
            pass

    def operator(self) -> str:
        """Return the operator that comes next, or ""."""
        self.blanks()
        for each in _OPERATORS:
            if self.source.startswith(each, self.position):
                return each
        return ""

    def take(self, operator: str) -> bool:
        """Skip this operator; return False if another thing comes next."""
        if self.operator() != operator:
            return False
        self.position += len(operator)
        if operator == "\n":
            self._skip_heredocs()
        return True

    def keyword(self) -> str:
        """Return the plain word that comes next, or "": what may be a reserved word."""
        self.blanks()
        found = _PLAIN.match(self.source, self.position)
        if found and (found.end() == len(self.source) or _WORD_END.match(self.source, found.end())):
            return found[0]
        return ""

    def take_keyword(self, word: str) -> bool:
        """Skip this reserved word; return False if another thing comes next."""
        if self.keyword() != word:
            return False
        self.position += len(word)
        return True

    def need(self, word: str) -> None:
        """Skip an operator or a reserved word that has to come next; raise `Unreadable` if not."""
        taken = self.take(word) if word in _OPERATORS else self.take_keyword(word)
        if not taken:
            raise Unreadable(f"{word} is missing at {self.rest()}")

    # --- words ------------------------------------------------------------------------------------

    def redirection(self, node: Node) -> bool:
        """Skip a redirection; return False if none comes next."""
        self.blanks()
        match = _REDIRECTIONS.match(self.source, self.position)
        if not match:
            return False
        self.position = match.end()
        self.blanks()
        target = self.word(node)
        if match[0].endswith(("<<", "<<-")) and "<<<" not in match[0]:
            self.heredocs.append((re.sub(r"['\"\\]", "", target), match[0].endswith("-")))
        return True

    def _skip_heredocs(self) -> None:
        for delimiter, indented in self.heredocs:
            while self.position < len(self.source):
                end = self.source.find("\n", self.position)
                end = len(self.source) if end < 0 else end
                line = self.source[self.position : end]
                self.position = min(end + 1, len(self.source))
                if (line.lstrip("\t") if indented else line) == delimiter:
                    break
        self.heredocs = []

    def word(self, node: Node) -> str:
        """Read one word; the commands in it become substitutions of the node."""
        self.blanks()
        start = self.position
        while self.position < len(self.source):
            here = self.source[self.position]
            if found := _PLAIN.match(self.source, self.position):
                self.position = found.end()
            elif here == "'":
                self._single()
            elif here == '"':
                self.position += 1
                self._double(node)
            elif here == "\\":
                self.position = min(self.position + 2, len(self.source))
            elif here in "$`" and not self.at_backquote():
                self._expansion(node)
            elif here == "(" and self.position > start and self.source[self.position - 1] == "=":
                self.balanced()
            elif here in "<>" and self.source.startswith("(", self.position + 1):
                self.position += 1
                self._substitution(node)
            else:
                break
        if self.position == start:
            raise Unreadable(f"a word is missing at {self.rest()}")
        return self.source[start : self.position]

    def _double(self, node: Node) -> None:
        while True:
            if found := _DOUBLE_PLAIN.match(self.source, self.position):
                self.position = found.end()
            if self.position >= len(self.source):
                raise Unreadable('" is missing')
            here = self.source[self.position]
            if here == '"':
                self.position += 1
                return
            if here == "\\":
                self.position += 2
            else:
                self._expansion(node)

    def _expansion(self, node: Node) -> None:
        source, start = self.source, self.position
        if source[start] == "`":
            inner = type(self)(source, start + 1, self.depth + 1, backquoted=True)
            node.substitutions.append(inner.commands())
            if not inner.at_backquote():
                raise Unreadable("` is missing")
            self.position = inner.position + 1
        elif source.startswith("$((", start):
            self.position += 1
            self.balanced()
        elif source.startswith("$(", start):
            self.position += 1
            self._substitution(node)
        elif source.startswith("${", start):
            self._braces(node)
        elif source.startswith("$'", start):
            end = re.compile(r"(?:[^'\\]|\\.)*'", re.DOTALL).match(source, start + 2)
            if not end:
                raise Unreadable("' is missing")
            self.position = end.end()
        else:
            self.position += 1

    def _substitution(self, node: Node) -> None:
        inner = type(self)(self.source, self.position + 1, self.depth + 1)
        node.substitutions.append(inner.commands())
        inner.need(")")
        self.position = inner.position

    def _braces(self, node: Node) -> None:
        self.position += 2
        while self.position < len(self.source):
            here = self.source[self.position]
            if here == "}":
                self.position += 1
                return
            if here == "'":
                self._single()
            elif here == '"':
                self.position += 1
                self._double(node)
            elif here in "$`":
                self._expansion(node)
            else:
                self.position += 2 if here == "\\" else 1
        raise Unreadable("} is missing")

    def _single(self) -> None:
        end = self.source.find("'", self.position + 1)
        if end < 0:
            raise Unreadable("' is missing")
        self.position = end + 1

    def balanced(self) -> None:
        """Skip to behind the parenthesis that closes the one here."""
        depth = 0
        for bracket in re.compile(r"[()]").finditer(self.source, self.position):
            depth += 1 if bracket[0] == "(" else -1
            if not depth:
                self.position = bracket.end()
                return
        raise Unreadable(") is missing")
