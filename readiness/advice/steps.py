"""What is to be done next, as programs get it."""

import msgspec

from readiness.model.words import Verdict

NOT_MEASURED = "not measured yet"
"""The reason of what was never measured, which nobody has to read."""


class NextStep(msgspec.Struct, frozen=True, kw_only=True):
    """An open criterion. `gain` is in points of 10; `after` names the tasks it waits for.

    `by_hand` is a command by which people see the same, `steps` are those of its task, `findings`
    the first places that its tool names, and `check` the command that measures it again.
    """

    id: str
    title: str
    task: str
    priority: str
    verdict: Verdict
    gain: float
    blocking: bool
    after: list[str]
    reason: str
    hint: str | None
    by_hand: str = ""
    steps: list[str] = []
    findings: list[str] = []
    check: str = ""
