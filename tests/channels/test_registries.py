"""What other registries are given is of this version, and made of the code."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from readiness import __version__
from readiness.command_line.application import names
from readiness.load.schema import board_schema
from tests.support.channels import documents
from tests.support.program import ROOT, Project

PUBLISH = ROOT / "publish"
SERVER = json.loads((PUBLISH / "mcp" / "server.json").read_text("utf-8"))
BOARDS = [ROOT / "board.yaml", ROOT / "examples" / "readiness" / "board.yaml"]


def draft_07(schema: Any) -> Any:
    """The same schema in the draft that editors know best."""
    if isinstance(schema, list):
        return [draft_07(each) for each in schema]
    if not isinstance(schema, dict):
        return schema.replace("#/$defs/", "#/definitions/") if isinstance(schema, str) else schema
    renamed = {"$defs": "definitions", "dependentRequired": "dependencies"}
    return {renamed.get(name, name): draft_07(value) for name, value in schema.items()}


@pytest.fixture(scope="module")
def schema() -> Any:
    """What editors are given."""
    return json.loads((PUBLISH / "schemastore" / "readiness.json").read_text("utf-8"))


def test_the_schema_for_editors_is_the_code(golden: Callable[[str, str], None]) -> None:
    """In draft 07; `pytest --update-golden` makes it anew."""
    made = draft_07(board_schema())
    made["$schema"] = "http://json-schema.org/draft-07/schema#"
    made = {"$schema": made["$schema"], "$id": "https://www.schemastore.org/readiness.json", **made}
    golden(
        str(PUBLISH / "schemastore" / "readiness.json"),
        json.dumps(made, indent=2, ensure_ascii=False, sort_keys=True) + "\n",
    )


@pytest.mark.parametrize("board", BOARDS, ids=lambda path: path.parent.name)
def test_editors_take_real_boards(schema: Any, board: Path) -> None:
    """And the schema is one of its draft."""
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.Draft7Validator(schema).validate(documents(board)[0])


def test_editors_know_boards_by_the_names_that_are_found(project: Project) -> None:
    """A board of each name in the catalogue is found without being named."""
    entry = json.loads((PUBLISH / "schemastore" / "catalog.json").read_text("utf-8"))
    task = {"id": "T1", "title": "x", "criteria": [{"title": "x", "run": "test -d ."}]}
    board = {"version": 1, "title": "x", "tasks": [{**task, "priority": "P0"}]}
    assert len(entry["fileMatch"]) == 2
    for pattern, name in zip(
        entry["fileMatch"], ("readiness.yaml", "a.readiness.yaml"), strict=True
    ):
        assert fnmatch(name, pattern)
        project.write(board, name)
        assert project("validate").status == 0
        (project.folder / name).unlink()


def test_the_server_is_of_this_version() -> None:
    """Its name is of the repository's home, as the README claims it; without a home it has none."""
    (package,) = SERVER["packages"]
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert package["identifier"] == settings["name"]
    assert {SERVER["version"], package["version"]} == {__version__}
    readme = (ROOT / settings["readme"]).read_text("utf-8")
    homes = re.findall(r"//github\.com/([\w-]+)/", settings["urls"].get("Repository", ""))
    wanted = [f"io.github.{account}/readiness" for account in homes]
    assert re.findall(r"mcp-name: (\S+)", readme) == wanted
    assert [SERVER[key] for key in SERVER if key == "name"] == wanted
    assert len(SERVER["description"]) <= 100
    assert [each["value"] for each in package["packageArguments"]] == ["mcp"]
    assert "mcp" in names()
    assert list(extras(package)) == ["mcp"]
    assert set(extras(package)) <= settings["optional-dependencies"].keys()


def extras(package: Any) -> Iterator[str]:
    """The extras that it is started with."""
    for argument in package["runtimeArguments"]:
        if found := re.fullmatch(rf"readiness\[(\w+)\]=={__version__}", argument["value"]):
            yield found[1]
