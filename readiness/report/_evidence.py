"""What stands behind a verdict, in words: how each probe ended, and what it wrote."""

from collections.abc import Iterator

from readiness.record.document import ProbeRecord, StreamRecord
from readiness.text.layout import duration, literal
from readiness.text.sentences import Sentences


def ending(probe: ProbeRecord, say: Sentences) -> Iterator[str]:
    """Tell how a probe ended, fact by fact."""
    if probe.timed_out:
        yield say("report.timed_out")
    elif probe.signal is not None:
        yield say("report.signal", number=probe.signal)
    elif probe.exit_status is not None:
        yield say("report.exit_status", status=probe.exit_status)
    else:
        yield say("report.not_started")
    if probe.leaked:
        yield say("report.leaked", count=probe.leaked)
    yield say("report.reused") if probe.reused else duration(probe.duration_s)
    if probe.attempts > 1:
        yield say("report.attempts", count=probe.attempts)
    for stream in (probe.stdout, probe.stderr):
        if stream.cut:
            yield say("report.output_cut", bytes=stream.bytes)
    if probe.tool_version:
        yield literal(probe.tool_version)


def output(stream: StreamRecord) -> str:
    """Return the head and the tail of what was written, as recorded; empty where that is blank."""
    text = stream.head
    if stream.tail and stream.tail not in stream.head:
        text = f"{text}\n…\n{stream.tail}"
    return text.rstrip() if text.strip() else ""
