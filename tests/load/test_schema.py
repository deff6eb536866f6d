"""The JSON Schemas that editors use."""

from typing import Any

import jsonschema
import pytest
import yaml

from readiness.load.schema import board_schema, check_schema
from readiness.load.validate import RULES
from tests.load.test_catalogue_format import FULL
from tests.support.boards import EXAMPLE, HTTP, MYPY, put


class Editor(yaml.SafeLoader):
    """Reads YAML as an editor does: dates stay text."""


Editor.yaml_implicit_resolvers = {
    first: [(tag, regex) for tag, regex in resolvers if not tag.endswith("timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for letter in "yYnNoO":
    Editor.yaml_implicit_resolvers[letter] = []


def errors(schema: dict[str, Any], text: str) -> list[str]:
    """Return what an editor would underline."""
    validator = jsonschema.Draft202012Validator(schema)
    return [error.message for error in validator.iter_errors(yaml.load(text, Editor))]


@pytest.mark.parametrize("make", [board_schema, check_schema])
def test_the_schemas_are_schemas(make: Any) -> None:
    """They are valid in the dialect that they name, and describe their fields."""
    schema = make()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "x-as-written" not in str(schema)
    assert "decimal" not in str(schema)


@pytest.mark.parametrize("make", [board_schema, check_schema])
def test_each_pattern_of_a_text_is_told_in_words(make: Any) -> None:
    """Whatever text is refused by its form, there is a sentence for it."""

    def patterns(node: Any) -> set[str]:
        parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        own = (
            {node["pattern"]}
            if isinstance(node, dict) and isinstance(node.get("pattern"), str)
            else set()
        )
        return own.union(*map(patterns, parts))

    assert patterns(make()) <= set(RULES)


BOARDS = [
    EXAMPLE,
    put("run: make"),
    put("run: x\nread: {as: json, query: ok}\nexpect: true\ntimeout: 60\nweight: 1.5"),
    put("check: mypy\nwith: {paths: [src, 3.10], strict: true}"),
]
CHECKS = [FULL, MYPY, HTTP, "run: make\ntool: make\nafter: [x]"]
NO_BOARDS = [
    "tasks: []",
    "version: 2\ntasks: [{id: a, criteria: [{run: x}]}]",
    put("run: x", "titel: x\n"),
    put("title: x"),
    put("id: 5\nrun: x"),
    put("run: x\nweight: many"),
    put("run: x\nread: {as: jsn, query: a}"),
    put("run: x\nwaive: {reason: a, by: b}"),
    put("run: x", "priorities: {P4: {}}\n"),
]
NO_CHECKS = ["summary: x", "run: x\nmesures: {}", "run: [x]"]


@pytest.mark.parametrize(
    ("make", "good", "faulty"),
    [(board_schema, BOARDS, NO_BOARDS), (check_schema, CHECKS, NO_CHECKS)],
)
def test_an_editor_underlines_what_the_loader_refuses_by_its_form(
    make: Any, good: list[str], faulty: list[str]
) -> None:
    """And nothing that loads."""
    assert [text for text in good if errors(make(), text)] == []
    assert [text for text in faulty if not errors(make(), text)] == []
