"""Writing a new board: never over another, and what `--output-format json` says is in it."""

import glob
import os
from decimal import Decimal

import msgspec

from readiness.model.board import Board
from readiness.model.errors import NotWrittenError, UsageError
from readiness.model.judgement import Judgement
from readiness.model.settings import BOARD_NAME
from readiness.model.words import Verdict
from readiness.propose.facts import Omission
from readiness.propose.proposals import Proposal
from readiness.text.worded import worded

OTHER_NAMES = ("readiness.yaml", "*.readiness.yaml")


class NewCriterion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A criterion of the new board, as `--output-format json` has it; `check` or `run`."""

    id: str
    check: str | None = None
    run: str | None = None
    value: int | float | bool | str | None
    verdict: Verdict
    why: str


class FirstBoard(msgspec.Struct, frozen=True, kw_only=True):
    """What `--output-format json` gives."""

    board: str
    criteria: list[NewCriterion]
    left_out: list[Omission]


def refuse_existing_board(path: str, project: str, named: str = "") -> None:
    """Raise `UsageError` where there is a board already, under this name or a usual one.

    `named` is the one that the project's settings name.
    """
    boards = [name for name in (path, named) if name and os.path.lexists(name)]
    for name in (BOARD_NAME, *OTHER_NAMES):
        boards += sorted(glob.glob(name, root_dir=project))
    if boards:
        raise UsageError(worded("init.there_already", path=boards[0]))


def write_new_file(path: str, text: str) -> None:
    """Write a file. Raises `UsageError`, and leaves it alone, where one has come meanwhile."""
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(worded("init.meanwhile", path=path)) from None
    except OSError as error:
        why = error.strerror
        raise NotWrittenError(worded("init.not_written", path=path, why=why)) from None


def judged_criterion(judgement: Judgement, proposal: Proposal) -> NewCriterion:
    """Return a proposed criterion as it was judged."""
    value = judgement.value
    measured = judgement.code is None and value is not None
    return NewCriterion(
        id=judgement.criterion.id,
        check=proposal.check or None,
        run=proposal.run or None,
        value=_number(value) if isinstance(value, Decimal) else value,
        verdict=judgement.verdict if measured else Verdict.SKIP,
        why=proposal.why,
    )


def unmeasured_criteria(board: Board) -> list[NewCriterion]:
    """Return the criteria of a board of which nothing was run."""
    return [
        NewCriterion(
            id=criterion.id,
            check=criterion.check.name or None if criterion.check else None,
            run=criterion.check.run if criterion.check and not criterion.check.name else None,
            value=None,
            verdict=Verdict.SKIP,
            why=criterion.title,
        )
        for criterion in board.criteria()
    ]


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
