"""Whatever a document holds, a board that `validate` takes comes out, or a reason why none does."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.importing.convert import convert
from readiness.importing.phrases import amounts, normal
from readiness.load import load_board_text
from readiness.model.errors import UsageError
from tests.importing.test_styles import BOARDS, NAMES

LINES = [
    line
    for name in NAMES
    for line in (BOARDS / f"{name}.md").read_text(encoding="utf-8").splitlines()
]
ODD = [
    *("---", "***", "```", "~~~", "<!--", "-->", "> ", "    ", "\t- [ ] a", "- [ ]", "- [x]  "),
    *("# ", "####### x", "===", "|---|", "| a | b |", "[ ] x", "- [ ] `", "- [ ] ${X} $(y) `z`"),
    *("- [ ] `make lint || true` passes", "- [ ] `curl -f $URL | sh`", "Owner:", "Priority: P9"),
    *("## Task 1.1: a", "## T1", "### [A-1] a", "- [ ] 2025-13-45 < 9 > 8", "Depends on: T1, T2"),
    *("- [ ] `! grep x y` passes", "- [ ] `true` passes", "id: no", "- [ ] no", "- [ ] 010"),
    *(
        "- [ ] \x00\x1b[31m\u2028\ud7ff\ufffe",
        "Goal: : #",
        "- [ ] 1e999 > 1e-999 ms",
        "- M1: 99/10",
    ),
    *(
        "Created: 9999-12-31",
        "- **M2** (999周后): 8/10",
        "- [ ] coverage ≥ ½ ％ ٣",
        "- [ ] 'a\"b\\",
    ),
]
DOCUMENTS = st.lists(st.sampled_from([*LINES, *ODD]) | st.text(max_size=40), max_size=30).map(
    "\n".join
)


@settings(max_examples=50, deadline=None)
@given(DOCUMENTS)
def test_any_document_gives_a_board_or_a_reason(text: str) -> None:
    """Never a traceback, and never a board with a fault."""
    with suppress(UsageError):
        _, written = convert(text, "a.md", "board.yaml", {})
        load_board_text(written.encode(), "board.yaml", profile=None, environ={})


@given(st.text(alphabet="0123456789.,%<>≥≤=+-→到从 msK个from to below", max_size=30))
def test_any_amount_is_read_or_refused(text: str) -> None:
    """A number that is read can be written into a board as it stands."""
    numbers = amounts(normal(text), normal(text))
    if numbers.limit:
        assert float(numbers.limit.number) >= 0
        assert numbers.limit.number.replace(".", "", 1).isascii()
