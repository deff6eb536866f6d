"""What `init` tells at its end: what was measured and left out, what to do, and lines to add."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from readiness.decide.gate import gate
from readiness.decide.score import display, score
from readiness.model.board import Board
from readiness.model.judgement import Judgement, Reading, Unmeasured
from readiness.model.words import ReasonCode
from readiness.project.managers import fitting
from readiness.propose.board_text import PlannedCriterion
from readiness.propose.ci_lines import GITLAB_FILE
from readiness.propose.facts import Omission, ProjectFacts
from readiness.propose.new_board import Offer, install_commands
from readiness.report._shown import verdict_part
from readiness.terminal.blocks import Block, Grid, Line, Style, plain, text_lines
from readiness.text.layout import duration
from readiness.text.sentences import Sentences
from readiness.text.worded import in_language


class FirstAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A first board that was written to `path`, and how it came about.

    `seconds` is 0 where nothing was measured; `branch` is the one that the board is on. `added`
    says that the criteria came to a board that was there.
    """

    path: str
    facts: ProjectFacts
    board: Board
    judgements: Sequence[Judgement]
    readings: Mapping[str, Reading]
    planned: Sequence[PlannedCriterion]
    left_out: Sequence[Omission]
    offers: Sequence[Offer]
    seconds: float
    branch: str
    added: bool
    say: Sentences

    def blocks(self, *, quiet: bool, verbose: bool) -> list[Block]:
        """Return all of it, `quiet` only what was written, `verbose` also what was left out."""
        blocks: list[Block] = [*text_lines(self._written())]
        if quiet:
            return blocks
        if self.seconds:
            blocks += [Line(), self._table()]
        if self.seconds and not self.added:
            blocks += [Line(), self._score()]
        if self.left_out and not verbose:
            blocks += text_lines("", self.say("init.left_out_count", count=len(self.left_out)))
        elif self.left_out:
            omissions = omission_lines(self.left_out, self.say)
            blocks += text_lines("", self.say("init.left_out"), *omissions)
        if self.offers:
            names = self.say("joint.names").join(offer.name for offer in self.offers)
            blocks += text_lines("", self.say("init.offered", names=names))
        return [*blocks, *text_lines("", *numbered_steps(self._steps(), self.say))]

    def _written(self) -> str:
        count, tasks = len(list(self.board.criteria())), len(self.board.tasks)
        written = written_line(self.path, count, tasks, self.say, added=self.added)
        if not self.seconds:
            return written
        return self.say("init.measured_in", written=written, time=duration(self.seconds))

    def _table(self) -> Grid:
        rows = [
            [
                (judgement.criterion.id, Style.STRONG),
                verdict_part(judgement.verdict, self.say),
                *plain(judgement.criterion.title, _value(judgement, self.say)),
                (judgement.criterion.expect.text, Style.DIM),
            ]
            for judgement in self.judgements
        ]
        return Grid(rows=rows, heads=[], flexible=2, right=(3,))

    def _score(self) -> Line:
        total = score(self.board, self.judgements)
        decided = gate(self.board, total, self.judgements, partial=False)
        count = sum(1 for entry in self.planned if entry.missing)
        sentence = self.say(
            "init.score",
            score=display(total.value, total.target),
            target=self.board.target,
            decision=self.say(f"decision.{decided.decision}").lower(),
        )
        partly = self.say("init.partly", count=count) if count else ""
        return Line(parts=((sentence, Style(decided.decision.tone)), *plain(partly)))

    def _steps(self) -> list[str]:
        """Return what to do: what measures more, then what makes a gate of the board."""
        if not self.seconds:
            return [
                self.say("init.step_check"),
                self.say("init.step_limits", path=self.path),
                self.say("init.step_commit", path=self.path),
            ]
        is_open = any(not judgement.verdict.good for judgement in self.judgements)
        return [
            *(self._missing() or [self.say("init.step_next")] * is_open),
            self.say("init.step_guard", path=self.path, branch=self.branch),
            self.say(
                "init.step_ci", kind="gitlab" if GITLAB_FILE in self.facts.files else "github"
            ),
            self.say("init.step_prove"),
        ]

    def _missing(self) -> list[str]:
        """Return the steps to measure more: all tools at once, then the first failure."""
        missing = {
            name
            for name, reading in self.readings.items()
            for sample in reading.samples
            if isinstance(sample, Unmeasured) and sample.code is ReasonCode.TOOL_MISSING
        }
        lacking = {
            criterion.id: criterion
            for criterion in self.board.criteria()
            if criterion.id in missing and criterion.check and criterion.check.install
        }
        folder = self.board.workdir
        installing = install_commands(lacking.values(), folder)
        fit = [fitting(command, folder) for command in installing]
        sentences = [command for command in fit if ": " in command]
        run = " && ".join(command for command in fit if command not in sentences)
        commands = "; ".join(filter(None, [run, *sentences]))
        steps = [
            self.say(
                "init.step_measure",
                id=entry.id,
                title=in_language(entry.proposal.title, self.say),
                why=in_language(entry.missing, self.say),
            )
            for entry in self.planned
            if entry.missing and entry.id not in lacking
        ][:1]
        if not commands:
            return steps
        return [self.say("init.step_install", count=len(lacking), commands=commands), *steps]


def template_account(path: str, board: Board, say: Sentences) -> str:
    """Return what is told of a ready-made board: what is in it, and what to do next."""
    criteria = list(board.criteria())
    unset = {name for criterion in criteria for name in criterion.unset}
    unset.update(board.unset_env.values())
    steps = [
        say("init.step_set", names=say("joint.names").join(sorted(unset))) if unset else "",
        say("init.step_doctor"),
        say("init.step_check"),
        say("import.step_attest"),
        say("init.step_prove"),
    ]
    written = written_line(path, len(criteria), len(board.tasks), say)
    return "\n".join([written, "", *numbered_steps(filter(None, steps), say)])


def written_line(
    path: str, criteria: int, tasks: int, say: Sentences, *, added: bool = False
) -> str:
    """Return the line that names a board that was written, and what is in it or new in it."""
    content = say("init.criteria", count=criteria)
    parts = say("init.tasks", count=tasks)
    if added:
        return say("init.added", path=path, criteria=content, tasks=parts)
    return say("init.written", path=path, criteria=content, tasks=parts)


def numbered_steps(steps: Iterable[str], say: Sentences) -> list[str]:
    """Return what to do next, one step a line."""
    return [say("init.next"), *(f"  {number}. {step}" for number, step in enumerate(steps, 1))]


def omission_lines(left_out: Iterable[Omission], say: Sentences) -> Iterator[str]:
    """Yield what was left out, one line each, below the reason where several share it."""
    colon = say("joint.colon")
    reasons: dict[str, list[str]] = {}
    for omission in left_out:
        why, what = _plain(omission.why, say), _plain(omission.what, say)
        reasons.setdefault(why, []).append(what)
    for why, subjects in reasons.items():
        if len(subjects) == 1:
            yield f"  {subjects[0]}{colon}{why}"
        else:
            yield f"  {why}{colon.rstrip()}"
            yield from (f"    {subject}" for subject in subjects)


def _plain(text: str, say: Sentences) -> str:
    return " ".join(in_language(text, say).splitlines())


def _value(judgement: Judgement, say: Sentences) -> str:
    return "–" if judgement.value is None else in_language(judgement.shown, say)
