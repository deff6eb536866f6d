"""Tests of the table, of the JSON report and of the list of formats."""

import io
import json
import re
import tomllib
from collections.abc import Callable

import jsonschema
import msgspec
import pytest
import rich.console
import rich.table
from rich.cells import cell_len

from readiness.model.errors import UsageError
from readiness.model.words import Priority, Verdict
from readiness.record.document import RunDocument, from_json, run_schema
from readiness.report import Context, render
from readiness.terminal.blocks import FileLink, Grid, Line, Style, plain
from readiness.terminal.output import drawn
from readiness.text.layout import inert
from tests.support.documents import (
    HOSTILE,
    a_chinese_document,
    a_criterion,
    a_document,
    a_probe,
    a_task,
)
from tests.support.hostile import full_of
from tests.support.program import ROOT

_PIPE = Context()
_SGR = re.compile(r"\x1b\[[0-9;]*m")
_IDS = [criterion.id for criterion in a_document().criteria()]
_NUMBERS = ["1029 errors", "81.25%", "512.5 rps", "< 500 ms", ">= 90%", "5.53", "8.0"]


def _terminal(columns: int, **fields: bool) -> Context:
    return Context(width=columns, terminal=True, **fields)


@pytest.mark.parametrize(
    ("name", "document", "context"),
    [
        ("mixed.table.txt", a_document(), _PIPE),
        ("mixed.zh.table.txt", a_chinese_document(), _PIPE),
        ("mixed.verbose.table.txt", a_document(), Context(verbose=True)),
        ("mixed.quiet.table.txt", a_document(), Context(quiet=True)),
        ("mixed.40.table.txt", a_document(), _terminal(40)),
        ("mixed.60.table.txt", a_document(), _terminal(60)),
        ("mixed.80.table.txt", a_document(), _terminal(80)),
        ("mixed.100.table.txt", a_document(), _terminal(100)),
        ("mixed.140.table.txt", a_document(), _terminal(140)),
        ("mixed.zh.40.table.txt", a_chinese_document(), _terminal(40)),
        ("mixed.zh.80.table.txt", a_chinese_document(), _terminal(80)),
        ("mixed.zh.120.table.txt", a_chinese_document(), _terminal(120)),
    ],
)
def test_the_table_is_as_it_was_agreed_on(
    name: str, document: RunDocument, context: Context, golden: Callable[[str, str], None]
) -> None:
    """One run with everything in it, in each look."""
    golden(name, render("table", document, context))


def test_the_json_report_is_as_it_was_agreed_on(golden: Callable[[str, str], None]) -> None:
    """The run document, indented for people."""
    golden("mixed.json", render("json", a_document(), _terminal(80)))


@pytest.mark.parametrize("context", [_PIPE, _terminal(80)])
def test_json_is_the_run_document(context: Context) -> None:
    """It obeys its schema, and reading it back gives the same document."""
    text = render("json", a_document(), context)
    jsonschema.validate(json.loads(text), run_schema())
    assert from_json(text.encode(), "run.json") == a_document()


def test_json_for_programs_is_one_line() -> None:
    """Off a terminal a document is a line, as JSON lines and logs want it."""
    assert render("json", a_document(), _PIPE).count("\n") == 1


def test_json_speaks_to_no_terminal_or_log() -> None:
    """What JSON lets through unescaped and a terminal obeys is escaped, and reads back the same."""
    title = "\x9b2J \u202e \u2028 \x7f ##[error] ###[x]"
    document = a_document(tasks=[a_task("T1", a_criterion("T1.1", Verdict.PASS, title=title))])
    text = render("json", document, _terminal(80))
    assert text.replace("\n", "").isprintable()
    assert "##[" not in text
    assert from_json(text.encode(), "run.json") == document


def test_an_unknown_format_is_refused() -> None:
    """The error names the formats that there are."""
    with pytest.raises(UsageError, match=r"'yaml'.*json.*table"):
        render("yaml", a_document(), _PIPE)


@pytest.mark.parametrize("document", [a_document(), a_chinese_document()])
@pytest.mark.parametrize("columns", [40, 50, 60, 80, 100, 120, 140, 200])
def test_a_terminal_of_any_width_shows_ids_numbers_and_verdicts_whole(
    document: RunDocument, columns: int
) -> None:
    """No line break runs through any of them, however narrow it is."""
    text = render("table", document, msgspec.structs.replace(_terminal(columns), verbose=True))
    words = " ".join(text.split())
    for word in [*_IDS, *_NUMBERS]:
        assert word in words


@pytest.mark.parametrize("columns", [1, 20, 40, 50, 60, 80, 100, 120, 140, 200])
@pytest.mark.parametrize("document", [a_document(), a_chinese_document()])
def test_the_table_fits_the_terminal(document: RunDocument, columns: int) -> None:
    """No line is wider than the terminal, whatever characters it has."""
    lines = render("table", document, _terminal(columns)).splitlines()
    inserted = 2  # the backslashes that keep a CI log from obeying a line
    assert max(map(cell_len, lines)) <= max(columns, 2) + inserted


@pytest.mark.parametrize("context", [_PIPE, _terminal(20), _terminal(80), _terminal(200)])
def test_colour_changes_colour_alone(context: Context) -> None:
    """Where there is colour, the words and their places stay the same."""
    text = render("table", a_document(), msgspec.structs.replace(context, colour=True))
    assert "\x1b[1;31m✗ fail" in text
    stripped = [line.rstrip() for line in _SGR.sub("", text).splitlines()]
    assert stripped == render("table", a_document(), context).splitlines()


@pytest.mark.parametrize(("verdict", "colour"), [(Verdict.FAIL, "1;31"), (Verdict.PASS, "2")])
def test_what_blocks_is_red_only_where_it_does(verdict: Verdict, colour: str) -> None:
    """The eye falls on red, so it is for alarms."""
    task = a_task("T1", a_criterion("T1.1", verdict), priority=Priority.P0, blocking=True)
    text = render("table", a_document(tasks=[task]), Context(colour=True))
    assert re.search(rf"\x1b\[{colour}mblocks the release", text)


def test_hostile_text_is_harmless_wherever_it_stands() -> None:
    """Every string of a document may be foreign; none reaches the terminal as it is."""
    document = full_of(f"\n{HOSTILE}")
    for context in (
        _PIPE,
        Context(verbose=True),
        Context(colour=True),
        _terminal(80),
        _terminal(20),
    ):
        text = _SGR.sub("", render("table", document, context))
        assert text.replace("\n", "").isprintable()
        assert not re.search(r"^\s*::", text, re.MULTILINE)
        assert "##[" not in text


def test_an_unknown_score_is_no_number() -> None:
    """Where nothing was measured no score is shown, and no bar."""
    score = msgspec.structs.replace(a_document().score, value=None, shown="", measured=0)
    text = render("table", a_document(score=score), _PIPE)
    assert "\nScore unknown of 10, target 8.0\n0 of 10 criteria in scope measured" in text


def test_where_something_failed_a_terminal_has_no_row_for_what_passed() -> None:
    """Its tasks and counts stay, and -v shows all; a file has a row for each."""
    document = a_document()
    folded, whole = render("table", document, _terminal(140)), render("table", document, _PIPE)
    assert re.findall(r"^  T[\d.]+ +✓ pass", folded, re.MULTILINE) == []
    assert len(re.findall(r"^  T[\d.]+ +✓ pass", whole, re.MULTILINE)) > 2
    assert "all of them: -v" in folded
    for task in document.tasks:
        row = rf"^{task.id} +\d/\d done +{re.escape(task.title)}"
        assert bool(re.search(row, folded, re.MULTILINE)) is (task.attainment is not None)


def test_what_a_partial_run_leaves_out_is_counted_only() -> None:
    """A selection shows its own rows; with verbose the others too."""
    document = a_document(partial=True)
    assert "T3.3" not in render("table", document, _PIPE)
    assert "1 skip" in render("table", document, _PIPE)
    assert "T3.3" in render("table", document, Context(verbose=True))


@pytest.mark.parametrize(
    ("expect", "before", "now", "mark"),
    [
        ("< 50", 1104, 1029, "▲ 1104"),
        ("< 60", 73.536, 57.249, "▲ 73.54"),
        ("< 60", 57.2491, 57.2492, "▼ 57.2491"),
        ("between 1 and 3", 5, 4, "± 5"),
        ("== 0", 3, 3, "="),
    ],
)
def test_a_change_is_better_worse_or_the_same(
    expect: str, before: float, now: float, mark: str
) -> None:
    """The value before, and whether the new one is nearer to what is expected."""
    previous = {"verdict": Verdict.FAIL, "value": before}
    criterion = a_criterion(
        "T1.1",
        Verdict.FAIL,
        expect=expect,
        value=now,
        shown=str(now),
        previous=msgspec.convert(previous, type(next(a_document().criteria()).previous)),
    )
    text = render("table", a_document(tasks=[a_task("T1", criterion)], probes=[]), _PIPE)
    row = next(line for line in text.splitlines() if line.startswith("  T1.1"))
    assert row.endswith(f"  {mark}")


def test_without_an_earlier_run_there_is_no_such_column() -> None:
    """A first run compares nothing."""
    document = a_document(tasks=[a_task("T1", a_criterion("T1.1", Verdict.PASS))])
    assert "Before" not in render("table", document, _PIPE)


def test_long_ids_and_values_are_whole_off_a_terminal() -> None:
    """However long they are: only titles may ever be shortened."""
    name, value = "T" * 90, "9" * 90
    criterion = a_criterion(name, Verdict.FAIL, shown=value, expect=f"< {value}", probes=["p1"])
    document = a_document(
        tasks=[a_task("T1", criterion)], probes=[a_probe("p1", "true", exit_status=1)]
    )
    text = render("table", document, _PIPE)
    assert name in text
    assert value in text
    # On a terminal they are folded where they have to be, and nothing of them is missing.
    assert "…" not in render("table", document, _terminal(80))


def test_the_table_is_richs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed is what `rich.table.Table` makes of the rows, and Rich is declared."""
    tables = []
    add_row = rich.table.Table.add_row

    def noted(self: rich.table.Table, *cells: rich.console.RenderableType, **more: bool) -> None:
        tables.append(self)
        add_row(self, *cells, **more)

    monkeypatch.setattr(rich.table.Table, "add_row", noted)
    document = a_document()
    text = render("table", document, _PIPE)
    table = next(table for table in tables if len(table.columns) == 8)
    drawn = io.StringIO()
    rich.console.Console(file=drawn, width=120).print(table)
    lines = [line.rstrip() for line in drawn.getvalue().splitlines()]
    assert inert("\n".join(lines)) in text
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert any(one.startswith("rich>=") for one in project["dependencies"])


def test_a_dropped_column_moves_no_colour() -> None:
    """Each cell keeps its style, and what is left out takes no room."""
    cells = [("T1", Style.STRONG), ("a remark of many words", Style.DIM), ("fail", Style.BAD)]
    table = Grid(rows=[cells], heads=["Id", "Remark", "Verdict"], spare=(1,))
    assert drawn([table], _terminal(12, colour=True)).splitlines()[2] == (
        "\x1b[1mT1\x1b[0m  \x1b[1;31mfail\x1b[0m"
    )
    assert drawn([table], _PIPE).splitlines() == [
        "Id  Remark                  Verdict",
        "───────────────────────────────────",
        "T1  a remark of many words  fail",
    ]


def test_a_place_is_a_link_where_the_terminal_knows_links() -> None:
    """A file that is there, at its line; elsewhere it is text."""
    line = Line(
        parts=((FileLink("pyproject.toml:3"), Style.PLAIN), (FileLink("gone:1"), Style.PLAIN))
    )
    linked = drawn([line], _terminal(80, colour=True, links=True))
    assert re.search(r"\x1b\]8;id=\d+;file:///.*/pyproject.toml\x1b\\pyproject.toml:3", linked)
    assert "file:///" not in linked.partition("gone")[0].rpartition("\x1b\\")[2]
    assert drawn([line], _terminal(80, colour=True)) == "pyproject.toml:3gone:1\n"


def test_columns_show_hostile_text_literally() -> None:
    """A cell neither breaks the table nor speaks to the terminal or a CI log."""
    table = Grid(rows=[plain("::error::\x1b[2J", "x\ny")], heads=[])
    assert drawn([table], _PIPE) == "\\::error::\\x1b[2J  x\\ny\n"
