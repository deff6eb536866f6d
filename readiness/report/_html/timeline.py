"""Where the time went: probes side by side as they ran, and which of them the run waited for."""

import math
from collections.abc import Iterable, Sequence

import msgspec

from readiness.record.document import ProbeRecord, RunDocument
from readiness.record.values import unix_seconds
from readiness.report._html.charts import bar
from readiness.report._html.criteria import Link, Viewer
from readiness.text.layout import duration
from readiness.text.sentences import Sentences

ROWS = 40
"""Number of probes to name; the picture has the others without a name."""

HIGHEST = 480
"""Pixels that the picture takes at most."""

OVERLAP = 0.05
"""Seconds by which a probe may begin before the one that it waited for is seen to end."""


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """When a probe ran, in seconds of the run, and in which lane of the picture."""

    probe: ProbeRecord
    start: float
    lane: int

    @property
    def end(self) -> float:
        """When it ended."""
        return self.start + self.probe.duration_s


def timeline(run: RunDocument, viewer: Viewer, say: Sentences) -> dict[str, object]:
    """Return when each probe ran, and the longest of them in the order of their starts.

    Results that were reused took no time.
    """
    spans = _spans(run.probes)
    if not spans:
        return {"rows": [], "summary": say("page.time_none"), "omitted": ""}
    whole = max(span.end for span in spans)
    work = sum(span.probe.duration_s for span in spans)
    longest = sorted(spans, key=lambda span: -span.probe.duration_s)[:ROWS]
    rest = work - sum(span.probe.duration_s for span in longest)
    critical = _critical(spans)
    awaited = {span.probe.id for span in critical}
    users: dict[str, list[Link]] = {}
    for criterion in run.criteria():
        for name in criterion.probes:
            users.setdefault(name, []).append(viewer.criterion_link(criterion))
    rows = [
        {
            "probe": span.probe,
            "criteria": users.get(span.probe.id, []),
            "bar": bar(span.start, span.probe.duration_s, whole),
            "path": _path([span], whole),
            "lane": span.lane,
            "critical": span.probe.id in awaited,
            "span": say("page.span", start=duration(span.start), end=duration(span.end)),
            "took": duration(span.probe.duration_s),
        }
        for span in sorted(longest, key=lambda span: span.start)
    ]
    omitted = max(len(spans) - len(rows), 0)
    cut = say("page.time_cut", shown=len(rows), count=omitted, time=duration(max(rest, 0.0)))
    lanes = 1 + max(span.lane for span in spans)
    return {
        "rows": rows,
        "others": _path(spans, whole) if omitted else "",
        "awaited": _path(critical, whole) if omitted else "",
        "lanes": lanes,
        "height": min(20 * lanes, HIGHEST),
        "end": duration(whole),
        "summary": say(
            "page.time_sum", count=len(spans), work=duration(work), span=duration(whole)
        ),
        "critical": say(
            "page.critical",
            count=len(critical),
            time=duration(sum(span.probe.duration_s for span in critical)),
        ),
        "omitted": cut if omitted else "",
    }


def _path(spans: Iterable[Span], whole: float) -> str:
    """Return the bars of these spans as one path, ten units a lane."""
    bars = ((bar(span.start, span.probe.duration_s, whole), span.lane) for span in spans)
    return "".join(f"M{at} {lane * 10 + 1}h{wide}v8h-{wide}z" for (at, wide), lane in bars)


def _spans(probes: Iterable[ProbeRecord]) -> list[Span]:
    """Return when the probes ran, each in the first lane that was free when it began."""
    began = [
        (start, probe)
        for probe in probes
        if not probe.reused
        and math.isfinite(probe.duration_s)
        and (start := unix_seconds(probe.started_at)) is not None
    ]
    began.sort(key=lambda entry: entry[0])
    spans: list[Span] = []
    ends: list[float] = []
    for moment, probe in began:
        start = moment - began[0][0]
        free = (lane for lane, end in enumerate(ends) if end <= start + OVERLAP)
        lane = next(free, len(ends))
        spans.append(Span(probe=probe, start=start, lane=lane))
        ends[lane : lane + 1] = [spans[-1].end]
    return spans


def _critical(spans: Sequence[Span]) -> list[Span]:
    """Return the critical path: what ended last, what ended when that began, and so on."""
    path: list[Span] = []
    for span in sorted(spans, key=lambda span: span.end, reverse=True):
        if not path or (span.start < path[-1].start and span.end <= path[-1].start + OVERLAP):
            path.append(span)
    return path[::-1]
