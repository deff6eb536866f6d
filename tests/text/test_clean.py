"""Foreign text on its way to a screen, a log or a report."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.text.clean import Redactor, clean, cut, decode, looks_secret, strip_ansi


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"errors: 2 caf\xe9", r"errors: 2 caf\xe9"),
        ("中文 ✅".encode(), "中文 ✅"),
        (b"\xed\xa0\x80", r"\xed\xa0\x80"),
        (b"", ""),
    ],
)
def test_bytes_that_are_not_utf8_are_shown(data: bytes, text: str) -> None:
    """A bad byte is shown as an escape, and nothing else is changed."""
    assert decode(data) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("中文 café ✅ 👍🏽 👨‍👩‍👧 ❤️", "中文 café ✅ 👍🏽 👨‍👩‍👧 ❤️"),
        ("\x1b[2J", r"\x1b[2J"),
        ("\x9b2J", r"\x9b2J"),
        ("a\rb\bc\x7f\0", r"a\rb\x08c\x7f\x00"),
        ("a\tb", "a    b"),
        ("a\r\nb", "a\nb"),
        ("\u202eevil\u2066", r"\u202eevil\u2066"),
        ("a\u200bb\ufeffc\u200dd", r"a\u200bb\ufeffc\u200dd"),
        ("\ufffe\uffff\ud800", r"\ufffe\uffff\ud800"),
        ("\U000e0041\U0001ffff", r"\U000e0041\U0001ffff"),
        ("\u3164\u115f", r"\u3164\u115f"),
        ("a\u2028b\x85c", r"a\u2028b\x85c"),
    ],
)
def test_what_is_unseen_is_shown(text: str, shown: str) -> None:
    """Control and format characters show as escapes; letters and emoji of all scripts stay."""
    assert clean(text, newlines=True) == shown


def test_one_line_stays_one_line() -> None:
    """Without newlines, a newline is an escape too."""
    assert clean("a\nb", newlines=False) == r"a\nb"


@given(st.text())
def test_clean_text_is_clean(text: str) -> None:
    """Cleaning leaves nothing for a second cleaning, and what it leaves can be written as UTF-8."""
    once = clean(text, newlines=False)
    assert clean(once, newlines=False) == once
    once.encode()
    assert not any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in once)


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        ("\x1b[31m12\x1b[0m errors", "12 errors"),
        ("\x1b[38;5;196m1\x1b[m2", "12"),
        ("\x9b1m7", "7"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x07", "link"),
        ("\x1b]52;c;aGk=\x07a", "a"),
        ("\x1bPq#0\x1b\\a", "a"),
        ("\x1b(Bword", "word"),
        ("none", "none"),
    ],
)
def test_terminal_sequences_are_stripped(text: str, stripped: str) -> None:
    """A reader sees what a terminal would show."""
    assert strip_ansi(text) == stripped


def test_a_cut_says_how_much_is_missing() -> None:
    """What is left out is counted."""
    assert cut("abcdef", 4) == "abcd… (2 more characters)"
    assert cut("abcd", 4) == "abcd"


SECRET = "s3cr3t/va lue+1"


@pytest.mark.parametrize("user", ["u", "us", "use", "user"])
def test_a_secret_is_masked_in_an_authorization_header(user: str) -> None:
    """Of a secret that is encoded together with other text not a recognizable part is left."""
    token = base64.b64encode(f"{user}:{SECRET}:x".encode()).decode()
    left = Redactor([SECRET]).redact(token)
    assert "***" in left
    assert len(left) < len(user) * 4 / 3 + 12


def test_every_line_of_a_key_is_masked() -> None:
    """Lines that a program prints one by one are masked one by one."""
    key = "-----BEGIN KEY-----\nabcd.*[efgh\nxyz1==\n-----END KEY-----\n"
    redacted = Redactor([key]).redact("x abcd.*[efgh y\nxyz1==\n" + key)
    assert "efgh" not in redacted
    assert "xyz1" not in redacted


def test_the_password_in_a_url_is_masked_alone() -> None:
    """A driver that prints only the password gives nothing away."""
    assert Redactor(["postgres://u:hunter22@h/db"]).redact("p=hunter22") == "p=***"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("at postgresql://app:hunter2@db:5432/shop", "at postgresql://app:***@db:5432/shop"),
        ("redis://:p@ss@cache/0, again", "redis://:***@cache/0, again"),
        ("GET https://a.b/x?page=2&api_key=k1&q=a", "GET https://a.b/x?page=2&api_key=***&q=a"),
        ("'https://s3/x?X-Amz-Signature=0f&b'", "'https://s3/x?X-Amz-Signature=***&b'"),
        ("postgresql://app:${PGPASS}@db/shop", "postgresql://app:${PGPASS}@db/shop"),
        ("postgresql://app:{password}@db/shop", "postgresql://app:{password}@db/shop"),
        ("https://app@a.b:80/x?monkey=1&page=2", "https://app@a.b:80/x?monkey=1&page=2"),
        ("see http://a.b:8080/x@y", "see http://a.b:8080/x@y"),
    ],
)
def test_what_a_url_reveals_is_masked_wherever_it_stands(text: str, masked: str) -> None:
    """Its password and its keys, though nobody listed them; the twins reveal nothing."""
    assert Redactor([]).redact(text) == masked


def test_secrets_that_overlap_are_masked_as_one() -> None:
    """No tail of a secret is left where two overlap, and a longer one hides a shorter in it."""
    assert Redactor(["abcdef", "defghi"]).redact("-abcdefghi-") == "-***-"
    assert Redactor(["abcd", "abcdefgh"]).redact("abcdefgh abcd") == "*** ***"


def test_a_secret_with_control_characters_is_masked_after_cleaning() -> None:
    """Redaction follows cleaning, so the cleaned spelling is masked too."""
    assert Redactor(["ab\tcd\x1bef"]).redact(clean("ab\tcd\x1bef", newlines=True)) == "***"


def test_short_values_are_not_masked() -> None:
    """A secret of three letters would black out half of the report."""
    assert Redactor(["abc", ""]).redact("abc") == "abc"


@given(st.lists(st.text()), st.text())
def test_no_secret_is_left(values: list[str], text: str) -> None:
    """Whatever the values are, none of them is in the result."""
    mixed = text.join(["", *values, ""])
    redacted = Redactor(values).redact(mixed)
    assert not any(value in redacted for value in values if len(value) >= 4 and "*" not in value)


@pytest.mark.parametrize(
    "name",
    [
        "CLIENT_SECRET",
        "GITHUB_TOKEN",
        "PGPASSWORD",
        "MYSQL_PWD",
        "DB_PASS",
        "SMTP_PASS",
        "SSH_PASSPHRASE",
        "AWS_SECRET_ACCESS_KEY",
        "APIKEY",
        "OPENAI_KEY",
        "SIGNING_KEY",
        "TLS_PRIVATE_KEY",
        "SENTRY_DSN",
        "GITHUB_PAT",
        "SLACK_WEBHOOK_URL",
        "SESSION_COOKIE",
        "HTTP_AUTH",
        "Deploy-Token",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "AZURE_STORAGE_CONNECTION_STRING",
        "TLS_PEM",
    ],
)
def test_secret_names(name: str) -> None:
    """Names that usually hold secrets look secret."""
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "HOME",
        "PWD",
        "XKB_KEYMAP",
        "GIT_AUTHOR_NAME",
        "SSH_AUTH_SOCK",
        "TOKENIZERS_PARALLELISM",
        "MAX_TOKENS",
        "PUBLIC_KEY",
        "CACHE_KEY",
        "COMPASS",
        "POSTGRES_PASSWORD_FILE",
        "OAUTH_TOKEN_URL",
        "DATABASE_URL",
        "COMPATIBLE",
    ],
)
def test_public_names(name: str) -> None:
    """Names that only resemble them do not."""
    assert not looks_secret(name)
