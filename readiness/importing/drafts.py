"""A board as it is made of a document: read first, then given ids, probes and reasons."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from readiness.importing.document import ListedItem
from readiness.importing.words import names_nobody, priority_of
from readiness.model.words import Priority
from readiness.propose.facts import Omission
from readiness.propose.new_board import NewProbe
from readiness.text.languages import Language

_OF_BOARD: Final = ("created", "review", "goal", "milestones")


@dataclass
class DraftCriterion:
    """A criterion: its words, where its number starts, and code that verifies it.

    `assumed` says that the document does not have it: that its task is done, or code does not fail.
    Without a probe it is an attestation that is still open, and `why` says what is missing.
    """

    title: str
    line: int = 0
    start: str = ""
    code: tuple[str, ...] = ()
    assumed: bool = False
    id: str = ""
    probe: NewProbe | None = None
    why: str = ""


@dataclass(eq=False)
class DraftTask:
    """A task. `stated` says that the board itself calls it one, `ranked` that its lists are work.

    `number` and `level` are its heading's, `place` is its own among all tasks; `labelled` is what
    labels name. `listed` are lists that nothing calls criteria, each with its source, and
    `done_when` are criteria where there are no others.
    """

    title: str = ""
    id: str = ""
    number: str = ""
    line: int = 0
    level: int = 0
    place: int = 0
    parent: "DraftTask | None" = None
    priority: Priority | None = None
    stated: bool = False
    ranked: bool = False
    depends_on: list[str] = field(default_factory=list)
    labelled: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    listed: list[tuple[list[ListedItem], str]] = field(default_factory=list)
    done_when: list[DraftCriterion] = field(default_factory=list)
    criteria: list[DraftCriterion] = field(default_factory=list)


@dataclass
class DraftBoard:
    """A board; key figures are what could be said as a criterion, by the criterion's id their name.

    `labelled` is what labels name; `unread` became no part of it, by the lines of the headings
    above, and `left_out` says why.
    """

    title: str = ""
    language: Language = Language.EN
    labelled: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    tasks: list[DraftTask] = field(default_factory=list)
    milestones: list[Mapping[str, object]] = field(default_factory=list)
    figures: list[DraftCriterion] = field(default_factory=list)
    key_figures: dict[str, str] = field(default_factory=dict)
    unread: dict[int, str] = field(default_factory=dict)
    left_out: list[Omission] = field(default_factory=list)

    @property
    def criteria(self) -> list[DraftCriterion]:
        """Return all criteria, in order."""
        return [criterion for task in self.tasks for criterion in task.criteria]

    def put(self, task: DraftTask, name: str, text: str) -> None:
        """Take what a label names, for the board or a task of it."""
        value = " ".join(text.split())
        task.stated |= name in ("priority", "owner", "estimate")
        if names_nobody(value):
            return
        if name == "priority":
            task.priority = task.priority or priority_of(value)
        elif name != "criteria":
            (self if name in _OF_BOARD else task).labelled[name].append(value)
        elif not value.endswith((":", "：")):
            task.criteria.append(DraftCriterion(value, task.line))
