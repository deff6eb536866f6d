"""What each verdict means is said once, and as the contract's table says it."""

import msgspec
import pytest

from readiness.model.words import Decision, Standing, Tone, Verdict
from readiness.terminal.blocks import Style

# Of each verdict: credit, what the gate takes it for, and what follows from both.
TABLE = {
    Verdict.PASS: (True, Standing.GOOD, {"good", "in_scope"}),
    Verdict.WARN: (True, Standing.GOOD, {"good", "in_scope", "noted"}),
    Verdict.FAIL: (False, Standing.BAD, {"bad", "in_scope", "open", "noted"}),
    Verdict.ERROR: (False, Standing.UNKNOWN, {"bad", "unknown", "in_scope", "open", "noted"}),
    Verdict.WAIVED: (False, Standing.GOOD, {"in_scope", "open", "noted"}),
    Verdict.SKIP: (False, Standing.OUT, set()),
}
PROPERTIES = ("good", "bad", "unknown", "in_scope", "open", "noted")


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_means_what_the_contract_says(verdict: Verdict) -> None:
    """Credit, the gate's view and all that is asked of a verdict follow the contract's table."""
    credit, gate, properties = TABLE[verdict]
    assert (verdict.credit, verdict.gate) == (credit, gate)
    assert {name for name in PROPERTIES if getattr(verdict, name)} == properties


def test_the_worst_of_several_verdicts() -> None:
    """Worst is what could not be measured, then what fails, waived or not; skipped is no word."""
    assert sorted(Verdict, key=lambda verdict: verdict.rank) == [
        Verdict.SKIP,
        Verdict.PASS,
        Verdict.WARN,
        Verdict.FAIL,
        Verdict.WAIVED,
        Verdict.ERROR,
    ]
    assert Verdict.FAIL.rank == Verdict.WAIVED.rank


@pytest.mark.parametrize("word", [*Verdict, *Decision])
def test_a_word_is_text_everywhere(word: Verdict | Decision) -> None:
    """In JSON and in sentences a verdict and a decision are their word, and are read back by it."""
    assert f"{word}" == word.value
    assert msgspec.json.encode(word) == f'"{word.value}"'.encode()
    assert msgspec.json.decode(msgspec.json.encode(word), type=type(word)) is word


@pytest.mark.parametrize("tone", Tone)
def test_every_tone_has_a_style(tone: Tone) -> None:
    """A verdict's tone can be shown in the table, whichever it is."""
    assert Style(tone) == tone
