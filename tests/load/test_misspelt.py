"""What is misspelt is told once, with what was meant, and hides nothing that stands below it."""

import json
from pathlib import Path

import pytest

from tests.support.program import Project

_CRITERION = {
    "title": "Quick",
    "run": "cat t",
    "read": {"as": "text", "regex": r"(\d+)", "unit": "s"},
    "expect": "< 2",
}


def _faults(project: Project, board: object) -> list[str]:
    project.write(json.dumps(board, indent=1))
    ended = project("validate", "--output-format", "json")
    assert ended.status == 2, ended
    return [
        f"{each['subject']}: {each['message']}; {each['hint']}" for each in ended.json["faults"]
    ]


def _board(criterion: dict[str, object], *, tasks: str = "tasks", criteria: str = "criteria"):
    task = {"id": "T1", "title": "x", "priority": "P0", criteria: [criterion]}
    return {"version": 1, "title": "Board", tasks: [task]}


@pytest.mark.parametrize(
    ("misspelt", "subject"),
    [({"tasks": "taks"}, ""), ({"criteria": "critera"}, "T1")],
)
def test_what_stands_below_a_misspelt_key_is_looked_at(
    project: Project, misspelt: dict[str, str], subject: str
) -> None:
    """Its own fault and those below it come in one go, each with the criterion it is about."""
    (key,) = misspelt.items()
    faults = _faults(project, _board({**_CRITERION, "chek": "mypy"}, **misspelt))
    assert faults == [
        f'{subject}: unknown key "{key[1]}"; did you mean "{key[0]}"?',
        'T1.1: unknown key "chek"; did you mean "check"?',
    ]


def test_a_misspelt_key_alone_is_one_fault(project: Project) -> None:
    """Nothing below it is wrong, so nothing below it is told, nor that the key is missing."""
    assert len(_faults(project, _board(_CRITERION, tasks="taks"))) == 1
    assert len(_faults(project, _board(_CRITERION, criteria="critera"))) == 1


@pytest.mark.parametrize(
    ("field", "written", "meant"),
    [
        ("expect", "< 2 min", "< 2 m"),
        ("expect", "< 90 seconds", "< 90 s"),
        ("expect", "between 1 sec and 2 sec", "between 1 s and 2 s"),
        ("timeout", "5 min", "5m"),
        ("timeout", "2 hours", "2h"),
    ],
)
def test_a_unit_that_is_none_names_the_one_that_was_meant(
    project: Project, field: str, written: str, meant: str
) -> None:
    """People write units as they say them."""
    (fault,) = _faults(project, _board({**_CRITERION, field: written}))
    assert fault.rstrip("; ").endswith(f'did you mean "{meant}"?')


def test_an_unknown_priority_is_one_fault_wherever_it_stands(project: Project) -> None:
    """A milestone that asks for it asks for something, so nothing else is wrong with it."""
    board = _board(_CRITERION)
    board["milestones"] = [{"id": "M1", "title": "x", "requires": {"priority": "P9"}}]
    assert len(_faults(project, board)) == 1
    board["milestones"] = [{"id": "M1", "title": "x", "requires": {}}]
    (fault,) = _faults(project, board)
    assert "requires a priority or a score" in fault


def test_the_count_comes_last(project: Project, tmp_path: Path) -> None:
    """So that one sees at once how much there is to do; each fault is pointed at."""
    project.write(_board({**_CRITERION, "chek": "mypy", "timout": 3}))
    lines = project("validate").err.splitlines()
    assert len(lines) == 7
    assert lines[-1] == "2 faults"
    for shown, mark in (lines[1:3], lines[4:6]):
        assert shown[mark.index("^") :].startswith(('"chek"', '"timout"'))
