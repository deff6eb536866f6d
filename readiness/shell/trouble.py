"""What a command ends with where one of its tools is in trouble.

The command is gone through as bash does it, in a world where one program fails wherever it is
called and prints nothing, and where no other is known to fail or to work. Where each way through
it ends with the same answer, that answer says nothing of the tool.
"""

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Final

from readiness.shell.commands import command_words, is_work, name_of
from readiness.shell.expansion import Expander, comparison
from readiness.shell.plain import BUILTINS
from readiness.shell.programs import is_utility
from readiness.shell.syntax import parse
from readiness.shell.ways import ASKS_FOR_TOOLS, Finish, SimpleCommands
from readiness.shell.words import Node, Unreadable
from readiness.startup.patterns import later

_CODES: Final = (2, 3, 101)
"""Statuses of a tool that could not do its work; several, as a command may name one."""

_NUMBERS: Final = later(r"(?<![\w.])\d{1,3}(?![\w.])")
_TOO_LARGE: Final = 256

_MOST_WAYS: Final = 200
_ROUNDS: Final = 3
_MOST_DEPTH: Final = 30

# Utilities that look for something: they fail where there is nothing to look at.
_LOOKS: Final = frozenset(
    ("grep", "egrep", "fgrep", "zgrep", "diff", "cmp", "comm", "find", "cat", "awk", "sed")
)

# What prints something where nothing came in; without one of these no output is certain.
_SPEAKS: Final = later(r"\b(?:echo|wc|\w*grep)\b")


def unheard(command: str, passes: Callable[[int], bool]) -> str:
    """Return a program whose trouble the command's status does not tell, or "".

    `passes` says of a status whether it would be taken for a good end. "" too for what cannot be
    read.
    """
    body = command.strip()
    try:
        tree = parse(body)
        for name in dict.fromkeys(_tools(body, tree)):
            if all(_always(body, tree, name, code, passes) for code in _CODES):
                return name
    except (Unreadable, RecursionError):
        pass
    return ""


def certain_outputs(command: str) -> dict[str, str]:
    """Return, by tool, what a command prints as a success where that tool is in trouble.

    Tools that it asks for, and those whose trouble shows or may show, are left out.
    """
    if not _SPEAKS.search(command):
        return {}
    body = command.strip()
    outputs: dict[str, str] = {}
    try:
        tree = parse(body)
        for name in dict.fromkeys(_tools(body, tree)):
            ways = {
                way
                for code in _CODES
                for way in TroubledShell(body, name, code).run(tree, Finish(0))
            }
            found = {(way.status, way.output) for way in ways}
            status, output = found.pop() if len(found) == 1 else (1, None)
            if not status and output is not None and not is_utility(name):
                outputs[name] = output
    except (Unreadable, RecursionError):
        pass
    return outputs


def forgiven(command: str, *, errexit: bool, pipefail: bool) -> tuple[str, int] | None:
    """Return a program that a command starts itself, and a status of its that it takes for good.

    The statuses are those that a failed tool may have, and those that the command speaks of. A
    program that is only asked, such as grep, is left out, as is one whose output alone is used,
    whose failure is wanted (`!`), or that is waited for in a loop. None for what cannot be read.
    """
    body = command.strip()
    spoken = {code for code in map(int, _NUMBERS.findall(body)) if 0 < code < _TOO_LARGE}
    try:
        tree = parse(body)
        names = {name_of(node): None for node in _answerable(tree)}
        for name in (name for name in names if name and name not in _LOOKS and is_work([name])):
            if f"command -v {name}" in body or any(
                f"{ask} {name}" in body for ask in ASKS_FOR_TOOLS
            ):
                continue
            for code in sorted({1, *_CODES, *spoken}):
                shell = TroubledShell(body, name, code, errexit=errexit, pipefail=pipefail)
                ends = {way.status for way in shell.run(tree, Finish(0))}
                if shell.met and ends == {0}:
                    return name, code
    except (Unreadable, RecursionError):
        pass
    return None


def _answerable(node: Node) -> Iterator[Node]:
    """Walk the simple commands of whose failures the whole command is expected to tell."""
    if node.kind == "simple":
        yield node
    if node.kind not in ("loop", "background", "function") and not node.negated:
        for part in node.parts:
            yield from _answerable(part)


def _always(body: str, tree: Node, name: str, code: int, passes: Callable[[int], bool]) -> bool:
    ends = {way.status for way in TroubledShell(body, name, code).run(tree, Finish(0))}
    return bool(ends) and all(map(passes, ends))


def _tools(body: str, tree: Node) -> Iterator[str]:
    """Name the programs whose trouble must not go unheard, wherever they are called."""
    nodes = list(_nodes(body, tree))
    own = {node.words[0] for node in nodes if node.kind == "function"}
    for node in nodes:
        name = name_of(node)
        works = name in _LOOKS or (is_work([name]) and (name == "false" or name not in BUILTINS))
        if name and works and name not in own:
            yield name


def _nodes(body: str, node: Node) -> Iterator[Node]:
    yield node
    for part in (*node.parts, *node.substitutions):
        yield from _nodes(body, part)
    texts = node.words if node.kind in ("loop", "case") else []
    if node.kind == "test":
        texts = [body[node.start : node.end]]
    words = command_words(node) if node.kind == "simple" else []
    if script := words and Expander.script(words[0].rpartition("/")[2], words):
        yield from _nodes(script, parse(script))
    for text in texts:
        for inner in Expander.commands_in(text):
            yield from _nodes(inner, parse(inner))


class TroubledShell(SimpleCommands):
    """A shell in which the program `trouble` ends with `code` and prints nothing."""

    # --- ways -------------------------------------------------------------------------------------

    def run(self, node: Node, before: Finish) -> set[Finish]:
        """Return all ways in which the node may end, begun as `before` has it."""
        self.depth += 1
        if self.depth > _MOST_DEPTH:
            raise Unreadable("nested too deeply")
        own = getattr(self, f"_{node.kind}", None)
        ways = own(node, before) if own else {Finish(0, "", before.variables, None)}
        self.depth -= 1
        if node.kind in ("simple", "subshell", "test", "pipe") and not node.negated:
            ways = {self._obeyed(way) for way in ways}
        if len(ways) > _MOST_WAYS:
            raise Unreadable("too many ways")
        return ways

    def _obeyed(self, way: Finish) -> Finish:
        ends = way.status and not way.left and self.errexit and not self.guarded
        return way._replace(left="exit") if ends else way

    def _unguarded(self, node: Node, before: Finish) -> set[Finish]:
        outer, self.guarded = self.guarded, True
        ways = self.run(node, before)
        self.guarded = outer
        return ways

    def _then(
        self, ways: Iterable[Finish], following: Callable[[Finish], set[Finish]]
    ) -> set[Finish]:
        """Go on after each way that left nothing; outputs are one after the other."""
        ended: set[Finish] = set()
        for way in ways:
            if way.left:
                ended.add(way)
            else:
                ended |= {
                    after._replace(output=_joined(way.output, after.output))
                    for after in following(way)
                }
        return ended

    # --- compound commands ------------------------------------------------------------------------

    def _list(self, node: Node, before: Finish) -> set[Finish]:
        ways = {before._replace(output="", status=before.status)}
        for part in node.parts:
            ways = self._then(ways, lambda way, part=part: self.run(part, way))  # type: ignore[misc]
        return ways

    def _group(self, node: Node, before: Finish) -> set[Finish]:
        return self.run(node.parts[0], before)

    def _subshell(self, node: Node, before: Finish) -> set[Finish]:
        guarded, errexit = self.guarded, self.errexit and not self.guarded
        ways = self._inside(node.parts[0], before, errexit=errexit)
        self.guarded = guarded
        return ways

    def _background(self, _: Node, before: Finish) -> set[Finish]:
        return {Finish(0, "", before.variables, None)}

    def _function(self, node: Node, before: Finish) -> set[Finish]:
        self.functions[node.words[0]] = (self.body, node.parts[0])
        return {Finish(0, "", before.variables)}

    def _and(self, node: Node, before: Finish) -> set[Finish]:
        return self._chain(node, before, lambda status: status == 0)

    def _or(self, node: Node, before: Finish) -> set[Finish]:
        return self._chain(node, before, lambda status: status != 0)

    def _chain(self, node: Node, before: Finish, goes_on: Callable[[int], bool]) -> set[Finish]:
        left, right = node.parts
        return self._then(
            self._unguarded(left, before),
            lambda way: self.run(right, way) if goes_on(way.status) else {way._replace(output="")},
        )

    def _pipe(self, node: Node, before: Finish) -> set[Finish]:
        if len(node.parts) == 1:  # a `!`
            ways = self._unguarded(node.parts[0], before)
        else:
            ways = {
                Finish(status, "", before.variables, output)
                for status, output in self._stages(node.parts, before, guarded=node.negated)
            }
        if node.negated:
            return {way if way.left else way._replace(status=int(not way.status)) for way in ways}
        return ways

    def _stages(
        self, parts: list[Node], before: Finish, *, guarded: bool
    ) -> set[tuple[int, str | None]]:
        outer, fed = self.guarded, self.fed
        self.guarded = self.guarded or guarded
        ended: set[tuple[int, str | None]] = {(0, fed)}
        for part in parts:
            following = set()
            for status, output in ended:
                self.fed = output
                for way in self._inside(part, before, errexit=self.errexit and not self.guarded):
                    whole = way.status or status if self.pipefail else way.status
                    following.add((whole, way.output))
            ended = following
        self.guarded, self.fed = outer, fed
        return ended

    def _if(self, node: Node, before: Finish) -> set[Finish]:
        parts = node.parts

        def branch(place: int, way: Finish) -> set[Finish]:
            if place + 1 >= len(parts):
                rest = parts[place:]
                return self.run(rest[0], way) if rest else {Finish(0, "", way.variables)}
            return self._then(
                self._unguarded(parts[place], way),
                lambda asked: (
                    self.run(parts[place + 1], asked)
                    if not asked.status
                    else branch(place + 2, asked)
                ),
            )

        return branch(0, before)

    def _case(self, node: Node, before: Finish) -> set[Finish]:
        subject = self._expand(node.words[0], before)
        ways: set[Finish] = set()
        for patterns, part in zip(node.words[1:], node.parts, strict=True):
            wanted = [self._expand(each, before) for each in patterns.split("|")]
            if subject is None or None in wanted:
                ways |= self.run(part, before)
            elif any(fnmatchcase(subject, each) for each in wanted if each is not None):
                return ways | self.run(part, before)
        return ways | {Finish(0, "", before.variables)}

    def _loop(self, node: Node, before: Finish) -> set[Finish]:
        fed = self.fed
        for each in node.substitutions:
            outputs = {way.output for way in self._inside(each, before, errexit=False)}
            self.fed = outputs.pop() if len(outputs) == 1 else None
        ways = self._while(node, before) if len(node.parts) > 1 else self._for(node, before)
        self.fed = fed
        return ways

    def _while(self, node: Node, before: Finish) -> set[Finish]:
        body, condition = node.parts
        until = self.body.startswith("until", node.start)
        ended: set[Finish] = set()
        going = {before._replace(status=0, output="")}
        for _ in range(_ROUNDS):
            asked = self._then(going, lambda way: self._unguarded(condition, way))
            on = {way for way in asked if not way.left and bool(way.status) == until}
            ended |= {way if way.left else way._replace(status=0) for way in asked - on}
            going = self._round(body, on, ended)
        return ended

    def _for(self, node: Node, before: Finish) -> set[Finish]:
        count, certain = 0, True
        for word in node.words:
            found = self._expand(word, before)
            certain = certain and found is not None and not set("*?[{") & set(found)
            count += len(found.split()) if found is not None else 1
        going = {before._replace(status=0, output="")}
        ended: set[Finish] = set()
        for _ in range(min(count, _ROUNDS)):
            if not certain:
                ended |= going
            going = self._round(node.parts[0], going, ended)
        return ended | going

    def _round(self, body: Node, going: set[Finish], ended: set[Finish]) -> set[Finish]:
        """Go through a loop's body once more; ways that leave the loop are put to `ended`."""
        ways = self._then(going, lambda way: self.run(body, way))
        ended |= {
            way._replace(left="", status=0) if way.left == "break" else way
            for way in ways
            if way.left not in ("", "continue")
        }
        return {way._replace(left="") for way in ways if way.left in ("", "continue")}

    def _test(self, node: Node, before: Finish) -> set[Finish]:
        text = self.body[node.start : node.end].strip()
        status = comparison(text, lambda word: self._expand(word, before))
        return self._ended(before, (0, 1) if status is None else (status,), "")


def _joined(first: str | None, second: str | None) -> str | None:
    return None if first is None or second is None else first + second
