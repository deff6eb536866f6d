"""Where the time went: when the longest probes ran, side by side."""

import math

from readiness.record.document import RunDocument
from readiness.record.values import unix_seconds
from readiness.report._html.charts import bar
from readiness.report._html.criteria import Link, Viewer
from readiness.text.layout import duration
from readiness.text.sentences import Sentences

ROWS = 40
"""Number of probes to show."""

HIGHEST = 480
"""Pixels that the picture takes at most."""


def timeline(run: RunDocument, viewer: Viewer, say: Sentences) -> dict[str, object]:
    """Return when the longest probes ran, in the order of their starts.

    Results that were reused took no time.
    """
    spans = [
        (start, probe)
        for probe in run.probes
        if not probe.reused
        and math.isfinite(probe.duration_s)
        and (start := unix_seconds(probe.started_at)) is not None
    ]
    if not spans:
        return {"rows": [], "summary": say("page.time_none"), "omitted": ""}
    began = min(start for start, _ in spans)
    whole = max(start + probe.duration_s for start, probe in spans) - began
    work = sum(probe.duration_s for _, probe in spans)
    longest = sorted(spans, key=lambda span: -span[1].duration_s)[:ROWS]
    rest = work - sum(probe.duration_s for _, probe in longest)
    omitted = len(spans) - len(longest)
    users: dict[str, list[Link]] = {}
    for criterion in run.criteria():
        for name in criterion.probes:
            users.setdefault(name, []).append(viewer.criterion_link(criterion))
    rows = [
        {
            "probe": probe,
            "criteria": users.get(probe.id, []),
            "bar": bar(start - began, probe.duration_s, whole),
            "span": say(
                "page.span",
                start=duration(start - began),
                end=duration(start - began + probe.duration_s),
            ),
            "took": duration(probe.duration_s),
        }
        for start, probe in sorted(longest, key=lambda span: span[0])
    ]
    cut = say("page.time_cut", shown=len(rows), count=omitted, time=duration(max(rest, 0.0)))
    return {
        "rows": rows,
        "height": min(20 * len(rows), HIGHEST),
        "end": duration(whole),
        "summary": say(
            "page.time_sum", count=len(spans), work=duration(work), span=duration(whole)
        ),
        "omitted": cut if omitted else "",
    }
