"""The table that a run ends with: tasks and criteria, what failed and why, the decision last."""

from collections.abc import Iterator

from readiness.record.document import RunDocument
from readiness.report import Context
from readiness.report._table.blocks import Block, Line
from readiness.report._table.grid import grid
from readiness.report._table.plain import plain
from readiness.report._table.problems import decisions, loosened, problems
from readiness.report._table.summary import decision, header, milestones, score
from readiness.text.labels import Labels, labels

RICH_ROWS = 200
"""The longest table that Rich sets: it takes 0.5 ms a row, the plain look a hundredth of it."""


def render(run: RunDocument, context: Context) -> str:
    """Return the run as a table for people, in the language of its board.

    On a terminal it fits `context.width`, and no id, number or verdict is cut. Elsewhere a line
    is as long as it has to be.
    """
    words = labels(run.board.language)
    if context.quiet:
        blocks: Iterator[Block] = decision(run, words)
    else:
        blocks = _blocks(run, words, verbose=context.verbose)
    if context.terminal and sum(1 for _ in run.criteria()) <= RICH_ROWS:
        from readiness.report._table.terminal import terminal

        return terminal(blocks, width=context.width or 80, colour=context.colour)
    return plain(blocks, colour=context.colour)


def _blocks(run: RunDocument, words: Labels, *, verbose: bool) -> Iterator[Block]:
    yield from header(run, words)
    yield grid(run, words, skipped=verbose or not run.partial)
    yield from milestones(run, words)
    yield from problems(run, words, verbose=verbose)
    yield from decisions(run, words)
    yield from loosened(run, words)
    yield from score(run, words)
    yield Line()
    yield from decision(run, words)
