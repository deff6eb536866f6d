"""An agent is blocked for what it can mend, and never for ever."""

import pytest

from readiness.agents.answering import MOST_BLOCKS, Assessment, Impact, Reply, reply
from readiness.agents.memory import Memory

GOOD = Assessment(impact=Impact.GOOD)
ONE = Assessment(impact=Impact.BAD, key="one")
OTHER = Assessment(impact=Impact.BAD, key="other")
LOST = Assessment(impact=Impact.LOST, key="lost")
UNKNOWN = Assessment(impact=Impact.UNKNOWN, key="unknown")

NOTHING, TELL, BLOCK, LET_GO = Reply.NOTHING, Reply.TELL, Reply.BLOCK, Reply.LET_GO

Stop = tuple[Assessment, bool, str]


@pytest.mark.parametrize(
    ("stops", "wanted"),
    [
        ([(GOOD, False, "p")], [NOTHING]),
        ([(ONE, False, "p"), (GOOD, True, "p")], [BLOCK, NOTHING]),
        # The agent goes on because of us: the same again is not said again.
        ([(ONE, False, "p"), (ONE, True, "p"), (ONE, True, "p")], [BLOCK, LET_GO, NOTHING]),
        ([(ONE, False, "p"), (OTHER, True, "p")], [BLOCK, BLOCK]),
        ([(ONE, False, "p"), (OTHER, True, "p"), (ONE, True, "p")], [BLOCK, BLOCK, BLOCK]),
        ([(ONE, False, "p"), (GOOD, True, "p"), (ONE, True, "p")], [BLOCK, NOTHING, BLOCK]),
        # An agent that never says that it goes on is counted all the same.
        ([(ONE, False, "p")] * 5, [BLOCK] * 3 + [LET_GO, NOTHING]),
        ([(ONE, False, "p")] * 4 + [(OTHER, False, "p")], [BLOCK] * 3 + [LET_GO, LET_GO]),
        # A prompt has a budget of its own; one that is not named is the one before.
        ([(ONE, False, "p")] * 4 + [(ONE, False, "q")], [BLOCK] * 3 + [LET_GO, BLOCK]),
        ([(ONE, False, "p"), *[(ONE, False, "")] * 3], [BLOCK] * 3 + [LET_GO]),
        # What cannot be measured is told once, and blocks once where it was good before.
        ([(UNKNOWN, False, "p"), (UNKNOWN, False, "q")], [TELL, NOTHING]),
        ([(LOST, False, "p"), (LOST, True, "p"), (LOST, False, "q")], [BLOCK, NOTHING, NOTHING]),
        ([*[(ONE, False, "p")] * 3, (LOST, False, "p")], [BLOCK] * 3 + [TELL]),
    ],
)
def test_stops_are_answered_in_their_order(stops: list[Stop], wanted: list[Reply]) -> None:
    """Each by what was found, and by what was answered before."""
    memory = Memory()
    answers = [
        reply(assessment, memory, goes_on=goes_on, prompt=prompt)
        for assessment, goes_on, prompt in stops
    ]
    assert answers == wanted


@pytest.mark.parametrize("goes_on", [True, False])
def test_no_prompt_is_blocked_for_ever(goes_on: bool) -> None:
    """Whatever is found, new reasons each time, and whatever the agent says of itself."""
    memory = Memory()
    found = [Assessment(impact=Impact.BAD, key=str(number)) for number in range(50)]
    answers = [reply(one, memory, goes_on=goes_on, prompt="p") for one in found]
    assert answers.count(BLOCK) == MOST_BLOCKS
