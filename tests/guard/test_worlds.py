"""Copies in which the base's rules hold: what is laid over them stays in them."""

import os
from pathlib import Path

from msgspec.structs import replace

from readiness.guard.tree import Commit
from readiness.guard.worlds import Worlds, lay_over
from readiness.load import load_board
from readiness.prove.copying import CLONED_FROM, copy_file
from tests.support.loosening import board
from tests.support.repositories import commit, write


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """A head that made a link of a folder does not lead the base's files out of the copy."""
    project, copy, outside = tmp_path / "p", tmp_path / "copy", tmp_path / "outside"
    for folder in (project, copy, outside):
        folder.mkdir()
    base = commit(project, {"ci/a.sh": "true\n", "b.txt": "b\n"})
    write(outside, {"a.sh": "mine\n"})
    os.symlink(outside, copy / "ci")
    write(copy, {"new.txt": "new\n"})
    lay_over(Commit(str(project), base), str(copy), ["ci/a.sh", "b.txt", "new.txt"])
    assert (outside / "a.sh").read_text() == "mine\n"
    assert not (copy / "ci").is_symlink()
    assert (copy / "ci" / "a.sh").read_text() == "true\n"
    assert (copy / "b.txt").read_text() == "b\n"
    assert not (copy / "new.txt").exists()


def test_what_is_installed_from_the_project_is_found_in_the_copy(tmp_path: Path) -> None:
    """An editable install would import the original: PYTHONPATH leads to the copy."""
    project, scratch = tmp_path / "p", tmp_path / "scratch"
    project.mkdir()
    scratch.mkdir()
    site = ".venv/lib/python3.11/site-packages"
    finder = f"MAPPING: dict[str, str] = {{'shop': '{project}/lib/shop'}}\n"
    commit(
        project, {"board.yaml": board({"run": "test -d ."}), "src/a.py": "", "lib/shop/a.py": ""}
    )
    write(project, {
        ".venv/pyvenv.cfg": "", ".venv/bin/x": "", f"{site}/shop.pth": f"{project}/src\n",
        f"{site}/__editable___shop_finder.py": finder,
    })  # fmt: skip
    made = load_board(str(project / "board.yaml"), profile=None, environ={})
    made = replace(made, env={"PYTHONPATH": "tools"})
    copied = Worlds(made, {"PATH": os.defpath}, str(scratch)).make("copy")
    assert copied.board.env["PYTHONPATH"].split(":") == [
        f"{scratch}/copy/lib", f"{scratch}/copy/src", "tools"
    ]  # fmt: skip
    assert copied.board.workdir == f"{scratch}/copy"


def test_a_large_file_of_a_copy_is_its_own(tmp_path: Path) -> None:
    """Where the file system lets two files share their data, what is written to one stays in it."""
    original, copy = tmp_path / "a.bin", tmp_path / "b.bin"
    original.write_bytes(b"1" * (2 * CLONED_FROM))
    original.chmod(0o640)
    copy_file(str(original), str(copy))
    assert copy.read_bytes() == original.read_bytes()
    assert (copy.stat().st_mode, copy.stat().st_mtime) == (
        original.stat().st_mode,
        original.stat().st_mtime,
    )
    with copy.open("r+b") as file:
        file.write(b"2")
    assert original.read_bytes()[:1] == b"1"
