"""The page over time, and as the program writes it."""

import msgspec
import pytest

from readiness.model.words import Decision
from tests.support.documents import a_document, a_probe
from tests.support.html_pages import SVG, by_id, page, parsed, titled, words_of
from tests.support.page_runs import a_release


def test_the_score_is_a_picture_and_a_table() -> None:
    """Every run has a point and a row; one without a score leaves a gap."""
    run = a_release()
    root = parsed(page(run))
    assert len(list(root.iter(f"{SVG}circle"))) == len(run.past)
    rows = list(next(root.iter("table")).iter("tr"))
    assert len(rows) == len(run.past) + 2
    assert words_of(rows[1]) == "25 2026-11-24 3f2a1bc9d0 5.53 NOT READY ="
    assert any("unknown UNDECIDED" in words_of(item) for item in rows)
    assert any(words_of(item).endswith("changed") for item in rows)


def test_a_first_run_says_so() -> None:
    """Without earlier runs there is no picture of them, and no empty section."""
    text = page(a_document())
    assert "First run of this board" in text
    assert 'aria-labelledby="time"' not in text


def test_runs_of_one_day_are_told_apart() -> None:
    """Where all runs are of one day, their times are told."""
    run = a_release()
    past = [
        msgspec.structs.replace(point, started_at=f"2026-11-24T09:{at:02}:00Z")
        for at, point in enumerate(run.past)
    ]
    text = words_of(parsed(page(msgspec.structs.replace(run, past=past))))
    assert "From 4.00 on 2026-11-24 09:00 to 5.53 on 2026-11-24 13:10" in text


def test_runs_stand_side_by_side() -> None:
    """Evenly spaced, whenever they were; one run alone is no picture."""
    run = a_release()
    root = parsed(page(msgspec.structs.replace(run, past=run.past[:3])))
    places = [float(one.attrib["cx"].rstrip("%")) for one in root.iter(f"{SVG}circle")]
    assert places == pytest.approx([1.5, 1.5 + 97 / 3, 1.5 + 97 * 2 / 3, 98.5], abs=0.02)
    part = msgspec.structs.replace(run, past=run.past[:1], partial=True)
    assert list(parsed(page(part)).iter(f"{SVG}circle")) == []


def test_missing_points_are_told_by_task() -> None:
    """The most first; a task that lacks none is not there."""
    figure = by_id(parsed(page(a_release())), "lost")
    assert words_of(figure).startswith("Where the 2.11 missing points are T2 Clean up type errors")
    names = [words_of(item).split()[0] for item in figure.iter("li")]
    assert names == ["T2", "T5", "T4", "T3", "T7"]
    assert len(list(figure.iter(f"{SVG}rect"))) == 10


def test_every_run_has_a_cell_that_tells_the_verdict_by_its_mark() -> None:
    """A row for each criterion, with the day of each run; a criterion that is new has a gap."""
    run = a_release()
    first = msgspec.structs.replace(run.past[0], verdicts={})
    run = msgspec.structs.replace(run, past=[first, *run.past[1:]])
    head, *rows = titled(parsed(page(run)), "time").iter("tr")
    assert [cell[0].get("title") for cell in list(head)[1:]][-1] == "2026-11-24"
    cells = {words_of(row[0]).split()[0]: [words_of(cell) for cell in row[1:]] for row in rows}
    assert cells["T2.1"] == ["", *["✗"] * 24]
    assert cells["T5.1"][-1] == "?"


def test_a_number_that_never_moved_has_no_picture() -> None:
    """Only numbers that moved are drawn: a flat line tells nothing."""
    run = a_release()
    still = [msgspec.structs.replace(point, values={"T2.1": 1029.0}) for point in run.past]
    assert 'class="spark"' in page(run)
    assert 'class="spark"' not in page(msgspec.structs.replace(run, past=still))


def test_the_timeline_leaves_out_what_took_no_time() -> None:
    """A reused result and a probe without a start have no bar; the summary counts the others."""
    probes = [
        a_probe("p1", "a", started_at="2026-11-24T13:10:43.000Z", duration_s=2.0),
        a_probe("p2", "b", started_at="2026-11-24T13:10:44.000Z", duration_s=3.0),
        a_probe("p3", "c", started_at=None),
        a_probe("p4", "d", reused=True),
    ]
    text = words_of(titled(parsed(page(a_document(probes=probes))), "gantt"))
    assert "2 probes ran for 5.0 s within 4.0 s." in text
    assert "p1" in text
    assert "p3" not in text
    assert "p4" not in text


def test_each_probe_has_a_bar_from_its_start_to_its_end() -> None:
    """In the order in which they began, in a share of the whole time."""
    lasting = {"p1": (44, 4.0), "p2": (43, 1.0)}
    probes = [
        a_probe(name, name, started_at=f"2026-11-24T13:10:{start}Z", duration_s=seconds)
        for name, (start, seconds) in lasting.items()
    ]
    section = titled(parsed(page(a_document(probes=probes))), "gantt")
    bars = [item for item in section.iter(f"{SVG}rect") if item.get("class") == "bar"]
    assert [(bar.get("x"), bar.get("width"), words_of(bar)) for bar in bars] == [
        ("0.0%", "20.0%", "p2: from 0 ms to 1.0 s, 1.0 s"),
        ("20.0%", "80.0%", "p1: from 1.0 s to 5.0 s, 4.0 s"),
    ]


def test_a_run_that_was_ready_for_release_has_a_filled_mark() -> None:
    """Others have not."""
    run = a_release()
    past = [run.past[0], msgspec.structs.replace(run.past[1], decision=Decision.READY)]
    root = parsed(page(msgspec.structs.replace(run, past=past)))
    assert [one.attrib["class"] for one in root.iter(f"{SVG}circle")] == ["other", "ready", "other"]
