"""The comment on a pull request, and what it leaves out to be no longer than allowed."""

import re
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.model.words import Decision, Priority, Verdict
from readiness.record.document import FindingRecord, LineRecord, Loosening, RunDocument, WholeRun
from readiness.record.earlier import Previous
from readiness.record.wording import Wording
from readiness.report import Context, render
from readiness.report._comment.comment import comment
from readiness.report._comment.parts import Limit, Part, fitted
from readiness.report.markdown import LONGEST
from tests.support.documents import a_chinese_document, a_criterion, a_document, a_task
from tests.support.hostile import HOSTILE_TEXTS, full_of
from tests.support.pages import RECOGNISED, on_github


def comment_of(run: RunDocument) -> str:
    """The comment as it is posted."""
    return render("markdown", run, Context())


def headings(page: str) -> list[str]:
    """The headings of a comment, without their marks."""
    return [line.lstrip("# ") for line in page.splitlines() if line.startswith("#")]


@pytest.mark.parametrize(
    ("name", "run"),
    [("mixed.markdown.md", a_document()), ("mixed.markdown.zh.md", a_chinese_document())],
)
def test_the_comment_is_as_it_was_agreed_on(
    name: str, run: RunDocument, golden: Callable[[str, str], None]
) -> None:
    """One run with everything in it, in both languages."""
    golden(name, comment_of(run))


def test_a_bot_finds_its_own_comment() -> None:
    """The first line is hidden, and the same for every run of a board in a profile."""
    run = a_document()
    other_run = a_document(id="other", started_at="2026-11-25T00:00:00Z")
    other_profile = a_document(profile="production")
    other_board = a_document(board=msgspec.structs.replace(run.board, file="sub/board.yaml"))
    first, second, third, fourth = (
        comment_of(each).splitlines()[0] for each in (run, other_run, other_profile, other_board)
    )
    assert re.fullmatch(r"<!-- readiness:[0-9a-f]{16} -->", first)
    assert first == second
    assert len({first, third, fourth}) == 3


def a_change(**fields: object) -> RunDocument:
    """A run in which of five criteria one is worse, one new, one better, and one was red before."""
    red = a_criterion("T1.1", Verdict.FAIL, value=3, shown="3 errors", line=9)
    before = Previous(verdict=Verdict.FAIL, value=3)
    green = Previous(verdict=Verdict.PASS, value=0)
    criteria = [
        msgspec.structs.replace(red, id="T1.1", previous=before),
        msgspec.structs.replace(red, id="T1.2", value=4, shown="4 errors", previous=before),
        msgspec.structs.replace(red, id="T1.3"),
        a_criterion("T1.4", Verdict.PASS, value=0, shown="0 errors", previous=before, line=8),
        a_criterion("T1.5", Verdict.PASS, value=0, shown="0 errors", previous=green),
    ]
    return a_document(
        **{"tasks": [a_task("T1", *criteria)], "loosened": [], "findings": [], **fields}
    )


def test_a_comment_says_what_the_change_did_a_line_each_with_its_place() -> None:
    """Then how much of the rest is unchanged; what fails already is folded away."""
    place = FindingRecord(criterion="T1.2", path="src/a.py", line=3, rule="x", message="wrong")
    weaker = Loosening(
        subject="T1.5", what="expectation", before="== 0", after="< 5", path="b.yaml"
    )
    made = comment_of(a_change(findings=[place], loosened=[weaker]))
    shown, folded = made.split("<details>", 1)
    assert shown.split("\n\n")[2:4] == [
        (
            "- ⚠️ weakens the gate: **T1.5** expectation: `== 0` → `< 5` · `b.yaml`\n"
            "- ▼ **T1.2** Criterion T1.1: fail 3 → fail 4 errors · `src/a.py:3` x wrong\n"
            "- ✗ **T1.3** Criterion T1.1: fail 3 errors · `board.yaml:9`\n"
            "- ▲ **T1.4** Criterion T1.4: fail 3 → pass 0 errors · `board.yaml:8`"
        ),
        "2 of 5 unchanged; 1 was already red.",
    ]
    assert "❌ fail **T1.1**" in folded
    alone = [a_task("T1", a_criterion("T1.1", Verdict.PASS))]
    assert "there is no earlier run to compare with" in comment_of(a_change(tasks=alone))


def test_heading_and_lines_compare_with_the_run_that_the_gate_holds() -> None:
    """Its score too; what the gate calls worse is no better for having been so in another run."""
    line = LineRecord(run="20261124T131042Z-3f2a", commit="c0ffee", baselines=2, score="9.0")
    gate = msgspec.structs.replace(
        a_document().gate, decision=Decision.WORSE, line=line, reasons=["T1.1 rose to 3 errors"]
    )
    moved = Wording(key="gate.moved", facts={"names": "T1.1"})
    gate = msgspec.structs.replace(gate, wordings=[moved])
    made = comment_of(a_change(gate=gate))
    assert "\n## ❌ WORSE than before · Score 9.0 → 5.53 of 10, target 8.0\n" in made
    assert "compared with commit `c0ffee`, 2 baselines" in made
    assert "- ▼ **T1.1**" in made


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.PASS])
@pytest.mark.parametrize(("decision", "most"), [(Decision.HELD, 25), (Decision.WORSE, 60)])
def test_a_comment_is_short(verdict: Verdict, decision: Decision, most: int) -> None:
    """What is not folded has at most 25 lines where all is well, and 60 where not."""
    full = a_document()
    before = Previous(verdict=Verdict.WARN, value=3)
    many = [a_criterion(f"T9.{n}", verdict, value=4, previous=before) for n in range(300)]
    gate = msgspec.structs.replace(full.gate, decision=decision, reasons=["T9.1 it is"] * 99)
    tasks = [*full.tasks, a_task("T9", *many)]
    run = a_document(tasks=tasks, gate=gate, interrupted=decision is Decision.WORSE)
    made = re.sub(r"(<summary>.*)\n(?s:.*?)</details>", r"\1", comment_of(run))
    lines = [line for line in made.splitlines() if line.strip()]
    assert len(lines) <= most
    assert "more changes; see all criteria below" in made
    assert "T9.1" in comment_of(run)
    assert sum("<summary>" in line for line in lines) >= 6


def test_a_part_is_told_with_the_whole_project() -> None:
    """Score and decision are the last whole run's, as on the page and on the board."""
    whole = a_document()
    known = WholeRun(
        run="w", at="2026-11-20T10:00:00Z", score=whole.score, gate=whole.gate, milestones=[]
    )
    part = msgspec.structs.replace(an_empty_part(), whole_run=known)
    made = comment_of(part)
    assert "## ❌ NOT READY for release · Score 5.53 of 10" in made
    assert "from the whole run of 2026-11-20 10:00 UTC" in made


def an_empty_part() -> RunDocument:
    """A run of a part of the board."""
    gate = msgspec.structs.replace(a_document().gate, decision=Decision.PARTIAL, reasons=[])
    score = msgspec.structs.replace(a_document().score, value=None, shown="–", progress=None)
    return a_document(partial=True, gate=gate, score=score)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
@pytest.mark.parametrize("run", [a_document(), a_chinese_document()], ids=["en", "zh"])
def test_hostile_text_stays_text(text: str, run: RunDocument) -> None:
    """In every string at once: nothing is made of it but text and code, and nothing recognised."""
    made = comment_of(full_of(HOSTILE_TEXTS[text], run))
    page, harmless = on_github(made), on_github(comment_of(run))
    for element in ("h1", "h2", "h3", "table", "tr", "td", "details", "summary", "hr"):
        same = page.elements.count(element) == harmless.elements.count(element)
        assert same or text == "long", element
    assert set(page.elements) <= {*harmless.elements, "pre"}
    assert {"a", "img", "input", "script"}.isdisjoint(page.elements)
    assert not RECOGNISED.search("\n".join(page.words))
    assert made.replace("\n", "").isprintable()
    assert "##[" not in made
    assert not [line for line in made.splitlines() if line.lstrip().startswith(("::", "/"))]
    assert len(made) <= LONGEST


# --- length ---------------------------------------------------------------------------------------


def a_large_run(tasks: int = 60, criteria: int = 50) -> RunDocument:
    """A run in which everything fails, at length; the last task blocks."""
    words = "a|b @team `x` <b> 类型错误 " * 30
    made = [
        a_task(
            f"T{rank}",
            *(
                a_criterion(f"T{rank}.{n}", Verdict.FAIL, reason=words, title=words, hint=words)
                for n in range(criteria)
            ),
            priority=Priority.P0 if rank == tasks else Priority.P2,
            blocking=rank == tasks,
        )
        for rank in range(1, tasks + 1)
    ]
    gate = msgspec.structs.replace(a_document().gate, reasons=[words] * tasks * criteria)
    return a_document(tasks=made, gate=gate)


def test_a_comment_is_no_longer_than_github_takes() -> None:
    """Of a run with 3,000 failures it tells the worst, and how many it leaves out."""
    page = comment_of(a_large_run())
    assert len(page) <= LONGEST
    assert page.count("\n") > 50
    assert headings(page)[0].startswith("❌ NOT READY")
    failures = page[page.index("<summary>What failed") :]
    named = re.findall(r"^- ❌ fail \*\*(\S+)\*\*", failures, re.MULTILINE)
    assert named == [f"T60.{n}" for n in range(len(named))]
    left_out = re.search(r"… (\d+) more omitted", failures)
    assert left_out
    assert int(left_out[1]) + len(named) == 3000
    assert "· readiness 0.1.0" in page[-400:]


def test_a_shortened_comment_still_reads() -> None:
    """Its tables and its folded parts are whole."""
    shown = on_github(comment_of(a_large_run()))
    assert shown.elements.count("summary") == shown.elements.count("details")
    assert RECOGNISED.search("\n".join(shown.words)) is None


@pytest.mark.parametrize("room", [5_000, 20_000, 1_048_576])
def test_room_is_counted_in_bytes_where_that_is_asked(room: int) -> None:
    """As the summaries of GitHub's steps need it."""
    made = comment(a_large_run(), most=room, in_bytes=True)
    assert room * 0.5 < len(made.encode()) <= room


PARTS = st.lists(
    st.builds(
        Part,
        head=st.text("h", max_size=5),
        items=st.lists(st.text("i", min_size=1, max_size=20), max_size=8),
        foot=st.text("f", max_size=5),
    ),
    max_size=6,
)


@given(parts=PARTS, most=st.integers(150, 400))
def test_what_is_left_out_is_counted(parts: list[Part], most: int) -> None:
    """Never longer than allowed, and every item is shown or counted."""
    limit = Limit(most=most, size=len, left_out="({} more)".format)
    made = fitted(parts, limit)
    assert len(made) <= most
    lines = made.split("\n")
    shown = sum(line.startswith("i") for line in lines)
    counted = sum(int(n) for n in re.findall(r"\((\d+) more\)", made))
    assert shown + counted == sum(len(part.items) for part in parts)


def test_what_comes_last_gives_way() -> None:
    """But for what is always there."""
    parts = [
        Part(head="first", items=["x" * 20] * 3),
        Part(head="second", items=["y" * 20] * 3),
        Part(head="end"),
    ]
    made = fitted(parts, Limit(most=170, size=len, left_out="({} more)".format))
    assert made.count("x" * 20) == 3
    assert made.count("y" * 20) < 3
    assert made.endswith("end\n")
