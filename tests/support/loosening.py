"""Changes that break a project and hide it, each with its innocent twin, tried by the guard."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from tests.support.few_programs import few_own_programs
from tests.support.program import Ended, Project, a_board
from tests.support.repositories import Content, commit, write

Files = Mapping[str, Content]


@dataclass(frozen=True)
class Loosening:
    """A healthy project, a change that breaks it and hides that, and an innocent change.

    `names` is what the guard has to name.
    """

    name: str
    base: Files
    hides: Files
    names: str
    twin: Files = field(default_factory=dict)


def rows(*made: Loosening) -> pytest.MarkDecorator:
    """Try a test with each of these."""
    return pytest.mark.parametrize("row", [pytest.param(each, id=each.name) for each in made])


def twins(*made: Loosening) -> pytest.MarkDecorator:
    """Try a test with the innocent change of each of these, once where several have the same."""
    first: dict[str, Loosening] = {}
    for row in made:
        first.setdefault(repr((row.base, row.twin)), row)
    return rows(*first.values())


def board(*criteria: Mapping[str, object]) -> str:
    """A board of these criteria, as text."""
    return json.dumps(a_board(*criteria))


def guarded(project: Project, base: Files, change: Files, *command: str) -> Ended:
    """Commit the base and the change upon it, and compare them."""
    project.environment["PATH"] = few_own_programs()
    project.longest = 300  # several runs of tools in one, maybe on a busy machine
    for files in (base, change):
        write(project.folder, files)
        commit(project.folder, {})
    words = command or ("guard",)
    return project(*words, "--base", "HEAD~1")


def assert_told(project: Project, row: Loosening) -> None:
    """What hides the fault ends with 4 and is named."""
    ended = guarded(project, row.base, row.hides)
    assert ended.status == 4, ended
    assert row.names in ended.out, ended


def assert_judged(project: Project, row: Loosening) -> None:
    """The same from a run that is judged by the base."""
    ended = guarded(project, row.base, row.hides, "check")
    assert ended.status == 4, ended
    assert row.names in ended.out, ended


def assert_innocent(project: Project, row: Loosening) -> None:
    """The nearest innocent change ends with 0."""
    ended = guarded(project, row.base, row.twin)
    assert ended.status == 0, ended
