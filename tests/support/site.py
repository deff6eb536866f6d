"""The documents as a site."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.program import ROOT


def built(folder: Path) -> Path:
    """Build the site from a copy of the documents, as `make docs` does, and return its folder."""
    shutil.copy(ROOT / "mkdocs.yml", folder)
    shutil.copytree(ROOT / "docs", folder / "docs")
    done = subprocess.run(
        [Path(sys.executable).parent / "zensical", "build", "--strict"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "build" / "docs"
