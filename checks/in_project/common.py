"""Share what the scripts beside the check files need; standard library only.

Some of them run in the project's own Python.
"""

import glob
import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import NoReturn, TextIO, TypedDict

from .tracked import Tracked

NOT_MEASURED = 3
"""The status of a script that could not measure; no check lists it in `exit.ok`."""

SETTINGS = (".toml", ".cfg", ".ini")
"""What may be named among the paths of a linter and is none of the files to look at."""

RUNNER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "run.py")
"""What runs the programs of the checks, by the room and the name."""

QUOTING = re.compile(r"""['"]|\\\s""")
"""What keeps blanks within a word of a parameter; any other backslash is part of a pattern."""

PASSED_OVER = {"__pycache__", "node_modules", "site-packages"}


class CheckFinding(TypedDict):
    """One finding: a path relative to the project, a line (0: none), a rule and a message."""

    path: str
    line: int
    rule: str
    message: str


def place(path: str, line: int, rule: str, message: str) -> CheckFinding:
    """Make a finding at `path`, which may be absolute."""
    return {"path": relative(path), "line": line, "rule": rule, "message": message}


def emit(numbers: Mapping[str, object], findings: Iterable[Mapping[str, object]] = ()) -> None:
    """Print the one JSON document that a check reads."""
    json.dump({**numbers, "findings": list(findings)}, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


NOT_THE_TREE = "not_the_tree"
OUTSIDE_SETTINGS = "outside_settings"


def not_measured(why: str, code: str = "") -> NoReturn:
    """End the script: nothing was measured, and the reader is told why.

    `code` is the word that programs know the reason by, where it is one of those above.
    """
    # What follows these two words becomes the reason that is shown.
    sys.stderr.write(f"not measured: {code and f'{code}: '}{why}\n")
    sys.exit(NOT_MEASURED)


def doubtful(why: str) -> None:
    """Say what makes the results of a script no more than a warning."""
    sys.stderr.write(f"doubtful: {why}\n")


def require(*tools: str) -> None:
    """End the script as a shell would where a tool is missing, which the end of a pipe hides."""
    for tool in tools:
        if shutil.which(tool) is None:
            sys.stderr.write(f"{tool}: command not found\n")
            sys.exit(127)


def heard(stdin: TextIO) -> str:
    """Return all that is to be read, passed on to standard error as it comes.

    So what a tool had said is known even where a limit ends it.
    """
    output = b""
    while chunk := os.read(stdin.fileno(), 65536):
        output += chunk
        sys.stderr.buffer.write(chunk)
        sys.stderr.flush()
    return output.decode(errors="replace")


class Params:
    """The parameters of a check, which are variables of the environment that it runs in."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env

    @property
    def tmp(self) -> str:
        """Return the folder that is the probe's own."""
        return self.env["READINESS_TMP"]

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter, without the space around it."""
        return self.env.get(name, default).strip()

    def words(self, name: str, default: str = "") -> list[str]:
        """Return the words of a parameter; quotes keep one with blanks together, as in a shell."""
        text = self.text(name, default)
        try:
            return shlex.split(text) if QUOTING.search(text) else text.split()
        except ValueError:  # a lone quote is one of the text
            return text.split()

    def shell_words(self, name: str) -> list[str]:
        """Return the words of a parameter; without quotes, patterns are replaced by files."""
        words = self.words(name)
        if QUOTING.search(self.text(name)):
            return words
        return [path for word in words for path in sorted(glob.glob(word)) or [word]]

    def number(self, name: str) -> float | None:
        """Return a parameter that is a number, or None where it is empty."""
        text = self.text(name)
        try:
            return float(text) if text else None
        except ValueError:
            not_measured(f"the parameter {name} is {text!r}, which is no number")


def refuse(pattern: str, output: str, who: str) -> None:
    """End the script if a tool's output matches the pattern: it says that it could not work."""
    if pattern and (found := re.search(pattern, output, re.MULTILINE)):
        said = found[1] if found.re.groups else found[0]
        not_measured(f"{who} says: {said.strip()}")


def relative(path: str) -> str:
    """Return the path as seen from the project's folder, where it lies below it."""
    if not os.path.isabs(path):
        return os.path.normpath(path)
    inside = os.path.relpath(os.path.realpath(path), os.path.realpath(os.getcwd()))
    return path if inside.startswith("..") else inside


def is_below(path: str, *tops: str) -> bool:
    """Return whether `path` is one of `tops` or lies in one; all as seen from the project."""
    path = relative(path)
    return any(top in (".", path) or path.startswith(top + os.sep) for top in map(relative, tops))


def files_below(paths: Iterable[str], suffixes: tuple[str, ...] = (".py",)) -> list[str]:
    """List all files with one of the suffixes, sorted, without hidden and installed folders.

    What Git has is among them wherever it lies, and what links to folders lead to. A path that does
    not exist ends the script: it is a mistake, not an empty project. So does half a tree.
    """
    paths = list(paths)
    tracked = Tracked(paths)
    refuse_half_a_tree(tracked, suffixes)
    files = {path for path in tracked.files if path.endswith(suffixes)}
    for path in [*paths, *tracked.links]:
        if os.path.isfile(path):
            files.add(relative(path))
        elif os.path.isdir(path):
            files.update(_walk(path, suffixes))
        else:
            not_measured(f"{path} does not exist")
    return sorted(files)


def refuse_half_a_tree(tracked: Tracked, suffixes: tuple[str, ...] = (".py",)) -> None:
    """End the script where Git has a file that is to be looked at and is not in the work tree."""
    for path in tracked.absent:
        if path.endswith((*suffixes, "/")):
            remedy = "submodule update --init" if path[-1] == "/" else "sparse-checkout disable"
            not_measured(f"{path} is not in the work tree; get it: git {remedy}", NOT_THE_TREE)


def _walk(top: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if name[0] != "." and name not in PASSED_OVER]
        for name in names:
            if name.endswith(suffixes):
                yield relative(os.path.join(folder, name))


def read_text(path: str) -> str:
    """Return the text of a file that must be there."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        not_measured(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}")


def read_json(path: str) -> object:
    """Return the data in a JSON file that must be there."""
    try:
        return json.loads(read_text(path))
    except ValueError as error:
        not_measured(f"{path} is not JSON: {error}")
