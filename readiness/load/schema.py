"""JSON Schemas for editors, made from the definitions that files are checked against."""

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import msgspec

from readiness.load import check_definitions, definitions
from readiness.load.check_definitions import CheckFile
from readiness.load.definitions import WRITTEN, AttestFile, BoardFile, CriterionFile
from readiness.model import board
from readiness.model.words import Priority

DEFINING: Final = (definitions, check_definitions, board)
"""The modules with the definitions of what a file may hold."""

GIVEN: Final = ("by", "on", "valid")
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def board_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a board file."""
    schema = _schema(BoardFile, "A board of readiness")
    priorities = schema["$defs"][BoardFile.__name__]["properties"]["priorities"]
    priorities["propertyNames"] = {"$ref": f"#/$defs/{Priority.__name__}"}
    criterion = schema["$defs"][CriterionFile.__name__]
    criterion["oneOf"] = [{"required": [kind]} for kind in ("check", "run", "attest")]
    criterion["oneOf"][1]["not"] = {"required": ["check"]}  # whose command it is then
    attest = schema["$defs"][AttestFile.__name__]
    attest["dependentRequired"] = {
        name: [other for other in GIVEN if other != name] for name in ("by", "on")
    }
    return schema


def check_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a check file."""
    return _schema(CheckFile, "A check of readiness")


def _schema(definition: type[msgspec.Struct], title: str) -> dict[str, Any]:
    schema = _as_written(msgspec.json.schema(definition))
    for struct, texts in _field_docstrings():
        for part in (struct, *struct.__subclasses__()):
            properties = schema["$defs"].get(part.__name__, {}).get("properties")
            for name, key in zip(
                part.__struct_fields__, part.__struct_encode_fields__, strict=True
            ):
                if properties and name in texts:
                    properties[key]["description"] = texts[name]
    return {"$schema": DIALECT, "title": title, **schema}


def _field_docstrings() -> Iterator[tuple[type[msgspec.Struct], dict[str, str]]]:
    """Yield the docstrings of each definition's fields, from the source: Python keeps them not."""
    for module in DEFINING:
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.ClassDef):
                yield vars(module)[node.name], dict(_docstrings(node))


def _docstrings(definition: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, after in pairwise(definition.body):
        match field, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(
                value=ast.Constant(value=str(text))
            ):
                yield name, " ".join(text.split())


def _as_written(part: Any) -> Any:
    """Convert a part to what YAML has: numbers, and text that may look like other scalars."""
    if isinstance(part, list):
        return [_as_written(each) for each in part]
    if not isinstance(part, dict):
        return part
    made = {key: _as_written(value) for key, value in part.items() if key != WRITTEN}
    if made.get("format") == "decimal":
        del made["format"]
        made["type"] = "number"
    # Some versions of msgspec give a docstring with its indentation, others without.
    if isinstance(description := made.get("description"), str):
        made["description"] = inspect.cleandoc(description)
    if part.get(WRITTEN):
        made["type"] = ["string", "number", "boolean"]
    return made
