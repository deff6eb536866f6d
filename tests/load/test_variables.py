"""Variables in a board."""

import time

import pytest

from readiness.load.variables import Variables, broken_reference

CASES = [
    ("plain", "plain", ()),
    ("${A}", "env", ()),
    ("${B}", "board", ()),
    ("${BOTH}", "profile", ()),
    ("${NONE}${OTHER}${NONE}", "", ("NONE", "OTHER")),
    ("${NONE:-default}", "default", ()),
    ("${NONE:-a:b-c d}", "a:b-c d", ()),
    ("${EMPTY:-default}", "default", ()),
    ("$${A}", "${A}", ()),
    ("$A $ $1 a$", "$A $ $1 a$", ()),
    ("${SELF}", "env-self", ()),
    ("${LOOP}", "", ("LOOP",)),
    ("${LACKS}", "", ("NONE",)),
    ("${LACKS:-default}", "default", ()),
    ("${NASTY}", "${A} $$ `id`", ()),
    ("${NONE:-${A}/x}", "env/x", ()),
    ("${NONE:-${OTHER}}", "", ("OTHER",)),
    ("${A:+<${B}>}${EMPTY:+x}${NONE:+x}", "<board>", ()),
    ("${SITE_HOST} ${SITE_ADDRESS}", "shop.test shop.test:443", ()),
    ("${PLAIN_ADDRESS} ${ODD_HOST}", "[::1]:80 10.0.0.1", ()),
    ("${SITE_HOST:-other} ${SITE_PORT:-1}", "other 1", ()),  # a default is as before
    ("${ODD_ADDRESS}${FILE_HOST}${DB_HOST}", "", ("ODD_ADDRESS", "FILE_HOST", "DB_HOST")),
    ("${LATER_HOST}", "", ("NONE",)),  # what follows from it is not asked for by itself
]


@pytest.fixture
def variables() -> Variables:
    """Return the variables of an environment, a profile and a board."""
    return Variables(
        {"A": "env", "EMPTY": "", "SELF": "env-self", "NASTY": "${A} $$ `id`"}
        | {
            "SITE_URL": "https://me:pw@shop.test/a",
            "ODD_URL": "odd://10.0.0.1",
            "FILE_URL": "file:x",
        },
        {"P": "profile", "BOTH": "profile", "A": "profile"},
        {
            "B": "board",
            "BOTH": "board",
            "SELF": "${SELF:-x}",
            "LOOP": "${LOOP}",
            "CHAIN": "<${P}>",
            "LACKS": "${NONE}",
            "LATER_URL": "${NONE}",
            "PLAIN_URL": "http://[::1]/",
        },
    )


@pytest.mark.parametrize(("text", "expanded", "missing"), CASES)
def test_references_are_replaced(
    variables: Variables, text: str, expanded: str, missing: tuple[str, ...]
) -> None:
    """The environment comes first, then the profile, then the board; what is put in stays as is."""
    assert variables.expand(text) == (expanded, missing)


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("a ${A b", "${A b"),
        ("${A:?x}", "${A:?x}"),
        ("${A:-${B}}", ""),
        ("${A:-x ${9}}", "${9}"),
        ("${A} ${", "${"),
        ("$${", ""),
        ("$A ${A} ${A:-b} $$ $", ""),
    ],
)
def test_a_broken_reference_is_told(text: str, broken: str) -> None:
    """What starts like a reference and is none is quoted."""
    assert broken_reference(text) == broken


def test_an_entry_that_refers_to_itself_means_the_environment_or_its_default() -> None:
    """`X: ${X:-d}` is what the environment says, else d; never an endless loop."""
    assert Variables({}, {"X": "${X:-d}"}).entries() == ({"X": "d"}, {})
    assert Variables({"X": "e"}, {"X": "${X:-d}"}).entries() == ({"X": "e"}, {})
    assert Variables({}, {"A": "${B}", "B": "${A}"}).entries()[0] == {}


@pytest.mark.parametrize("seed", ["xxxxxxxxxxxx", ""])
def test_entries_that_multiply_are_stopped(seed: str) -> None:
    """Sixty entries that each double the one before are an error at once."""
    layer = {"A0": seed} | {f"A{n}": f"${{A{n - 1}}}${{A{n - 1}}}" for n in range(1, 60)}
    started = time.monotonic()
    with pytest.raises(ValueError, match="128 KiB"):
        Variables({}, layer).expand("${A59}")
    assert time.monotonic() - started < 60
