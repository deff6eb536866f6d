"""The run document itself: indented on a terminal, else on one line."""

import re

import msgspec

from readiness.document import RunDocument, to_json
from readiness.patterns import later
from readiness.report import Context

# JSON leaves these as they are; a terminal or a CI log may obey them.
_OBEYED = later(
    "[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|(?<=#)#(?=[A-Za-z]*\\[)"
)


def render(run: RunDocument, context: Context) -> str:
    """Return `run` as strict JSON, ending with a line end."""
    text = to_json(run)
    if context.terminal:
        text = msgspec.json.format(text, indent=2)
    return _OBEYED.sub(_escaped, text.decode()) + "\n"


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
