"""Secrets that were escaped, in however many layers, before they were printed."""

import base64
import csv
import html
import io
import json
import shlex
import subprocess
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from readiness.text.clean import Redactor, clean
from readiness.text.disguise import Undisguised, undisguised

SECRET = "S3cr/t \"q\" 'p' <a&b> é\\x%41,+=$1"
OTHER = "P5blic/ \"q\" 'p' <a&b> é\\x%41,+=$1"


def in_json(text: str) -> str:
    """As part of a JSON string."""
    return json.dumps(text)[1:-1]


def in_csv(text: str) -> str:
    """As a field of a CSV line."""
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow([text])
    return line.getvalue().strip()[1:-1]


def by_printf(text: str) -> str:
    """As bash quotes it."""
    return subprocess.run(
        ["bash", "-c", 'printf %q "$1"', "bash", text], capture_output=True, text=True, check=True
    ).stdout


def with_escapes(text: str) -> str:
    """With terminal sequences between its letters, cleaned."""
    return clean("\x1b[1m".join(text), newlines=True)


DISGUISES: dict[str, Callable[[str], str]] = {
    "json": in_json,
    "json in json": lambda text: in_json(in_json(text)),
    "json four times": lambda text: in_json(in_json(in_json(in_json(text)))),
    "url": lambda text: quote(text, safe=""),
    "url in small letters": lambda text: quote(text, safe="").lower(),
    "url form": quote_plus,
    "url twice": lambda text: quote(quote(text, safe=""), safe=""),
    "html": html.escape,
    "html decimal": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "shell": shlex.quote,
    "shell %q": by_printf,
    "csv": in_csv,
    "json of url": lambda text: in_json(quote(text)),
    "json of url twice": lambda text: in_json(quote(quote(text))),
    "csv of json": lambda text: in_csv(in_json(text)),
    "html of json": lambda text: html.escape(in_json(text)),
    "python": lambda text: ascii(text)[1:-1],
    "octal": lambda text: "".join(f"\\{byte:03o}" for byte in text.encode()),
    "terminal": with_escapes,
    "zero width": lambda text: "\u200b".join(text),
    "zero width, cleaned": lambda text: clean("\u200b".join(text), newlines=True),
    "hexadecimal": lambda text: text.encode().hex(),
    "base64": lambda text: base64.b64encode(text.encode()).decode().rstrip("="),
}


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguised_secret_is_masked(name: str) -> None:
    """It is masked in every disguise, and what is around it stays; so does another value."""
    redactor = Redactor([SECRET])
    disguised, other = DISGUISES[name](SECRET), DISGUISES[name](OTHER)
    assert redactor.redact(f"a {disguised} b {other} c").replace("'***'", "***") == (
        f"a *** b {other} c"
    )


@pytest.mark.parametrize(
    "text",
    ["don't", 'a""b', "%41bc", "a%zz&nope;&#;", "\\q\\", "'\\''", "&amp", "C:\\new\\x", "100%"],
)
def test_a_text_without_the_secret_stays(text: str) -> None:
    """Escapes of other text are shown as they are."""
    assert Redactor([SECRET, "dont", "ABCD"]).redact(text) == text


def test_each_character_tells_where_it_stood() -> None:
    """A part of the undisguised text leads back to all of its escapes, and to no more."""
    shown = Undisguised("x%2522y&quot;\\u00e9z")
    assert shown.text == 'x"y"éz'
    assert shown.span(1, 2) == (1, 6)
    assert shown.span(3, 5) == (7, 19)
    assert shown.span(2, 3) == (6, 7)


@pytest.mark.parametrize("size", range(1, 40))
def test_a_disguise_that_is_cut_is_masked(size: int) -> None:
    """Wherever it is cut, not eight characters of the value are left on either side."""
    secret = "abcd/efgh/ijkl/mnop/qrst"
    disguised = quote(quote(secret, safe=""), safe="")
    redactor = Redactor([secret])
    head = redactor.redact(f"- {disguised[:size]}", cut_after=True)
    tail = redactor.redact(f"{disguised[size:]} -", cut_before=True)
    for shown in (undisguised(head), undisguised(tail)):
        for start in range(len(secret) - 8):
            assert secret[start : start + 8] not in shown


def test_escapes_without_end_are_gone_through() -> None:
    """Many escapes in many layers, and none of a secret: the text stays as it is."""
    redactor = Redactor([SECRET, *(f"value-{n}/{n}" for n in range(20))])
    for text in ("%25" * 20_000, "\\" * 60_000, "&amp;" * 12_000, '"' * 60_000, "\x1b]" * 30_000):
        assert redactor.redact(text, cut_before=True, cut_after=True) == text
