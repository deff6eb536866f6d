"""What stands behind a verdict, in words: how each probe ended, and what it wrote."""

from collections.abc import Iterator

from readiness.record.document import ProbeRecord, StreamRecord
from readiness.text.labels import Labels
from readiness.text.layout import duration, literal


def ending(probe: ProbeRecord, words: Labels) -> Iterator[str]:
    """Tell how a probe ended, fact by fact."""
    if probe.timed_out:
        yield words.timed_out
    elif probe.signal is not None:
        yield words.signal.format(probe.signal)
    elif probe.exit_status is not None:
        yield words.exit.format(probe.exit_status)
    else:
        yield words.not_started
    if probe.leaked:
        yield words.leaked.format(probe.leaked)
    yield words.reused if probe.reused else duration(probe.duration_s)
    if probe.attempts > 1:
        yield words.attempts.format(probe.attempts)
    for stream in (probe.stdout, probe.stderr):
        if stream.cut:
            yield words.output_cut.format(stream.bytes)
    if probe.tool_version:
        yield literal(probe.tool_version)


def output(stream: StreamRecord) -> str:
    """Return the head and the tail of what was written, as recorded; empty where that is blank."""
    text = stream.head
    if stream.tail and stream.tail not in stream.head:
        text = f"{text}\n…\n{stream.tail}"
    return text.rstrip() if text.strip() else ""
