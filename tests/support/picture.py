"""docs/run.svg and docs/run-zh.svg: pictures of a real run, of examples/shop.

python -m tests.support.picture    run it and draw them anew
"""

import os
import re
import sys
from html import unescape
from io import StringIO
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from tests.support.program import ROOT
from tests.support.repositories import commit
from tests.support.terminal import on_a_terminal

PICTURES = {"readiness check": "docs/run.svg", "readiness check --lang zh": "docs/run-zh.svg"}
COLUMNS, CELL = 98, 12.2
SHOOT = """
import os, subprocess
os.chdir({folder!r})
os.environ["PATH"] = os.pathsep.join([{own!r}, os.environ["PATH"]])
os.environ["COLUMNS"] = "{columns}"  # Python's readline sets it to what it takes for the width.
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
subprocess.run({command!r}.split())
"""


def run(command: str) -> str:
    """What a command shows on a terminal in a copy of the example."""
    with TemporaryDirectory() as folder:
        copytree(ROOT / "examples" / "shop", folder, dirs_exist_ok=True)
        commit(Path(folder), {}, "A shop")
        own = os.path.dirname(sys.executable)
        code = SHOOT.format(folder=folder, command=command, columns=COLUMNS, own=own)
        return f"\x1b[2m$ \x1b[0m{command}\n{on_a_terminal(code, columns=COLUMNS).rstrip()}\n"


def drawn(shown: str, title: str = "readiness") -> str:
    """What a terminal shows, as a picture whose text stays text."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), legacy_windows=False)
    console.print(Text.from_ansi(shown.rstrip()), soft_wrap=True)
    picture = console.export_svg(title=title, unique_id=title)
    # The reader's own font will do: none is fetched from elsewhere. Rich gives a text the room of
    # its characters, of which some take two cells.
    picture = re.sub(r"@font-face \{[^}]*\}\s*", "", picture)
    return re.sub(r'textLength="[\d.]+"([^>]*)>([^<]*)<', _in_cells, picture)


def _in_cells(found: re.Match[str]) -> str:
    cells = cell_len(unescape(found[2]))
    return f'textLength="{cells * CELL:g}"{found[1]}>{found[2]}<'


if __name__ == "__main__":
    for command, path in PICTURES.items():
        (ROOT / path).write_text(drawn(run(command)), "utf-8")
