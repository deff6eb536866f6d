"""The page of a fleet as a document: valid, whole, small enough, and made of text."""

from pathlib import Path

import pytest

from readiness.fleet.overview import Overview
from readiness.fleet.page import COLUMNS, page
from readiness.fleet.states import unknown
from readiness.model.words import Decision, Verdict
from readiness.text.languages import Language
from tests.support.fleets import a_criterion_of, a_source, a_state, large_fleet, shown
from tests.support.hostile import HOSTILE_TEXTS
from tests.support.html_pages import assert_ids_are_whole, by_id, parsed, titled, words_of
from tests.support.html_validate import MISSING, PROGRAM, complaints

LARGEST = 3_000_000


def small() -> Overview:
    """Return a fleet of four, one of which could not be measured."""
    return shown(
        [
            a_state(
                "ready", *(a_criterion_of(f"Row {n}") for n in range(3)), decision=Decision.READY
            ),
            a_state("bad", a_criterion_of("Row 0", "fail"), a_criterion_of("Row 1", "error")),
            a_state("doubted", a_criterion_of("Row 1", "warn"), a_criterion_of("Row 2", "waived")),
            unknown(a_source(name="gone"), "no such folder"),
        ]
    )


@pytest.fixture(scope="module")
def large() -> Overview:
    """A fleet of 200 recorded runs of 60 criteria."""
    return large_fleet()


@pytest.mark.parametrize("name", ["small", "large", "nothing measured"])
def test_it_is_valid(name: str, large: Overview) -> None:
    """A strict HTML parser has nothing to say, ids are unique, and what they name is there."""
    made = {
        "small": small,
        "large": lambda: large,
        "nothing measured": lambda: shown([unknown(a_source(), "gone")]),
    }[name]()
    root = parsed(page(made))
    assert_ids_are_whole(root)


@pytest.mark.skipif(not PROGRAM.exists(), reason=MISSING)
def test_html_validate_has_nothing_to_say(tmp_path: Path) -> None:
    """Not one complaint, of a small fleet and of a larger one."""
    pages = {"small": page(small()), "larger": page(large_fleet(6))}
    assert complaints(pages, tmp_path) == {name: [] for name in pages}


def test_200_projects_are_a_small_page(large: Overview) -> None:
    """With every criterion of each of them in it."""
    text = page(large)
    assert len(text.encode()) <= LARGEST
    assert text.count("<tr><td class=") == sum(len(one.in_scope()) for one in large.projects)


def test_the_map_has_a_row_for_each_project_worst_first() -> None:
    """A cell for each criterion, empty where the project has none of it."""
    table = by_id(parsed(page(small())), "cells")
    classes = {
        words_of(row[0]): [cell.get("class") for cell in row[1:]] for row in table.iter("tr")
    }
    assert list(classes) == ["project", "bad", "doubted", "gone", "ready"]
    assert classes["bad"] == ["error", "fail", None]
    assert classes["doubted"] == ["warn", None, "waived"]
    assert classes["gone"] == [None, None, None]
    assert classes["ready"] == ["pass", "pass", "pass"]


def test_what_most_lack_is_told() -> None:
    """How many of those that have it, and who they are."""
    section = titled(parsed(page(small())), "lacked")
    assert [words_of(item) for item in section.iter("li")] == ["1/3 Row 1 bad", "1/2 Row 0 bad"]


def test_each_project_is_told_in_full() -> None:
    """Its path, its reasons, and its criteria, what is not good first."""
    root = parsed(page(small()))
    gone = words_of(by_id(root, "p2"))
    assert "unknown" in gone
    assert "no such folder" in gone
    doubted = words_of(by_id(root, "p1"))
    assert "services/doubted" in doubted
    assert doubted.index("waived") < doubted.index("warn")


def test_it_is_in_the_language_of_most_boards() -> None:
    """The page says which language it is in, and uses its words."""
    root = parsed(page(shown([a_state("a", language=Language.ZH)])))
    assert root.get("lang") == "zh-Hans"
    assert words_of(by_id(root, "projects")) == "项目，最差的在前"


def test_of_very_many_criteria_the_most_lacked_are_in_the_map() -> None:
    """And it says how many are not."""
    criteria = [a_criterion_of(f"Row {n}", "fail" if n == 170 else "pass") for n in range(180)]
    text = words_of(parsed(page(shown([a_state("a", *criteria)]))))
    assert f"The first {COLUMNS} criteria; 30 others" in text
    assert "1/1 Row 170" in text


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_foreign_text_stays_text(name: str) -> None:
    """Whatever projects are called and say, it is shown and does nothing."""
    text = HOSTILE_TEXTS[name]
    criterion = a_criterion_of(text, "error", id=text, shown=text, reason=text, expect=text)
    state = a_state(text, criterion, reasons=[text], path=text)
    made = page(shown([state]))
    root = parsed(made)
    assert len(list(root.iter("script"))) == 1
    assert not [one for one in root.iter() if one.tag in ("img", "iframe", "object", "base")]
    assert not [name for one in root.iter() for name in one.attrib if name.startswith("on")]
    assert "##[" not in made
    assert "\n::" not in made


def test_every_verdict_has_its_mark() -> None:
    """It is told by more than a colour."""
    criteria = [
        a_criterion_of(f"Row {verdict}", verdict.value) for verdict in Verdict if verdict.in_scope
    ]
    table = by_id(parsed(page(shown([a_state("a", *criteria)]))), "cells")
    marks = {str(cell.get("class")): words_of(cell) for cell in table.iter("td")}
    assert marks == {verdict.value: verdict.mark for verdict in Verdict if verdict.in_scope}
