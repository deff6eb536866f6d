"""Errors that are hidden, not fixed: whole packages silenced while their code stays as it is."""

import difflib
import os
import re
from collections.abc import Sequence

from readiness.guard.changes import Change
from readiness.guard.project.files import Differing
from readiness.guard.project.settings import matching, silenced

_MODULE = re.compile(r"\[([^\]]*)\]")
FEW = 0.1
"""Share of changed lines up to which code counts as unchanged."""


def in_a_sentence(changes: Sequence[Change], files: Differing) -> list[str]:
    """Describe, for each tool that is silenced for whole packages, how much code that covers.

    The sentence gives how many files are silenced, and how much of their code changed.
    """
    found: dict[str, list[str]] = {}
    for change in changes:
        if silenced(change):
            module = _MODULE.search(change.subject)
            name = change.subject.partition(" ")[0]
            found.setdefault(name, []).append(module[1] if module else "*")
    return [_sentence(tool, patterns, files) for tool, patterns in found.items()]


def _sentence(tool: str, patterns: list[str], files: Differing) -> str:
    modules = {_module(path, files.workdir): path for path in files.all_after if _is_code(path)}
    covered = {
        modules[name]
        for pattern in patterns
        for name in (modules if pattern == "*" else _silenced_by(pattern, modules))
    }
    changed, total = _lines(covered, files)
    about = "everything" if "*" in patterns else _packages(patterns)
    is_as_it_was = changed <= total * FEW
    end = (
        "its count falls because errors are hidden, not because they are fixed"
        if is_as_it_was
        else "its count says less than it did"
    )
    return (
        f"{tool} now ignores every error in {about}, {len(covered)} of {len(modules)} files,"
        f" while {changed} of their {total} lines changed: {end}."
    )


def _silenced_by(pattern: str, modules: dict[str, str]) -> list[str]:
    """Return modules that a pattern matches, named from a source folder or from the root."""
    names = {name: name for name in modules}
    for name in modules:
        for depth in range(1, name.count(".") + 1):
            names.setdefault(name.split(".", depth)[depth], name)
    return [names[each] for each in matching(pattern, names)]


def _packages(patterns: list[str]) -> str:
    names = sorted({pattern.removesuffix(".*") for pattern in patterns})
    count = f"{len(names)} packages" if len(names) > 1 else "1 package"
    shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
    return f"{count} ({shown})"


def _module(path: str, workdir: str) -> str:
    inside = os.path.relpath(path, workdir) if workdir else path
    name = os.path.splitext(inside)[0].removesuffix("/__init__")
    return name.replace("/", ".")


def _is_code(path: str) -> bool:
    return path.endswith((".py", ".pyi"))


def _lines(paths: set[str], files: Differing) -> tuple[int, int]:
    """Count the changed lines and all lines of these files."""
    changed = total = 0
    for path in paths:
        if path in files.after:
            before, after = (text.split("\n") for text in files.both(path))
            total += len(after)
            blocks = difflib.SequenceMatcher(None, before, after, autojunk=False)
            same = sum(block.size for block in blocks.get_matching_blocks())
            changed += max(len(before), len(after)) - same
        else:
            total += files.read_after(path).count("\n") + 1
    return changed, total
