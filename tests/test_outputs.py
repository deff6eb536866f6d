"""Every command prints JSON that its schema describes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest

from readiness.command_line.application import load, names
from readiness.commands.schema import FILES, output_schema, outputs
from tests.support.program import Project
from tests.support.repositories import commit

TOMORROW = datetime.now(UTC).date() + timedelta(days=1)
BOARD = {
    "version": 1,
    "title": "Printed",
    "milestones": [{"id": "M1", "due": "2025-01-01", "requires": {"priority": "P0"}}],
    "tasks": [
        {
            "id": "T1",
            "title": "First",
            "priority": "P0",
            "estimate": "1d",
            "criteria": [
                {"id": "T1.1", "title": "Is there", "run": "test -e there"},
                {
                    "id": "T1.2",
                    "title": "A number",
                    "run": "echo 3",
                    "read": {"as": "text", "regex": r"\d+"},
                    "expect": "== 3",
                },
                {"id": "T1.3", "title": "The team is trained", "attest": {}},
            ],
        }
    ],
}
ARGUMENTS = {
    "init": ["--yes", "--no-measure", "--project", "new"],
    "import": ["tasks.md", "--project", "new"],
    "show": ["T1.1"],
    "fleet": ["nowhere"],
    "guard": ["--base", "HEAD"],
    "next": ["--to", "9"],
    "trend": ["T1.2"],
    "prove": ["T1.1"],
    "waive": ["T1.1", "--reason", "later", "--by", "li.wei", "--until", str(TOMORROW)],
    "attest": ["T1.3", "--by", "li.wei"],
    "note": ["T1", "begun"],
    "accept": ["src/*", "--reason", "later", "--by", "li.wei"],
}
WITHOUT = {"schema", "mcp", "hook"}
"""What prints a schema, and what speaks JSON of its own."""


@pytest.fixture
def printed(project: Project) -> Project:
    """A project with two runs, in a repository with a commit."""
    project.write(BOARD)
    (project.folder / "new").mkdir()
    (project.folder / "tasks.md").write_text("- [ ] The team is trained\n", encoding="utf-8")
    commit(project.folder, {})
    for _ in range(2):
        assert project("check", "-q").status == 1
    return project


def against(schema: dict[str, Any], printed: object) -> None:
    """Hold what was printed against the schema."""
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(printed, schema, jsonschema.Draft202012Validator)


def test_every_command_has_a_schema() -> None:
    """None is left out."""
    taking = {name for name in names() if any(o.name == "output_format" for o in load(name).params)}
    assert set(names()) - taking == WITHOUT
    assert taking - {"check", "score", "report"} == {name.partition("-")[0] for name in outputs()}


@pytest.mark.parametrize("command", outputs())
def test_what_a_command_prints_is_as_its_schema_says(printed: Project, command: str) -> None:
    """Field by field."""
    ended = printed(
        *command.replace("-", " --").split(),
        *ARGUMENTS.get(command, ()),
        *("--output-format", "json"),
    )
    assert ended.status in (0, 3), ended
    against(output_schema(command), ended.json)


@pytest.mark.parametrize("command", ["check", "score"])
def test_runs_are_as_the_schema_of_runs_says(printed: Project, command: str) -> None:
    """Both commands print the whole run."""
    against(FILES["run"](), printed(command, "--output-format", "json").json)


def test_the_faults_of_a_board_are_printed_as_data(project: Project) -> None:
    """With their places, for editors, and with the status of a wrong board."""
    project.write({"version": 1, "title": "x", "tsks": []})
    ended = project("validate", "--output-format", "json")
    assert ended.status == 2, ended
    against(output_schema("validate"), ended.json)
    assert {fault["line"] for fault in ended.json["faults"]} >= {1}


def test_a_schema_is_printed_by_its_name(project: Project) -> None:
    """And an unknown name is answered with those that there are."""
    assert project("schema", "next").json["title"].startswith("What `readiness next")
    ended = project("schema", "nothing")
    assert ended.status == 2
    assert "board, check, run, accept" in ended.err
