"""Run a linter over the check's `paths` with its `args`, and pass on what it prints.

Arguments: the program, its subcommand if it has one, and the options that the check needs, which
win over those of the parameter.
"""

import subprocess
import sys
from collections.abc import Mapping
from itertools import takewhile
from typing import TextIO

from checks.in_project.common import Params, require
from checks.python.pinned import refuse_another_version


def main(argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Return the linter's status; complaints of another version than the pinned one are none."""
    require(argv[0])
    params = Params(env)
    command = list(takewhile(lambda word: word[0] != "-", argv))
    # Not all of them take `--` for the end of the options.
    paths = [f"./{path}" if path[0] == "-" else path for path in params.shell_words("paths")]
    words = [*command, *params.words("args"), *argv[len(command) :], *paths]
    status = subprocess.run(words, env=env, stderr=sys.stdout, check=False).returncode
    if status:
        refuse_another_version(argv[0])
    return status
