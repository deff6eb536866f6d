"""Print the paths for ruff, each ended by a NUL: those of the check, and what is else below them.

That is what Git has and ruff leaves out by its own defaults, by a link, or because this machine or
this clone ignores it: a file that is named is looked at all the same. What the project's settings
leave out stays out. Arguments: `linter` or `formatter`, and the options that ruff is given.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import TextIO

from checks.in_project.common import Params, refuse_half_a_tree
from checks.in_project.tracked import Tracked
from checks.python.ruff_silence import RuffSettings, by_settings, file_options, has_own_excludes

PYTHON = (".py", ".pyi")


def main(argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Write the paths."""
    params = Params(env)
    paths = params.shell_words("paths")
    tracked = Tracked(paths or ["."])
    refuse_half_a_tree(tracked, PYTHON)
    of_the_tool, *arguments = argv
    options = file_options(arguments)
    listed = _show_files(".", *options, "--", *paths)
    known = set(map(os.path.realpath, listed or []))
    missed = [
        path
        for path in tracked.files
        if path.endswith(PYTHON) and os.path.realpath(path) not in known
    ]
    added = _wanted(missed, options, of_the_tool) if listed is not None else ()
    sys.stdout.write("".join(f"{path}\0" for path in (*paths, *added)))
    return 0


def _wanted(files: list[str], options: list[str], of_the_tool: str) -> Iterator[str]:
    """Yield the files that no setting of the project leaves out."""
    for alike in by_settings(files).values():
        own, plain = RuffSettings(alike[0], *options), RuffSettings(alike[0], "--isolated")
        if own.included != plain.included:
            continue
        patterns = own.excluded(of_the_tool)
        if not has_own_excludes(own.path):
            patterns -= plain.excluded(of_the_tool)
        exclude = f"exclude = {json.dumps(sorted(patterns))}"
        everything = (
            "--isolated",
            "--no-respect-gitignore",
            "--force-exclude",
            "--config",
            exclude,
        )
        absolute = map(os.path.abspath, alike)
        listed = _show_files(os.path.dirname(own.path) or ".", *everything, "--", *absolute)
        yield from map(os.path.relpath, listed or ())


def _show_files(folder: str, *words: str) -> list[str] | None:
    """List what ruff would look at; None where it cannot say, and will not work either."""
    command = ["ruff", "check", "--show-files", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return None if done.returncode else done.stdout.splitlines()
