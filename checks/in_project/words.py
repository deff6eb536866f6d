"""Write a parameter's words, each ended by a NUL: `mapfile -d ''` reads them in a check's command.

mapfile -d '' ARGS < <("$READINESS_PYTHON" "$READINESS_CHECK_DIR/run.py" in_project/words args)

With `--linked` they are paths: what links to folders lead to is added, and half a tree refused.
"""

import sys
from collections.abc import Mapping
from typing import TextIO

from .common import Params, refuse_half_a_tree
from .tracked import Tracked


def main(argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Write the words of the parameters that the command line names."""
    params = Params(env)
    names = [name for name in argv if name != "--linked"]
    words = [word for name in names for word in params.shell_words(name)]
    if names != argv:
        tracked = Tracked(words)
        refuse_half_a_tree(tracked)
        words += tracked.links
    sys.stdout.write("".join(f"{word}\0" for word in words))
    return 0
