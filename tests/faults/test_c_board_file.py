"""Section C: the board file. What is no board is refused at once, with its place."""

import os
import re
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from readiness.load import load_board
from readiness.model.errors import BoardError
from tests.faults.rows import refused
from tests.support.program import Project

pytestmark = pytest.mark.usefixtures("nothing_outlives_a_run")

GOOD = 'version: 1\ntitle: A\ntasks:\n- {id: T1, criteria: [{title: a, run: "test -d /"}]}\n'
READING = """version: 1
title: A
tasks:
- id: T1
  criteria:
  - title: a
    run: "echo 'errors: 3'"
    read: {as: text, regex: 'errors: (.*)'}
    expect: "<= 3"
    trial: false
"""


class Bad(NamedTuple):
    """A board that is none: its row, what is wrong, where that is, and words of the message."""

    row: int
    name: str
    content: bytes
    place: str
    says: str


def good(old: str, new: str) -> bytes:
    """The good board with something else in one place."""
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new).encode()


def reading(old: str, new: str) -> bytes:
    """The board that reads a number, with something else in one place."""
    assert READING.count(old) == 1
    return READING.replace(old, new).encode()


def bomb(levels: int, width: int) -> bytes:
    """Aliases of aliases."""
    rows = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels + 1)]
    return "\n".join(["a0: &a0 [x, x]", *rows, ""]).encode()


LIMIT = 'expect: "<= 3"'
EXPECT = '"<= 3"'

BAD = [
    Bad(55, "a limit twice", reading(LIMIT, f'{LIMIT}\n    expect: "<= 99"'), "10:5",
        "on line 9 and on line 10"),
    Bad(55, "in quotes", good("title: A", 'title: A\n"title": B'), "3:1", "on line 2 and on line"),
    Bad(55, "an alias as the key", good("title: A", "title: &a A\n*a : B\n*a : C"), "4:1", "twice"),
    Bad(57, "a title", good("title: A", "titel: A"), "2:1", 'did you mean "title"'),
    Bad(57, "capitals", good("title: A", "Title: A"), "2:1", 'did you mean "title"'),
    Bad(59, "no", good("T1", "no"), "4:8", "quote it"),
    Bad(59, "yes, of a criterion", good("title: a", "id: yes"), "4:28", "quote it"),
    Bad(59, "1e3", good("T1", "1e3"), "4:8", "quote it"),
    Bad(59, "yes as a key", good("title: A", "title: A\nyes: push"), "3:1", "quote it"),
    Bad(61, ".nan", reading(EXPECT, '"<= .nan"'), "9:13", "finite"),
    Bad(61, ".inf", reading(EXPECT, '"<= .inf"'), "9:13", "finite"),
    *[Bad(61, f"a target {value}", good("title: A", f"title: A\ntarget: {value}"), "3:9", "")
      for value in (".nan", ".inf", "-.inf", "true", "11", "-1", "1e999", '"8"', "8,0", "[8]")],
    *[Bad(61, f"a weight {value}", good("title: a,", f"title: a, weight: {value},"), "4:42", "")
      for value in (".nan", ".inf", "true", "0", "-1", "1e9999", '"1"', "{}")],
    *[Bad(61, f"a limit of time {value}", good("title: A", f"title: A\ntimeout: {value}"), "3:10",
          "")
      for value in ("0", "-1s", ".nan", ".inf", "nan", "1e999", "true", "1ns", "101 y", "[]")],
    Bad(63, "nine levels", bomb(9, 9), "", ""),
    Bad(63, "a million", bomb(5, 16), "", ""),
    Bad(63, "wide", b"a: &a [" + b"x," * 5000 + b"]\nb: [" + b"*a," * 5000 + b"]\n", "2:",
        "aliases"),
    Bad(65, "brackets", b"[" * 5000, "1:", ""),
    Bad(65, "dashes", b"- " * 5000 + b"x", "1:", ""),
    Bad(65, "questions", b"? " * 5000 + b"x", "1:", ""),
    Bad(65, "indentation", b"".join(b" " * n + b"a:\n" for n in range(500)), "", ""),
    Bad(67, "a call", good("title: A", "title: !!python/object/apply:os.system ['touch x']"),
        "2:8", "tag"),
    Bad(69, "two documents", (GOOD + "---\n" + GOOD).encode(), "5:1", "second document"),
    Bad(69, "an empty one behind", (GOOD + "---\n").encode(), "5:1", "second document"),
    Bad(71, "NUL", good("title: A", "title: \0"), "2:8", "U+0000"),
    Bad(71, "a lone surrogate, escaped", good("title: A", 'title: "\\ud800"'), "2:", ""),
    Bad(71, "a lone surrogate", good("title: A", "title: ?").replace(b"?", b"\xed\xa0\x80"), "2:8",
        "UTF-8"),
    Bad(71, "a mark in the middle", good("title: A", "\ufefftitle: A"), "2:", ""),
    Bad(73, "a path", good("T1", "../../x"), "4:8", "letters, digits"),
    Bad(73, "a newline at the end", good("T1", '"a\\n"'), "4:8", ""),
    Bad(73, "empty", good("T1", '""'), "4:8", ""),
    Bad(73, "letters of others", good("T1", "Т1"), "4:8", ""),
    Bad(73, "of a milestone", good("tasks:", "milestones: [{id: a/b, title: x, "
        "requires: {score: 5}}]\ntasks:"), "3:19", ""),
    Bad(53, "a comment", b"# nothing\n", "1:1", ""),
    Bad(53, "a mark alone", b"\xef\xbb\xbf", "1:1", ""),
    Bad(53, "only a start", b"---\n", "", ""),
    *[Bad(53, f"version {value}", good("version: 1", f"version: {value}"), "1:10", "")
      for value in ("2", '"1"', "1.5", "true", "0", "-1", "[1]", "1e400")],
    Bad(53, "YAML of the future", b"%YAML 3.0\n---\n" + GOOD.encode(), "", ""),
    Bad(53, "a directive that is none", b"%TAG ! tag:x,2000:\n%TAG ! tag:x,2000:\n---\n"
        + GOOD.encode(), "", ""),
    Bad(53, "a matrix of lists", good("title: a", "title: a, matrix: {a: [[b]]}"), "4:", ""),
]  # fmt: skip


def name_of(bad: Bad) -> str:
    """Its row and what is wrong, as a test's id."""
    return f"{bad.row} {bad.name}"


PLACE = re.compile(r"board\.yaml:\d+:\d+: ")


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A board file in the folder that we are in."""
    monkeypatch.chdir(tmp_path)
    return Path("board.yaml")


@pytest.mark.parametrize("bad", BAD, ids=name_of)
def test_what_is_no_board_is_refused_with_its_place(bad: Bad, board: Path) -> None:
    """Every fault is one line with its place, and can be shown as it is."""
    board.write_bytes(bad.content)
    with pytest.raises(BoardError) as caught:
        load_board(str(board), profile=None, environ={})
    lines = str(caught.value).splitlines()
    assert lines
    assert all(PLACE.match(line) for line in lines), lines
    assert any(line.startswith(f"board.yaml:{bad.place}") and bad.says in line for line in lines), (
        lines
    )


FIRST = {bad.row: bad for bad in reversed(BAD)}

MEASURED = """
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(status)
"""


@pytest.mark.parametrize("row", range(55, 75, 2))
def test_55_to_73_the_program_refuses_it_at_once(project: Project, row: int) -> None:
    """Status 2, its place on stderr, nothing run, little memory."""
    (project.folder / "board.yaml").write_bytes(FIRST[row].content)
    ended = refused(project, prefix=[sys.executable, "-c", MEASURED])
    *lines, peak = ended.err.splitlines()
    assert lines
    assert all(PLACE.match(line) for line in lines), ended
    assert int(peak) < 150 * 1024
    assert not (project.folder / "x").exists()


FINE = {
    "55 a limit once": READING,
    "59 quoted": GOOD.replace("T1", '"no"') + '- {id: "1e3", criteria: [{run: "test -d /"}]}\n',
    "59 on as text": GOOD.replace("title: A", "title: on"),
    "61 numbers": GOOD.replace("title: A", "title: A\ntarget: 8.50\nbaseline: 0"),
    "63 an alias": GOOD.replace("title: A", "title: &a A").replace("title: a", "title: *a"),
    "65 some depth": GOOD.replace("title: a", "title: a, matrix: {a: [b, c]}"),
    "69 one document": f"---\n{GOOD}...\n",
    "71 a mark": f"\ufeff{GOOD}",
    "71 both": "\ufeff" + GOOD.replace("\n", "\r\n"),
    "71 other letters": GOOD.replace("title: A", "title: Готовность 准备 🚀"),
    "73 all that an id may be": GOOD.replace("T1", "a-b_C.9"),
    "YAML of today": f"%YAML 1.2\n---\n{GOOD}",
}


@pytest.mark.parametrize("name", FINE)
def test_55_to_73_twin_what_is_a_board_is_run(project: Project, name: str) -> None:
    """The same without the fault is ready."""
    (project.folder / "board.yaml").write_bytes(FINE[name].encode())
    ended = project("check")
    assert ended.status == 0, ended
    assert [state for state, _ in project.entries()] == ["finished"]


def test_75_what_is_no_file_is_no_board(project: Project, tmp_path: Path) -> None:
    """A device, a FIFO, a folder, a socket, a missing file: 2 at once. Twin: a file, a link."""
    os.mkfifo(project.folder / "fifo")
    (project.folder / "loop").symlink_to("loop")
    (project.folder / "dangling").symlink_to("nowhere")
    for name in ("/dev/zero", "/dev/null", "fifo", ".", "missing.yaml", "loop", "dangling", "",
                 "/dev/stdin", "/proc/self/mem", "board.yaml/x", "x" * 300, "a\nb"):  # fmt: skip
        ended = refused(project, "--board", name)
        assert len(ended.err.splitlines()) == 1, ended
    refused(project)
    project.write(GOOD, "real.yaml")
    (project.folder / "linked.yaml").symlink_to("real.yaml")
    for name in ("real.yaml", "linked.yaml", str(project.folder / "real.yaml")):
        assert project("check", "--board", name).status == 0


def test_75_a_board_that_never_ends_is_not_read(project: Project) -> None:
    """A file without end, one that is too large, one that nobody may read. Twin: see above."""
    with (project.folder / "large.yaml").open("wb") as file:
        file.write(GOOD.encode())
        file.truncate(10**9)
    assert "larger than" in refused(project, "--board", "large.yaml").err
    board = project.folder / "secret.yaml"
    board.write_text(GOOD)
    board.chmod(0)
    if not os.access(board, os.R_OK):
        assert "cannot be read" in refused(project, "--board", "secret.yaml").err


def test_75_a_board_from_a_pipe(project: Project) -> None:
    """Standard input is no file, whatever it is joined to; it is not waited for."""
    read, write = os.pipe()
    try:
        refused(project, "--board", "/dev/stdin", stdin=read)
    finally:
        os.close(read)
        os.close(write)
