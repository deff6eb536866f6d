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


def test_runs_are_apart_until_there_are_several_days() -> None:
    """On two days each has a mark of its own, evenly spaced; one run alone is no picture."""
    run = a_release()
    again = ["2026-11-24T09:00:00Z", "2026-11-24T09:01:00Z"]
    past = [msgspec.structs.replace(run.past[0], started_at="2026-11-24T09:02:00Z", again=again)]
    root = parsed(page(msgspec.structs.replace(run, past=past)))
    places = [float(one.attrib["cx"].rstrip("%")) for one in root.iter(f"{SVG}circle")]
    assert places == pytest.approx([1.5, 1.5 + 97 / 3, 1.5 + 97 * 2 / 3, 98.5], abs=0.02)
    part = msgspec.structs.replace(run, past=run.past[:1], partial=True)
    assert list(parsed(page(part)).iter(f"{SVG}circle")) == []


def test_the_way_to_the_next_milestone_is_drawn() -> None:
    """How many of its criteria are good, run by run; its day is on both axes unless too far."""
    run = a_release()
    late, _, last = run.milestones
    text = page(run)
    assert "Next milestone M1: Basically usable due 2026-11-15" in words_of(parsed(text))
    assert "Good criteria: 0 at first, 2 of 5 now" in text
    assert 'class="due"' not in text
    text = page(msgspec.structs.replace(run, milestones=[last]))
    assert text.count('class="due"') == 2
    assert "<span>2026-12-18</span>" in text
    assert "Good criteria: 0 at first, 4 of 11 now" in text
    met = [msgspec.structs.replace(late, met=True)]
    assert "Next milestone" not in page(msgspec.structs.replace(run, milestones=met))


def test_missing_points_are_told_by_task() -> None:
    """The most first; a task that lacks none is not there."""
    figure = by_id(parsed(page(a_release())), "lost")
    assert words_of(figure).startswith("Where the 2.11 missing points are T2 Clean up type errors")
    names = [words_of(item).split()[0] for item in figure.iter("li")]
    assert names == ["T2", "T5", "T4", "T3", "T7"]
    assert len(list(figure.iter(f"{SVG}rect"))) == 10


def test_a_course_is_told_in_words() -> None:
    """The heat map is there in words, too."""
    time = titled(parsed(page(a_release())), "time")
    told = {words_of(item[0]): words_of(item[1]) for item in time.iter("tr")}
    assert told["T2.1"] == "1–25 fail"
    assert told["T5.1"].endswith("25 error")


def test_a_number_that_never_moved_has_no_picture() -> None:
    """Only numbers that moved are drawn: a flat line tells nothing."""
    run = a_release()
    still = [msgspec.structs.replace(point, values={"T2.1": 1029.0}) for point in run.past]
    assert 'class="spark"' in page(run)
    assert 'class="spark"' not in page(msgspec.structs.replace(run, past=still))


def test_where_a_number_changed_is_drawn_and_dated() -> None:
    """An upright line, and the day and commit of the first run after it."""
    run = a_release()
    past = [
        msgspec.structs.replace(point, values={"T2.1": 1029.0 if at < 12 else 900.0 + at})
        for at, point in enumerate(run.past)
    ]
    text = page(msgspec.structs.replace(run, past=past))
    assert text.count('class="step"') == 1
    first = past[12]
    assert f"Changed on</dt><dd>{first.started_at[:10]} ({first.commit[:10]})" in text


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


def test_probes_lie_in_lanes_and_the_critical_path_is_marked() -> None:
    """A probe takes the first lane that is free; what the run waited for is told from the rest."""
    lasting = {"p1": (43, 4.0), "p2": (43, 1.0), "p3": (44, 1.0), "p4": (47, 2.0), "p5": (47, 1.0)}
    probes = [
        a_probe(name, name, started_at=f"2026-11-24T13:10:{start}Z", duration_s=seconds)
        for name, (start, seconds) in lasting.items()
    ]
    section = titled(parsed(page(a_document(probes=probes))), "gantt")
    bars = [item for item in section.iter(f"{SVG}path") if "named" in item.get("class", "")]
    assert [bar.get("d", "")[:7].rstrip("h") for bar in bars] == [
        *("M0 1h66", "M0 11h1", "M167 11", "M667 1", "M667 11")
    ]
    rows = map(words_of, section.iter("tr"))
    assert [row.split()[0] for row in rows if "critical" in row] == ["p1", "p4"]
    assert "The run waited for 2 of them one after the other, 6.0 s in all." in words_of(section)


def test_the_axis_is_time_and_a_days_reruns_are_one_mark() -> None:
    """Points stand where their times are; a mark of several opens to tell when they were."""
    run = a_release()
    (point,) = run.past[:1]
    at = ["2026-11-04T09:00:00Z", "2026-11-04T10:00:00Z", "2026-11-23T09:00:00Z"]
    past = [msgspec.structs.replace(point, started_at=moment, score=5.0) for moment in at]
    root = parsed(page(msgspec.structs.replace(run, past=past)))
    places = [float(one.attrib["cx"].rstrip("%")) for one in root.iter(f"{SVG}circle")]
    assert len(places) == 3
    assert places[1] - places[0] > 10 * (places[2] - places[1])
    rows = list(next(root.iter("table")).iter("tr"))
    assert "(2 runs)" in words_of(rows[3])
    assert next(rows[3].iter("details")) is not None


def test_a_run_that_was_ready_for_release_has_a_filled_mark() -> None:
    """Others have not."""
    run = a_release()
    past = [run.past[0], msgspec.structs.replace(run.past[1], decision=Decision.READY)]
    root = parsed(page(msgspec.structs.replace(run, past=past)))
    assert [one.attrib["class"] for one in root.iter(f"{SVG}circle")] == ["other", "ready", "other"]
