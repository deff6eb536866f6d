"""Decide GitHub's expressions, as far as their value is plain and the same in every run."""

import ast
import re
from collections.abc import Mapping

from checks.in_project.conditions import UNKNOWN, Value, value_of

CALLS = (
    (r"\[\s*'([\w-]+)'\s*\]", r".\1"),
    (r"\bstartswith\(([^,()]+),([^()]+)\)", r"(\1).startswith(\2)"),
    (r"\bcontains\(([^,()]+),([^()]+)\)", r"(\2 in \1)"),
)
WORDS = (
    (r"&&", " and "),
    (r"\|\|", " or "),
    (r"!(?!=)", " not "),
    (r"(?<=\w)-(?=\w)", "_"),
    (r"\b(true|false)\b", lambda word: word[0].title()),
    (r"\bnull\b", "None"),
)
"""How GitHub spells what Python spells otherwise; calls have texts in them, words stand outside."""
TEXT = re.compile(r"('[^']*')")
WELL: Mapping[str, Value] = {
    "always()": True,
    "success()": True,
    "failure()": False,
    "cancelled()": False,
}
"""What is known of a run in which all before went well."""


def constant(text: str, known: Mapping[str, Value] | None = None) -> bool | None:
    """Return whether an expression is true, or is false, in every run; None where it depends.

    A run is one in which all before it went well, and in which what is given has its value, such as
    `github.event_name`.
    """
    text = text.strip()
    whole = re.fullmatch(r"\$\{\{(.*)\}\}", text, re.DOTALL)
    if whole and "${{" not in whole[1]:
        text = whole[1]
    elif "${{" in text:
        # Text around an expression makes a string of it, and no such string is false.
        return True
    facts = {_in_python(name): _lower(value) for name, value in (known or {}).items()}
    try:
        tree = ast.parse(_in_python(text), mode="eval")
        value = value_of(tree.body, {**WELL, **facts})
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return None if value is UNKNOWN else bool(value)


def _in_python(text: str) -> str:
    """Return an expression as Python spells it; GitHub takes small letters for capitals."""
    text = text.lower()
    for pattern, instead in CALLS:
        text = re.sub(pattern, instead, text)
    parts = TEXT.split(text)
    for pattern, spelling in WORDS:
        parts[::2] = [re.sub(pattern, spelling, part) for part in parts[::2]]
    return "".join(parts).strip()


def _lower(value: Value) -> Value:
    return value.lower() if isinstance(value, str) else value
