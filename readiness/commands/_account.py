"""What `init` tells at its end: what was measured, what was left out, what to do, CI's lines."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from readiness.advice import rank
from readiness.decide.gate import gate
from readiness.decide.score import display, score
from readiness.model.board import Board, Check
from readiness.model.expect import format_value
from readiness.model.judgement import Judgement, Reading, Unmeasured
from readiness.model.words import Decision, ReasonCode
from readiness.propose.board_text import PlannedCriterion
from readiness.propose.ci_lines import ci_lines
from readiness.propose.facts import Omission, ProjectFacts
from readiness.terminal.output import terminal_width
from readiness.text.layout import columns, duration, inert, literal

_LACKS_TOOL = (ReasonCode.TOOL_MISSING, ReasonCode.PRODUCER_FAILED)


class FirstAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A first board that was written to `path`, and how it came about.

    `proposed` is the board of all that was proposed; `seconds` is 0 where nothing was measured.
    """

    path: str
    facts: ProjectFacts
    proposed: Board
    board: Board
    judgements: Sequence[Judgement]
    readings: Mapping[str, Reading]
    planned: Sequence[PlannedCriterion]
    left_out: Sequence[Omission]
    seconds: float

    def lines(self, *, quiet: bool) -> list[str]:
        """All of it; with `quiet` only what was written."""
        count = sum(1 for _ in self.board.criteria())
        lines = [
            f"Written: {self.path}, {count} criteria in {len(self.board.tasks)} tasks"
            + (f", measured in {duration(self.seconds)}" if self.seconds else "")
        ]
        if quiet:
            return lines
        if self.seconds:
            lines += ["", self._table()]
        if self.left_out:
            lines += ["", "Left out", *together(self.left_out)]
        if self.seconds:
            lines += ["", self._score()]
        steps = enumerate(self._steps(), 1)
        lines += ["", "Next", *(f"  {number}. {step}" for number, step in steps)]
        checks = [one.check for one in self.board.criteria() if one.check]
        heading, what = ci_lines(self.facts, installed_by(checks))
        return [*lines, "", heading, what]

    def _table(self) -> str:
        rows = [
            (
                one.criterion.id,
                one.verdict.value,
                one.criterion.title,
                _shown(one),
                one.criterion.expect.text,
            )
            for one in self.judgements
        ]
        width = terminal_width(os.environ) if sys.stdout.isatty() else None
        return columns(rows, flexible=2, limit=width, right=(3,)).rstrip()

    def _score(self) -> str:
        total = score(self.board, self.judgements)
        decided = gate(self.board, total, self.judgements, partial=False)
        return (
            f"Score {display(total.value, total.target)} of 10, target {self.board.target}:"
            f" {_in_words(decided.decision)}"
        )

    def _steps(self) -> list[str]:
        """Three things to do: what gains most, then what makes a gate of the board."""
        if not self.seconds:
            return [
                "`readiness check` measures the criteria",
                f"give each a limit (`expect`) in {self.path}",
                f"commit {self.path}",
            ]
        reasons = {one.criterion.id: one.reason for one in self.judgements}
        ranked = rank(self.board, score(self.board, self.judgements))
        steps = [
            f"{one.criterion.id} {one.criterion.title}: {reasons[one.criterion.id]}"
            f" (+{float(one.gain):.1f})"
            for one in ranked[:2]
        ]
        last = [
            f"commit {self.path}: `readiness guard --base main` then tells what a change loosens",
            "`readiness prove` shows that each criterion can fail",
            "`readiness next` says what to do after that",
        ]
        return [*self._missing(), *steps, *last][:3]

    def _missing(self) -> list[str]:
        """What would let more be measured: all tools at once, else the first that failed."""
        lacking = {
            name
            for name, reading in self.readings.items()
            for one in reading.samples
            if isinstance(one, Unmeasured) and one.code in _LACKS_TOOL
        }
        checks = [one.check for one in self.proposed.criteria() if one.id in lacking and one.check]
        checks = [each for each in checks if installed_by([each])]
        if commands := installed_by(checks):
            more = f"{len(checks)} more would be measured: `{' && '.join(commands)}`"
            return [f"install what is missing, take {self.path} away, and call this again: {more}"]
        return [
            f"let {entry.id} be measured ({entry.proposal.title}): {entry.missing}"
            for entry in self.planned
            if entry.missing
        ][:1]


def together(left_out: Iterable[Omission]) -> Iterator[str]:
    """What was left out, one line each, below the reason where several share it."""
    reasons: dict[str, list[str]] = {}
    for each in left_out:
        reasons.setdefault(each.why, []).append(each.what)
    for why, what in reasons.items():
        if len(what) == 1:
            yield f"  {_plain(what[0])}: {_plain(why)}"
        else:
            yield f"  {_plain(why)}:"
            yield from (f"    {_plain(each)}" for each in what)


def installed_by(checks: Iterable[Check]) -> list[str]:
    """The commands that install the tools of checks: one of pip, then those that are not pip's."""
    install = "pip install "
    commands = list(dict.fromkeys(each.install for each in checks if each.install))
    packages = [
        name
        for command in commands
        if command.startswith(install)
        for name in command.removeprefix(install).split()
    ]
    others = [each for each in commands if not each.startswith((install, "python -m venv"))]
    return [*([install + " ".join(dict.fromkeys(packages))] if packages else []), *others]


def _plain(text: str) -> str:
    return inert(literal(text))


def _shown(one: Judgement) -> str:
    return "–" if one.value is None else format_value(one.value, one.unit, one.criterion.expect)


def _in_words(decision: Decision) -> str:
    return decision.value.replace("_", " ")
