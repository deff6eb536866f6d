"""Run a linter over the check's `paths` with its `args`, and pass on what it prints.

Arguments: the program, its subcommand if it has one, and the options that the check needs, which
win over those of the parameter.
"""

import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from itertools import takewhile
from typing import TextIO

from checks.git import lines
from checks.in_project.common import Params, not_measured, read_text, refuse_half_a_tree, require
from checks.in_project.tracked import Tracked
from checks.python.pinned import refuse_another_version
from checks.python.settings import refuse_settings_above

EVERYWHERE = ("flake8", "pylint")
"""Those that look into every folder below one, such as an environment that Git ignores."""


def places(tool: str, path: str) -> list[str]:
    """Return the path; of a whole project, what Git has of it where a tool would take more.

    Half a tree ends the script. What links to folders lead to is added where no tool follows them.
    """
    tracked = Tracked([path])
    refuse_half_a_tree(tracked, (".py", ".pyi"))
    if path != "." or tool not in EVERYWHERE:
        return [path, *(tracked.links if tool in EVERYWHERE else ())]
    listed = lines("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    tops = {file.partition("/")[0] for file in listed if file.endswith((".py", ".pyi"))}
    return sorted(top for top in tops if not os.path.exists(f"{top}/pyvenv.cfg")) or [path]


def refuse_unread_settings(tool: str) -> None:
    """End the script where flake8 is set up in a file that only a plugin reads, which is absent."""
    if tool != "flake8" or not os.path.exists("pyproject.toml"):
        return
    try:
        tools = tomllib.loads(read_text("pyproject.toml")).get("tool", {})
    except tomllib.TOMLDecodeError:  # flake8 alone does not mind
        return
    if "flake8" in tools:
        shown = subprocess.run([tool, "--version"], capture_output=True, text=True, check=False)
        if "pyproject" not in shown.stdout.lower():
            not_measured(
                "pyproject.toml has [tool.flake8], which flake8 reads only with flake8-pyproject;"
                " install it: pip install flake8-pyproject"
            )


def main(argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Return the linter's status; complaints of another version than the pinned one are none."""
    require(argv[0])
    params = Params(env)
    command = list(takewhile(lambda word: word[0] != "-", argv))
    refuse_unread_settings(argv[0])
    refuse_settings_above(argv[0])
    named = [place for path in params.shell_words("paths") for place in places(argv[0], path)]
    # Not all of them take `--` for the end of the options.
    paths = [f"./{path}" if path[0] == "-" else path for path in named]
    words = [*command, *params.words("args"), *argv[len(command) :], *paths]
    status = subprocess.run(words, env=env, stderr=sys.stdout, check=False).returncode
    if status:
        refuse_another_version(argv[0])
    return status
