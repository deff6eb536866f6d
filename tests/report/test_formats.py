"""What holds for every format for machines: as agreed on, and hostile text stays text."""

from collections.abc import Callable

import msgspec
import pytest

from readiness.record.document import RunDocument
from readiness.report import Context, render
from tests.support.documents import a_document
from tests.support.hostile import HOSTILE_TEXTS, full_of
from tests.support.readers import READERS, agrees

GOLDEN = {
    "badge": "mixed.badge.json",
    "gitlab": "mixed.gitlab.json",
    "in-toto": "mixed.in-toto.json",
    "junit": "mixed.junit.xml",
    "openmetrics": "mixed.openmetrics.prom",
    "sarif": "mixed.sarif.json",
}


def _of_a_clean_commit() -> RunDocument:
    """The run with everything in it, of a commit that can be attested."""
    document = a_document()
    assert document.git is not None
    return msgspec.structs.replace(
        document,
        git=msgspec.structs.replace(document.git, commit="3f2a1bc9d0" * 4, dirty=False),
        board=msgspec.structs.replace(document.board, digest=f"sha256:{'5eed' * 16}"),
    )


@pytest.mark.parametrize("name", GOLDEN)
def test_a_format_is_as_it_was_agreed_on(name: str, golden: Callable[[str, str], None]) -> None:
    """One run with everything in it."""
    golden(GOLDEN[name], render(name, _of_a_clean_commit(), Context()))


@pytest.mark.parametrize("name", GOLDEN)
def test_where_it_is_read_makes_no_difference(name: str) -> None:
    """What machines read is the same on a terminal, in colour, quiet or verbose."""
    seen = Context(width=20, colour=True, terminal=True, verbose=True, quiet=True)
    assert render(name, a_document(), seen) == render(name, a_document(), Context())


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
@pytest.mark.parametrize("name", [*GOLDEN, "json"])
def test_hostile_text_stays_text(name: str, text: str) -> None:
    """In every string of the document at once: a strict reader finds the same run in it."""
    document = full_of(HOSTILE_TEXTS[text])
    report = render(name, document, Context())
    assert report.endswith("\n")
    assert report.replace("\n", "").isprintable() or name == "json"
    assert "##[" not in report
    assert not [line for line in report.splitlines() if line.lstrip().startswith("::")]
    if text == "surrogate" and name == "json":
        document = _as_written(document)
    agrees(READERS[name](report), document)


def _as_written(document: RunDocument) -> RunDocument:
    """The document as JSON can hold it: lone surrogates spelled out."""

    def spelled(value: object) -> object:
        if isinstance(value, dict):
            return {spelled(name): spelled(item) for name, item in value.items()}
        if isinstance(value, list):
            return list(map(spelled, value))
        if isinstance(value, str):
            return value.encode("utf-8", "backslashreplace").decode()
        return value

    return msgspec.convert(spelled(msgspec.to_builtins(document)), RunDocument)
