"""What tests of proofs share."""

from typing import Any

import pytest

from tests.support.program import Project
from tests.support.proving import equip


@pytest.fixture
def equipped(project: Project) -> Project:
    """A project in which `lint` is all there is to measure with."""
    equip(project)
    return project


def proofs(project: Project, *words: str, **options: Any) -> dict[str, Any]:
    """Prove the board; return what is said of each criterion by id, with the status under ""."""
    ended = project("prove", "--output-format", "json", *words, **options)
    found = {each["id"]: each for each in ended.json["criteria"]}
    assert ended.status == ended.json["exit_status"], ended
    return {"": ended.json, **found}
