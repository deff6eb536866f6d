"""Tests of what the tests of formats rest on: the documents full of hostile text."""

import msgspec

from tests.support.hostile import full_of


def _strings(value: object) -> list[str]:
    if isinstance(value, msgspec.Struct):
        return [text for name in value.__struct_fields__ for text in _strings(getattr(value, name))]
    if isinstance(value, dict | list):
        items = list(value.values()) if isinstance(value, dict) else value
        return [text for item in items for text in _strings(item)]
    return [value] if type(value) is str else []


def test_no_string_of_a_document_is_left_out() -> None:
    """Every string, and there are many, begins with the hostile text."""
    strings = _strings(full_of("<x>"))
    assert len(strings) > 200
    assert all(text.startswith("<x>") for text in strings)
