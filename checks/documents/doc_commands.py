"""Find the commands of a document that cannot work, and names in it that nothing has."""

import ast
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checks.documents.make_targets import MakeTargets
from checks.documents.markdown import SHELLS, MarkdownDocument
from checks.git import git
from checks.in_project.common import (
    CheckFinding,
    Params,
    files_below,
    not_measured,
    place,
)
from checks.in_project.modules import found_at
from checks.python.syntax import parse

CONSOLES = {"console", "shell-session", "shellsession", "sh-session", "terminal"}
PROMPTED = re.compile(
    r"^[ \t]*(?:\([\w. -]+\) ?)?(?:[^\s$%>]+ )?[^\s$%>]*[$%➜❯»] (.*(?:\\\n.*)*)$", re.MULTILINE
)
OUTPUT = re.compile(r"^[ \t]*(?:>>>|In \[\d+\]:) ", re.MULTILINE)
ASSIGNED = r"\w+=(?:\"[^\"]*\"|'[^']*'|[^\s;&|'\"]*)"
START = rf"(?:^|[;&|(]\s*)(?:(?:{ASSIGNED}|sudo|env|exec|time|if|then|else|do|!)[ \t]+)*"
MAKE = re.compile(START + r"make((?:[ \t]+[^\s;&|#)<>`]+)+)", re.MULTILINE)
MODULE = re.compile(START + r"(?:\S*/)?python[\d.]* -m ([\w.]+)", re.MULTILINE)
SCRIPT = re.compile(
    START
    + r"(?:\./([\w./-]+)|(?:\S*/)?(?:python[\d.]*|bash|sh|zsh) ([\w./-]+\.(?:py|sh)))(?=\s|$)",
    re.MULTILINE,
)
ELSEWHERE = re.compile(START + r"(?:cd|pushd)\s", re.MULTILINE)
TARGET = re.compile(r"[A-Za-z][\w.-]*")
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?")
OBJECT = re.compile(r"(?<![\w.:/@=-])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+):([A-Za-z_]\w*)(?![\w.:/@-])")


@dataclass(frozen=True)
class DocumentCommand:
    """What a document tells to run, from a line on; `whole` where it is sure to be for a shell."""

    line: int
    text: str
    whole: bool


def commands(document: MarkdownDocument) -> Iterator[DocumentCommand]:
    """Yield what stands in blocks for a shell, and at prompts; code in a sentence is prose."""
    for line, language, text in document.blocks:
        if language and language not in SHELLS | CONSOLES:
            continue
        if prompted := PROMPTED.findall(text):
            yield DocumentCommand(line, "\n".join(prompted) + "\n", whole=True)
        elif not OUTPUT.search(text):
            yield DocumentCommand(line, text, whole=bool(language))


def broken_commands(
    path: str, document: MarkdownDocument, targets: MakeTargets
) -> Iterator[CheckFinding]:
    """Yield the commands that ask for what is not there."""
    for command in commands(document):
        for missing in not_there(command, document, targets):
            yield place(path, command.line, "command", missing)


def not_there(
    command: DocumentCommand, document: MarkdownDocument, targets: MakeTargets
) -> Iterator[str]:
    """Name the targets, modules and scripts of the project that a command asks for in vain."""
    text = command.text
    if ELSEWHERE.search(text):
        return
    for arguments in MAKE.findall(text):
        words = arguments.split()
        if {"-C", "-f"} & set(words) or (not command.whole and len(words) > 1):
            continue  # another Makefile than the project's, or a sentence
        named = [word for word in words if TARGET.fullmatch(word) and not word.isupper()]
        yield from (f"make has no target {word}" for word in named if not targets.has(word))
    for module in MODULE.findall(text):
        at = module.replace(".", "/")
        top = at.partition("/")[0]
        is_ours = os.path.exists(top) or os.path.exists(f"{top}.py")
        is_made = f"{os.path.basename(at)}.py" in document.text
        files = (f"{at}.py", f"{at}/__main__.py")
        if is_ours and not is_made and not any(map(os.path.exists, files)):
            yield f"there is no module {module} to run"
    for script in filter(None, ("".join(parts) for parts in SCRIPT.findall(text))):
        if _is_absent(script, document):
            yield f"there is no script {script}"


def _is_absent(script: str, document: MarkdownDocument) -> bool:
    """Return whether a script should be in a folder of the project, and is not.

    A document may run it in any folder, and may say before how it is made.
    """
    script = os.path.normpath(script)
    folder, name = os.path.split(script)
    if not os.path.isdir(folder or "/none") or os.path.isabs(script) or os.path.exists(script):
        return False
    others = re.sub(rf"(?:\./|\w+ ){re.escape(script)}", "", document.text)
    return not has_file(script) and name not in others and not ignored(script)


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


def absent_objects(path: str, document: MarkdownDocument) -> Iterator[CheckFinding]:
    """Yield what it names as `package.module:object` of the project, for a server, in vain."""
    blocks = [(line, text) for line, language, text in document.blocks if language != "python"]
    for line, text in (*blocks, *document.code):
        for module, name in OBJECT.findall(text):
            if os.path.isdir(module.partition(".")[0]):
                file = found_at(path, module)
                if not file:
                    yield place(path, line, "command", f"there is no module {module}")
                elif not _has(file, name):
                    yield place(path, line, "command", f"{module} defines no {name}")


def _has(file: str, name: str) -> bool:
    """Return whether a module names something so anywhere, or may have it by other ways."""
    names = set()
    for node in ast.walk(parse(file)):
        match node:
            case ast.alias():
                names.add(node.asname or node.name)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.Name(ctx=ast.Store()):
                names.add(node.id)
    return bool(names & {name, "*", "__getattr__"})


def absent_files(path: str, document: MarkdownDocument) -> Iterator[CheckFinding]:
    """Yield the files that it names as code, below a folder of the project, and that are not there.

    What Git ignores is made by somebody, and may be there tomorrow.
    """
    for line, text in document.code:
        if PATH.fullmatch(text) and not os.path.exists(text):
            within = os.path.isdir(text.partition("/")[0])
            if within and not ignored(text):
                yield place(path, line, "file", f"{text} does not exist")


def ignored(path: str) -> bool:
    """Return whether Git would pass the file over."""
    return git("check-ignore", "--quiet", path).returncode == 0
