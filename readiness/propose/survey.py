"""The whole look at a project: from its folder to the facts."""

import os
from typing import Final

from readiness.project.git import repository
from readiness.propose.facts import Layout, ProjectFacts
from readiness.propose.layout import find_parts
from readiness.propose.needs import needed_variables, read_requirements
from readiness.propose.recipes import read_recipes
from readiness.propose.steps import find_steps
from readiness.propose.tree import list_files, read_settings

_MANY: Final = 2


def survey(root: str) -> ProjectFacts:
    """Read what lies in a project's folder. Nothing of it is run, imported or changed."""
    files = list_files(root)
    settings = {**read_settings(root, files), **read_requirements(root, files)}
    folder = os.path.basename(os.path.abspath(root)) or "project"
    parts = find_parts(files, settings, folder)
    recipes = read_recipes(root, files, settings)
    steps, unread = find_steps(root, files, recipes)
    several = len(parts) >= _MANY
    return ProjectFacts(
        name=folder if several or not parts[0].name else parts[0].name,
        layout=Layout.MONOREPO if several else parts[0].layout,
        parts=parts,
        steps=steps,
        variables=needed_variables(root, files),
        python_path=tuple(
            path for part in parts for path in part.source if part.layout is Layout.SRC
        ),
        left_out=unread,
        git=bool(repository(root)),
    )
