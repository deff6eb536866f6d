"""Find the make targets that a document asks for in vain, and names in it that nothing has."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from checks.documents.command_lines import blocks_for_shells
from checks.documents.make_targets import NAMES, MakeTargets
from checks.documents.markdown import MarkdownDocument
from checks.git import git
from checks.in_project.common import (
    CheckFinding,
    Params,
    files_below,
    not_measured,
    place,
    read_text,
)

ASSIGNED = r"\w+=(?:\"[^\"]*\"|'[^']*'|[^\s;&|'\"]*)"
START = rf"(?:^|[;&|(]\s*)(?:(?:{ASSIGNED}|sudo|env|exec|time|if|then|else|do|!)[ \t]+)*"
MAKE = re.compile(START + r"make((?:[ \t]+[^\s;&|#)<>`]+)+)", re.MULTILINE)
ELSEWHERE = re.compile(START + r"(?:cd|pushd)\s", re.MULTILINE)
STARTED = re.compile(
    START + r"(?:python3?|sh|bash|source|\.)[ \t]+(-m[ \t]+)?([\w./-]+)(?=[\s;&|)]|\Z)",
    re.MULTILINE,
)
TARGET = re.compile(r"[A-Za-z][\w.-]*")
VARIABLE = re.compile(r"[A-Za-z_]\w*")
MAKES_OWN = {
    *("AR", "AS", "CC", "CXX", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "LDLIBS", "MAKEFLAGS"),
    *("SHELL", "DESTDIR", "PREFIX", "V", "VERBOSE"),
}
"""Variables of make itself and of its rules, and those that installing has by convention."""
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?")


def absent_targets(
    path: str, document: MarkdownDocument, targets: MakeTargets
) -> Iterator[CheckFinding]:
    """Yield the targets that no Makefile of the project has."""
    for line, text in blocks_for_shells(document):
        for arguments in () if ELSEWHERE.search(text) else MAKE.findall(text):
            words = arguments.split()
            if {"-C", "-f"} & set(words):
                continue
            for word in words:
                name, sign, _ = word.partition("=")
                if TARGET.fullmatch(word) and not word.isupper() and not targets.has(word):
                    yield place(path, line, "command", f"make has no target {word}")
                elif sign and VARIABLE.fullmatch(name) and targets.whole and not _is_used(name):
                    yield place(path, line, "command", f"nothing reads the variable {name} of make")


def _is_used(name: str) -> bool:
    """Return whether a file that is no document has a name; make's own ones are always used."""
    documents = (":!*.md", ":!*.rst", ":!*.txt")
    if name in MAKES_OWN or git("grep", "-qwF", name, "--", ".", *documents).returncode != 1:
        return True
    makefiles = files_below(["."], (*NAMES, ".mk"))  # also those that Git does not have yet
    return any(re.search(rf"\b{name}\b", read_text(file)) for file in makefiles)


def has_file(name: str) -> bool:
    """Return whether a folder of the project has a file of this name, or of these last names."""
    return any(
        f"/{path}".endswith(f"/{name}") for path in files_below(["."], (os.path.basename(name),))
    )


class KnownNames:
    """The names that documents may use: of those that fit a pattern, the ones in the code."""

    def __init__(self, params: Params) -> None:
        """Read the code; a pattern that cannot be read ends the script."""
        try:
            self._pattern = re.compile(params.text("names"))
        except re.error as error:
            not_measured(f"names is no regular expression: {error}")
        self.seen = not self._pattern.pattern
        files = [] if self.seen else files_below(params.words("named_in"), ("",))
        # Also pictures and the like stand among the code.
        code = (Path(file).read_bytes().decode(errors="replace") for file in files)
        self._code = "\n".join(code)

    def absent(self, path: str, text: str) -> Iterator[CheckFinding]:
        """Yield the names in a document that the code does not have."""
        for number, line in enumerate(text.splitlines() if self._pattern.pattern else (), 1):
            for match in self._pattern.finditer(line):
                self.seen = True
                name = match[match.lastindex or 0]
                if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", self._code):
                    yield place(path, number, "name", f"nothing in the code is called {name}")


def absent_files(path: str, document: MarkdownDocument) -> Iterator[CheckFinding]:
    """Yield the files that it names as code, below a folder of the project, and that are not there.

    What Git ignores is made by somebody, and may be there tomorrow.
    """
    for line, text in document.code:
        if PATH.fullmatch(text) and not os.path.exists(text):
            within = os.path.isdir(text.partition("/")[0])
            if within and not ignored(text):
                yield place(path, line, "file", f"{text} does not exist")


def absent_programs(path: str, document: MarkdownDocument) -> Iterator[CheckFinding]:
    """Yield the scripts and modules that commands start, and that are not there, in the same way.

    A package has to be one of the project's folders. What is named twice may be made by the first.
    """
    for line, text in (*blocks_for_shells(document), *document.code):
        for module, name in () if ELSEWHERE.search(text) else STARTED.findall(text):
            file = f"{name.replace('.', '/')}.py" if module else name
            top, _, below = file.partition("/")
            within = os.path.exists(f"{top}/__init__.py") if module else os.path.isdir(top)
            there = os.path.exists(file) or (module and os.path.isdir(file.removesuffix(".py")))
            once = document.text.count(name) == 1
            if within and below and not there and once and not ignored(file):
                yield place(path, line, "file", f"{file} does not exist")


def ignored(path: str) -> bool:
    """Return whether Git would pass the file over."""
    return git("check-ignore", "--quiet", path).returncode == 0
