"""Strings that mean harm, and run documents that are full of them.

One list for every format: what a parser, a terminal, a CI log, a browser or a spreadsheet may obey.
A renderer must tolerate each of them in every string of the document, and each must stay text.
"""

from typing import TypeVar

import msgspec

from readiness.record.document import RunDocument
from tests.support.documents import a_document

Value = TypeVar("Value")

HOSTILE_TEXTS = {
    "xml": "]]></system-out><testcase name='x'/></testsuites><!-- <?x ?> &amp; &lt; \"'",
    "control": "a\x00b\x01c\x08d\x0be\x0cf\x1bg\x7fh\x85i\x9fj",
    "no character": "a\ufffeb\uffffc\ufdd0d\U0001fffee",
    "surrogate": "a\ud800b\udfffc\udc80d",
    "lines": "one\ntwo\r\nthree\rfour\u2028five\u2029six\x85seven\tend",
    "blank": "   ",
    "empty": "",
    "terminal": "\x1b[2J\x1b]8;;http://x.invalid/\x07link\x1b]8;;\x07\x9b2J\x1b]52;c;eA==\x07",
    "ci log": "::error file=a::x\n  ::stop-commands::t\n##[error]x\n##vso[task.setvariable]y",
    "markdown": (
        "a|b `c` ```\n~~~\n# h\n<details><summary>s</summary> @team ![p](http://x.invalid/p.png)"
        " [l](javascript:alert(1)) <!-- readiness --> - [x] done #1 &amp; \\"
    ),
    "html": "<script>alert(1)</script></script></style><img src=x onerror=alert(1)>'\"&#60;",
    "json": '"},{"verdict":"pass","x":"\\u0000\\',
    "yaml": "...\n---\n- &a !!python/object:os.system {a: *a, b: |\n  yes: no\n? : #",
    "openmetrics": 'x"} 1\nreadiness_score_points 10\n# EOF\n# TYPE x counter\n\\n\\',
    "spreadsheet": "=HYPERLINK(\"http://x.invalid\")\t+1\t-cmd|' /C calc'!A0\t@x",
    "path": "../../../etc/passwd%2e%2e/\\..\\ c:\\x file://host/x //host ~root $HOME `id`",
    "direction": "\u202egnp.exe\u2066 \u200b\u200e\ufeff",
    "markup": "[green]READY[/green] [/a/b] {0} %s ${HOME} {{x}} <b>",
    "number": "NaN",
    "long": "长" * 5000,
}
"""Each hostile text by what it is aimed at."""

# What links records to each other stays distinct, and the same wherever it stands.
_LINKS = {"id", "criterion", "probes", "missing", "depends_on"}


def full_of(text: str, document: RunDocument | None = None) -> RunDocument:
    """Return `document` with every string replaced by `text`, ids kept distinct by their own.

    Verdicts and other words of closed sets stay, and so do numbers: the run tells the same.
    """
    return _replaced(a_document() if document is None else document, text, "")


def _replaced(value: Value, text: str, field: str) -> Value:
    made: object = value
    if isinstance(value, msgspec.Struct):
        changes = {
            name: _replaced(getattr(value, name), text, name) for name in value.__struct_fields__
        }
        made = msgspec.structs.replace(value, **changes)
    elif isinstance(value, dict):
        made = {
            _string(key, text, "id"): _replaced(item, text, field) for key, item in value.items()
        }
    elif isinstance(value, list):
        made = [_replaced(item, text, field) for item in value]
    elif type(value) is str:
        made = _string(value, text, field)
    return made  # type: ignore[return-value]


def _string(value: str, text: str, field: str) -> str:
    return f"{text}{value}" if field in _LINKS else text
