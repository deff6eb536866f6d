"""Name the targets of the project's Makefile by reading it.

make itself would run `$(shell …)` as it reads, and make what the Makefile includes.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from checks.in_project.common import read_text

NAMES = ("GNUmakefile", "makefile", "Makefile")
INCLUDE = re.compile(r"[ \t]*(?:-include|sinclude|include)[ \t]+(.+)")
ASSIGNED = re.compile(
    r"[ \t]*(?:export[ \t]+|override[ \t]+)*([\w.-]+)[ \t]*(:{0,3}|[?+])=[ \t]*(.*)"
)
RULE = re.compile(r"([^\t#:=][^#:=]*)::?(?!=)([^=#;]*)")
USED = re.compile(r"\$[({]([\w.-]+)[)}]")
MOST_FILES = 50


@dataclass
class MakeTargets:
    """The targets that a Makefile is seen to have, `patterns` with `%` among them.

    `whole` is false where it may have others: made by a function, or in a file that it includes
    and that cannot be told.
    """

    names: set[str] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)
    whole: bool = True

    def has(self, name: str) -> bool:
        """Return whether there is such a target, or may be one."""
        if name in self.names or not self.whole:
            return True
        parts = (pattern.split("%", 1) for pattern in self.patterns)
        return any(name.startswith(start) and name.endswith(end) for start, end in parts)


def read_makefile() -> MakeTargets:
    """Return the targets of the Makefile in this folder; none where there is no Makefile."""
    targets = MakeTargets()
    variables: dict[str, str] = {}
    waiting = [name for name in NAMES if os.path.isfile(name)][:1]
    read: list[str] = []
    while waiting and len(read) < MOST_FILES:
        path = waiting.pop(0)
        read.append(path)
        waiting += [name for name in _read(path, targets, variables) if name not in read]
    return targets


def _read(path: str, targets: MakeTargets, variables: dict[str, str]) -> Iterator[str]:
    """Add what one file defines; yield the files that it includes."""
    if not os.path.isfile(path):
        targets.whole = False  # make would make it first, or go without it
        return
    for line in read_text(path).replace("\\\n", " ").splitlines():
        if "$(eval" in line or "${eval" in line or re.match(r"[ \t]*\$[({]call\b", line):
            targets.whole = False
        if include := INCLUDE.fullmatch(line):
            names = _expanded(include[1], targets, variables)
            if any(set("*?[$`") & set(name) for name in names):
                targets.whole = False
            yield from names
        elif include := ASSIGNED.fullmatch(line):
            variables[include[1]] = include[3].partition("#")[0].strip()
        elif include := RULE.match(line):
            names = _expanded(include[1], targets, variables)
            if ".PHONY" in names:
                names += _expanded(include[2], targets, variables)
            targets.whole &= ".DEFAULT" not in names
            targets.names.update(name for name in names if "%" not in name)
            targets.patterns.update(name for name in names if "%" in name)


def _expanded(text: str, targets: MakeTargets, variables: dict[str, str]) -> list[str]:
    """Return the words of a text, variables replaced; what else is computed makes it uncertain."""
    for _ in range(5):
        text = USED.sub(lambda found: variables.get(found[1], found[0]), text)
    if "$" in text:
        targets.whole = False
    return text.split()
