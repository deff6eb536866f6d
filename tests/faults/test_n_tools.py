"""Families F and N: what tools really looked at, and what is a hash or a section."""

import os
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from tests.faults.rows import passes, tried
from tests.support.checking import build
from tests.support.program import Project, a_board
from tests.support.projects import REVISION, migrations
from tests.support.repositories import commit

PYPROJECT = '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.9"\n[tool.ruff]\n'
LOCK = {"check": "lock", "with": {"lock": "a.lock", "inputs": "a.in"}, "measure": "unhashed"}
DOCUMENT = {"check": "documents", "with": {"paths": "a.md", "min_words": "0"}}
SECOND = REVISION.replace('"0001"', '"0002"').replace('"team"', '"other"')


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


HASHES = [
    "md5:aa",
    "sha256:aa",
    "sha256:" + "g" * 64,
    "sha256:" + "0" * 63,
    "sha1:" + "0" * 40,
    "sha256",
    "sha512:" + "0" * 64,
    "sha256:" + "0" * 64 + " --hash=md5:aa",
]


@pytest.mark.parametrize("text", HASHES)
def test_5013_to_5015_what_is_no_hash_is_none(own: Project, text: str) -> None:
    """Neither weak kinds nor too few digits, beside a good one or not. Twin: below."""
    files = {"a.in": "packaging\n", "a.lock": f"packaging==26.4 --hash={text}\n"}
    assert verdict(own, LOCK, files)[0] == "fail"


@pytest.mark.parametrize(
    "text",
    [
        "=sha256:" + "0" * 64,
        " sha384:" + "a" * 96,
        "=sha512:" + "F" * 128 + " \\\n --hash=sha256:" + "1" * 64,
    ],
)
def test_5013_to_5015_twin_a_hash_is_one(own: Project, text: str) -> None:
    """Every strong kind, however it is written."""
    build(str(own.folder), {"a.in": "packaging\n", "a.lock": f"packaging==26.4 --hash{text}\n"})
    passes(own, LOCK)


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


@pytest.mark.parametrize("setting", ["exclude = ['app.py']", "lint.exclude = ['app.py']"])
def test_6001_ruff_that_is_shown_nothing_has_measured_nothing(own: Project, setting: str) -> None:
    """Only the settings file would be looked at. Twin: the same for another module."""
    criterion = {"check": "ruff", "with": {"args": "--select F"}}
    files = {"app.py": "x = 1\n", "pyproject.toml": f"{PYPROJECT}{setting}\n"}
    found, says = verdict(own, criterion, files)
    assert found == "error"
    assert "ruff looked at no Python file" in says
    text = files["pyproject.toml"].replace("app.py", "other.py")
    build(str(own.folder), {"pyproject.toml": text})
    passes(own, criterion)


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


def test_6007_ruff_format_measures(own: Project) -> None:
    """One file is not formatted: 1 of 2. Twin: formatted, none."""
    criterion = {"check": "ruff-format"}
    found, says = verdict(own, criterion, {"a.py": "x=1\n", "b.py": "x = 1\n"})
    assert (found, says.startswith("1 of 2 files")) == ("fail", True), says
    build(str(own.folder), {"a.py": "x = 1\n"})
    passes(own, criterion)


def test_6009_an_env_that_prints_hides_no_heads(own: Project) -> None:
    """Two heads are two. Twin: one head, whatever is printed."""
    files = migrations()
    files = {**files, "migrations/env.py": "print('hello')\n" + files["migrations/env.py"]}
    more = {"migrations/versions/0002_other.py": "print('hello')\n" + SECOND}
    found, says = verdict(own, {"check": "alembic-heads"}, {**files, **more})
    assert (found, says.startswith("2 heads")) == ("fail", True), says
    os.remove(own.folder / "migrations/versions/0002_other.py")
    passes(own, {"check": "alembic-heads"})
