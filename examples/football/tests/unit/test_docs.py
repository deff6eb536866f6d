"""The documents and the service belong together."""

import re
from pathlib import Path

import pytest

from src.monitoring.metrics import Metrics

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", document.read_text("utf-8")):
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        assert target.is_file(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_make_targets_exist(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    text = document.read_text("utf-8")
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
    assert named <= targets


def test_the_metrics_named_are_those_that_exist() -> None:
    metrics = Metrics()
    metrics.observe("GET", "/", 200, 0.1)
    text = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    named = set(re.findall(r"\bfootball_\w+", text))
    real = set(re.findall(r"^(football_\w+)", metrics.text().decode(), re.MULTILINE))
    histogram = {"football_http_request_duration_seconds"}
    assert named - histogram <= real
    assert histogram <= named
