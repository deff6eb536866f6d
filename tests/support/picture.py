"""docs/run.svg and docs/run-zh.svg: pictures of a real run, of examples/shop.

python -m tests.support.picture    run it and draw them anew
"""

import os
import re
import sys
from html import escape
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from readiness.text.layout import width
from tests.support.program import ROOT
from tests.support.repositories import commit
from tests.support.terminal import on_a_terminal

PICTURES = {"readiness check": "docs/run.svg", "readiness check --lang zh": "docs/run-zh.svg"}
COLUMNS, CELL, LINE, EDGE = 98, 8.4, 19, 18
SHOOT = """
import os, subprocess
os.chdir({folder!r})
os.environ["PATH"] = os.pathsep.join([{own!r}, os.environ["PATH"]])
os.environ["COLUMNS"] = "{columns}"  # Python's readline sets it to what it takes for the width.
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
subprocess.run({command!r}.split())
"""
STYLES = """\
rect { fill: #16181d } text { fill: #d7dae0; white-space: pre; font: 14px ui-monospace,
SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace }
.b { font-weight: bold } .d { fill: #959ba6 } .r { fill: #ff7b72 } .g { fill: #56d364 }
.y { fill: #e3b341 }"""
CLASSES = {"1": "b", "2": "d", "31": "r", "32": "g", "33": "y"}


def run(command: str) -> str:
    """What a command shows on a terminal in a copy of the example."""
    with TemporaryDirectory() as folder:
        copytree(ROOT / "examples" / "shop", folder, dirs_exist_ok=True)
        commit(Path(folder), {}, "A shop")
        own = os.path.dirname(sys.executable)
        code = SHOOT.format(folder=folder, command=command, columns=COLUMNS, own=own)
        return f"\x1b[2m$ \x1b[0m{command}\n{on_a_terminal(code, columns=COLUMNS).rstrip()}\n"


def drawn(shown: str) -> str:
    """What a terminal shows, as a picture whose text stays text."""
    lines = shown.splitlines()
    wide, height = COLUMNS * CELL + 2 * EDGE, len(lines) * LINE + 2 * EDGE
    texts = "\n".join(_line(number, line) for number, line in enumerate(lines) if line)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {height}" '
        f'width="{wide:.0f}" height="{height}">\n<style>\n{STYLES}\n</style>\n'
        f'<rect width="100%" height="100%" rx="8"/>\n{texts}\n</svg>\n'
    )


def _line(number: int, line: str) -> str:
    spans, x = "", float(EDGE)
    for codes, text in re.findall(r"((?:\x1b\[[\d;]*m)*)([^\x1b]+|$)", line):
        names = " ".join(CLASSES[code] for code in re.findall(r"\d+", codes) if code in CLASSES)
        length = width(text) * CELL
        at = f'x="{x:.1f}" textLength="{length:.1f}"'
        spans += f'<tspan class="{names}" {at}>{escape(text)}</tspan>' if text else ""
        x += length
    return f'<text y="{EDGE + LINE * number + 14}">{spans}</text>'


if __name__ == "__main__":
    for command, path in PICTURES.items():
        (ROOT / path).write_text(drawn(run(command)), "utf-8")
