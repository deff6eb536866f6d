"""A criterion that applies to a project, before it was measured."""

from typing import Final

import msgspec

from readiness.model.words import Goal, Priority
from readiness.propose.facts import Omission
from readiness.propose.new_board import NewProbe
from readiness.text.worded import worded

CI_TASK: Final = worded("propose.ci_task")
TESTS_TASK: Final = worded("propose.tests_task")


class Proposal(NewProbe, frozen=True, kw_only=True):
    """A criterion that applies, with its probe; `why` is one line.

    Its expectation and baseline are empty until it was measured. `early` puts it before others of
    its priority; `tests` says that it runs the project's tests, and
    `env` what CI sets for it.
    """

    title: str
    task: str
    priority: Priority
    why: str
    goal: Goal = Goal.MEET
    early: bool = False
    asked: bool = True
    tests: bool = False
    steps: tuple[tuple[str, ...], ...] = ()
    env: tuple[tuple[str, str], ...] = ()


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """What `propose` answers; `offers` apply too, but nothing in the project asks for them."""

    proposals: tuple[Proposal, ...]
    left_out: tuple[Omission, ...]
    offers: tuple[Proposal, ...] = ()
