"""A shell command as a tree: enough of the grammar to tell which failures come to light.

Words are kept as they are written. What is expanded inside them is only looked into where it is a
command of its own, `$(...)` or backquotes.
"""

import re

from readiness.shell.words import MAX_DEPTH, Node, Unreadable, WordReader

_BOUNDS = frozenset(("then", "elif", "else", "fi", "do", "done", "esac", "}"))


def parse(source: str) -> Node:
    """Return the tree of a command. Raises Unreadable."""
    parser = _Parser(source)
    tree = parser.commands()
    if parser.position < len(source):
        raise Unreadable(parser.rest())
    return tree


class _Parser(WordReader):
    # --- lists ------------------------------------------------------------------------------------

    def commands(self) -> Node:
        """Parse commands up to what can only end them."""
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
        while self.redirection(node):
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
        self.balanced()
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
        condition = self._nested()
        node = self._body(start)
        node.parts.append(condition)
        return node

    def _for(self, start: int) -> Node:
        self.blanks()
        if self.source.startswith("((", self.position):
            self.balanced()
        else:
            self.word(Node(kind="simple", start=start))
            self.newlines()
            if self.take_keyword("in"):
                while not self.operator() and self.position < len(self.source):
                    self.word(Node(kind="simple", start=start))
        self.take(";")
        self.newlines()
        return self._body(start)

    def _body(self, start: int) -> Node:
        self.need("do")
        node = Node(kind="loop", start=start, parts=[self._nested()])
        self.need("done")
        return node

    def _case(self, start: int) -> Node:
        words = [self.word(Node(kind="simple", start=start))]
        self.newlines()
        self.need("in")
        self.newlines()
        bodies = []
        while not self.take_keyword("esac"):
            self.take("(")
            patterns = []
            while not self.take(")"):
                if not self.take("|"):
                    patterns.append(self.word(Node(kind="simple", start=start)))
            words.append("|".join(patterns))
            bodies.append(self._nested())
            if not (self.take(";;") or self.take(";&") or self.take(";;&")):
                self.newlines()
                self.need("esac")
                break
            self.newlines()
        return Node(kind="case", start=start, words=words, parts=bodies)

    def _function(self, start: int) -> Node:
        name = self.word(Node(kind="simple", start=start))
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
            if not self.redirection(node):
                if self.operator() or self.position >= len(self.source) or self.at_backquote():
                    break
                node.words.append(self.word(node))
            node.end = self.position
        if len(node.words) == 1 and self.take("("):
            self.need(")")
            node = self._definition(node.words[0], node.start)
            node.end = self.position
            return node
        if node.end == node.start:
            raise Unreadable(f"a command is missing at {self.rest()}")
        return node
