"""What a change brings from elsewhere: modules that it alone imports, and vendored files.

A setting or a comment that is about these alone hides nothing of what the base asked for.
"""

import ast
import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Final

from readiness.guard.project.rules import TABLE
from readiness.guard.states import States

_LINES: Final = 3
"""Lines in a row, of some length together, that say that code was copied from the project."""
_LONG: Final = 60
_SOME: Final = 4
"""As many of such rows, or one in as many, make a file the project's own."""
_ANY: Final = re.compile(r"^\^?(?:\*+/)*|/?(?:[/.]\*+)*(?:/\*\.\w+)?/?\$?$")
"""What patterns have before and behind the folder that they mean."""
_FOLDER: Final = re.compile(r"[\w-]+(?:[./][\w-]+)*")


class Newcomers:
    """Tells what a project did not have before, and what is not its own."""

    def __init__(self, states: States) -> None:
        self._states = states

    def is_vendored_alone(self, item: str) -> bool:
        """Return whether a pattern of files or modules means new, vendored files and no others."""
        folder = _ANY.sub("", item)
        if "/" not in item:  # a module, or a name without dots
            folder = folder.replace(".", "/")
        if not _FOLDER.fullmatch(folder):
            return False
        meant = [path for path in self._states.after if folder in path]
        return bool(meant) and self.vendored.issuperset(meant)

    @cached_property
    def vendored(self) -> frozenset[str]:
        """The new files in folders for the code of others, but for what was the project's own."""
        new = self._states.after.keys() - self._states.before.keys()
        return frozenset(
            path for path in new if TABLE.vendored.search(path) and not self._is_own(path)
        )

    def _is_own(self, path: str) -> bool:
        """Return whether a file holds code of the base, or needs it."""
        text = self._states.text(path, 1) or ""
        if path.endswith(".py") and any(map(self._is_project, _imports(text, path))):
            return True
        rows = set(_rows(text))
        shared = rows & self._rows
        return bool(shared) and (len(shared) >= _SOME or len(shared) * _SOME >= len(rows))

    @cached_property
    def _rows(self) -> set[str]:
        paths = (path for path in self._states.before if TABLE.sources.search(path))
        return {row for path in paths for row in _rows(self._before(path))}

    def _is_project(self, module: str) -> bool:
        """Return whether the project has, or had, a module of this name."""
        ends = tuple(f"/{module.replace('.', '/')}{end}" for end in (".py", "/__init__.py"))
        roots = (
            f"/{path}".removesuffix(end)
            for path in self._states.before
            for end in ends
            if f"/{path}".endswith(end) and not TABLE.vendored.search(path)
        )
        return any(f"{root}/__init__.py".lstrip("/") not in self._states.before for root in roots)

    def _before(self, path: str) -> str:
        """Return the text of a file of the base; that of one which is as it was is read here."""
        is_same = self._states.before[path] == self._states.after.get(path)
        return self._states.text(path, is_same) or ""

    def is_import_alone(self, code: str) -> bool:
        """Return whether code imports modules, of others, that nothing imported before."""
        try:
            (node,) = ast.parse(code).body
        except (SyntaxError, ValueError):
            return False
        modules = list(_imported(node, ""))
        return bool(modules) and all(map(self.is_imported_anew, modules))

    def is_imported_anew(self, pattern: str) -> bool:
        """Return whether nothing imported these modules before, which are not the project's own."""
        module = pattern.removesuffix(".*")
        if not all(map(str.isidentifier, module.split("."))):
            return False
        place = "/" + module.replace(".", "/")
        paths = (f"/{path}" for path in self._states.all_paths)
        if any(f"{place}/" in path or f"{place}." in path for path in paths):
            return False
        return not any(f"{each}.".startswith(f"{module}.") for each in self._imported)

    @cached_property
    def _imported(self) -> frozenset[str]:
        """All modules that the base's code imports, and the names that it takes from them."""
        paths = (path for path in self._states.before if path.endswith((".py", ".pyi")))
        return frozenset(name for path in paths for name in _imports(self._before(path), path))

    def are_spared(self, item: str, spared: str) -> bool:
        """Return whether a pattern finds, in all Python, only lines like those that are spared."""
        try:
            pattern = re.compile(item, re.MULTILINE)
        except re.error:
            return False
        return all(
            re.fullmatch(spared, line.strip())
            for path in self._states.after
            if path.endswith(".py")
            for line in _lines_with(pattern, self._states.text(path, 1) or "")
        )


newcomers_of = lru_cache(maxsize=1)(Newcomers)
"""The newcomers of a change: what they are is asked again and again, and takes all files to say."""


def _lines_with(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    """Yield all lines that a pattern finds some of."""
    for match in pattern.finditer(text):
        first = text.rfind("\n", 0, match.start()) + 1
        last = text.find("\n", match.end())
        yield from text[first : last if last >= 0 else len(text)].split("\n")


def _rows(text: str) -> Iterator[str]:
    """Yield each few lines in a row that say something; all of a text that has no more."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    lines = [line for line in lines if line and not line.startswith(("#", "import ", "from "))]
    for start in range(max(1, len(lines) - _LINES + 1)):
        row = "\n".join(lines[start : start + _LINES])
        if len(row) >= _LONG:
            yield row


def _imports(text: str, path: str) -> Iterator[str]:
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in nodes:
        yield from _imported(node, path)


def _imported(node: ast.AST, path: str) -> Iterator[str]:
    """Yield the modules that a statement imports, and what it takes from them."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        folder = path.split("/")[: -node.level] if node.level else []
        module = ".".join([*folder, *filter(None, [node.module])])
        yield module
        yield from (f"{module}.{alias.name}" for alias in node.names)
