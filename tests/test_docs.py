"""The documents tell what the program does: commands, statuses, checks and examples."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from readiness.command_line.application import names
from readiness.load import load_board, load_catalogue
from readiness.model.errors import ExitStatus
from readiness.model.words import Verdict
from tests.support import check_pages
from tests.support.readers import READERS

ROOT = Path(__file__).parents[1]
CHECKS = ROOT / "docs" / "checks"
DOCUMENTS = sorted(
    [
        ROOT / "README.md",
        ROOT / "README.zh.md",
        ROOT / "CHANGELOG.md",
        *(ROOT / "docs").rglob("*.md"),
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


def test_the_pages_of_checks_are_the_catalogue(golden: Callable[[str, str], None]) -> None:
    """Each has its page, and the overview and the site lead to it; made by `--update-golden`."""
    groups = check_pages.grouped(load_catalogue([]))
    golden(str(ROOT / "docs" / "checks.md"), check_pages.overview(groups))
    for group, checks in groups.items():
        for check in checks:
            golden(str(CHECKS / f"{check.name}.md"), check_pages.page(check, group))
    names = {check.name for checks in groups.values() for check in checks}
    assert {path.stem for path in CHECKS.iterdir()} == names
    site = (ROOT / "mkdocs.yml").read_text("utf-8")
    before, _, after = site.partition("  - Checks:\n")
    _, _, after = after.partition("  - Reference:\n")
    wanted = f"{before}{check_pages.contents(groups)}  - Reference:\n{after}"
    golden(str(ROOT / "mkdocs.yml"), wanted)
