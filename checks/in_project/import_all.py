"""Import every module of the source folders in this process; run under coverage.

What cannot be imported is listed in READINESS_TMP/not-imported, one `path: reason` a line.
"""

import importlib
import os
import sys
from collections.abc import Mapping
from typing import TextIO

from .common import Params, files_below
from .modules import module_of


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Import what can be imported; programs are left alone."""
    params = Params(env)
    sys.path.insert(0, os.getcwd())
    with open(os.path.join(params.tmp, "not-imported"), "w", encoding="utf-8") as report:
        for path in files_below(params.words("source")):
            if os.path.basename(path) == "__main__.py":
                continue
            folder, name = module_of(path)
            if folder not in sys.path:
                sys.path.append(folder)
            try:
                importlib.import_module(name)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - any module may raise anything
                report.write(f"{path}: {' '.join(repr(error).split())}\n")
    return 0
