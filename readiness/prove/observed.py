"""Which programs measure a criterion: as its check says, as it reads, and as it was seen."""

import re
from collections.abc import Iterable

import msgspec

from readiness.model.board import Check
from readiness.prove.standins import MODULE
from readiness.shell import BUILTINS
from readiness.shell.programs import HELPERS, SHELLS, is_utility, programs

UNTOUCHABLE = SHELLS | {"env"}
_PYTHON = re.compile(r"python[\d.]*")


class Tools(msgspec.Struct, frozen=True):
    """What can be taken away from a criterion (`taken`), and what it needs beside (`kept`).

    `runners` are those of the kept that run others.
    """

    taken: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    runners: frozenset[str] = frozenset()

    def __or__(self, other: "Tools") -> "Tools":
        runners = self.runners | other.runners
        taken = (self.taken | other.taken) - runners
        return Tools(taken, (self.kept | other.kept) - taken, runners)

    def fits(self, other: "Tools") -> bool:
        """Return whether both can share a world: neither loses what it needs beside its tools."""
        return not (self.taken & other.kept or self.kept & other.taken)


class ToolFinder:
    """Tells tools from what runs them. `catalogue` is where tools are known from."""

    def __init__(self, catalogue: Iterable[Check]) -> None:
        checks = list(catalogue)
        known = {tool for check in checks for tool in check.tools}
        self._runners = {tool for check in checks if check.stands_for for tool in check.tools[:1]}
        self._known = {name for name in known - self._runners if not is_python(name)}

    def tools_of(self, check: Check, chains: Iterable[str]) -> Tools:
        """Return a probe's tools, as far as its trace shows them.

        `chains` are the lines that stand-ins wrote: `/make/mypy` is a mypy that a make started.

        A program that starts other tools only runs them, and is kept, unless the catalogue knows
        it for a tool. Utilities that every system has are kept too where there is any other tool.
        What a check of the catalogue starts is its tool if its file or its command names it, or if
        that, or another program that runs others, started it.
        """
        seen = [self._cut(line) for line in dict.fromkeys(chains) if line.startswith("/")]
        runners = {name for chain in seen for name in chain[:-1]}
        named = {words[0] for words in programs(check.run) if "/" not in words[0]}
        asked = named | set(check.tools)
        candidates = asked | {
            chain[-1]
            for chain in seen
            if not check.name or chain[0] in asked or chain[0] in runners
        }
        candidates = set(filter(_is_name, candidates - runners - UNTOUCHABLE))
        declared = candidates & set(check.tools)
        tools = declared | {name for name in candidates if not is_utility(name)}
        taken = frozenset(tools or candidates)
        kept = {name for chain in seen for name in chain} | runners
        return Tools(taken, frozenset(kept) - taken, frozenset(runners))

    def _cut(self, line: str) -> tuple[str, ...]:
        """Read a chain up to the program that is a tool by itself.

        That is one which the catalogue knows for a tool, or which starts nothing but utilities and
        what tells of the project.
        """
        chain = line[1:].split("/")
        for place, name in enumerate(chain, 1):
            if name.removeprefix(MODULE) in self._known:
                return tuple(chain[:place])
            # A script that starts git alone may be there for what it starts.
            helpers = frozenset[str]() if is_python(name) else HELPERS
            by_itself = bool(chain[place:]) and all(
                is_utility(each) or each in helpers for each in chain[place:]
            )
            if by_itself and not (name in self._runners or is_utility(name)):
                return tuple(chain[:place])
        return tuple(chain)


def is_python(name: str) -> bool:
    """Return whether a program is an interpreter of Python, which runs what it is given."""
    return _PYTHON.fullmatch(name) is not None


def shown(name: str) -> str:
    """Return the name under which a taken program is shown."""
    return f"python {name}" if name.startswith(MODULE) else name


def _is_name(name: str) -> bool:
    """Return whether a shell would look on PATH for a program of this name."""
    return name not in ("", ".", "..") and name not in BUILTINS


def lines_of(log: str) -> list[str]:
    """Return what the stand-ins of a probe logged; nothing where none was called."""
    try:
        with open(log, encoding="utf-8", errors="surrogateescape") as file:
            return file.read().splitlines()
    except OSError:
        return []
