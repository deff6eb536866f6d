"""docs/reference.md is generated from the code; `pytest --update-golden` regenerates it."""

import re
from collections.abc import Callable, Iterator
from inspect import getdoc
from pathlib import Path
from sys import modules
from typing import Any

from typer.core import TyperArgument

from readiness.command_line.application import EPILOG, Command, load, names
from readiness.record.document import run_schema
from tests.support.check_pages import in_a_cell

ROOT = Path(__file__).parents[1]
HEAD = """# Reference

Generated from the code. See also [the checks](checks.md), [boards](board.md),
[check files](writing-checks.md) and [report formats](reports.md).

## Exit statuses

{statuses}

They are the same for every command, format and option; see
[what each means](score.md#the-exit-status).

Options with a variable can be set in the environment; the command line takes precedence.
"""
DOCUMENT = """## The run document

What `--output-format json` prints and `--report json=FILE` writes; `readiness schema run` has its
JSON Schema.
"""


def test_the_reference_is_the_code(golden: Callable[[str, str], None]) -> None:
    """Commands, options, exit statuses and the run document, as they are."""
    parts = EPILOG.removeprefix("Exit status: ").rstrip(".").split(", ")
    statuses = "| status | meaning |\n| --- | --- |\n" + "\n".join(
        "| {} | {} |".format(*re.match(r"(128\+n|\d+) (.*)", part).groups())  # type: ignore[union-attr]
        for part in parts
    )
    page = [HEAD.format(statuses=statuses)]
    page += ["\n".join(command(name, load(name))) for name in names()]
    page += [DOCUMENT, *fields(run_schema())]
    golden(str(ROOT / "docs" / "reference.md"), "\n".join(page))


def command(name: str, command: Command) -> Iterator[str]:
    """One command as a section: what it does, its arguments and its options."""
    words = [each for each in command.params if isinstance(each, TyperArgument)]
    usage = " ".join(in_brackets(each) for each in words)
    yield f"## readiness {name}\n"
    yield f"`readiness {name}{' ' if usage else ''}{usage}`\n"
    yield f"{getdoc(modules[command.verb.function.__module__]) or ''}\n"
    yield "| option | variable | what it is |"
    yield "| --- | --- | --- |"
    for option in command.params:
        shown = option.metavar if isinstance(option, TyperArgument) else flags(option)
        variable = f"`{option.envvar}`" if option.envvar else ""
        text = getattr(option, "help", "").replace("\\[", "[")
        yield f"| `{in_a_cell(shown or '')}` | {variable} | {in_a_cell(text)} |"
    yield ""


def in_brackets(argument: TyperArgument) -> str:
    """An argument as a usage line shows it."""
    name = argument.metavar or ""
    return name if argument.required or name.startswith("[") else f"[{name}]"


def flags(option: Any) -> str:
    """An option's flags, with what it takes."""
    return f"{', '.join(option.opts)} {option.metavar or ''}".rstrip()


def fields(schema: dict[str, Any]) -> Iterator[str]:
    """A table for each kind of object in the run document."""
    defined = schema["$defs"]
    for name, described in defined.items():
        if properties := described.get("properties"):
            yield f"### {name}\n"
            yield f"{in_text(described.get('description', ''))}\n"
            yield "| field | type |"
            yield "| --- | --- |"
            for field, each in properties.items():
                yield f"| `{field}` | {in_a_cell(kind(each, defined))} |"
            yield ""


def in_text(text: str) -> str:
    """A description without the indentation of its source."""
    return re.sub(r"\n[ \t]+", "\n", text).replace("; see the contract, section 8", "")


def kind(schema: dict[str, Any], defined: dict[str, Any]) -> str:
    """What a field may hold, in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        meant = defined[name]
        return f"[{name}](#{name.lower()})" if "properties" in meant else kind(meant, {})
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(kind(each, defined) for each in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {kind(schema.get('items') or {}, defined)}"
    if schema.get("type") == "object":
        return f"object of {kind(schema.get('additionalProperties') or {}, defined)}"
    return str(schema.get("type", "anything"))
