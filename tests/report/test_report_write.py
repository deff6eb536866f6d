"""Tests of readiness.report._write."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from readiness.model.errors import ExitStatus, NotWrittenError
from readiness.report import append_report, invalidate, write_report

_OLD = '{"gate": {"decision": "ready"}}'


def test_a_relative_path_starts_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report may be named from the current folder, with or without a folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    for path in ("a.json", "out/b.json", "./out/../c.json", str(tmp_path / "out" / "d.json")):
        write_report(path, path)
        assert Path(path).read_text(encoding="utf-8") == path


def test_a_file_that_is_there_is_replaced(tmp_path: Path) -> None:
    """A new report takes the place of the old one; a reader who has that open keeps it."""
    target = tmp_path / "run.json"
    target.write_text(_OLD, encoding="utf-8")
    with target.open(encoding="utf-8") as reader:
        write_report(str(target), "new")
        assert reader.read() == _OLD
    assert target.read_text(encoding="utf-8") == "new"


def test_a_report_is_as_open_as_other_new_files(tmp_path: Path) -> None:
    """Its permissions follow the umask."""
    (tmp_path / "other").touch()
    write_report(str(tmp_path / "run.json"), "x")
    modes = {path.stat().st_mode for path in tmp_path.iterdir()}
    assert len(modes) == 1


def test_a_lone_surrogate_is_spelled_out(tmp_path: Path) -> None:
    """What UTF-8 cannot hold does not keep a report from being written."""
    write_report(str(tmp_path / "run.txt"), "a\udc80b")
    assert (tmp_path / "run.txt").read_bytes() == b"a\\udc80b"


def _link(folder: Path, target: Path) -> str:
    (folder / "link.json").symlink_to(target)
    return str(folder / "link.json")


def _dangling_link(folder: Path, target: Path) -> str:
    (folder / "link.json").symlink_to(folder / "nothing")
    return str(folder / "link.json")


def _linked_folder(folder: Path, target: Path) -> str:
    (folder / "out").symlink_to(target.parent)
    return str(folder / "out" / target.name)


def _linked_folder_of_folder(folder: Path, target: Path) -> str:
    (target.parent / "deep").mkdir()
    (folder / "out").symlink_to(target.parent)
    os.chdir(folder)
    return "out/deep/run.json"


@pytest.mark.parametrize("lay", [_link, _dangling_link, _linked_folder, _linked_folder_of_folder])
def test_no_link_is_followed(
    lay: Callable[[Path, Path], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report through a link, or through a linked folder, is refused; its target is untouched."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "project").mkdir()
    target = tmp_path / "elsewhere" / "precious.json"
    target.write_text("precious", encoding="utf-8")
    path = lay(tmp_path / "project", target)
    with pytest.raises(NotWrittenError, match="symbolic link") as caught:
        write_report(path, "x")
    assert path in str(caught.value)
    assert target.read_text(encoding="utf-8") == "precious"
    assert not list((tmp_path / "elsewhere").glob("**/run.json"))
    assert caught.value.status is ExitStatus.NOT_WRITTEN


@pytest.mark.parametrize("path", ["missing/run.json", "folder", "folder/", "", "a\0b"])
def test_what_cannot_be_written_is_named(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing folder, a folder and a path that is none give one error that names them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotWrittenError) as caught:
        write_report(path, "x")
    assert str(caught.value).strip("'").startswith(path.replace("\0", "\\x00"))


def test_a_device_is_not_replaced() -> None:
    """What is no regular file stays what it is."""
    with pytest.raises(NotWrittenError, match="regular file"):
        write_report("/dev/null", "x")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    """A folder that takes no file gives an error, not a traceback."""
    tmp_path.chmod(0o500)
    with pytest.raises(NotWrittenError, match=r"run\.json"):
        write_report(str(tmp_path / "run.json"), "x")


def test_a_failed_write_leaves_the_old_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk changes nothing in the folder."""
    target = tmp_path / "run.json"
    target.write_text("old", encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotWrittenError, match="No space left"):
        write_report(str(target), "new")
    assert os.listdir(tmp_path) == ["run.json"]
    assert target.read_text(encoding="utf-8") == "old"


def test_no_placeholder_where_there_was_no_report(tmp_path: Path) -> None:
    """The start of a run makes no new file."""
    invalidate(str(tmp_path / "run.json"), "x")
    assert os.listdir(tmp_path) == []


# --- adding to the files of others ----------------------------------------------------------------


def test_what_is_added_comes_after_what_is_there(tmp_path: Path) -> None:
    """The maker is told how much there is, and a file that is missing is made."""
    target = tmp_path / "summary"
    for text in ("one\n", "zwei é\n"):
        append_report(str(target), lambda size, text=text: f"{size} {text}")
    assert target.read_text(encoding="utf-8") == "0 one\n6 zwei é\n"


def test_nothing_is_added_through_a_link(tmp_path: Path) -> None:
    """Nor to what is no regular file; what a maker refuses leaves the file as it was."""
    target = tmp_path / "target"
    target.write_text(_OLD, encoding="utf-8")
    os.mkfifo(tmp_path / "pipe")
    for path in (_link(tmp_path, target), str(tmp_path / "pipe"), str(tmp_path / "none" / "x")):
        with pytest.raises(NotWrittenError):
            append_report(path, lambda _: "x")

    def refuse(size: int) -> str:
        raise NotWrittenError(f"no room after {size}")

    with pytest.raises(NotWrittenError, match="no room"):
        append_report(str(target), refuse)
    assert target.read_text(encoding="utf-8") == _OLD
