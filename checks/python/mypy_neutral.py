"""Print the options that put aside what silences mypy: the user's settings, and what else is asked.

With the parameter `neutral` these are also the project's settings, and comments: mypy is shown a
copy of each file whose comments mean nothing, with every line and column where it was. So it is
with `if not TYPE_CHECKING` and `@no_type_check`; a stub beside a module gives way to it.
"""

import os
import re
import sys
import tokenize
from collections.abc import Mapping
from typing import TextIO

from checks.in_project.common import Params, files_below, not_measured
from checks.project_copy import MYPY_CACHE
from checks.python.settings import is_outside, nearest

SETTINGS = {
    "mypy.ini": "",
    ".mypy.ini": "",
    "pyproject.toml": r"^\s*\[+tool\.mypy\b",
    "setup.cfg": r"^\[mypy\]",
}
UNCACHED = "uncached"
"""What is in READINESS_TMP where mypy begins with no cache."""


SPEAKING = re.compile(r"#.*(?:mypy:|type:)|TYPE_CHECKING|\bMYPY\b|no_type_check")
"""What a file has in it that speaks to mypy."""
_HEAD = re.compile(r"#!|#.*coding[:=]")
_TYPE = re.compile(r"#\s*type:(?!\s*ignore)")
_LETTERS = re.compile(r"[A-Za-z]")
_UNCHECKED = re.compile(
    r"^(\s*(?:el)?if\s+)not(\s*\(?\s*(?:\w+\.)?(?:TYPE_CHECKING|MYPY)\b)", re.MULTILINE
)
_UNTYPED = re.compile(r"^(\s*)@(?=(?:\w+\.)*no_type_check(?:_decorator)?\s*$)", re.MULTILINE)


def without_comments(text: str) -> str:
    """Return a module whose comments mean nothing, each line and column where it was.

    What keeps type checkers from looking at code, as `if not TYPE_CHECKING`, gives way too.
    """
    lines = text.splitlines(keepends=True)
    rest = iter(list(lines))
    for token in tokenize.generate_tokens(lambda: next(rest, "")):
        row, column = token.start
        is_head = row < 3 and _HEAD.match(token.string)
        if token.type == tokenize.COMMENT and not (is_head or _TYPE.match(token.string)):
            line = lines[row - 1]
            lines[row - 1] = line[:column] + _LETTERS.sub("x", line[column:])
    return _UNTYPED.sub(r"\1#", _UNCHECKED.sub(r"\1   \2", "".join(lines)))


def without_the_users_settings(params: Params) -> str:
    """Return the option that names the settings which mypy finds from here up, or none at all.

    Where the project has none, mypy would read the user's.
    """
    users = ["~/.config/mypy/config", "~/.mypy.ini"]
    if "XDG_CONFIG_HOME" in params.env:
        users.append("$XDG_CONFIG_HOME/mypy/config")
    if not any(os.path.isfile(os.path.expandvars(os.path.expanduser(name))) for name in users):
        return ""
    path = nearest(SETTINGS)
    return (
        f"--config-file={os.path.relpath(path)}"
        if path and not is_outside(path)
        else "--config-file="
    )


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Write the copies, and name them."""
    params = Params(env)
    if not os.path.lexists(MYPY_CACHE):
        os.mkdir(os.path.join(params.tmp, UNCACHED))
    if params.text("neutral") != "true":
        if not params.text("config") and (option := without_the_users_settings(params)):
            sys.stdout.write(f"{option}\n")
        return 0
    sys.stdout.write("--config-file=\n")
    folder = os.path.join(params.tmp, "neutral")
    os.mkdir(folder)
    for number, path in enumerate(files_below(params.words("paths"), (".py", ".pyi"))):
        # mypy reads a stub in place of the module that it stands beside.
        instead = path.endswith(".pyi") and os.path.isfile(path[:-1])
        try:
            with tokenize.open(path[:-1] if instead else path) as file:
                written = file.read()
                encoding = file.encoding
            text = without_comments(written) if SPEAKING.search(written) else written
            if text == written and not instead:
                continue
        except (OSError, SyntaxError, UnicodeDecodeError, tokenize.TokenError) as error:
            not_measured(f"{path} cannot be read: {error}")
        copy = os.path.join(folder, f"{number}.py")
        with open(copy, "w", encoding=encoding) as file:
            file.write(text)
        sys.stdout.write(f"--shadow-file\n{path}\n{copy}\n")
    return 0
