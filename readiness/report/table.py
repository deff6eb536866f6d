"""The table that a run ends with: tasks and criteria, what failed and why, the decision last."""

from collections.abc import Iterator

from readiness.record.document import RunDocument
from readiness.report import Context
from readiness.report._table.blocks import Block, Line
from readiness.report._table.grid import grid
from readiness.report._table.plain import plain
from readiness.report._table.problems import decisions, loosened, problems
from readiness.report._table.summary import decision, header, milestones, score
from readiness.report._table.surroundings import surroundings
from readiness.text.sentences import Sentences, sentences

RICH_ROWS = 200
"""The longest table that Rich sets: it takes 0.5 ms a row, the plain look a hundredth of it."""


def render(run: RunDocument, context: Context) -> str:
    """Return the run as a table for people, in the language of its board.

    On a terminal it fits `context.width`, and no id, number or verdict is cut. Elsewhere a line
    is as long as it has to be.
    """
    say = sentences(run.board.language)
    if context.quiet:
        blocks: Iterator[Block] = decision(run, say)
    else:
        blocks = _blocks(run, say, verbose=context.verbose)
    if context.terminal and sum(1 for _ in run.criteria()) <= RICH_ROWS:
        from readiness.report._table.terminal import terminal

        return terminal(blocks, width=context.width or 80, colour=context.colour)
    return plain(blocks, colour=context.colour)


def _blocks(run: RunDocument, say: Sentences, *, verbose: bool) -> Iterator[Block]:
    yield from header(run, say)
    yield grid(run, say, skipped=verbose or not run.partial)
    yield from milestones(run, say)
    yield from problems(run, say, verbose=verbose)
    yield from decisions(run, say)
    yield from loosened(run, say)
    yield from surroundings(run, say, verbose=verbose)
    yield from score(run, say)
    yield Line()
    yield from decision(run, say)
