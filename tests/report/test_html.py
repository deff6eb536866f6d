"""The page as a document: valid, whole, in order, cut off from the network, and made of text."""

import re
from itertools import pairwise

import msgspec
import pytest

from readiness.model.words import ReasonCode, Verdict
from readiness.record.document import LineRecord, StreamRecord
from readiness.record.origin import BaseRef, Git
from readiness.report import Context, render
from readiness.text.languages import Language
from readiness.text.worded import worded
from tests.support.documents import a_criterion, a_document, a_probe, a_task
from tests.support.html_pages import (
    DOCUMENTS,
    SVG,
    assert_ids_are_whole,
    by_id,
    page,
    parsed,
    row,
    titled,
    words_of,
)
from tests.support.page_runs import a_complaint, a_gate, a_release


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_is_valid(name: str) -> None:
    """A strict HTML parser has nothing to say, ids are unique, and what they name is there."""
    root = parsed(page(DOCUMENTS[name]()))
    assert_ids_are_whole(root)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_its_headings_are_in_order(name: str) -> None:
    """There is one h1, no level is left out, and the decision comes before all else."""
    root = parsed(page(DOCUMENTS[name]()))
    levels = [int(item.tag[1]) for item in root.iter() if re.fullmatch("h[1-6]", str(item.tag))]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    sections = [part.get("aria-labelledby") for part in root.iter("section")]
    assert sections[:2] == ["decision", "why"]


def test_it_is_in_the_language_of_the_board() -> None:
    """The page says which language it is in, and uses its words."""
    words = (
        (Language.EN, "en", "Why, and what to do next"),
        (Language.ZH, "zh-Hans", "原因与下一步"),
    )
    for language, tag, word in words:
        root = parsed(page(a_release(language)))
        assert root.get("lang") == tag
        assert words_of(by_id(root, "why")) == word


def test_every_picture_has_a_name_or_is_decoration() -> None:
    """A picture is either named for who does not see it, or stands beside the same in words."""
    root = parsed(page(a_release()))
    pictures = list(root.iter(f"{SVG}svg"))
    assert len(pictures) > 30
    for picture in pictures:
        if picture.get("aria-hidden") == "true":
            continue
        assert picture.get("role") == "img"
        title = picture.find(f"{SVG}title")
        assert title is not None
        assert words_of(title)


def test_the_same_run_gives_the_same_page() -> None:
    """Nothing but the run counts: not the clock, not where it is read."""
    once = page(a_release())
    assert once == page(a_release())
    assert once == render("html", a_release(), Context(width=40, colour=True, terminal=True))


def test_what_blocks_comes_first() -> None:
    """What to do next begins with what blocks the release, each with its hint."""
    steps = titled(parsed(page(a_release())), "why").findall("{*}ol/{*}li")
    texts = [words_of(step) for step in steps]
    assert [("blocks the release" in text) for text in texts] == [True] * 3 + [False] * 4
    assert "start with the import errors" in texts[0]
    assert "1029 errors, expected < 50" in texts[0]
    assert "passed in the previous run" in next(text for text in texts if "T5.1" in text)


def test_why_and_next_say_nothing_twice() -> None:
    """A reason that a step tells stands there alone, and the score in the head."""
    section = titled(parsed(page(a_release())), "why")
    text = words_of(section)
    assert section.findall("{*}ul/{*}li") == []
    assert text.count("1029 errors") == 1
    assert "(P0) fails" not in text


def test_a_reason_without_a_step_is_told() -> None:
    """One that names what is not open."""
    run = msgspec.structs.replace(a_release(), gate=a_gate(a_complaint("T1.1", "3 errors", "== 0")))
    text = words_of(titled(parsed(page(run)), "why"))
    assert "T1.1 (P0) fails: 3 errors, expected == 0" in text


def test_what_the_gate_names_comes_first() -> None:
    """Where it is no blocker: what holds a line back, told as the gate tells it."""
    run = a_release()
    worse = worded("complaint.worse", names="T5.2", priority="P1", reason="14 rules, was 15")
    gate = msgspec.structs.replace(a_gate(worse), line=LineRecord(run="r1", commit="", baselines=2))
    section = titled(parsed(page(msgspec.structs.replace(run, gate=gate))), "why")
    first = words_of(section.findall("{*}ol/{*}li")[0])
    assert "T5.2" in first
    assert "is worse: 14 rules, was 15" in first


def test_one_output_is_shown_once_among_the_steps() -> None:
    """The second criterion over one probe says where it stands."""
    probe = a_probe("p1", "lint", stdout=StreamRecord(bytes=9, digest="", head="a\nb\n", tail=""))
    bad = [a_criterion(f"T1.{at}", Verdict.FAIL, probes=["p1"]) for at in (1, 2)]
    run = a_document(tasks=[a_task("T1", *bad)], probes=[probe], findings=[])
    first, second = titled(parsed(page(run)), "why").findall("{*}ol/{*}li")
    assert words_of(first).endswith("a b")
    assert words_of(second).endswith("Output: see T1.1")


def test_a_long_list_of_one_cause_is_folded() -> None:
    """Of what one cause keeps from being measured six are seen, the others open."""
    why = {"reason": "no route to host", "reason_code": ReasonCode.EXIT_STATUS, "shown": ""}
    bad = [a_criterion(f"T1.{at}", Verdict.ERROR, **why) for at in range(9)]
    (step,) = titled(parsed(page(a_document(tasks=[a_task("T1", *bad)]))), "why").findall(
        "{*}ol/{*}li"
    )
    (folded,) = step.iter("details")
    assert words_of(folded).startswith("3 more")
    assert words_of(folded).count("? error") == 3
    assert words_of(step).count("? error") == 9


def test_what_fails_comes_first_and_open() -> None:
    """Within a priority and a task; what holds is folded behind it, and so is the whole board."""
    good, bad = a_criterion("T1.1", Verdict.PASS), a_criterion("T1.2", Verdict.FAIL)
    tasks = [a_task("T0", msgspec.structs.replace(good, id="T0.1")), a_task("T1", good, bad)]
    root = parsed(page(a_document(tasks=tasks)))
    rows = [(part.get("id"), part.get("open") is not None) for part in root.iter("details")]
    assert rows[:3] == [("t-T1", True), ("c-T1.2", False), ("c-T1.1", False)]
    assert rows[3:5] == [("t-T0", False), ("c-T0.1", False)]


def test_a_manager_reads_when_and_an_auditor_who() -> None:
    """Beside the score: when the target is reached at this pace, and who waived what until when."""
    head = words_of(titled(parsed(page(a_release())), "decision"))
    told = re.search(r"\+[\d.]+ a day since 2026-10-01: .* is reached on (\d{4}-\d\d-\d\d)", head)
    assert told
    assert told[1] > "2026-11-24"
    assert "Waived: T3.1 by sec-lead until 2026-12-01" in head
    assert "12% of the score rests on attestations" in head


def test_a_reached_target_has_no_forecast() -> None:
    """Nor has a board with one run, which shows no pace."""
    score = msgspec.structs.replace(a_release().score, value=9.0, shown="9.0", progress=1.0)
    assert "a day since" not in page(msgspec.structs.replace(a_release(), score=score))
    assert "a day since" not in page(a_document())


def test_milestones_tell_what_is_missing() -> None:
    """A milestone is met, overdue or open; a late one is told among the reasons as well."""
    root = parsed(page(a_release()))
    late, met, open_one = (words_of(item) for item in titled(root, "milestones").iter("li"))
    assert late.startswith("! overdue M1")
    assert "due 2026-11-15" in late
    assert "Missing: T2, T4" in late
    assert met.startswith("✓ met M2")
    assert open_one.startswith("○ not met M3")
    assert "Overdue: M1" in words_of(titled(root, "why"))


def test_decisions_of_people_are_told() -> None:
    """Waivers, those that nothing needs, attestations and loosenings have their sections."""
    root = parsed(page(a_document()))
    assert "Waived no fixed release of ecdsa, by sec-lead until 2026-12-01" in row(root, "T3.1")
    waived = words_of(titled(root, "waived"))
    assert "no fixed release of ecdsa, by sec-lead until 2026-12-01" in waived
    assert "remove its waiver (no database in CI)" in waived
    attested = words_of(titled(root, "attested"))
    assert "zhang.min on 2026-11-01, until 2027-04-30 docs/training.md" in attested
    assert "T2.1 expectation == 0 → < 50" in words_of(titled(root, "loosened"))


def test_the_base_of_the_judgement_is_told() -> None:
    """A run that was judged by another revision's board says which, and what was not run."""
    base = BaseRef(
        ref="origin/main", commit="c0ffee" * 4, board="board.yaml", digest="", not_run=["T2.1"]
    )
    root = parsed(page(a_document(base=base, loosened=[])))
    assert "judged by origin/main c0ffeec0ff" in words_of(next(root.iter("header")))
    assert words_of(titled(root, "loosened")).endswith("not as this change does: T2.1")


def test_evidence_tells_how_a_probe_ended() -> None:
    """Command, status or signal, time, CPU, memory, parameters, version, folder and output."""
    root = parsed(page(a_document()))
    assert "p3 mypy exit 1" in row(root, "T2.1")
    assert "exit 1, 8.1 s, mypy 2.4.1" in row(root, "T2.1")
    assert "CPU 1.0 s, memory 20 MiB" in row(root, "T2.1")
    crashed = row(root, "T7.4")
    assert "signal 11, processes left behind: 1, 3m 20s" in crashed
    assert "url=http://127.0.0.1:8000" in crashed
    assert "last line" in crashed
    assert "timed out" in crashed


def test_shared_evidence_is_written_once() -> None:
    """The second criterion of a probe links to the first one, and tells how the probe ended."""
    root = parsed(page(a_document()))
    commands = [item for item in root.iter("pre") if item.get("class") == "command"]
    assert [words_of(item) for item in commands].count("mypy") == 1
    second = by_id(root, "c-T2.2")
    assert "exit 1, 8.1 s" in words_of(second)
    assert [link.get("href") for link in second.iter("a")] == ["#c-T2.1"]


def test_shared_evidence_stands_with_what_is_not_good() -> None:
    """Of two criteria over one probe the one that fails shows it, though it comes second."""
    both = [
        a_criterion("T1.1", Verdict.PASS, probes=["p1"]),
        a_criterion("T1.2", Verdict.FAIL, probes=["p1"]),
    ]
    root = parsed(page(a_document(tasks=[a_task("T1", *both)], probes=[a_probe("p1", "lint")])))
    assert "Output: see T1.2" in row(root, "T1.1")
    assert "lint" in words_of(next(by_id(root, "c-T1.2").iter("pre")))


def test_findings_are_bounded_and_counted() -> None:
    """At most twenty findings of a criterion are on the page; the others are counted."""
    root = parsed(page(a_release()))
    items = list(by_id(root, "c-T2.1").iter("li"))
    assert len(items) == 21
    assert words_of(items[0]).startswith("src/api/matches.py:3 arg-type")
    assert words_of(items[-1]) == "and 10 more"


def output_of(text: str, verdict: Verdict = Verdict.FAIL) -> str:
    """The page of one criterion whose probe wrote a text."""
    probe = a_probe("p1", "true")
    stream = msgspec.structs.replace(probe.stdout, bytes=len(text), head=text)
    probe = msgspec.structs.replace(probe, stdout=stream)
    return page(
        a_document(
            tasks=[a_task("T1", a_criterion("T1.1", verdict, probes=["p1"]))], probes=[probe]
        )
    )


def test_long_outputs_keep_their_ends() -> None:
    """Of a long output the beginning and the end are shown, and how much is left out."""
    text = "first line\n" + "x" * 20_000 + "\nlast line"
    bad = output_of(text)
    assert "first line" in bad
    assert "last line" in bad
    assert "… 12021 characters omitted …" in bad
    assert len(output_of(text, Verdict.PASS)) < len(bad)


def test_output_keeps_its_lines() -> None:
    """Lines stay lines, and what a terminal would obey is spelled out."""
    assert "one\ntwo  \\x1b[2J &lt;b&gt;" in output_of("one\ntwo  \x1b[2J <b>")


def test_code_in_titles_is_code_and_nothing_else_is() -> None:
    """What stands between backticks; one without a partner is a character, and markup is text."""
    titles = {"a `b <i>` c": "<code>b &lt;i&gt;</code> c", "one ` alone": "one ` alone"}
    for title, shown in titles.items():
        hint = {"hint": title}
        criterion = a_criterion("T1.1", Verdict.FAIL, title=title, **hint)
        task = a_task("T1", criterion, title=title, steps=[title], problem=f"1\n{title}")
        board = msgspec.structs.replace(a_document().board, title=title)
        # The heading; the first step; the title, step and hint, twice; the task's own.
        text = page(a_document(tasks=[task], board=board)).partition("</head>")[2]
        assert text.count(shown) == 9


def test_the_commit_leads_to_the_web() -> None:
    """Where the repository's address is known."""
    git = Git(commit="3f2a1bc9d0e4", branch="main", dirty=False, web="https://github.com/team/app")
    link = 'href="https://github.com/team/app/commit/3f2a1bc9d0e4"'
    assert link in page(a_document(git=git))
    assert "/commit/" not in page(a_document())
