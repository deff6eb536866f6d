"""The whole look at a project: from its folder to the facts."""

import os
from typing import Final

import msgspec

from readiness.project.git import GitError, ask, repository
from readiness.propose.ecosystems import find_others
from readiness.propose.facts import Layout, ProjectFacts, Subproject
from readiness.propose.layout import find_parts
from readiness.propose.needs import example_variables, read_requirements
from readiness.propose.recipes import read_recipes
from readiness.propose.steps import find_steps
from readiness.propose.suites import suite_of
from readiness.propose.tree import list_files, read_settings

TEST_TARGETS: Final = ("test", "tests", "check")


def survey(root: str) -> ProjectFacts:
    """Read what lies in a project's folder. Nothing of it is run, imported or changed."""
    files = list_files(root)
    settings = {**read_settings(root, files), **read_requirements(root, files)}
    folder = os.path.basename(os.path.abspath(root)) or "project"
    parts = tuple(
        msgspec.structs.replace(part, suite=suite_of(root, part))
        for part in find_parts(files, settings, folder)
    )
    recipes = read_recipes(root, files, settings)
    steps, unread = find_steps(root, files, recipes)
    return ProjectFacts(
        name=folder if len(parts) > 1 or parts[0].folder or not parts[0].name else parts[0].name,
        parts=parts,
        others=find_others(root, files),
        steps=steps,
        python_path=tuple(path for part in parts for path in _imported_from(part)),
        left_out=unread,
        files=files,
        git=bool(repository(root)),
        examples=example_variables(root, files),
        of_colours=_is_of_colours(root),
        test_target=next((name for name in TEST_TARGETS if ("make", name) in recipes), ""),
    )


def _imported_from(part: Subproject) -> tuple[str, ...]:
    """Return the folders from which a part's code is imported, where that is not the root."""
    if part.layout is Layout.SRC:
        return part.source
    return (part.folder,) if part.folder else ()


def _is_of_colours(root: str) -> bool:
    """Return whether code asks for the variable that keeps tools from colouring what they print."""
    try:
        ask(root, "grep", "--quiet", "--word-regexp", "NO_COLOR", "--", ":!*.md", ":!*.y*ml")
    except GitError:
        return False
    return True
