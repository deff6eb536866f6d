"""The README: its commands run as printed, and its picture is what they print today."""

import os
import re
import sys
from html import unescape
from pathlib import Path
from shutil import copytree

import pytest

from tests.support.command_lines import ran
from tests.support.picture import PICTURES, drawn, run
from tests.support.repositories import AUTHOR, commit

ROOT = Path(__file__).parents[1]
OWN = os.path.dirname(sys.executable)


def words(picture: str) -> list[str]:
    """What a picture says, without what differs from run to run and from machine to machine."""
    plain = unescape(re.sub("</text>.*", "", picture)).replace("\xa0", " ")
    lines = [re.sub("<[^>]+>", "", line) for line in plain.split("<text ")[1:]]
    varying = r"\b\d+(\.\d+)? m?s\b|\b[0-9a-f]{10} · .*|mypy [\d.]+ \(.*|\s"
    return [re.sub(varying, "", line.partition(">")[2]) for line in lines]


@pytest.mark.parametrize(("command", "path"), PICTURES.items())
def test_the_picture_is_of_todays_run(command: str, path: str) -> None:
    """`make pictures` would draw one that says the same."""
    assert words((ROOT / path).read_text("utf-8")) == words(drawn(run(command)))


@pytest.mark.parametrize(("name", "asked"), [("README.md", ""), ("README.zh.md", " --lang zh")])
def test_the_first_five_minutes_are_true(name: str, asked: str, tmp_path: Path) -> None:
    """In the project of the picture, each command does what it is there for."""
    text = (ROOT / name).read_text("utf-8")
    (commands,) = re.findall(r"^```console\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    lines = [line.removeprefix("$ ") for line in commands.splitlines()]
    assert [line.split()[1] for line in lines] == ["init", "check", "show", "next"]
    assert lines[0].endswith(asked)
    copytree(ROOT / "examples" / "shop", tmp_path, dirs_exist_ok=True)
    (tmp_path / "board.yaml").unlink()
    commit(tmp_path, {})
    path = os.pathsep.join([OWN, os.environ["PATH"]])
    environment = {**AUTHOR, "PATH": path, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    for line in lines:
        status, output = ran(line, tmp_path, environment)
        assert status == 0, (line, output)
