"""Tell of a program whether it has a subcommand, by asking it for help alone.

What a document says is never run: at most the program, one plain word of it, and `--help`.
"""

import ast
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from textwrap import shorten

from checks.in_project.ask_program import REFUSED
from checks.in_project.common import RUNNER, Params

ASK = os.path.join(os.path.dirname(RUNNER), "in_project", "ask_program.py")
SECONDS = 20
PLAIN = re.compile(r"[a-z][a-z0-9_-]*")
PYTHON = re.compile(r"(?:\S*/)?python[\d.]*")
CHOICES = re.compile(r"\{([a-z][\w-]*(?:,[\w-]+)*)\}")
LISTED = re.compile(r"^[ \t│|]{1,8}([a-z][\w-]*)(?=[ \t]{2,}|,|[ \t│|]*$)", re.MULTILINE)
PARSERS = {"absl", "argparse", "cleo", "click", "cliff", "configargparse", "cyclopts", "docopt"}
PARSERS |= {"fire", "getopt", "jsonargparse", "optparse", "plumbum", "tap", "typer", "tyro"}
"""Who takes `--help` for what it means, so that a module that imports one may be asked for it."""
ALONE = {"PATH": "", "UV_OFFLINE": "1", "PIP_NO_INDEX": "1"} | dict.fromkeys(
    ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"),
    "http://127.0.0.1:9",
)
"""What keeps a program that is none of Python's from finding another one, or a server."""


@dataclass(frozen=True)
class Program:
    """What is asked for help: `words` start it, in a folder of its own where it is `compiled`.

    `package` is the folder of its code, where it is installed.
    """

    name: str
    words: tuple[str, ...]
    package: str = ""
    compiled: bool = False


@dataclass(frozen=True)
class Help:
    """What a program said, and its status."""

    status: int
    output: str
    errors: str


def lacking(params: Params, words: tuple[str, ...]) -> str:
    """Say which subcommand a command asks for that its program does not have; "" for none."""
    program, rest = _program(params, words)
    if program is None or not rest or not PLAIN.fullmatch(rest[0]):
        return ""
    return _lacks(params, program, rest[0])


def is_program(params: Params, name: str) -> bool:
    """Whether the environment has a program of this name."""
    return name in _programs(params)


@cache
def _lacks(params: Params, program: Program, word: str) -> str:
    """Say in the program's own words that it has no such subcommand.

    Nothing can be said where it lists no subcommands, has none of those that it lists, or fails for
    another reason.
    """
    helped = _ask(params, program, "")
    if helped.status or helped.errors.strip():
        return ""
    listed = [each for found in CHOICES.findall(helped.output) for each in found.split(",")]
    listed += LISTED.findall(helped.output)
    if not listed or word in listed:
        return ""
    said = _ask(params, program, word)
    named = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
    told = [line for line in (said.output + said.errors).splitlines() if named.search(line)]
    if said.status in (0, REFUSED) or said.status < 0 or not told or "Traceback (" in said.errors:
        return ""
    if all(_ask(params, program, each).status for each in listed[:3]) or _knows(
        program.package, word
    ):
        return ""
    last = CHOICES.sub("{…}", told[-1].strip())
    return f"{program.name} has no {word}: {shorten(last, 160, placeholder=' …')}"


def _knows(package: str, word: str) -> bool:
    """Whether the code of a program has such a command, which it may offer elsewhere."""
    name = re.escape(word.encode())
    decorated = rb"^@[\w.]*(?:command|group)\b.*\n(?:.*\n){0,12}?(?:async )?def %b\("
    command = re.compile(
        rb"[\"']%b[\"']|" % name + decorated % name.replace(rb"\-", b"_"), re.MULTILINE
    )
    if not package:
        return False
    below = glob.glob(f"{glob.escape(package)}/**/*.py", recursive=True)
    for file in (*below, *glob.glob(f"{glob.escape(package)}.py")):
        with open(file, "rb") as opened:
            if command.search(opened.read()):
                return True
    return False


def _program(params: Params, words: tuple[str, ...]) -> tuple[Program | None, tuple[str, ...]]:
    """Return what a command starts, if it may be asked, and the words behind it."""
    if words[1:2] == ("run",) and len(words) > 2 and is_program(params, words[2]):
        words = words[2:]  # as `uv run` and its like start it
    if PYTHON.fullmatch(words[0]) and words[1:2] == ("-m",) and len(words) > 2:
        return _module(params, words[2]), words[3:]
    name = os.path.basename(words[0])
    path, module, package = _programs(params).get(name, ("", "", ""))
    folder = os.path.dirname(words[0])
    if not path or (folder and not _is_same(folder, os.path.dirname(path))):
        return None, ()
    own = _own_file(module)
    if own and not _parses(own):
        return None, ()
    if module or _is_python(path):
        found = (_python(), ASK, "script", path)
        return Program(words[0], found, "" if own else package), words[1:]
    return Program(words[0], (path,), compiled=True), words[1:]


def _module(params: Params, name: str) -> Program | None:
    """Return a module as a program: one of the project's own, or one that is a program too."""
    own = _own_file(f"{name}.__main__") or _own_file(name)
    known = _programs(params).get(name.replace("_", "-"), _programs(params).get(name))
    if (own and not _parses(own)) or not (own or known):
        return None
    shown = f"python -m {name}"
    if known and not own and not known[1] and not _is_python(known[0]):
        return Program(shown, (known[0],), compiled=True)
    package = known[2] if known and not own else ""
    return Program(shown, (_python(), ASK, "module", name), package)


def _own_file(module: str) -> str:
    """Return the file of a module of the project; "" where it is none."""
    at = os.path.join(*module.split(".")) if module else ""
    for path in (f"{at}.py", f"{at}/__init__.py", f"src/{at}.py", f"src/{at}/__init__.py"):
        if at and os.path.isfile(path):
            return path
    return ""


def _parses(path: str) -> bool:
    """Whether a module of the project, or one that it imports, imports what reads command lines."""
    imported = set(_imported(path))
    further = {each for name in imported if (file := _own_file(name)) for each in _imported(file)}
    return bool(PARSERS & {name.partition(".")[0] for name in imported | further})


def _imported(path: str) -> Iterator[str]:
    with open(path, "rb") as file:
        try:
            tree = ast.parse(file.read())
        except (SyntaxError, ValueError):
            return
    package = os.path.dirname(path).split(os.sep)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            module = ".".join(filter(None, [*above, node.module]))
            yield module
            yield from (f"{module}.{each.name}" for each in node.names)


def _is_same(one: str, other: str) -> bool:
    return os.path.exists(one) and os.path.samefile(one, other)


def _is_python(path: str) -> bool:
    with open(path, "rb") as file:
        return bool(re.match(rb"#!.*python", file.readline(200)))


@cache
def _python() -> str:
    return shutil.which("python3") or shutil.which("python") or sys.executable


@cache
def _programs(params: Params) -> dict[str, tuple[str, str, str]]:
    """Return the programs of the environment that is first on PATH, each with its module."""
    said = _said(params, (_python(), ASK, "list"), os.getcwd(), {})
    return (
        {}
        if said.status
        else {name: tuple(known) for name, known in json.loads(said.output).items()}
    )


def _ask(params: Params, program: Program, word: str) -> Help:
    words = (*program.words, *filter(None, [word]), "--help")
    if not program.compiled:
        return _said(params, words, os.getcwd(), {"PYTHONDONTWRITEBYTECODE": "1"})
    empty = os.path.join(params.tmp, "empty")
    os.makedirs(empty, exist_ok=True)
    return _said(params, words, empty, ALONE)


def _said(params: Params, words: tuple[str, ...], folder: str, more: dict[str, str]) -> Help:
    """Start it, once for all probes of a run that ask the same."""
    key = hashlib.sha256("\0".join((os.getcwd(), *words)).encode()).hexdigest()
    kept = os.path.join(params.env.get("READINESS_SCRATCH") or params.tmp, key)
    if os.path.exists(kept):
        with open(kept, encoding="utf-8") as file:
            return Help(**json.load(file))
    home = os.path.join(params.tmp, "home")
    os.makedirs(home, exist_ok=True)
    env = {**params.env, "HOME": home, "TMPDIR": home, "COLUMNS": "100", "TERM": "dumb", **more}
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return Help(REFUSED, "", "")
    output, errors = (each.decode(errors="replace") for each in (done.stdout, done.stderr))
    told = {"status": done.returncode, "output": output, "errors": errors}
    with open(f"{kept}.{os.getpid()}", "w", encoding="utf-8") as file:
        json.dump(told, file)
    os.replace(f"{kept}.{os.getpid()}", kept)
    return Help(done.returncode, output, errors)
