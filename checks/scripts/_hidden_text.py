"""Find text that who reads lines does not see: in binary files, in UTF-16, and as base64."""

import base64
import re
from binascii import Error

RUN = re.compile(rb"[\t\x20-\x7e]{12,}")
WIDE = re.compile(rb"(?:[\t\n\r\x20-\x7e]\x00){12,}[\x20-\x7e]?")
CODED = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
TEXT = re.compile(rb"[\t\n\r\x20-\x7e]{16,}")


def hidden_text(data: bytes) -> bytes:
    """Return the text that is hidden in a file's bytes, a piece a line; b"" where there is none."""
    found = []
    if b"\0" in data:
        found = [*RUN.findall(data), *(each.replace(b"\0", b"") for each in WIDE.findall(data))]
    found += filter(None, map(_decoded, CODED.findall(data)))
    return b"".join(each + b"\n" for each in found)


def _decoded(word: bytes) -> bytes:
    """Return what a word says in base64, where that is text."""
    bare = word.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        said = base64.b64decode(bare + b"=" * (-len(bare) % 4))
    except Error:
        return b""
    return said if TEXT.fullmatch(said) else b""
