"""List the files that Git knows below the check's `paths`, for a tool that takes files one by one.

Arguments: patterns of names (`*.sh`) or of paths (`.github/workflows/*.yml`), and `#!PATTERN` for
what is in the first line of a file without a suffix. Each file is ended by a NUL. With `--but FILE`
it prints, a line each, those that FILE does not name, again by lines.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TextIO

from checks.git import lines
from checks.in_project.common import Params, not_measured, refuse_half_a_tree, relative
from checks.in_project.tracked import Tracked, repository

OF_OTHERS = {"node_modules", "third_party", "vendor"}
"""Folders of what others wrote, unless `paths` names them."""


def listed(paths: list[str], patterns: list[str]) -> list[str]:
    """Return the files below some paths that a pattern fits; half a tree ends the script."""
    suffixes = tuple(pattern[1:] for pattern in patterns if pattern.startswith("*."))
    refuse_half_a_tree(Tracked(path for path in paths if path[0] != ":"), suffixes or ("/",))
    names = lines("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *paths)
    files = names if repository() else _walked(paths)
    ours = OF_OTHERS - {part for path in paths for part in path.split("/")}
    return sorted(
        path
        for path in dict.fromkeys(map(relative, files))
        if os.path.isfile(path)
        and not os.path.islink(path)
        and not ours & set(path.split("/"))
        and any(_fits(path, pattern) for pattern in patterns)
    )


def _walked(paths: Iterable[str]) -> Iterator[str]:
    for top in paths:
        yield top
        for folder, folders, names in os.walk(top):
            folders[:] = [name for name in folders if name not in {".git", ".venv"}]
            yield from (os.path.join(folder, name) for name in names)


def _fits(path: str, pattern: str) -> bool:
    if pattern.startswith("#!"):
        if "." in os.path.basename(path):
            return False
        with open(path, "rb") as file:
            return bool(re.match(rb"#!.*\b%b\b" % pattern[2:].encode(), file.readline(200)))
    return fnmatchcase(path if "/" in pattern else os.path.basename(path), pattern)


def main(argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Print the files; none ends the script."""
    paths = Params(env).shell_words("paths") or ["."]
    but = argv[1] if argv[0] == "--but" else ""
    files = listed(paths, argv[2:] if but else argv)
    if not files:
        not_measured(f"no file below {' '.join(paths)} is of this kind; correct `paths`")
    if but:
        with open(but, encoding="utf-8") as file:
            seen = set(map(relative, file.read().splitlines()))
        files = [path for path in files if path not in seen]
    sys.stdout.write("".join(f"{path}\n" if but else f"{path}\0" for path in files))
    return 0
