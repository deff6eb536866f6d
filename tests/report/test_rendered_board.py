"""The board as Markdown: what the board file says, ticked by evidence alone."""

import re
from collections.abc import Callable

import msgspec
import pytest

from readiness.model.words import Better, Verdict
from readiness.record.document import RunDocument, TaskRecord
from readiness.report import Context, render
from readiness.report.board import share, status
from readiness.text.languages import Language
from readiness.text.sentences import sentences
from tests.support.documents import a_criterion, a_document, a_task, a_written_document
from tests.support.hostile import HOSTILE_TEXTS, full_of
from tests.support.pages import RECOGNISED, on_github

EN = sentences(Language.EN)


def board_of(run: RunDocument) -> str:
    """The rendered board."""
    return render("board", run, Context())


def in_chinese(run: RunDocument) -> RunDocument:
    """The same run of a board in Chinese."""
    return msgspec.structs.replace(
        run, board=msgspec.structs.replace(run.board, language=Language.ZH)
    )


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("mixed.board.en.md", a_written_document()),
        ("mixed.board.zh.md", in_chinese(a_written_document())),
    ],
)
def test_the_board_is_as_it_was_agreed_on(
    name: str, run: RunDocument, golden: Callable[[str, str], None]
) -> None:
    """One run with everything in it, in both languages."""
    golden(name, board_of(run))


def test_the_day_is_that_of_the_measurement() -> None:
    """Not that of the run, where a result was taken over from another day."""
    run = a_document()
    probes = [
        msgspec.structs.replace(probe, started_at="2026-11-20T23:00:00Z") for probe in run.probes
    ]
    page = board_of(msgspec.structs.replace(run, probes=probes))
    assert re.search(r"\*\*T1\.1\*\* .* · 2026-11-20 · ", page)


# --- what is told of a task -----------------------------------------------------------------------


def _task(*verdicts: Verdict, **fields: object) -> TaskRecord:
    criteria = [a_criterion(f"T.{n}", verdict, **fields) for n, verdict in enumerate(verdicts)]
    done = all(verdict in (Verdict.PASS, Verdict.WARN) for verdict in verdicts)
    return a_task("T", *criteria, done=done)


P, W, F, E, A, S = Verdict


@pytest.mark.parametrize(
    ("task", "told"),
    [
        (_task(P, W), "✅ **Done** - 2 of 2 criteria met"),
        (_task(P, W, S), "🔄 **In progress** - 2 of 3 criteria met, 1 not measured here"),
        (_task(P, F, E), "🔄 **In progress** - 1 of 3 criteria met, 1 could not be measured"),
        (_task(F, F), "❌ **Not started** - 0 of 2 criteria met"),
        (_task(F, E), "❌ **Not started** - 0 of 2 criteria met, 1 could not be measured"),
        (_task(E), "❓ **Could not be measured** - 0 of 1 criteria met, 1 could not be measured"),
        (_task(S), "➖ **Not in this run**"),
        (_task(A, P), "🔄 **In progress** - 1 of 2 criteria met, 1 waived"),
        (
            _task(F, value=30.0, baseline=22.53, better=Better.HIGHER),
            "🔄 **In progress** - 0 of 1 criteria met",
        ),
        (
            _task(F, value=22.53, baseline=22.53, better=Better.HIGHER),
            "❌ **Not started** - 0 of 1 criteria met",
        ),
        (
            _task(F, value=900, baseline=1029, better=Better.LOWER),
            "🔄 **In progress** - 0 of 1 criteria met",
        ),
    ],
)
def test_the_status_of_a_task_is_derived(task: TaskRecord, told: str) -> None:
    """From its criteria, and from numbers that moved since the board was opened."""
    assert status(task, EN) == told


@pytest.mark.parametrize(
    ("part", "told"),
    [(0.6875, "68.75%"), (0.69125, "69.12%"), (0.999999, "99.99%"), (1.0, "100%"), (0.0, "0%"),
     (0.5, "50%"), (0.29, "29%"), (0.1, "10%")],
)  # fmt: skip
def test_the_overall_progress_is_never_more_than_it_is(part: float, told: str) -> None:
    """It has as many decimals as it needs, two at most, and is rounded down."""
    assert share(part) == told


def _without_markdown(run: RunDocument) -> RunDocument:
    """The run without what may hold Markdown of the team's own."""
    board = msgspec.structs.replace(run.board, goal="", sections=[])
    tasks = [msgspec.structs.replace(task, details="") for task in run.tasks]
    return msgspec.structs.replace(run, board=board, tasks=tasks)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
@pytest.mark.parametrize("run", [a_document(), in_chinese(a_document())], ids=["en", "zh"])
def test_hostile_text_stays_text(text: str, run: RunDocument) -> None:
    """In every string at once: the same boxes, headings and tables, and nothing recognised."""
    board = msgspec.structs.replace(
        run.board, subtitle="A second title" if HOSTILE_TEXTS[text] else ""
    )
    run = msgspec.structs.replace(run, board=board)
    made = board_of(_without_markdown(full_of(HOSTILE_TEXTS[text], run)))
    page, harmless = on_github(made), on_github(board_of(run))
    for element in ("h1", "h2", "h3", "table", "tr", "td", "input", "hr"):
        assert page.elements.count(element) == harmless.elements.count(element), element
    assert {"a", "img", "details", "script"}.isdisjoint(page.elements)
    assert not RECOGNISED.search("\n".join(page.prose))
    assert made.replace("\n", "").isprintable()
    assert "##[" not in made
    assert not [line for line in made.splitlines() if line.lstrip().startswith("::")]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_markdown_of_a_board_ends_where_it_ends(text: str) -> None:
    """Sections and details may hold anything: our own chapters stay, and there is no HTML."""
    run = full_of(HOSTILE_TEXTS[text], a_written_document())
    page = on_github(board_of(run))
    for heading in map(EN, ("board.guide", "board.progress", "board.success", "board.chapter.P2")):
        assert heading in page.prose
    assert {"details", "script"}.isdisjoint(page.elements)
    assert page.elements.count("input") >= sum(1 for _ in run.criteria())
