"""Write a parameter's words, each ended by a NUL: `mapfile -d ''` reads them in a check's command.

mapfile -d '' ARGS < <("$READINESS_PYTHON" "$READINESS_CHECK_DIR/run.py" in_project/words args)
"""

import sys
from collections.abc import Mapping
from typing import TextIO

from .common import Params


def main(argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Write the words of the parameters that the command line names."""
    params = Params(env)
    for name in argv:
        sys.stdout.write("".join(f"{word}\0" for word in params.shell_words(name)))
    return 0
