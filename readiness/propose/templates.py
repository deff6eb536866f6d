"""Ready-made boards: YAML files in the folder `templates`, into which a project's facts are put."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from typing import Final

from readiness.model.errors import UsageError
from readiness.propose.facts import ProjectFacts
from readiness.text.nearest import suggestion
from readiness.text.worded import Worded, joined, worded

FOLDER: Final = os.path.join(os.path.dirname(__file__), "templates")


def templates() -> Mapping[str, str]:
    """Return the templates by name, each with the first sentence of its comment."""
    names = sorted(name[:-5] for name in os.listdir(FOLDER) if name.endswith(".yaml"))
    return {name: Worded(_summary(_read(name)), f"template.{name}") for name in names}


def filled(name: str, facts: ProjectFacts, *, workdir: str = ".") -> str:
    """Return the text of a template, with the project's name, version and folders in it.

    `{file:PATTERN…}` becomes the shortest path that the first pattern matches which matches one,
    or the first pattern itself; `{module:PATTERN…}` the same as a module's name. Raises
    `UsageError` for a name that no template has.
    """
    known = templates()
    if name not in known:
        there = worded("init.templates_are", names=joined(list(known), "names"))
        hint = suggestion(name, known, there)
        raise UsageError(worded("init.no_template", name=name, hint=hint))
    values = _facts(facts)
    files = facts.parts[0].files

    def fact(match: re.Match[str]) -> str:
        word, _, patterns = match[1].partition(":")
        if not patterns:
            return values.get(word, match[0])
        path = _file(files, patterns.split())
        return path if word == "file" else _module(path)

    text = re.sub(r"(?<!\$)\{(\w+|(?:file|module):[^{}]+)\}", fact, _read(name))
    folder = "" if workdir == "." else f"workdir: {json.dumps(workdir)}\n"
    return text.replace("\ntasks:\n", f"\n{folder}tasks:\n", 1)


def _facts(facts: ProjectFacts) -> Mapping[str, str]:
    """Return the value of each word in braces; the usual one where the project has none."""
    part = facts.parts[0]
    project = part.settings.get("pyproject.toml", {}).get("project")
    version = project.get("version") if isinstance(project, Mapping) else None
    return {
        "name": re.sub(r"[^\w .-]", " ", facts.name),
        "source": " ".join(part.source) or "src",
        "tests": " ".join(part.tests) or "tests",
        "version": version if isinstance(version, str) else "Unreleased",
    }


def _file(files: Sequence[str], patterns: Sequence[str]) -> str:
    for pattern in patterns:
        if matching := [path for path in files if fnmatch(path, pattern)]:
            return min(matching, key=len)
    return patterns[0]


def _module(path: str) -> str:
    return path.removeprefix("src/").removesuffix(".py").replace("/", ".")


def _read(name: str) -> str:
    with open(os.path.join(FOLDER, f"{name}.yaml"), encoding="utf-8") as file:
        return file.read()


def _summary(text: str) -> str:
    lines = re.findall(r"\A(?:#.*\n)+", text)[0].splitlines()
    comment = " ".join(line.removeprefix("# ") for line in lines)
    return re.split(r"(?<=\.)\s", comment, maxsplit=1)[0].rstrip(".")
