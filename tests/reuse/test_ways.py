"""Each way in which a result may come out otherwise, and its innocent twin in which none does."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from readiness.record.document import RunDocument
from tests.support.program import Project, a_board, number
from tests.support.repositories import commit, git

Change = Callable[[Path], object]
RAN = 'echo ran >> "$HOME/ran.log"'


def writes(name: str, text: str = "2\n") -> Change:
    """Write a file, by its path from the project."""

    def write(it: Path) -> None:
        (it / name).parent.mkdir(parents=True, exist_ok=True)
        (it / name).write_text(text)

    return write


def links(name: str, to: str) -> Change:
    """Have a link lead elsewhere."""
    return lambda it: ((it / name).unlink(), (it / name).symlink_to(to))


def program(name: str, text: str = "echo 2") -> Change:
    """Install a program of the shell, by its path from the project."""

    def install(it: Path) -> None:
        writes(name, f"#!/bin/sh\n{text}\n")(it)
        (it / name).chmod(0o755)

    return install


def errors(command: str, **more: Any) -> dict[str, Any]:
    """Make a criterion of what a command prints, as a number; it notes that it ran."""
    shown = f'"errors: $( ({command}) 2>&1 | cksum | cut -d " " -f 1)"'
    return number(f"{RAN}; echo {shown}", "< 99999999999", **more)


WAYS: dict[str, tuple[str, Change]] = {
    "a file is edited": ("cat a", writes("a")),
    "an edited file is edited again": ("cat dirty", writes("dirty")),
    "a file is new": ("ls", writes("new")),
    "a file is gone": ("cat a", lambda it: (it / "a").unlink()),
    "a file may be run": ("test -x a && echo x", lambda it: (it / "a").chmod(0o755)),
    "a file that Git ignores is edited": ("cat .env", writes(".env")),
    "a file that Git ignores is new": ("ls dist", writes("dist/new")),
    "a file that Git is told not to look at is edited": ("cat hidden", writes("hidden")),
    "a file of a repository within is edited": ("cat inner/a", writes("inner/a")),
    "a link is moved": ("cat link", links("link", "dirty")),
    "what a link leads to outside is edited": ("cat up", writes("../beside")),
    "a file outside that is named is edited": ("cat ../named", writes("../named")),
    "a commit is made": ("git log --oneline", lambda it: commit(it, {})),
    "a commit is tagged": ("git describe --tags --always", lambda it: git(it, "tag", "v2")),
    "a file is staged": ("git ls-files", lambda it: git(it, "add", "staged")),
    "the tool is another": ("tool", program("../bin/tool", "echo another")),
    "a program is earlier on PATH": ("tool", program("../early/tool")),
    "a distribution is installed": (
        "ls .venv/lib/*/*",
        lambda it: (it / ".venv/lib/python3/site-packages/b-1.dist-info").mkdir(),
    ),
    "a distribution is upgraded": (
        "ls .venv/lib/*/*",
        lambda it: (it / ".venv/lib/python3/site-packages/a-1.dist-info").rename(
            it / ".venv/lib/python3/site-packages/a-2.dist-info"
        ),
    ),
    "a distribution is installed anew": (
        "stat -c %Y .venv/lib/*/*/a-1.dist-info",
        lambda it: os.utime(it / ".venv/lib/python3/site-packages/a-1.dist-info", (1, 1)),
    ),
    "a distribution that is imported in place is edited": (
        'cat "$PWD"/../lib/a.py',
        writes("../lib/a.py"),
    ),
    "the environment is another": ("readlink -f venv", links("venv", "other")),
}


@pytest.fixture
def place(project: Project) -> Project:
    """A committed project with all that the ways change."""
    folder = project.folder
    commit(
        folder,
        {"a": "1\n", "dirty": "1\n", "hidden": "1\n", ".gitignore": ".env\ndist\n.venv\nvenv\n"},
    )
    git(folder, "update-index", "--assume-unchanged", "hidden")
    for name in (
        "../beside",
        "../named",
        ".env",
        "dist/x",
        "inner/a",
        "staged",
        "../lib/a.py",
        "other/bin/x",
    ):
        writes(name, "1\n")(folder)
    writes("other/bin/x")(folder)
    writes("dirty", "edited\n")(folder)
    (folder / "inner/.git").mkdir()
    program("../bin/tool", "echo 1")(folder)
    (folder.parent / "early").mkdir()
    packages = folder / ".venv/lib/python3/site-packages"
    (packages / "a-1.dist-info").mkdir(parents=True)
    program(".venv/bin/python", "exit 1")(folder)
    writes(".venv/pyvenv.cfg", "home = /usr/bin\n")(folder)
    url = f'{{"url": "file://{folder.parent}/lib", "dir_info": {{"editable": true}}}}'
    (packages / "a-1.dist-info/direct_url.json").write_text(url)
    (folder / "link").symlink_to("a")
    (folder / "up").symlink_to("../beside")
    (folder / "venv").symlink_to(".venv")
    return project


def check(project: Project, *options: str, **env: str) -> RunDocument:
    """Run the board; the document. Files are older then than what may change unseen."""
    time.sleep(0.05)
    own = [str(project.folder.parent / name) for name in ("early", "bin")]
    path = ":".join([*own, project.environment["PATH"]])
    ended = project("check", "--output-format", "json", *options, env={"PATH": path, **env})
    assert ended.status in (0, 1, 3), ended
    return ended.run


def reused(run: RunDocument) -> list[bool]:
    """Which of the probes were not run."""
    return [probe.reused for probe in run.probes]


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_to_yesterdays_answer(place: Project, way: str) -> None:
    """Unchanged, a result is reused; then a run says with --reuse what it says without."""
    command, change = WAYS[way]
    place.write(a_board(errors(command)))
    first, same = check(place, "--reuse"), check(place, "--reuse")
    assert (first.probes[0].not_kept, reused(same)) == ("", [True])
    change(place.folder)
    now, fresh = check(place, "--reuse"), check(place)
    assert reused(now) == [False]
    assert [one.value for one in now.criteria()] == [one.value for one in fresh.criteria()]


INNOCENT: dict[str, tuple[dict[str, Any], Change]] = {
    "a file is written anew as it was": ({}, writes("a", "1\n")),
    "a file that Git knows has other times": ({}, lambda it: os.utime(it / "a", (1, 1))),
    "an edited file is committed, and Git is ignored": (
        {"ignores": ".git"},
        lambda it: git(it, "commit", "-qam", "more"),
    ),
    "Git looks at the times of files": ({}, lambda it: git(it, "status")),
    "a document that is ignored is edited": ({"ignores": ["**/*.md"]}, writes("docs/a.md")),
    "a folder that is ignored has a new file": ({"ignores": ["docs/**"]}, writes("docs/new")),
    "a cache is filled": ({}, writes("src/__pycache__/a.pyc")),
    "an editor leaves something": ({}, writes(".idea/workspace.xml")),
    "a process leaves data to be collected": ({}, writes(".coverage.host.1")),
    "a module is compiled where it is installed": (
        {},
        writes(".venv/lib/python3/site-packages/a/__pycache__/a.pyc"),
    ),
    "a file beside the repository is edited": ({}, writes("../none")),
}


@pytest.mark.parametrize("what", INNOCENT)
def test_what_changes_nothing_is_reused(place: Project, what: str) -> None:
    """It is not run again."""
    more, change = INNOCENT[what]
    (place.folder / ".venv/lib/python3/site-packages/a").mkdir()
    place.write(a_board(errors("cat a", **more)))
    first = check(place, "--reuse")
    change(place.folder)
    now = check(place, "--reuse")
    assert reused(now) == [True], first.probes[0].not_kept


def test_what_a_probe_leaves_is_no_change(place: Project) -> None:
    """Where Git ignores it, or the value is read from it. Twin: a file that Git does not ignore."""
    left = {"run": "echo 3 > dist/report.txt", "ignores": []}
    read = {**left, "run": "echo 3 > out", "read": {"from": "out", "as": "text", "regex": r"\d"}}
    place.write(a_board(left, {**read, "expect": "== 3"}, {"run": "echo 3 > left"}))
    check(place, "--reuse", "T1.1")
    assert reused(check(place, "--reuse", "T1.1")) == [True]
    check(place, "--reuse", "T1.2")
    assert reused(check(place, "--reuse", "T1.2")) == [True]
    for _ in range(2):
        run = check(place, "--reuse", "T1.3")
        assert "left changed while it ran" in run.probes[0].not_kept


def test_what_is_put_back_is_a_change(place: Project) -> None:
    """Git finds it as it was; what the probe saw meanwhile nobody knows."""
    place.write(a_board({"run": "cp a dist/b; echo 9 > a; cp dist/b a"}))
    assert "/a changed while it ran" in check(place, "--reuse").probes[0].not_kept


def test_what_git_cannot_tell_is_not_reused(place: Project) -> None:
    """It is measured, and the record says why nothing is kept."""
    place.write(a_board(errors("cat a")))
    (place.folder / ".git/index").write_bytes(b"broken")
    for _ in range(2):
        run = check(place, "--reuse")
        assert (reused(run), "index" in run.probes[0].not_kept) == ([False], True)


def test_a_report_of_the_run_is_no_change(place: Project) -> None:
    """Nor is the history, wherever that is."""
    place.write(a_board(errors("cat a")))
    options = ("--reuse", "--report", "html=page.html", "--history", "history.db")
    check(place, *options)
    assert reused(check(place, *options)) == [True]


def test_another_variable_is_another_question(place: Project) -> None:
    """Of the caller's, as of the board's."""
    place.write(a_board(errors("echo $SOME")))
    check(place, "--reuse", SOME="1")
    assert reused(check(place, "--reuse", SOME="2")) == [False]
    assert reused(check(place, "--reuse", SOME="1")) == [True]


@pytest.mark.parametrize("afresh", ["echo errors: 4", "exit 7"])
def test_what_was_measured_afresh_takes_the_place_of_what_was_known(
    place: Project, afresh: str
) -> None:
    """Else the next run would go back to what `--fresh` was asked not to believe."""
    log = place.folder.parent / "ran.log"
    first = '[ "$(wc -l < "$HOME/ran.log")" = 2 ] || { echo errors: 3; exit; }'
    place.write(a_board(number(f"{RAN}; {first}; {afresh}", "< 5")))
    check(place, "--reuse")
    (fresh,) = check(place, "--reuse", "--fresh").criteria()
    assert (fresh.value, log.read_text().count("ran")) == (4 if "4" in afresh else None, 2)
    (now,) = check(place, "--reuse").criteria()
    assert (now.value, log.read_text().count("ran")) == ((4, 2) if "4" in afresh else (3, 3))
