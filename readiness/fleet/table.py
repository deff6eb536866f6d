"""The fleet as a table, worst first, and what most projects lack."""

from collections.abc import Iterator

from readiness.fleet.overview import Overview
from readiness.terminal.blocks import Block, Grid, Line, Part, Style, plain, table, text_lines
from readiness.text.sentences import Sentences


def blocks(fleet: Overview) -> Iterator[Block]:
    """Yield the projects, what they lack, and a summary."""
    say: Sentences = fleet.say
    yield Grid(
        rows=[[*row] for row in _projects(fleet)],
        heads=say.heads("fleet.heads"),
        right=(2, 3, 4),
        flexible=6,
        spare=(5, 4),
    )
    yield Line()
    if fleet.lacked():
        yield from text_lines(say("fleet.lacked"))
        heads = say.heads("fleet.lacked_heads")
        yield table(_lacked(fleet), heads, right=(0,), flexible=1, spare=(2,))
        yield Line()
    yield from text_lines(fleet.summary())


def _lacked(fleet: Overview) -> list[list[str]]:
    return [[fleet.counts(row), row.title, fleet.lacking(row)] for row in fleet.lacked()]


def _projects(fleet: Overview) -> Iterator[list[Part]]:
    for state in fleet.projects:
        mark, tone = "?", Style.UNKNOWN
        if state.decision:
            mark, tone = state.decision.mark, Style(state.decision.tone)
        yield [
            (state.name, Style.STRONG),
            (f"{mark} {fleet.word(state.decision)}", tone),
            *plain(
                fleet.score(state),
                f"{state.good()}/{len(state.in_scope())}" if state.run else "–",
                str(state.blockers() or ""),
                state.run.started_at[:10] if state.run else "",
                fleet.why(state),
            ),
        ]
