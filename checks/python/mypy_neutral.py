"""Print the options that put aside what silences mypy: the user's settings, and what else is asked.

With the parameter `neutral` these are also the project's settings, and comments: mypy is shown a
copy of each file with such a comment, in which the comment means nothing and every line and column
is where it was. So it is with `if not TYPE_CHECKING`; a stub beside a module gives way to it.
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
SPEAKING = re.compile(r"(#\s*(?:mypy(?=:)|type(?=:\s*ignore))):")


HIDING = re.compile(
    r"^(\s*(?:el)?if\s+)not(\s*\(?\s*(?:\w+\.)?(?:TYPE_CHECKING|MYPY)\b)", re.MULTILINE
)


def without_comments(text: str) -> str:
    """Return the text with the comments that speak to mypy made meaningless."""
    lines = text.splitlines(keepends=True)
    rest = iter(lines)
    for token in list(tokenize.generate_tokens(lambda: next(rest, ""))):
        if token.type == tokenize.COMMENT and SPEAKING.search(token.string):
            row, column = token.start
            line = lines[row - 1]
            lines[row - 1] = line[:column] + SPEAKING.sub(r"\1;", line[column:])
    return "".join(lines)


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
                text = file.read()
                encoding = file.encoding
            if not (instead or SPEAKING.search(text) or HIDING.search(text)):
                continue
            text = HIDING.sub(r"\1   \2", without_comments(text))
        except (OSError, SyntaxError, UnicodeDecodeError, tokenize.TokenError) as error:
            not_measured(f"{path} cannot be read: {error}")
        copy = os.path.join(folder, f"{number}.py")
        with open(copy, "w", encoding=encoding) as file:
            file.write(text)
        sys.stdout.write(f"--shadow-file\n{path}\n{copy}\n")
    return 0
