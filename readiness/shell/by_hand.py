"""A command with its parameters filled in, as people would type it."""

import re
import shlex
from collections.abc import Mapping
from typing import Final

from readiness.startup.patterns import later

_PART: Final = later(
    r"""
    '[^']*'
    | (?P<gap>[ ]?) (?:
        \$\{(?P<given>\w+):\+(?P<then>[^{}]*)\}
        | \$\{(?P<name>\w+)(?::-(?P<default>[^{}]*)|//(?P<old>[^{}/]+)/(?P<new>[^{}]*))?\}
        | "\$(?:\{(?P<braced>\w+)\}|(?P<quoted>\w+))"
        | \$(?P<bare>[A-Za-z_]\w*)
    )
    """,
    re.VERBOSE,
)
_OFF: Final = ("", "false")


def filled(command: str, params: Mapping[str, str]) -> str:
    """Replace `$name` in a command by the parameter's value, or by nothing if it is empty.

    Of a shell it knows `"$name"`, `${name}`, `${name:+text}` (for a switch, where it is on),
    `${name:-text}` and `${name//old/new}`. Variables that are no parameter stay as they are.
    """

    def put(match: re.Match[str]) -> str:
        name = (
            match["given"] or match["name"] or match["braced"] or match["quoted"] or match["bare"]
        )
        if name not in params:
            return match[0]
        value = params[name]
        if match["given"]:
            value = "" if value in _OFF else filled(match["then"], params)
        elif match["default"] is not None:
            value = value or filled(match["default"], params)
        elif match["old"]:
            value = value.replace(match["old"], match["new"])
        elif match["braced"] or match["quoted"]:
            value = shlex.quote(value)
        return f"{match['gap']}{value}" if value else ""

    return _PART.sub(put, command).strip()
