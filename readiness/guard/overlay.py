"""Files of the base, laid over a copy of the head."""

import ast
import os
import re
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from readiness.guard.states import States
from readiness.guard.tree import Commit

_WIDTH: Final = re.compile(r"(?m)^(\s*(?:max[-_])?line[-_]length\s*[=:]\s*)(\d+)")
"""How long lines of code may be, in the settings of any tool: whose change hides nothing."""


def lay_over(base: Commit, folder: str, paths: Iterable[str]) -> None:
    """Restore these files below `folder` as they are in the commit, or remove them.

    Nothing outside of the folder is written, whatever the head made of folders on the way.
    """
    wanted = set(paths)
    for path in wanted:
        whole = os.path.join(folder, path)
        for above in _above(path):
            place = os.path.join(folder, above)
            if os.path.islink(place) or os.path.isfile(place):
                os.unlink(place)
        if os.path.islink(whole) or os.path.isfile(whole):
            os.unlink(whole)
        _clear(folder, path)
    base.export(folder, wanted.__contains__)


def keep_gone(states: States, folder: str, lists: Iterable[str]) -> None:
    """Take what is no longer below `folder` out of the base's lists of files."""
    files = states.before.keys() - states.after.keys()
    gone = [
        path
        for path in files.union(*map(_above, files))
        if not os.path.lexists(os.path.join(folder, path))
    ]
    for path in lists if gone else ():
        whole = os.path.join(folder, path)
        lines = (states.text(path, 0) or "").splitlines(keepends=True)
        kept = [line for line in lines if not _names(line, gone)]
        if len(kept) < len(lines) and not os.path.islink(whole):
            with open(whole, "w", encoding="utf-8") as file:
                file.write("".join(kept))


def keep_widths(states: States, folder: str, paths: Iterable[str]) -> None:
    """Have the base's settings below `folder` take lines as long as the head's do."""
    for path in paths:
        base, head = states.both(path)
        whole = os.path.join(folder, path)
        old, new = (dict.fromkeys(_WIDTH.findall(text)) for text in (base, head))
        if len(old) == len(new) == 1 and old != new and not os.path.islink(whole):
            (width,) = (number for _, number in new)
            with open(whole, "w", encoding="utf-8") as file:
                file.write(_WIDTH.sub(rf"\g<1>{width}", base))


def _names(line: str, gone: Iterable[str]) -> bool:
    """Return whether a line of a list begins with one of these files, as seen from any folder."""
    name = re.match(r"[\w./+-]*", line.strip(" \t\"'"))
    word = name[0].removeprefix("./") if name else ""
    return bool(word) and any(f"/{path}".endswith(f"/{word}") for path in gone)


def _clear(folder: str, path: str) -> None:
    """Remove the folders that a removed file leaves empty, as no commit has them."""
    with suppress(OSError):
        for above in reversed(_above(path)):
            os.rmdir(os.path.join(folder, above))


def _above(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def spare_imports(path: str) -> None:
    """Guard each import of a test file, so that a missing name fails only the tests that use it."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        tree = ast.parse(text)
    except (OSError, ValueError, SyntaxError, RecursionError):
        return
    lines = text.split("\n")
    shared = Counter(node.lineno for node in tree.body)
    for node in reversed(tree.body):
        if not isinstance(node, ast.Import | ast.ImportFrom) or shared[node.lineno] > 1:
            continue
        if not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            one_by_one = [ast.unparse(_with(node, alias)) for alias in node.names]
            spared = [f"try:\n    {one}\nexcept ImportError:\n    pass" for one in one_by_one]
            lines[node.lineno - 1 : node.end_lineno] = spared
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


def _with(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.Import | ast.ImportFrom:
    if isinstance(node, ast.Import):
        return ast.Import(names=[alias])
    return ast.ImportFrom(module=node.module, names=[alias], level=node.level)
