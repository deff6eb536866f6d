"""Families F and N: what is a section, and what a comment hides."""

import os
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from tests.faults.rows import passes, tried
from tests.support.checking import build
from tests.support.program import Project, a_board
from tests.support.repositories import commit

DOCUMENT = {"check": "documents", "with": {"paths": "a.md", "min_words": "0"}}


@pytest.fixture
def own(project: Project) -> Project:
    """A project whose tools are those of this Python."""
    tools = os.path.dirname(sys.executable)
    project.environment["PATH"] = f"{tools}{os.pathsep}{project.environment['PATH']}"
    return project


def verdict(
    project: Project, criterion: Mapping[str, Any], files: Mapping[str, str]
) -> tuple[str, str]:
    """Return the verdict on one criterion in a project of these files, and what it says."""
    build(str(project.folder), files)
    (found,) = tried(project, a_board(criterion), within=60).run.criteria()
    return found.verdict, found.reason


EMPTY_SECTIONS = [
    "# \n\n## \n\n### \n",
    "# ---\n\n## !\n\n### *\n",
    "# One\n\n## Two\n\n### Three\n",
    "# One\n\ntext\n\n## Two\n\n## Three\n<!-- to be written -->\n",
]


@pytest.mark.parametrize("text", EMPTY_SECTIONS)
def test_5017_headings_without_text_are_no_sections(own: Project, text: str) -> None:
    """Without words in them or below them."""
    assert verdict(own, DOCUMENT, {"a.md": text})[0] == "fail"


@pytest.mark.parametrize(
    "text",
    [
        "# One\n\n## Two\n\n### Three\n\ntext\n",
        "# 一\n\n文\n\n# 二\n\n- 文\n\n# 三\n\n| a | b |\n| - | - |\n| 1 | 2 |\n",
        "One\n===\n\n    make\n\n# Two\n\n```\nmake\n```\n\n# Three\n\n<p>text</p>\n",
        "# One\n\n![](picture.svg)\n\n# Two\n\n> text\n\n# Three\n\n<https://example.org>\n",
    ],
)
def test_5017_twin_a_section_says_something(own: Project, text: str) -> None:
    """In prose, lists, tables, code, pictures, or in sections of its own."""
    build(str(own.folder), {"a.md": text, "picture.svg": ""})
    passes(own, DOCUMENT)


@pytest.mark.parametrize(
    ("section", "ends"),
    [("test", "pass"), ("est", "fail"), ("deploy", "fail"), ("roll", "pass")],
)
def test_a_section_is_its_heading(own: Project, section: str, ends: str) -> None:
    """It is named by how words in a heading begin, and not by letters within a word."""
    text = "# Latest tests\n\ntext\n\n# Deployment\n\n# Rollback\n\ntext\n"
    params = {
        "paths": "a.md",
        "section_words": "1",
        "min_words": "0",
        "min_headings": "0",
        "sections": section,
    }
    assert verdict(own, {"check": "documents", "with": params}, {"a.md": text})[0] == ends


def test_6003_a_hidden_error_is_named_and_an_innocent_edit_is_not(own: Project) -> None:
    """Where the path is a file, too. Twin: another line of the same file."""
    folder = own.folder
    board = a_board({"check": "mypy", "with": {"paths": "app.py"}})
    own.write(board)
    commit(folder, {"app.py": "x: int = 1\n"}, "base")
    commit(folder, {"app.py": "x: int = 1\ny: int = 2\n"}, "innocent")
    innocent = own("guard", "--base", "HEAD~1")
    assert innocent.status == 0, innocent
    commit(folder, {"app.py": 'x: int = 1\ny: int = ""  # type: ignore\n'}, "hidden")
    hidden = own("guard", "--base", "HEAD~1")
    assert hidden.status == 4, hidden
    assert "app.py" in hidden.out
