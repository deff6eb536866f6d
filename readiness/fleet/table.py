"""The fleet as a table, worst first, and what most projects lack."""

from readiness.fleet.overview import Overview
from readiness.text.layout import columns
from readiness.text.sentences import Sentences


def table(fleet: Overview, limit: int | None = None) -> str:
    """Format the fleet for a terminal of `limit` cells, or for a log."""
    say: Sentences = fleet.say
    projects = columns(
        _projects(fleet),
        say.heads("fleet.heads"),
        right=(2, 3, 4),
        flexible=6,
        limit=limit,
        spare=(5, 4),
    )
    parts = [projects]
    if fleet.lacked():
        heads = say.heads("fleet.lacked_heads")
        lacked = columns(_lacked(fleet), heads, right=(0,), flexible=1, limit=limit, spare=(2,))
        parts.append(f"{say('fleet.lacked')}\n{lacked}")
    return "\n".join([*parts, fleet.summary()]) + "\n"


def _lacked(fleet: Overview) -> list[list[str]]:
    return [[fleet.counts(row), row.title, fleet.lacking(row)] for row in fleet.lacked()]


def _projects(fleet: Overview) -> list[list[str]]:
    return [
        [
            state.name,
            f"{state.decision.mark if state.decision else '?'} {fleet.word(state.decision)}",
            fleet.score(state),
            f"{state.good()}/{len(state.in_scope())}" if state.run else "–",
            str(state.blockers() or ""),
            state.run.started_at[:10] if state.run else "",
            fleet.why(state),
        ]
        for state in fleet.projects
    ]
