"""The command lines that documents print: in blocks that are commands, and in a line of text."""

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from readiness.command_line.application import names
from tests.support.football import EXAMPLE
from tests.support.program import ROOT

COMMANDS = ("sh", "bash")
SESSION = "console"
PLACEHOLDER = re.compile(r"(?<![$\w])[A-Z]{2,}\b(?!\.\w)|\[|\|")
"""A word that stands for another (`NAME`), what may be left out, and a choice."""

DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "README.zh.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "examples" / "agents").rglob("*.md")),
]

GUIDES = [EXAMPLE / "README.md", *sorted((EXAMPLE / "docs").glob("*.md"))]
"""Those of the example: what their `bash` blocks say is done in one shell, from top to bottom."""


class Printed(NamedTuple):
    """A command line, and the line of the document where its block or paragraph begins."""

    line: int
    text: str


def tokens(document: Path) -> list[Token]:
    """A document, parsed."""
    return MarkdownIt("commonmark").enable("table").parse(document.read_text("utf-8"))


def blocks(document: Path) -> Iterator[tuple[int, str, str]]:
    """Each block of code: the line where it begins, its language ("" for none) and its text."""
    for token in tokens(document):
        if token.type in ("fence", "code_block"):
            language = (token.info.split() or [""])[0]
            yield (token.map or [0])[0] + 1, language, token.content


def in_blocks(document: Path) -> Iterator[Printed]:
    """The command lines of blocks that are commands; of a session, what follows `$ `."""
    for number, language, text in blocks(document):
        lines = text.splitlines()
        if language == SESSION:
            lines = [line[2:] for line in lines if line.startswith("$ ")]
        elif language not in COMMANDS:
            continue
        yield from (Printed(number, line) for line in lines if line.strip())


def in_text(document: Path) -> Iterator[Printed]:
    """The command lines of this program in a line of text, where no word is a placeholder."""
    begin = re.compile(rf"readiness (?:{'|'.join(names())}) ")
    for token in tokens(document):
        for child in token.children or []:
            text = child.content if child.type == "code_inline" else ""
            if begin.match(text) and not PLACEHOLDER.search(text):
                yield Printed((token.map or [0])[0] + 1, text)


def ran(
    script: str, folder: Path, environment: Mapping[str, str], *options: str
) -> tuple[int, str]:
    """Run a script in bash with these options; the status, and all that it wrote.

    A server that it leaves behind, because a command before its end failed, ends with it.
    """
    with tempfile.TemporaryFile() as written:
        process = subprocess.Popen(
            ["bash", *options, "-c", script],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        status = process.wait()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        written.seek(0)
        return status, written.read().decode("utf-8", "replace")
