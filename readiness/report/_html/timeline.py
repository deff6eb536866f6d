"""Where the time went: the longest probes, each where it lay within the run."""

import datetime
import math
from collections.abc import Mapping

import msgspec

from readiness.record.document import ProbeRecord, RunDocument
from readiness.report._html.charts import Bar, bar
from readiness.text.layout import duration
from readiness.text.sentences import Sentences

ROWS = 40
"""Number of probes in the picture."""


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """One probe: `criteria` rest on it, `span` tells the bar in words."""

    probe: ProbeRecord
    criteria: list[str]
    bar: Bar
    span: str
    took: str


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """The probes in the order in which they were started, and what is left out, in words."""

    rows: list[Stretch]
    summary: str
    omitted: str


def timeline(run: RunDocument, say: Sentences) -> Timeline:
    """Return when each of the longest probes ran. Results that were reused took no time."""
    began = {probe.id: _seconds(probe.started_at) for probe in run.probes if not probe.reused}
    timed = [
        (start, probe)
        for probe in run.probes
        if (start := began.get(probe.id)) is not None and math.isfinite(probe.duration_s)
    ]
    if not timed:
        return Timeline(rows=[], summary=say("page.time_none"), omitted="")
    zero = min(start for start, _ in timed)
    whole = max(start + probe.duration_s for start, probe in timed) - zero
    work = sum(probe.duration_s for _, probe in timed)
    longest = sorted(timed, key=lambda entry: -entry[1].duration_s)[:ROWS]
    rest = work - sum(probe.duration_s for _, probe in longest)
    users = _users(run)
    rows = [
        _stretch(probe, start - zero, whole, users, say)
        for start, probe in sorted(longest, key=lambda entry: entry[0])
    ]
    omitted = len(timed) - len(rows)
    return Timeline(
        rows=rows,
        summary=say("page.time_sum", count=len(timed), work=duration(work), span=duration(whole)),
        omitted=say("page.time_cut", shown=len(rows), count=omitted, time=duration(max(rest, 0.0)))
        if omitted
        else "",
    )


def _stretch(
    probe: ProbeRecord, start: float, whole: float, users: Mapping[str, list[str]], say: Sentences
) -> Stretch:
    return Stretch(
        probe=probe,
        criteria=users.get(probe.id, []),
        bar=bar(start, probe.duration_s, whole),
        span=say("page.span", start=duration(start), end=duration(start + probe.duration_s)),
        took=duration(probe.duration_s),
    )


def _users(run: RunDocument) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}
    for criterion in run.criteria():
        for probe in criterion.probes:
            users.setdefault(probe, []).append(criterion.id)
    return users


def _seconds(moment: str | None) -> float | None:
    """Convert an ISO moment to Unix time; None if it is not one."""
    try:
        return datetime.datetime.fromisoformat(moment or "").timestamp()
    except (ValueError, OverflowError):
        return None
