"""The page as a document: valid, whole, in order, cut off from the network, and made of text."""

import base64
import hashlib
import math
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import msgspec
import pytest

from readiness.model.words import Decision, Language, Verdict
from readiness.record.document import BaseRef, RunDocument
from readiness.report import Context, html, render, unfinished
from readiness.report._html.words import page_words
from readiness.report._words import MARKS
from readiness.text.layout import literal
from tests.support.documents import a_chinese_document, a_criterion, a_document, a_probe, a_task
from tests.support.hostile import HOSTILE_TEXTS, full_of
from tests.support.page_runs import a_large_document, a_release
from tests.support.program import Project

EMPTY = a_document(
    tasks=[], probes=[], findings=[], milestones=[], loosened=[], git=None, profile=""
)
DOCUMENTS: dict[str, Callable[[], RunDocument]] = {
    "every verdict": a_document,
    "every verdict, Chinese": a_chinese_document,
    "a release": a_release,
    "a release, Chinese": lambda: a_release(Language.ZH),
    "60 criteria": lambda: a_large_document(60),
    "nothing": lambda: EMPTY,
}
BLOCKS = {"p", "li", "div", "td", "th", "pre", "dt", "dd"}
SVG = "{http://www.w3.org/2000/svg}"


def page(run: RunDocument) -> str:
    """The page of a run."""
    return render("html", run, Context())


def parsed(text: str) -> Element:
    """The page as a browser reads it. Raises for any mistake that HTML knows."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root: Element = parser.parse(text)
    return root


def words_of(element: Element) -> str:
    """All text below an element; what is a block of its own stands apart."""

    def parts(item: Element) -> Iterator[str]:
        yield item.text or ""
        for child in item:
            yield from parts(child)
            yield (" " if child.tag in BLOCKS else "") + (child.tail or "")

    return " ".join("".join(parts(element)).split())


def by_id(root: Element, name: str) -> Element:
    """The element with an id."""
    return next(element for element in root.iter() if element.get("id") == name)


def titled(root: Element, name: str) -> Element:
    """The section with the heading of this id."""
    return next(part for part in root.iter("section") if part.get("aria-labelledby") == name)


# --- a document ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_is_valid(name: str) -> None:
    """A strict HTML parser has nothing to say, ids are unique, and what they name is there."""
    root = parsed(page(DOCUMENTS[name]()))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        named = (element.get("aria-labelledby") or "").split()
        if (element.get("href") or "").startswith("#"):
            named.append(str(element.get("href"))[1:])
        assert set(named) <= set(ids)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_its_headings_are_in_order(name: str) -> None:
    """There is one h1, no level is left out, and the decision comes before all else."""
    root = parsed(page(DOCUMENTS[name]()))
    levels = [int(item.tag[1]) for item in root.iter() if re.fullmatch("h[1-6]", str(item.tag))]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    sections = [part.get("aria-labelledby") for part in root.iter("section")]
    assert sections[:3] == ["decision", "why", "next"]


def test_it_is_in_the_language_of_the_board() -> None:
    """The page says which language it is in, and uses its words."""
    for language, tag, word in ((Language.EN, "en", "Why"), (Language.ZH, "zh-Hans", "原因")):
        root = parsed(page(a_release(language)))
        assert root.get("lang") == tag
        assert words_of(by_id(root, "why")) == word


def test_both_languages_have_all_words() -> None:
    """No word is left untranslated, and both leave the same gaps."""
    english, chinese = page_words(Language.EN), page_words(Language.ZH)
    for field in english.__struct_fields__:
        here, there = getattr(english, field), getattr(chinese, field)
        assert here.count("{}") == there.count("{}"), field
        assert here != there or field == "cpu", field


def test_every_picture_has_a_name_or_is_decoration() -> None:
    """A picture is either named for who does not see it, or stands beside the same in words."""
    root = parsed(page(a_release()))
    pictures = list(root.iter(f"{SVG}svg"))
    assert len(pictures) > 50
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


# --- what is on it ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_criterion_is_there_with_its_verdict(name: str) -> None:
    """Each criterion in scope is a row with its verdict in words; the others are told apart."""
    run = DOCUMENTS[name]()
    root = parsed(page(run))
    rows = {str(row.get("id"))[2:]: row for row in root.iter("details") if row.get("class") == "c"}
    in_scope = {item.id: item for item in run.criteria() if item.verdict is not Verdict.SKIP}
    assert rows.keys() == in_scope.keys()
    for identifier, row in rows.items():
        criterion = in_scope[identifier]
        text = words_of(row[0])
        assert row.get("data-v") == criterion.verdict
        assert text.startswith(MARKS[criterion.verdict])
        assert literal(criterion.title) in text
        assert criterion.shown in text
    skipped = [item for item in run.criteria() if item.verdict is Verdict.SKIP]
    if skipped:
        section = words_of(titled(root, "skipped"))
        assert all(item.id in section and item.title in section for item in skipped)


@pytest.mark.parametrize("decision", Decision)
def test_the_decision_is_told_in_words(decision: Decision) -> None:
    """The title and the head have the decision, whatever it is, and the exit status."""
    gate = msgspec.structs.replace(a_document().gate, decision=decision)
    root = parsed(page(a_document(gate=gate)))
    head = words_of(by_id(root, "main"))[:120]
    word = decision.value.replace("_", " ").upper()
    assert word in words_of(next(root.iter("title")))
    assert word in head
    assert "exit 1" in head
    assert "5.53" in head


def test_an_unfinished_run_is_not_ready() -> None:
    """What stands in the page's place while the run goes on says so, and promises nothing."""
    run = a_document()
    text = words_of(
        parsed(
            page(
                unfinished(
                    run=run.id,
                    tool=run.tool,
                    board=run.board,
                    profile="local",
                    git=None,
                    started_at=run.started_at,
                )
            )
        )
    )
    assert "UNDECIDED" in text
    assert "interrupted" in text
    assert "READY" not in text


def test_what_blocks_comes_first() -> None:
    """What to do next begins with what blocks the release, each with its hint."""
    steps = list(titled(parsed(page(a_release())), "next").iter("li"))
    texts = [words_of(step) for step in steps]
    assert [("blocks the release" in text) for text in texts] == [True] * 3 + [False] * 4
    assert "Start with the import errors" in texts[0]
    assert "214 errors, expected < 50" in texts[0]
    assert "passed in the run before" in next(text for text in texts if "T5.1" in text)


def test_milestones_tell_what_is_missing() -> None:
    """A milestone is met, overdue or open; a late one is told among the reasons as well."""
    root = parsed(page(a_release()))
    late, met, open_one = (words_of(item) for item in titled(root, "milestones").iter("li"))
    assert late.startswith("! overdue M1")
    assert "due 2026-11-15" in late
    assert "Missing: T2, T3" in late
    assert met.startswith("✓ met M2")
    assert open_one.startswith("○ not met M3")
    assert "Overdue: M1" in words_of(titled(root, "why"))


def test_decisions_of_people_are_told() -> None:
    """Waivers, those that nothing needs, attestations and loosenings have their sections."""
    root = parsed(page(a_document()))
    waived = words_of(titled(root, "waived"))
    assert "no fixed release of ecdsa, by sec-lead until 2026-12-01" in waived
    assert "its waiver (no database in CI) can go" in waived
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
    assert words_of(titled(root, "loosened")).endswith("only as the base has them: T2.1")


# --- the evidence -------------------------------------------------------------------------------


def row(root: Element, criterion: str) -> str:
    """What is told of one criterion."""
    return words_of(by_id(root, f"c-{criterion}"))


def test_evidence_tells_how_a_probe_ended() -> None:
    """Command, status or signal, time, CPU, memory, parameters, version, folder and output."""
    root = parsed(page(a_document()))
    assert "mypy --output json $args $paths" in row(root, "T2.1")
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
    assert [words_of(item) for item in commands].count("mypy --output json $args $paths") == 1
    second = by_id(root, "c-T2.2")
    assert "exit 1, 8.1 s" in words_of(second)
    assert [link.get("href") for link in second.iter("a")] == ["#c-T2.1"]


def test_findings_are_bounded_and_counted() -> None:
    """At most twenty findings of a criterion are on the page; the others are counted."""
    root = parsed(page(a_release()))
    found = list(by_id(root, "c-T2.1").iter("li"))
    assert len(found) == 21
    assert words_of(found[0]).startswith("src/api/matches.py:3 arg-type")
    assert words_of(found[-1]) == "and 10 more"


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
    assert "… 12021 characters left out …" in bad
    assert len(output_of(text, Verdict.PASS)) < len(bad)


def test_output_keeps_its_lines() -> None:
    """Lines stay lines, and what a terminal would obey is spelled out."""
    assert "one\ntwo  \\x1b[2J &lt;b&gt;" in output_of("one\ntwo  \x1b[2J <b>")


# --- over time ----------------------------------------------------------------------------------


def test_the_score_is_a_picture_and_a_table() -> None:
    """Every run has a point and a row; one without a score leaves a gap."""
    run = a_release()
    root = parsed(page(run))
    assert len(list(root.iter(f"{SVG}circle"))) == len(run.past)
    rows = list(next(root.iter("table")).iter("tr"))
    assert len(rows) == len(run.past) + 2
    assert words_of(rows[1]) == "25 2026-11-24 3f2a1bc9d0 6.58 NOT READY ="
    assert any("unknown UNDECIDED" in words_of(item) for item in rows)
    assert any(words_of(item).endswith("changed") for item in rows)


def test_a_first_run_says_so() -> None:
    """Without earlier runs there is no picture of them, and no empty section."""
    text = page(a_document())
    assert "The first run of this board" in text
    assert 'aria-labelledby="time"' not in text


def test_runs_of_one_day_are_told_apart() -> None:
    """Where all runs are of one day, their times are told."""
    run = a_release()
    past = [
        msgspec.structs.replace(point, started_at=f"2026-11-24T09:{at:02}:00Z")
        for at, point in enumerate(run.past)
    ]
    text = words_of(parsed(page(msgspec.structs.replace(run, past=past))))
    assert "From 4.00 on 2026-11-24 09:00 to 6.58 on 2026-11-24 13:10" in text


def test_a_course_is_told_in_words() -> None:
    """The heat map is there in words, too."""
    time = titled(parsed(page(a_release())), "time")
    told = {words_of(item[0]): words_of(item[1]) for item in time.iter("tr")}
    assert told["T2.1"] == "1–25 fail"
    assert told["T5.1"].endswith("25 error")


def test_a_number_that_never_moved_has_no_picture() -> None:
    """Only numbers that moved are drawn: a flat line tells nothing."""
    run = a_release()
    still = [msgspec.structs.replace(point, values={"T2.1": 214.0}) for point in run.past]
    assert "Each number" not in page(msgspec.structs.replace(run, past=still))


def test_the_timeline_leaves_out_what_took_no_time() -> None:
    """A reused result and a probe without a start have no bar; the summary counts the others."""
    probes = [
        a_probe("p1", "a", started_at="2026-11-24T13:10:43.000Z", duration_s=2.0),
        a_probe("p2", "b", started_at="2026-11-24T13:10:44.000Z", duration_s=3.0),
        a_probe("p3", "c", started_at=None),
        a_probe("p4", "d", reused=True),
    ]
    text = words_of(titled(parsed(page(a_document(probes=probes))), "gantt"))
    assert "2 probes worked 5.0 s within 4.0 s." in text
    assert "p1" in text
    assert "p3" not in text
    assert "p4" not in text


# --- nobody is asked, nothing is obeyed ---------------------------------------------------------


def policy_of(root: Element) -> dict[str, str]:
    """The page's content security policy, directive by directive."""
    meta = next(item for item in root.iter("meta") if item.get("http-equiv"))
    parts = (part.strip().partition(" ") for part in str(meta.get("content")).split(";"))
    return {name: value for name, _, value in parts}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_only_its_own_style_and_script_count(name: str) -> None:
    """The policy allows nothing but the one style and the one script that are in the page."""
    root = parsed(page(DOCUMENTS[name]()))
    expected = {
        "default-src": "'none'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    for tag in ("style", "script"):
        (element,) = root.iter(tag)
        digest = base64.b64encode(hashlib.sha256(str(element.text).encode()).digest()).decode()
        expected[f"{tag}-src"] = f"'sha256-{digest}'"
    assert policy_of(root) == expected


def attributes(root: Element) -> set[tuple[str, str]]:
    """Every attribute of the page, by its element."""
    return {(str(item.tag), name) for item in root.iter() for name in item.attrib}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_refers_to_nothing_outside(name: str) -> None:
    """Links stay on the page, and neither style nor script names an address."""
    root = parsed(page(DOCUMENTS[name]()))
    leading = {
        "src",
        "srcset",
        "href",
        "action",
        "data",
        "poster",
        "{http://www.w3.org/1999/xlink}href",
    }
    for element in root.iter():
        for attribute in leading & set(element.attrib):
            assert re.match(r"#|data:,$", element.attrib[attribute])
        assert "style" not in element.attrib
        assert not any(attribute.startswith("on") for attribute in element.attrib)
    for tag in ("style", "script"):
        (element,) = root.iter(tag)
        assert not re.search(
            r"url\(|@import|https?:|fetch|XMLHttp|eval|innerHTML", str(element.text)
        )


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
@pytest.mark.parametrize("made", [a_document, a_release])
def test_hostile_text_stays_text(made: Callable[[], RunDocument], text: str) -> None:
    """No string of the document becomes an element, an attribute or a link."""
    plain = parsed(page(full_of("plain", made())))
    root = parsed(page(full_of(text, made())))
    assert {item.tag for item in root.iter()} <= {item.tag for item in plain.iter()}
    assert attributes(root) <= attributes(plain)
    assert sum(1 for _ in root.iter("script")) == 1
    shown = " ".join(literal(text).split())
    assert shown[:500] in words_of(next(root.iter("h1")))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e308, -1e308])
def test_impossible_numbers_break_nothing(value: float) -> None:
    """A measured number that is none, or is far too large, leaves a page that can be read."""
    run = a_release()
    past = [
        msgspec.structs.replace(point, values=dict.fromkeys(point.values, number))
        for point, number in zip(run.past, [value, -value, 0.0] * 8, strict=True)
    ]
    tasks = [
        msgspec.structs.replace(
            task, criteria=[msgspec.structs.replace(item, value=value) for item in task.criteria]
        )
        for task in run.tasks
    ]
    root = parsed(page(msgspec.structs.replace(run, past=past, tasks=tasks)))
    assert not any("nan" in str(item.get("d")).lower() for item in root.iter())


# --- a large board ------------------------------------------------------------------------------


def test_a_large_board_is_below_three_megabytes() -> None:
    """2,000 criteria with their history and evidence: all are there, the pictures are bounded."""
    run = a_large_document(2000)
    text = page(run)
    assert len(text.encode()) < 3_000_000
    assert all(f'id="c-{criterion.id}"' in text for criterion in run.criteria())
    assert "60 of 2000 criteria: those that are not good, or changed." in text
    assert "24 of " in text
    assert "The longest 40; the other 1960 took" in text
    assert '<main id="main" tabindex="-1" class="large">' in text


def test_a_large_board_with_long_words_is_bounded_too() -> None:
    """Titles, reasons and hints of thousands of characters do not make the page endless."""
    run = a_large_document(2000)
    tasks = [
        msgspec.structs.replace(
            task,
            criteria=[
                msgspec.structs.replace(item, title="t" * 5000, hint="h" * 2000, reason="r" * 2000)
                for item in task.criteria
            ],
        )
        for task in run.tasks
    ]
    assert len(page(msgspec.structs.replace(run, tasks=tasks))) < 4_500_000


# --- in the program -----------------------------------------------------------------------------


def test_a_check_does_not_pay_for_it() -> None:
    """The template engine is imported when a page is made, and not before."""
    code = (
        "import sys; import readiness.report.html, readiness.commands.check;"
        " sys.exit('jinja2' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_it_asks_for_thirty_runs() -> None:
    """The format says how much history it wants."""
    assert html.PAST == 30


def test_the_program_writes_it(project: Project, tmp_path: Path) -> None:
    """`--report html=FILE` leaves a page that tells the verdict of the run."""
    project.write(
        {
            "version": 1,
            "title": "发布 <b>",
            "language": "zh",
            "tasks": [
                {
                    "id": "T1",
                    "title": "a",
                    "priority": "P0",
                    "criteria": [{"title": "b", "run": "echo hello"}],
                }
            ],
        }
    )
    ended = project("check", "--report", "html=page.html")
    assert ended.status == 0, ended
    root = parsed((project.folder / "page.html").read_text(encoding="utf-8"))
    assert words_of(next(root.iter("h1"))) == "发布 <b>"
    assert "就绪" in words_of(by_id(root, "main"))[:20]
    assert "echo hello" in row(root, "T1.1")
