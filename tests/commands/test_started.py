"""Every command as a user starts it: as a process of its own, which begins with Python.

Other tests fork most commands from a server that has the program imported. Here one of each is
started and does the same: it imports what it needs, finds its streams, and ends.
"""

import re
import shutil
from pathlib import Path

import pytest

from tests.support.program import ROOT, Ended, Project
from tests.support.repositories import commit

COMMANDS = sorted(file.stem for file in (ROOT / "readiness" / "commands").glob("[a-z]*.py"))
_VARYING = re.compile(r"\d[\d.:-]*( m?s\b)?|[0-9a-f]{10,}|─+| {2,}")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_process_does_what_a_forked_one_does(
    command: str, several: Project, tmp_path: Path
) -> None:
    """Status, output and messages, of the plain command; a wrong option is told."""
    commit(several.folder, {})
    kept = tmp_path / "kept"
    shutil.copytree(several.folder, kept)
    for words in ([command], [command, "--no-such-option"]):
        started = several.process(*words)
        shutil.rmtree(several.folder)
        shutil.copytree(kept, several.folder)
        assert comparable(several(*words)) == comparable(started)


def test_what_python_reads_at_its_start_is_heeded(several: Project) -> None:
    """A process is started where its own variables or the locale are others."""
    assert "import time:" in several("list", env={"PYTHONPROFILEIMPORTTIME": "1"}).err


def comparable(ended: Ended) -> tuple[int, str, list[str]]:
    """Return what a run left, without times, ids and widths; what ran at once in one order."""
    messages = sorted(_VARYING.sub("#", ended.err).splitlines())
    return ended.status, _VARYING.sub("#", ended.out), messages
