"""Name what may be targets of the project's Makefiles by reading them.

make itself would run `$(shell …)` as it reads, and make what the Makefile includes.
"""

import os
import re
from dataclasses import dataclass

from checks.in_project.common import files_below, read_text

NAMES = ("GNUmakefile", "makefile", "Makefile")
INCLUDE = re.compile(r"^[ \t]*(?:-include|sinclude|include)[ \t]+(.+)", re.MULTILINE)
COMPUTED_RULE = re.compile(r"^[^\s#:=]*\$[^#:=]*:(?!=)", re.MULTILINE)
FUNCTION = re.compile(r"\$[({][a-z-]+[ \t]")
ANY_NAME = re.compile(r"\$[({](?:eval|call)\b|^\.DEFAULT\b", re.MULTILINE)
WORD = re.compile(r"[\w.%/-]+")
MOST_FILES = 50


@dataclass(frozen=True)
class MakeTargets:
    """The words that Makefiles have outside of recipes: each may be a target, or a pattern with %.

    `whole` is false where there may be other targets: made by a function, or in a file that is
    included and not there.
    """

    words: frozenset[str] = frozenset()
    whole: bool = False

    def has(self, name: str) -> bool:
        """Return whether there is such a target, or may be one."""
        if name in self.words or not self.whole:
            return True
        patterns = (word.split("%", 1) for word in self.words if "%" in word)
        return any(name.startswith(start) and name.endswith(end) for start, end in patterns)


def read_makefiles() -> MakeTargets:
    """Return the targets of all Makefiles of the project; a document may run make in any folder."""
    files = files_below(["."], (*NAMES, ".mk"))
    if not 0 < len(files) <= MOST_FILES or os.path.exists(".gitmodules"):
        return MakeTargets()
    text = ""
    for path in files:  # grows by what is included
        own = _outside_recipes(path)
        text += own
        for name in " ".join(INCLUDE.findall(own)).split():
            places = (name, os.path.join(os.path.dirname(path), name))
            file = next(filter(os.path.isfile, places), "")
            if not file:  # make would make it first, or go without it
                return MakeTargets()
            if os.path.normpath(file) not in files:
                files.append(os.path.normpath(file))
    is_computed = COMPUTED_RULE.search(text) and FUNCTION.search(text)
    whole = not (is_computed or ANY_NAME.search(text))
    return MakeTargets(frozenset(WORD.findall(text)), whole)


def _outside_recipes(path: str) -> str:
    lines = read_text(path).replace("\\\n", " ").splitlines()
    return "".join(f"{line.partition('#')[0]}\n" for line in lines if not line.startswith("\t"))
