"""Whether an agent may stop, by what was found and what it was told before. Pure."""

from enum import Enum

import msgspec

from readiness.agents.memory import Memory

MOST_BLOCKS = 3
"""So often the stop of one prompt is blocked."""


class Impact(Enum):
    """What was found of a change."""

    GOOD = "good"
    BAD = "bad"
    LOST = "lost"
    """What held before can no longer be measured."""
    UNKNOWN = "unknown"


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of a change: in words, and as what makes it the same as another."""

    impact: Impact
    key: str = ""
    text: str = ""


class Reply(Enum):
    """What the agent is answered."""

    NOTHING = "nothing"
    TELL = "tell"
    BLOCK = "block"
    LET_GO = "let go"
    """What was found, and that the agent is not blocked for it again."""


def reply(assessment: Assessment, memory: Memory, *, goes_on: bool, prompt: str) -> Reply:
    """Decide, and remember what is answered.

    A stop is blocked for what is worse, at most `MOST_BLOCKS` times a prompt; where the agent goes
    on because of a hook, only for another reason than the last. What cannot be measured is told
    once in a session, and blocks only where the change has lost what held before.
    """
    if prompt and prompt != memory.prompt:
        memory.prompt, memory.blocks, memory.given_up = prompt, 0, ""
    if assessment.impact is Impact.GOOD:
        memory.reason = ""
        return Reply.NOTHING
    if assessment.impact is not Impact.BAD:
        if assessment.key in memory.reported:
            return Reply.NOTHING
        memory.reported.append(assessment.key)
        if assessment.impact is Impact.UNKNOWN or memory.blocks >= MOST_BLOCKS:
            return Reply.TELL
    elif memory.blocks >= MOST_BLOCKS or (goes_on and assessment.key == memory.reason):
        if memory.given_up == assessment.key:
            return Reply.NOTHING
        memory.given_up = assessment.key
        return Reply.LET_GO
    memory.blocks += 1
    memory.reason = assessment.key
    return Reply.BLOCK
