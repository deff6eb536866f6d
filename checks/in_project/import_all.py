"""Import every module of the source folders in this process; run under coverage.

What cannot be imported is listed in READINESS_TMP/not-imported, one `path: reason` a line.
"""

import importlib
import os
import sys

from .common import files_below, words
from .modules import module_of


def main() -> None:
    """Import what can be imported; programs are left alone."""
    sys.path.insert(0, os.getcwd())
    with open(
        os.path.join(os.environ["READINESS_TMP"], "not-imported"), "w", encoding="utf-8"
    ) as report:
        for path in files_below(words("source")):
            if os.path.basename(path) == "__main__.py":
                continue
            folder, name = module_of(path)
            if folder not in sys.path:
                sys.path.append(folder)
            try:
                importlib.import_module(name)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - any module may raise anything
                report.write(f"{path}: {' '.join(repr(error).split())}\n")
