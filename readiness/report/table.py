"""The table that a run ends with: tasks and criteria, what failed and why, the decision last."""

from collections.abc import Iterator
from itertools import chain

from readiness.record.document import RunDocument
from readiness.report import Context
from readiness.report._table.blocks import Block, Line, Style
from readiness.report._table.grid import grid
from readiness.report._table.lines import table_text
from readiness.report._table.problems import decisions, loosened, problems
from readiness.report._table.summary import also_failed, decision, header, milestones, score
from readiness.report._table.surroundings import surroundings
from readiness.text.sentences import Sentences, sentences

FOR_PEOPLE = True

MANY = 200
"""Number of criteria from which on only what is not good has a row, unless all are asked for."""


def render(run: RunDocument, context: Context) -> str:
    """Return the run as a table for people, in the language of its board.

    On a terminal it fits `context.width`, and no id, number or verdict is cut. Elsewhere a line
    is as long as it has to be.
    """
    say = sentences(run.board.language)
    verdicts = [criterion.verdict for criterion in run.criteria()]
    few = len(verdicts) >= MANY and not context.verbose
    if context.quiet:
        blocks: Iterator[Block] = chain(also_failed(run, say), decision(run, say))
    else:
        hidden = sum(not verdict.noted for verdict in verdicts) if few else None
        blocks = _blocks(run, say, verbose=context.verbose, hidden=hidden)
    limit = (context.width or 80) if context.terminal else None
    return table_text(blocks, limit=limit, colour=context.colour)


def _blocks(
    run: RunDocument, say: Sentences, *, verbose: bool, hidden: int | None
) -> Iterator[Block]:
    """Yield all parts; `hidden` is how many criteria have no row, None where each has one."""
    yield from header(run, say)
    yield grid(run, say, skipped=verbose or not run.partial, failed_only=hidden is not None)
    if hidden:
        yield Line()
        yield Line(parts=((say("report.hidden", count=hidden), Style.DIM),))
    yield from milestones(run, say)
    yield from problems(run, say, verbose=verbose)
    yield from decisions(run, say)
    yield from loosened(run, say)
    yield from surroundings(run, say, verbose=verbose)
    yield from score(run, say)
    yield Line()
    yield from decision(run, say, verbose=verbose)
