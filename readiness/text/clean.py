"""The one path of foreign text to any sink: decode, clean, redact, cut, then escape for the format.

Nothing that a probe printed may be obeyed by a terminal, a log or a parser, so whatever is not
plainly visible is shown as an escape. Readers parse before any of this, on the decoded text.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from readiness.startup.patterns import later

SHORTEST_SECRET = 4
"""Characters from which on a secret is masked; shorter ones would mask half of every report."""

_MASK = "***"
_TAB = "    "
_EMOJI = "\u2600-\u27bf\ufe0f\U0001f000-\U0001faff"

_UNSEEN = later(
    "[\0-\x1f\x7f-\x9f"  # control characters
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u3164\uffa0"  # blank letters and marks
    "\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # format, bidi
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"  # format, tags
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # what is no character at all
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(1 << 16, 17 << 16, 1 << 16)
    )
    # The joiner is harmless, and needed, inside an emoji that is made of several.
    + f"]|(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])"
)

_ANSI = later(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, cursor
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # titles, links, clipboard
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\|\x9c)?"  # device strings
    r"|\x1b[ -/]*[0-~]"
)


def decode(data: bytes) -> str:
    r"""Return UTF-8 data as text; a byte that is not UTF-8 shows as `\xe9`. Never fails."""
    return data.decode("utf-8", "backslashreplace")


def clean(text: str, *, newlines: bool) -> str:
    r"""Return the text with invisible and control characters as `\x1b`, and tabs as spaces.

    With `newlines` the lines stay lines; without, the result is one line.
    """
    if text.isascii() and (text.replace("\n", "") if newlines else text).isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\t", _TAB)
    return _UNSEEN.sub(_keep_newline if newlines else _escape, text)


def _keep_newline(match: re.Match[str]) -> str:
    return "\n" if match[0] == "\n" else _escape(match)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code in _SHORT:
        return _SHORT[code]
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8
        code -= 0xDC00
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_SHORT = {0x0A: "\\n", 0x0D: "\\r"}


def is_seen(text: str) -> bool:
    """Return whether a text has any visible character."""
    if text.isascii():
        return any(character.isprintable() and character != " " for character in text)
    from unicodedata import category

    return any(category(character)[0] not in "ZCM" for character in _UNSEEN.sub("", text))


def strip_ansi(text: str) -> str:
    """Return the text without terminal sequences, as a terminal would show it."""
    return text if text.isascii() and "\x1b" not in text else _ANSI.sub("", text)


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters, and after them a mark that says how many are left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit} more characters)"


class Redactor:
    """Masks secret values, in the spellings in which programs print them, and keys in URLs.

    The spellings: as it is; each line of a value with several; the password in a URL; cleaned;
    hexadecimal; base64, also where it is encoded together with other text, as in an Authorization
    header; and whatever escaping makes of it, in however many layers.
    """

    def __init__(self, values: Iterable[str]) -> None:
        parts = {part for value in values for part in _parts(value)}
        forms = {form for part in parts for form in _forms(part)}
        self._forms = sorted((form for form in forms if len(form) >= SHORTEST_SECRET), key=len)
        self._parts = parts
        self._plain: list[str] | None = None

    def redact(self, text: str, *, cut_before: bool = False, cut_after: bool = False) -> str:
        """Return the text with every secret, and secrets that overlap as one, as `***`.

        A text that was cut out of a longer one may begin or end within a secret, which is masked
        as well; it is for the caller to say on which side it was cut.
        """
        spans = set(in_urls(text))
        spans.update(_spans(self._forms, text, cut_before=cut_before, cut_after=cut_after))
        if self._forms and _ESCAPED.search(text):
            spans |= self._disguised(text, cut_before=cut_before, cut_after=cut_after)
        if not spans:
            return text
        parts: list[str] = []
        shown = 0
        for start, end in sorted(spans):
            if start >= shown:
                parts += text[shown:start], _MASK
            shown = max(shown, end)
        return "".join(parts) + text[shown:]

    def _disguised(self, text: str, *, cut_before: bool, cut_after: bool) -> set[tuple[int, int]]:
        """Yield the spans of values in the text as it was before it was escaped."""
        from readiness.text.disguise import Undisguised, undisguised

        if self._plain is None:
            # What ends with the beginning of an escape may make one with what comes after it.
            plain = {
                undisguised(form).rstrip("\\%&")
                for part in self._parts
                for form in _escapable(part)
            }
            self._plain = [form for form in plain if len(form) >= SHORTEST_SECRET]
        shown = Undisguised(text)
        spans = {
            shown.span(*place)
            for place in _spans(self._plain, shown.text, cut_before=cut_before, cut_after=cut_after)
        }
        lowered = [form.lower() for form in self._plain if not form.isalnum()]
        lower = "".join(low if len(low := letter.lower()) == 1 else letter for letter in shown.text)
        for place in _spans(lowered, lower, cut_before=False, cut_after=False):
            start, end = shown.span(*place)
            if "%" in text[start:end]:  # all of it was put into small letters
                spans.add((start, end))
        return spans.union(self._at_cuts(text, cut_before=cut_before, cut_after=cut_after))

    def _at_cuts(
        self, text: str, *, cut_before: bool, cut_after: bool
    ) -> Iterable[tuple[int, int]]:
        """Yield the part of a value at an end of the text where it was cut within an escape."""
        from readiness.text.disguise import Undisguised

        for form in self._plain or ():
            enough = min(len(form), 2 * SHORTEST_SECRET)
            reach = _LONGEST_REST * (len(form) + 1)
            for left in range(1, _LONGEST_REST):
                rest = Undisguised(text[left : left + reach] if cut_before else "")
                if (size := _ends_first(form, rest.text)) >= enough:
                    yield 0, left + rest.span(0, size)[1]
                end = max(len(text) - left, 0)
                first = max(end - reach, 0)
                rest = Undisguised(text[first:end] if cut_after else "")
                if (size := _begins_last(form, rest.text)) >= enough:
                    yield first + rest.span(len(rest.text) - size, len(rest.text))[0], len(text)


_LONGEST_REST = 8
"""Characters that are more than any usual escape has."""

_ESCAPED = later("[%&\\\\\x1b\x9b\xad\u200b-\u200f\u2060-\u2064\ufeff]|\"\"|''|'\"'")


def _spans(
    forms: Iterable[str], text: str, *, cut_before: bool, cut_after: bool
) -> Iterable[tuple[int, int]]:
    """Yield the spans of forms in a text, and of their parts where it was cut."""
    for form in forms:
        yield from _occurrences(form, text)
        if cut_before and (size := _ends_first(form, text)):
            yield 0, size
        if cut_after and (size := _begins_last(form, text)):
            yield len(text) - size, len(text)


def _ends_first(form: str, text: str) -> int:
    """Return how much of the text's beginning is the end of the form."""
    sizes = range(min(len(form), len(text)), SHORTEST_SECRET - 1, -1)
    return next((size for size in sizes if text.startswith(form[-size:])), 0)


def _begins_last(form: str, text: str) -> int:
    """Return how much of the text's end is the beginning of the form."""
    sizes = range(min(len(form), len(text)), SHORTEST_SECRET - 1, -1)
    return next((size for size in sizes if text.endswith(form[:size])), 0)


def _occurrences(form: str, text: str) -> Iterable[tuple[int, int]]:
    start = text.find(form)
    while start >= 0:
        yield start, start + len(form)
        start = text.find(form, start + 1)


_URL = later(r"://[^\s\"'<>`]+")
_URL_PASSWORD = later(r"://[^/@\s:]*:([^\s/?#]+)@")
_URL_PARAMETER = later(r"[?&;]([\w.-]+)=([^&;#]+)")
_NO_VALUE = later(r"\$\{\w+\}|\$[A-Z_]+|\{\w*\}")  # the name of a variable, or of a gap


def in_urls(text: str) -> Iterable[tuple[int, int]]:
    """Yield the spans of passwords in URLs, and of their parameters that look like keys."""
    if "://" not in text:
        return
    for url in _URL.finditer(text):
        password = _URL_PASSWORD.match(url[0])
        spans = [password.span(1)] if password else []
        for parameter in _URL_PARAMETER.finditer(url[0]):
            name = parameter[1].lower()
            if looks_secret(name) or name.endswith(("signature", "sig")):
                spans.append(parameter.span(2))
        for start, end in spans:
            if not _NO_VALUE.fullmatch(url[0], start, end):
                yield url.start() + start, url.start() + end


def _parts(value: str) -> Iterable[str]:
    parts = [value, value.strip(), *(line.strip() for line in value.splitlines())]
    return [
        part for part in (*parts, *_URL_PASSWORD.findall(value)) if len(part) >= SHORTEST_SECRET
    ]


def _forms(part: str) -> Iterable[str]:
    data = part.encode("utf-8", "surrogateescape")
    yield from _escapable(part)
    yield from (data.hex(), data.hex().upper())
    yield from _base64(data)


def _escapable(part: str) -> Iterable[str]:
    """Yield the forms that programs escape: in those of URLs a blank is a plus."""
    yield part
    yield clean(part, newlines=True)
    yield clean(part, newlines=False)
    yield part.replace(" ", "+")


def _base64(data: bytes) -> Iterable[str]:
    """Yield the base64 of data that no surrounding bytes change, for each alignment."""
    from binascii import b2a_base64

    for before in range(3):
        first = (0, 2, 3)[before]
        last = (before + len(data)) * 8 // 6
        whole = b2a_base64(b"\0" * before + data, newline=False).decode("ascii")[first:last]
        if len(whole) >= 2 * SHORTEST_SECRET - 2:
            yield whole
            yield whole.replace("+", "-").replace("/", "_")


_SECRET_NAME = later(
    r"""
    SECRET | PASSW(OR)?D | PASSPHRASE | CREDENTIAL | API_?KEY | PRIVATE_?KEY | ACCESS_?KEY
    | TOKEN(?!I) | WEBHOOK | BEARER | CONNECTION_?STRING
    | (?:^|_) (?: DSN | JWT | COOKIE | AUTH ) $
    | (?:^|_|PG|DB) PASS $ | _PWD $ | _PAT $ | _PEM $ | (?:^|_) KEY $
    """,
    re.VERBOSE,
)
_PUBLIC_NAME = later(
    r"""
    _ (?: FILE | PATH | DIR | SOCK | URI | ENDPOINT | TTL | EXPIRY | LENGTH | TIMEOUT ) $
    | (?:^|_) (?: PUBLIC | CACHE | SORT | PARTITION | PRIMARY | FOREIGN ) _KEY $
    | (?:^|_) (?: MAX | MIN | NUM ) _ (?: [A-Z]+_ )* TOKENS
    | TOKEN_URL $
    """,
    re.VERBOSE,
)


@lru_cache(maxsize=4096)
def looks_secret(name: str) -> bool:
    """Return whether an environment variable of this name is likely to hold a secret.

    Names of files, folders and addresses (`..._FILE`, `..._PATH`) hold none, nor do public keys.
    """
    name = re.sub("[^A-Z0-9]+", "_", name.upper())
    return bool(_SECRET_NAME.search(name)) and not _PUBLIC_NAME.search(name)
