"""Tests of what the tests of formats rest on: the documents full of hostile text."""

import msgspec
import pytest

from readiness.record.document import RunDocument
from tests.support.documents import a_document
from tests.support.hostile import HOSTILE_TEXTS, full_of, hostile_documents


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


@pytest.mark.parametrize("document", [document for _, document in hostile_documents()])
def test_a_hostile_document_tells_the_same_run(document: RunDocument) -> None:
    """Verdicts, numbers and links are those of the harmless one."""
    harmless = a_document()
    assert [c.verdict for c in document.criteria()] == [c.verdict for c in harmless.criteria()]
    assert [c.points for c in document.criteria()] == [c.points for c in harmless.criteria()]
    ids = {probe.id for probe in document.probes}
    assert len(ids) == len(harmless.probes)
    assert {probe for c in document.criteria() for probe in c.probes} <= ids


def test_every_hostile_text_is_another() -> None:
    """The list has no text twice, and none that is harmless by mistake of quoting."""
    assert len(set(HOSTILE_TEXTS.values())) == len(HOSTILE_TEXTS)
    assert "\x00" in HOSTILE_TEXTS["control"]
    assert "\ud800" in HOSTILE_TEXTS["surrogate"]
