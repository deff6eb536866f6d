"""JSON Schemas for editors, made from the definitions that files are checked against."""

from typing import Any, Final

import msgspec

from readiness.load.check_definitions import CheckFile
from readiness.load.definitions import WRITTEN, AttestFile, BoardFile, CriterionFile
from readiness.model.words import Priority

GIVEN: Final = ("by", "on", "valid")
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def board_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a board file."""
    schema = _schema(BoardFile, "A board of readiness")
    priorities = schema["$defs"][BoardFile.__name__]["properties"]["priorities"]
    priorities["propertyNames"] = {"$ref": f"#/$defs/{Priority.__name__}"}
    criterion = schema["$defs"][CriterionFile.__name__]
    criterion["oneOf"] = [{"required": [kind]} for kind in ("check", "run", "attest")]
    attest = schema["$defs"][AttestFile.__name__]
    attest["dependentRequired"] = {
        name: [other for other in GIVEN if other != name] for name in ("by", "on")
    }
    return schema


def check_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a check file."""
    return _schema(CheckFile, "A check of readiness")


def _schema(definition: type[msgspec.Struct], title: str) -> dict[str, Any]:
    made = _as_written(msgspec.json.schema(definition))
    return {"$schema": DIALECT, "title": title, **made}


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
    if part.get(WRITTEN):
        made["type"] = ["string", "number", "boolean"]
    return made
