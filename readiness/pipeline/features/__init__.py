"""What options have a run do beside its plot, one file each.

A module here is named after the field of `RunSettings` that asks for it, and its `FEATURE` is a
`Feature`. Only what the settings of a run ask for is imported.
"""

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from readiness.model.settings import RunSettings

if TYPE_CHECKING:
    from contextlib import ExitStack

    from readiness.history.store import History, Keep
    from readiness.model.board import Board
    from readiness.model.judgement import Judgement
    from readiness.model.plan import Plan
    from readiness.pipeline.facts import Outcome, Start
    from readiness.pipeline.settle import Execution
    from readiness.record.document import ProbeRecord, RunDocument
    from readiness.report import Context

Printer: TypeAlias = "Callable[[RunDocument, RunSettings, Context], str]"
"""Makes of a run what is printed."""

Command: TypeAlias = Callable[[RunSettings, Printer], int]
"""Does what the settings ask for, and returns the exit status."""

PLAIN = RunSettings()


class Feature:
    """What one option has a run do, in the order in which a run calls it.

    Each method is a place in the plot; one that a feature does not define changes nothing there.
    """

    turn: ClassVar[int] = 0
    """Features of a lower number are called before others; those of one number in any order."""

    def __init__(self, settings: RunSettings) -> None:
        self.settings = settings

    # --- before planning ------------------------------------------------------------------------

    def around(self, command: Command) -> Command:
        """Return what is done instead of the command, or around it, in the user's own process.

        Raises `UsageError` for settings that exclude each other.
        """
        return command

    def opening(self, stack: "ExitStack") -> "Board | None":
        """Return the board where it is another than the settings name; `stack` outlives the run."""
        return None

    def opened(self, start: "Start", board: "Board", history: "History | None") -> "Start":
        """Add what is known before anything is planned.

        Raises `UsageError` for settings that do not fit the board.
        """
        return start

    # --- on the plan ----------------------------------------------------------------------------

    def planned(self, plan: "Plan", start: "Start", board: "Board") -> "Plan":
        """Change what will run, or its order."""
        return plan

    def starting(self, start: "Start", plan: "Plan", stack: "ExitStack") -> "Start":
        """Add what is known before the first probe; a signal still ends the process at once."""
        return start

    def entering(self, start: "Start", board: "Board") -> Sequence[str]:
        """Prepare what a killed run must leave behind; return what went wrong."""
        return ()

    # --- while it runs, and as an attempt settles -----------------------------------------------

    def executing(self, plan: "Plan", start: "Start", board: "Board") -> "Outcome | None":
        """Run the plan elsewhere; None where it is to run here."""
        return None

    def running(self, execution: "Execution") -> "Execution":
        """Change what is left to run here, and how an attempt that is over is settled."""
        return execution

    def judged(
        self,
        execution: "Execution",
        judgements: "Sequence[Judgement]",
        probes: "Sequence[ProbeRecord]",
    ) -> "Start":
        """Add what has to be known of what came out before the gate decides."""
        return execution.start

    # --- after ----------------------------------------------------------------------------------

    def kept(self, execution: "Execution") -> "Keep | None":
        """Return what writes, beside the run's entry in the history, what later runs may use."""
        return None

    def concluded(self, document: "RunDocument", board: "Board") -> "RunDocument":
        """Return what reports are made of where that is more than the run, which is recorded."""
        return document

    def recorded(self, document: "RunDocument", board: "Board") -> Sequence[str]:
        """Pass on what came out; return what went wrong."""
        return ()


def features_of(settings: RunSettings) -> list[Feature]:
    """Return the features that these settings ask for, in their turn."""
    fields = [
        field
        for field in settings.__struct_fields__
        if getattr(settings, field) != getattr(PLAIN, field)
    ]
    if not fields:
        return []
    files = os.listdir(os.path.dirname(__file__))
    modules = [import_module(f"{__name__}.{field}") for field in fields if f"{field}.py" in files]
    features: list[Feature] = [module.FEATURE(settings) for module in modules]
    return sorted(features, key=lambda feature: feature.turn)
