"""The documents tell what the program does: commands, statuses, checks and examples."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from readiness.command_line.reader import names
from readiness.load import load_board, load_catalogue
from readiness.model.board import Check
from readiness.model.errors import ExitStatus
from readiness.model.words import Verdict
from tests.support.readers import READERS

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    [
        ROOT / "README.md",
        ROOT / "README.zh.md",
        ROOT / "CHANGELOG.md",
        *(ROOT / "docs").glob("*.md"),
    ]
)


def boards_in(document: Path) -> list[str]:
    """The YAML blocks of a document that are whole boards, without their indentation."""
    text = document.read_text(encoding="utf-8")
    blocks = re.findall(r"^( *)```yaml\n(.*?)^ *```", text, flags=re.DOTALL | re.MULTILINE)
    boards = []
    for indent, block in blocks:
        body = "".join(line.removeprefix(indent) for line in block.splitlines(keepends=True))
        if body.startswith("version:"):
            boards.append(body)
    return boards


BOARDS = [
    pytest.param(board, id=f"{document.name}-{number}")
    for document in DOCUMENTS
    for number, board in enumerate(boards_in(document))
]


@pytest.mark.parametrize("board", BOARDS)
def test_boards_in_documents_are_valid(board: str, tmp_path: Path) -> None:
    """A board that a reader copies from a document loads as it stands."""
    path = tmp_path / "board.yaml"
    path.write_text(board, encoding="utf-8")
    assert load_board(str(path), profile=None, environ={}).tasks


def test_every_command_is_told_of() -> None:
    """No command is left out of their page, and none is promised that is not there."""
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`readiness ([a-z]+)", page)) == set(names())


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_readme_promises_no_other_command(name: str) -> None:
    """What it calls is there."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert set(re.findall(r"(?:`|[$] )readiness ([a-z]+)", text)) <= set(names())


def test_every_exit_status_is_told() -> None:
    """The table of exit statuses is the code's."""
    page = (ROOT / "docs" / "score.md").read_text(encoding="utf-8")
    told = {int(row) for row in re.findall(r"^\| (\d+) \|", page, flags=re.MULTILINE)}
    assert told == {status.value for status in ExitStatus} - {ExitStatus.SIGNAL}


def test_the_guide_explains_every_verdict() -> None:
    """Every verdict has its line in the guide to boards."""
    guide = (ROOT / "docs" / "board.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| (\w+) \|", guide, flags=re.MULTILINE)) - {"verdict"}
    assert told == {verdict.value for verdict in Verdict}


def test_the_guide_to_reports_has_every_format_for_machines() -> None:
    """A section each, and a row in the table that leads there."""
    guide = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    wanted = set(READERS) - {"json", "table"}
    assert wanted <= set(re.findall(r"^## ([a-z-]+)$", guide, flags=re.MULTILINE))
    assert wanted <= set(re.findall(r"^\| \[([a-z-]+)\]\(#\1\)", guide, flags=re.MULTILINE))


def test_the_guide_to_reports_names_every_metric() -> None:
    """And none that is not there."""
    guide = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`(readiness_[a-z_]+)`", guide))
    golden = (ROOT / "tests" / "golden" / "mixed.openmetrics.prom").read_text(encoding="utf-8")
    assert told == set(re.findall(r"^# TYPE (\S+)", golden, flags=re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link of a document leads to a file that is there."""
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (document.parent / target).exists(), target


def test_the_page_of_checks_is_the_catalogue(golden: Callable[[str, str], None]) -> None:
    """docs/checks.md is made from the check files; `pytest --update-golden` regenerates it."""
    catalogue = load_catalogue([])
    page = "\n".join([HEAD, *(section(catalogue[name]) for name in sorted(catalogue))])
    golden(str(ROOT / "docs" / "checks.md"), page)


HEAD = """# The checks

The checks that `readiness checks` lists. In a criterion, name a check with `check:`, set its
parameters with `with:` and, to use a measure other than the first, add `measure:`.
"""


def section(check: Check) -> str:
    """One check as a section of the page."""
    lines = [f"## {check.name}", "", f"{check.summary}.", ""]
    lines += [check.work, ""]
    if check.tools or check.install:
        tools = ", ".join(f"`{tool}`" for tool in check.tools) or "a library"
        tried = ", ".join(f"{tool} `{limits}`" for tool, limits in check.tried.items())
        also = f" Tried with {tried}." if tried else ""
        lines += [f"Needs {tools}: `{check.install}`.{also}", ""]
    if check.by_hand:
        lines += [f"By hand: `{check.by_hand}`", ""]
    if check.expect is not None:
        lines += [f"Expected, unless the board says otherwise: `{check.expect.text}`.", ""]
    lines += ["| measure | unit | better |", "| --- | --- | --- |"]
    lines += [
        f"| {measure.name} | {measure.unit or '-'} | {measure.better or '-'} |"
        for measure in check.measures
    ]
    if check.params:
        lines += ["", "| parameter | default | what it is |", "| --- | --- | --- |"]
        lines += [
            f"| {param.name} | {default(param.default)} | {in_a_cell(param.help)} |"
            for param in check.params
        ]
    return "\n".join([*lines, ""])


def default(value: str | None) -> str:
    """A parameter's default, as the page shows it."""
    if value is None:
        return "required"
    return f"`{value}`" if value else "empty"


def in_a_cell(text: str) -> str:
    """A text that does not end its table cell."""
    return text.replace("|", "\\|")
