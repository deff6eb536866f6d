"""`check --open`: the page of the run, in the browser of whoever asked for it."""

from pathlib import Path

import pytest

from tests.support.program import Project, a_board


@pytest.fixture
def browser(project: Project) -> Path:
    """A browser that writes down what it is asked to open."""
    project.write(a_board({"run": "test -d ."}))
    script = project.tmp.parent / "browser"
    opened = project.tmp.parent / "opened"
    script.write_text(f'#!/bin/sh\necho "$1" >> {opened}\n')
    script.chmod(0o755)
    project.environment["BROWSER"] = str(script)
    return opened


def test_the_page_is_written_and_opened(project: Project, browser: Path) -> None:
    """Beside the history, where git does not see it; the status is the run's."""
    ended = project("check", "-q", "--open")
    assert ended.status == 0, ended
    page = project.folder / ".readiness" / "page.html"
    assert "READY" in page.read_text()
    assert browser.read_text().strip() == page.as_uri()
    assert str(page) in ended.err


def test_a_page_that_is_asked_for_is_the_one(project: Project, browser: Path) -> None:
    """And no other is written."""
    assert project("check", "-q", "--open", "--report", "html=mine.html").status == 0
    assert browser.read_text().strip() == (project.folder / "mine.html").as_uri()
    assert not (project.folder / ".readiness" / "page.html").exists()


def test_without_a_screen_it_is_told_where_the_page_is(project: Project, browser: Path) -> None:
    """Nothing takes the terminal over."""
    del project.environment["BROWSER"]
    ended = project("check", "-q", "--open")
    assert (ended.status, "page.html" in ended.err, browser.exists()) == (0, True, False)
