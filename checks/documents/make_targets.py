"""Name the targets of the project's Makefiles by reading them.

make itself would run `$(shell …)` as it reads, and make what the Makefile includes.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from checks.in_project.common import files_below, read_text

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
    """The targets that Makefiles are seen to have, `patterns` with `%` among them.

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


def read_makefiles() -> MakeTargets:
    """Return the targets of all Makefiles of the project; a document may run make in any folder."""
    targets = MakeTargets()
    variables: dict[str, str] = {}
    waiting = files_below(["."], (*NAMES, ".mk"))
    targets.whole = bool(waiting) and not os.path.exists(".gitmodules")
    read: list[str] = []
    while waiting and len(read) < MOST_FILES:
        path = waiting.pop(0)
        read.append(path)
        waiting += [name for name in _read(path, targets, variables) if name not in read]
    targets.whole &= not waiting
    return targets


def _read(path: str, targets: MakeTargets, variables: dict[str, str]) -> Iterator[str]:
    """Add what one file defines; yield the files that it includes."""
    for line in read_text(path).replace("\\\n", " ").splitlines():
        if "$(eval" in line or "${eval" in line or re.match(r"[ \t]*\$[({]call\b", line):
            targets.whole = False
        if include := INCLUDE.fullmatch(line):
            names = _expanded(include[1], targets, variables)
            tops = ("", os.path.dirname(path))
            for name in names:
                files = filter(os.path.isfile, (os.path.join(top, name) for top in tops))
                if file := next(files, ""):
                    yield os.path.normpath(file)
                else:
                    targets.whole = False  # make would make it first, or go without it
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
