"""A shell command as a tree: enough of the grammar to tell which failures come to light.

Words are kept as they are written. What is expanded inside them is only looked into where it is a
command of its own, `$(...)` or backquotes.
"""

import re
from typing import Final

import msgspec

MAX_DEPTH: Final = 40

_BLANK = " \t\r"
_OPERATORS = (";;&", ";;", ";&", ";", "&&", "&>>", "&>", "&", "||", "|&", "|", "(", ")", "\n")
_REDIRECTIONS = re.compile(r"(?:\d+|\{\w+\})?(?:<<<|<<-?|<>|<&|>>|>&|>\||<(?!\()|>(?!\())|&>>?")
_WORD_END = re.compile(r"[\s;&|()<>`]")
_PLAIN = re.compile(r"[^\s;&|()<>'\"\\$`]+")
_DOUBLE_PLAIN = re.compile(r"[^\"\\$`]+")
_BOUNDS = {"then", "elif", "else", "fi", "do", "done", "esac", "}"}


class Unreadable(Exception):  # noqa: N818 - says what the text is
    """The text is not a command, or one of a kind that is not known here."""


class Node(msgspec.Struct, kw_only=True):
    """A part of a command: `source[start:end]`, with what it consists of in `parts`.

    kind: `simple` (with `words`), `pipe`, `and`, `or` (left, right), `list`, `background` (one
    part), `group`, `subshell`, `if` (condition, body, condition, body, … else), `loop`, `case`,
    `function` (named by its word), `test` (`[[ … ]]` and `(( … ))`). `substitutions` are the
    commands whose output a simple command uses.
    """

    kind: str
    start: int
    end: int = 0
    parts: list["Node"] = []
    words: list[str] = []
    substitutions: list["Node"] = []
    negated: bool = False


def parse(source: str) -> Node:
    """Return the tree of a command. Raises Unreadable."""
    parser = _Parser(source)
    tree = parser.commands()
    if parser.position < len(source):
        raise Unreadable(parser.rest())
    return tree


class _Parser:
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

    # --- characters -------------------------------------------------------------------------------

    def rest(self) -> str:
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
        """Whether the backquote comes next that ends what is read here."""
        return self.backquoted and self.source.startswith("`", self.position)

    def newlines(self) -> None:
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
        if self.keyword() != word:
            return False
        self.position += len(word)
        return True

    def need(self, word: str) -> None:
        taken = self.take(word) if word in _OPERATORS else self.take_keyword(word)
        if not taken:
            raise Unreadable(f"{word} is missing at {self.rest()}")

    # --- lists ------------------------------------------------------------------------------------

    def commands(self) -> Node:
        """Read commands up to what can only end them."""
        self.newlines()
        tree = Node(kind="list", start=self.position, parts=[])
        while not self._at_end():
            part = self.and_or()
            if self.take("&"):
                part = Node(kind="background", start=part.start, end=part.end, parts=[part])
            elif not (self.take(";") or self.operator() == "\n"):
                tree.parts.append(part)
                break
            tree.parts.append(part)
            self.newlines()
        tree.end = tree.parts[-1].end if tree.parts else self.position
        return tree

    def _at_end(self) -> bool:
        operator = self.operator()
        if self.position >= len(self.source):
            return True
        closed = operator in (")", ";;", ";&", ";;&") or self.at_backquote()
        return closed or self.keyword() in _BOUNDS

    def and_or(self) -> Node:
        left = self.pipeline()
        while (operator := self.operator()) in ("&&", "||"):
            self.take(operator)
            self.newlines()
            right = self.pipeline()
            kind = "and" if operator == "&&" else "or"
            left = Node(kind=kind, start=left.start, end=right.end, parts=[left, right])
        return left

    def pipeline(self) -> Node:
        self.blanks()
        start = self.position
        negated = False
        while self.keyword() in ("!", "time"):
            negated ^= self.take_keyword("!") or not self.take_keyword("time")
        parts = [self.command()]
        while (operator := self.operator()) in ("|", "|&"):
            self.take(operator)
            self.newlines()
            parts.append(self.command())
        if len(parts) == 1 and not negated:
            return parts[0]
        return Node(kind="pipe", start=start, end=parts[-1].end, parts=parts, negated=negated)

    # --- commands ---------------------------------------------------------------------------------

    def command(self) -> Node:
        self.blanks()
        start = self.position
        if self.source.startswith("((", start):
            node = self._arithmetic()
        elif self.take("("):
            node = Node(kind="subshell", start=start, parts=[self._nested()])
            self.need(")")
        else:
            word = self.keyword()
            compound = {
                "{": self._group,
                "if": self._if,
                "while": self._while,
                "until": self._while,
                "for": self._for,
                "select": self._for,
                "case": self._case,
                "function": self._function,
                "[[": self._test,
            }.get(word)
            if compound is None:
                return self._simple()
            self.position += len(word)
            node = compound(start)
        while self._redirection(node):
            pass
        node.end = self.position
        return node

    def _nested(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("nested too deeply")
        tree = self.commands()
        self.depth -= 1
        return tree

    def _arithmetic(self) -> Node:
        start = self.position
        self._balanced()
        return Node(kind="test", start=start)

    def _test(self, start: int) -> Node:
        end = re.compile(r"\s\]\](?=[\s;&|)]|$)").search(self.source, self.position)
        if not end:
            raise Unreadable("]] is missing")
        self.position = end.end()
        return Node(kind="test", start=start)

    def _group(self, start: int) -> Node:
        node = Node(kind="group", start=start, parts=[self._nested()])
        self.need("}")
        return node

    def _if(self, start: int) -> Node:
        parts = [self._nested()]
        self.need("then")
        parts.append(self._nested())
        while self.take_keyword("elif"):
            parts.append(self._nested())
            self.need("then")
            parts.append(self._nested())
        if self.take_keyword("else"):
            parts.append(self._nested())
        self.need("fi")
        return Node(kind="if", start=start, parts=parts)

    def _while(self, start: int) -> Node:
        self._nested()
        return self._body(start)

    def _for(self, start: int) -> Node:
        self.blanks()
        if self.source.startswith("((", self.position):
            self._balanced()
        else:
            self._word(Node(kind="simple", start=start))
            self.newlines()
            if self.take_keyword("in"):
                while not self.operator() and self.position < len(self.source):
                    self._word(Node(kind="simple", start=start))
        self.take(";")
        self.newlines()
        return self._body(start)

    def _body(self, start: int) -> Node:
        self.need("do")
        node = Node(kind="loop", start=start, parts=[self._nested()])
        self.need("done")
        return node

    def _case(self, start: int) -> Node:
        self._word(Node(kind="simple", start=start))
        self.newlines()
        self.need("in")
        self.newlines()
        bodies = []
        while not self.take_keyword("esac"):
            self.take("(")
            while not self.take(")"):
                if not self.take("|"):
                    self._word(Node(kind="simple", start=start))
            bodies.append(self._nested())
            if not (self.take(";;") or self.take(";&") or self.take(";;&")):
                self.newlines()
                self.need("esac")
                break
            self.newlines()
        return Node(kind="case", start=start, parts=bodies)

    def _function(self, start: int) -> Node:
        name = self._word(Node(kind="simple", start=start))
        if self.take("("):
            self.need(")")
        return self._definition(name, start)

    def _definition(self, name: str, start: int) -> Node:
        self.newlines()
        return Node(kind="function", start=start, words=[name], parts=[self.command()])

    def _simple(self) -> Node:
        self.blanks()
        node = Node(kind="simple", start=self.position, words=[], substitutions=[])
        node.end = self.position
        while self.position < len(self.source):
            if not self._redirection(node):
                if self.operator() or self.position >= len(self.source) or self.at_backquote():
                    break
                node.words.append(self._word(node))
            node.end = self.position
        if len(node.words) == 1 and self.take("("):
            self.need(")")
            node = self._definition(node.words[0], node.start)
            node.end = self.position
            return node
        if node.end == node.start:
            raise Unreadable(f"a command is missing at {self.rest()}")
        return node

    # --- words ------------------------------------------------------------------------------------

    def _redirection(self, node: Node) -> bool:
        self.blanks()
        found = _REDIRECTIONS.match(self.source, self.position)
        if not found:
            return False
        self.position = found.end()
        self.blanks()
        target = self._word(node)
        if found[0].endswith(("<<", "<<-")) and "<<<" not in found[0]:
            self.heredocs.append((re.sub(r"['\"\\]", "", target), found[0].endswith("-")))
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

    def _word(self, node: Node) -> str:
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
            inner = _Parser(source, start + 1, self.depth + 1, backquoted=True)
            node.substitutions.append(inner.commands())
            if not inner.at_backquote():
                raise Unreadable("` is missing")
            self.position = inner.position + 1
        elif source.startswith("$((", start):
            self.position += 1
            self._balanced()
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
        inner = _Parser(self.source, self.position + 1, self.depth + 1)
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

    def _balanced(self) -> None:
        """Go behind the parenthesis that closes the one here."""
        depth = 0
        for found in re.compile(r"[()]").finditer(self.source, self.position):
            depth += 1 if found[0] == "(" else -1
            if not depth:
                self.position = found.end()
                return
        raise Unreadable(") is missing")
