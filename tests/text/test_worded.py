"""Sentences that know what they say: worded in English, and anew in another language."""

import pickle
from decimal import Decimal

import pytest
from msgspec import structs

from readiness.load import load_catalogue
from readiness.model.amounts import format_among
from readiness.model.board import Measure, Reader
from readiness.model.expect import format_value
from readiness.model.units import UNITS
from readiness.model.words import Format
from readiness.record.wording import reworded, wording_of
from readiness.text.languages import Language
from readiness.text.sentences import sentences
from readiness.text.worded import Worded, in_language, joined, mapped, worded
from tests.text.test_sentences import in_file

CHINESE = sentences(Language.ZH)


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        (worded("reason.expected", expect="< 50"), "expected < 50", "要求 < 50"),
        (
            worded("reason.unset", count=2, names=joined(["A", "B"], "names")),
            "A, B are not set",
            "未设置 A、B",
        ),
        (worded("reason.unset", count=1, names="A"), "A is not set", "未设置 A"),
        (joined(["x"]), "x", "x"),
        (
            "mypy: can't read file 'src'",
            "mypy: can't read file 'src'",
            "mypy: can't read file 'src'",
        ),
        (Worded("frobs", "unit.frobs"), "frobs", "frobs"),
    ],
)
def test_a_sentence_is_worded_anew(text: str, english: str, chinese: str) -> None:
    """Its facts as well; what tools say and what has no word stays."""
    assert str(text) == english
    assert in_language(text, CHINESE) == chinese


MANY = Measure(name="errors", reader=Reader(format=Format.EXIT), unit="errors")
FILES = Measure(name="files", reader=Reader(format=Format.EXIT), unit="files")


@pytest.mark.parametrize(
    ("number", "measure", "of", "english", "chinese"),
    [
        (1029, MANY, None, "1029 errors", "1029 个错误"),
        (1, MANY, None, "1 error", "1 个错误"),
        (
            3,
            structs.replace(MANY, of=FILES),
            41,
            "3 errors in 41 files",
            "3 个错误（共 41 个文件）",
        ),
        (12, structs.replace(FILES, of=FILES), 41, "12 of 41 files", "12 个（共 41 个文件）"),
        (
            0,
            structs.replace(
                MANY, name="failed", unit="tests", of=structs.replace(MANY, unit="tests")
            ),
            928,
            "0 failed of 928",
            "0 个失败（共 928）",
        ),
        (7, structs.replace(MANY, unit="frobs"), None, "7 frobs", "7 frobs"),
        (500, structs.replace(MANY, unit="ms"), None, "500 ms", "500 ms"),
    ],
)
def test_amounts_are_counted_as_the_language_counts(
    number: int, measure: Measure, of: int | None, english: str, chinese: str
) -> None:
    """With its own words for what checks count; a board's own unit stays as it is."""
    value = format_value(Decimal(number), measure.unit)
    text = format_among(value, measure, None if of is None else Decimal(of))
    assert str(text) == english
    assert in_language(text, CHINESE) == chinese


def test_each_unit_of_the_catalogue_has_a_chinese_word() -> None:
    """And each measure that is counted among others of its unit."""
    known = in_file(Language.ZH)
    lacking = set()
    for check in load_catalogue([]).values():
        for measure in check.measures:
            if measure.unit and measure.unit not in UNITS and f"unit.{measure.unit}" not in known:
                lacking.add(f"unit.{measure.unit}")
            of = measure.of
            named = of is not None and of.unit == measure.unit and measure.name != measure.unit
            if named and f"measure.{measure.name}" not in known:
                lacking.add(f"measure.{measure.name}")
    assert lacking == set()


SENTENCE = worded(
    "reason.waived",
    reason=joined([format_value(Decimal(3), "errors"), worded("reason.expected", expect="== 0")]),
    by="li.wei",
    until="2026-01-31",
    why="it's known",
)


def test_a_recorded_sentence_is_worded_anew() -> None:
    """From the document as from the run, foreign units included."""
    recorded = wording_of(SENTENCE, str)
    again = reworded(str(SENTENCE), recorded)
    assert again == SENTENCE
    assert in_language(again, CHINESE) == (
        "3 个错误，要求 == 0；li.wei 批准豁免至 2026-01-31：it's known"
    )
    foreign = format_value(Decimal(3), "frobs")
    assert in_language(reworded(str(foreign), wording_of(foreign, str)), CHINESE) == "3 frobs"


def test_a_sentence_outlives_a_process() -> None:
    """What a worker found is sent as it is."""
    again = pickle.loads(pickle.dumps(SENTENCE))
    assert in_language(again, CHINESE) == in_language(SENTENCE, CHINESE)


def test_what_is_foreign_is_made_safe_within() -> None:
    """And nothing of the sentence around it is changed."""
    made = mapped(SENTENCE, lambda text: text.replace("li.wei", "***"))
    assert str(made).startswith("3 errors, expected == 0; waived by *** until")
    assert "***" in in_language(made, CHINESE)
