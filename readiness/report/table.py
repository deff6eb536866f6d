"""The table that a run ends with: tasks and criteria, what failed and why, the decision last."""

from collections.abc import Iterator
from itertools import chain

from readiness.record.document import RunDocument
from readiness.report import Context
from readiness.report._reasons import FALLEN, said_of, untold_reasons
from readiness.report._table.grid import MOST, grid
from readiness.report._table.problems import decisions, loosened, of_change, problems
from readiness.report._table.summary import also_failed, decision, header, milestones, score
from readiness.report._table.surroundings import surroundings
from readiness.terminal.blocks import Block, Line, Style
from readiness.terminal.output import drawn
from readiness.text.sentences import Sentences, sentences

FOR_PEOPLE = True


def render(run: RunDocument, context: Context) -> str:
    """Return the run as a table for people, in the language of its board.

    No id, number or verdict is cut. Where something failed, what passed is counted on a terminal,
    and has no row.
    """
    say = sentences(run.board.language)
    verdicts = [criterion.verdict for criterion in run.criteria()]
    failed = bool(run.loosened) or any(verdict.bad for verdict in verdicts)
    few = len(verdicts) >= MOST or (failed and context.terminal)
    if context.quiet:
        reasons = run.gate.reasons
        blocks: Iterator[Block] = chain(also_failed(run, say), decision(run, say, reasons))
    else:
        few = few and not all(verdict.noted for verdict in verdicts)
        line = run.gate.line
        held = line is not None and line.lack is None and not context.verbose
        if held and context.terminal:
            blocks = _of_change(run, say)
        else:
            folded = few and not context.verbose
            blocks = _blocks(run, say, verbose=context.verbose, folded=folded, held=held)
    return drawn(blocks, context)


def _of_change(run: RunDocument, say: Sentences) -> Iterator[Block]:
    """Yield what a change did, as short as it is; what fails on the base too is counted."""
    yield from header(run, say)
    yield from of_change(run, say)
    yield from score(run, say, folded=True)
    yield Line()
    yield from decision(run, say, untold_reasons(run))


def _blocks(
    run: RunDocument, say: Sentences, *, verbose: bool, folded: bool, held: bool
) -> Iterator[Block]:
    """Yield all parts; `folded` has a row for what is not good alone.

    Where a line is `held`, what the change did comes first.
    """
    yield from header(run, say)
    if held:
        yield from of_change(run, say)
    yield Line()
    criteria = list(run.criteria())
    table, left_out = grid(
        run,
        say,
        skipped=verbose or not run.selected,
        failed_only=folded,
        empty_tasks=len(criteria) < MOST,
        most=len(criteria) if verbose else MOST,
    )
    yield table
    if left_out:
        more = say("report.more_rows", count=left_out)
        yield from (Line(), Line(parts=((more, Style.WARN),)))
    yield from milestones(run, say)
    shown = said_of(run, *FALLEN) if held else ()
    names = {one.id for one in run.criteria()}.difference(shown)
    yield from problems(run, say, verbose=verbose, names=names)
    yield from decisions(run, say)
    if not held:
        yield from loosened(run, say)
    yield from surroundings(run, say, verbose=verbose)
    yield from score(run, say, folded=folded)
    yield Line()
    yield from decision(run, say, untold_reasons(run), verbose=verbose)
