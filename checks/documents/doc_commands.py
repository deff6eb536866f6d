"""Find the commands of a document that cannot work, and names in it that nothing has."""

import ast
import os
import re
import subprocess
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from checks.documents.make_targets import MakeTargets
from checks.documents.markdown import SHELLS, MarkdownDocument
from checks.git import git
from checks.in_project.common import (
    CheckFinding,
    Params,
    not_measured,
    place,
    read_text,
)
from checks.in_project.modules import found_at
from checks.python.syntax import parse

CONSOLES = {"console", "shell-session", "shellsession", "sh-session", "terminal"}
PROMPTED = re.compile(r"^[ \t]*\$ (.*(?:\\\n.*)*)$", re.MULTILINE)
ASSIGNED = r"\w+=(?:\"[^\"]*\"|'[^']*'|[^\s;&|'\"]*)"
START = rf"(?:^|[;&|(]\s*)(?:(?:{ASSIGNED}|sudo|env|exec|time|if|then|else|do|!)[ \t]+)*"
MAKE = re.compile(START + r"make((?:[ \t]+[^\s;&|#)<>`]+)+)", re.MULTILINE)
MODULE = re.compile(START + r"(?:\S*/)?python[\d.]* -m ([\w.]+)", re.MULTILINE)
SCRIPT = re.compile(
    START + r"(?:\./(\S+)|(?:\S*/)?(?:python[\d.]*|bash|sh|zsh) ([\w./-]+\.(?:py|sh)))(?=\s|$)",
    re.MULTILINE,
)
ELSEWHERE = re.compile(START + r"(?:cd|pushd)\s", re.MULTILINE)
COMMAND = re.compile(r"(?:make|\S*python[\d.]* -m|bash|sh)\s+\S|\./\S")
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?")
OBJECT = re.compile(r"(?<![\w.:/@=-])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+):([A-Za-z_]\w*)(?![\w.:/@-])")
ALERT = re.compile(r"^\s*-?\s*alert:\s*[\"']?(\w+)", re.MULTILINE)
FIRST_WORD = re.compile(r"[A-Z]*[a-z0-9]*")


@dataclass(frozen=True)
class DocumentCommand:
    """What a document tells to run, from a line on; `whole` where it is sure to be for a shell."""

    line: int
    text: str
    whole: bool


def commands(document: MarkdownDocument) -> Iterator[DocumentCommand]:
    """Yield what stands in blocks of every kind, at prompts, and as code within sentences."""
    for line, language, text in document.blocks:
        prompted = PROMPTED.findall(text)
        if prompted and (not language or language in SHELLS | CONSOLES):
            yield DocumentCommand(line, "\n".join(prompted) + "\n", whole=True)
        elif not language or language in SHELLS | CONSOLES:
            yield DocumentCommand(line, text, whole=bool(language))
    for line, text in document.code:
        if COMMAND.match(text):
            yield DocumentCommand(line, text, whole=not re.search(r"[<>…]", text))


def broken_commands(
    path: str, document: MarkdownDocument, targets: MakeTargets
) -> Iterator[CheckFinding]:
    """Yield the commands that do not parse, and those that ask for what is not there."""
    for command in commands(document):
        if command.whole and (why := unparsed(command.text)):
            yield place(path, command.line, "command", why)
        for missing in not_there(command.text, targets):
            yield place(path, command.line, "command", missing)


def unparsed(text: str) -> str:
    """Say why a shell does not take it; empty where it does."""
    parsed = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True, check=False)
    return parsed.stderr.strip().partition("\n")[0] if parsed.returncode else ""


def not_there(text: str, targets: MakeTargets) -> Iterator[str]:
    """Name the targets, modules and scripts of the project that it asks for in vain."""
    if ELSEWHERE.search(text):
        return
    for arguments in MAKE.findall(text):
        if " -C" in arguments or " -f" in arguments:
            continue  # another Makefile than the project's
        named = [word for word in arguments.split() if re.fullmatch(r"[A-Za-z][\w.-]*", word)]
        yield from (f"make has no target {word}" for word in named if not targets.has(word))
    for module in MODULE.findall(text):
        at = module.replace(".", "/")
        is_ours = any(map(os.path.exists, (at.partition("/")[0], f"{at.partition('/')[0]}.py")))
        if is_ours and not any(map(os.path.exists, (f"{at}.py", f"{at}/__main__.py"))):
            yield f"there is no module {module} to run"
    for script in filter(None, ("".join(each) for each in SCRIPT.findall(text))):
        if not os.path.isabs(script) and not os.path.exists(script):
            yield f"there is no script {script}"


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
                    yield place(path, line, "command", f"{module} has no {name}")


def _has(file: str, name: str) -> bool:
    """Whether a module names something so anywhere, or may have it by other ways."""
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
    """Whether Git would pass the file over."""
    return git("check-ignore", "--quiet", path).returncode == 0


def alert_names(params: Params) -> set[str]:
    """Read the names of all alerts from the files of rules that are named."""
    alerts = {name for file in params.words("alerts") for name in ALERT.findall(read_text(file))}
    if params.words("alerts") and not alerts:
        not_measured(f"{params.words('alerts')[0]} has no alert")
    return alerts


def absent_alerts(path: str, text: str, known: Collection[str]) -> Iterator[CheckFinding]:
    """Yield the words that begin as several alerts do, as names of one, and are none."""
    first = Counter(word[0] for word in map(FIRST_WORD.match, known) if word)
    starts = [word for word, count in first.items() if word and count > 1]
    if not starts:
        return
    name_of_one = re.compile(rf"(?<![\w/-])(?:{'|'.join(starts)})[A-Z]\w*")
    for number, line in enumerate(text.splitlines(), 1):
        for word in name_of_one.findall(line):
            if word not in known:
                yield place(path, number, "alert", f"there is no alert {word}")
