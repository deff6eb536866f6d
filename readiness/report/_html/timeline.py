"""Where the time went: the longest probes, each where it lay within the run."""

import math

from readiness.record.document import RunDocument
from readiness.record.values import unix_seconds
from readiness.report._html.charts import bar
from readiness.text.layout import duration
from readiness.text.sentences import Sentences

ROWS = 40
"""Number of probes in the picture."""


def timeline(run: RunDocument, say: Sentences) -> dict[str, object]:
    """Return when each of the longest probes ran, in the order of their starts, and a summary.

    Results that were reused took no time.
    """
    began = {probe.id: unix_seconds(probe.started_at) for probe in run.probes if not probe.reused}
    timed = [
        (start, probe)
        for probe in run.probes
        if (start := began.get(probe.id)) is not None and math.isfinite(probe.duration_s)
    ]
    if not timed:
        return {"rows": [], "summary": say("page.time_none"), "omitted": ""}
    zero = min(start for start, _ in timed)
    whole = max(start + probe.duration_s for start, probe in timed) - zero
    work = sum(probe.duration_s for _, probe in timed)
    longest = sorted(timed, key=lambda entry: -entry[1].duration_s)[:ROWS]
    rest = work - sum(probe.duration_s for _, probe in longest)
    users = _users(run)
    rows = [
        {
            "probe": probe,
            "criteria": users.get(probe.id, []),
            "bar": bar(start - zero, probe.duration_s, whole),
            "span": say(
                "page.span",
                start=duration(start - zero),
                end=duration(start - zero + probe.duration_s),
            ),
            "took": duration(probe.duration_s),
        }
        for start, probe in sorted(longest, key=lambda entry: entry[0])
    ]
    omitted = len(timed) - len(rows)
    cut = say("page.time_cut", shown=len(rows), count=omitted, time=duration(max(rest, 0.0)))
    return {
        "rows": rows,
        "summary": say(
            "page.time_sum", count=len(timed), work=duration(work), span=duration(whole)
        ),
        "omitted": cut if omitted else "",
    }


def _users(run: RunDocument) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}
    for criterion in run.criteria():
        for probe in criterion.probes:
            users.setdefault(probe, []).append(criterion.id)
    return users
