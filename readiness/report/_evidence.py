"""What stands behind a verdict, in words: how each probe ended, and what it wrote."""

from collections.abc import Iterator, Mapping, Sequence

from readiness.record.document import CriterionRecord, ProbeRecord, StreamRecord
from readiness.startup.patterns import later
from readiness.text.layout import age, duration, literal
from readiness.text.sentences import Sentences

LINES = 10
"""Number of lines of output to show under a failure."""

WIDEST = 160
"""Characters of such a line, where nothing else limits it."""

_COLOUR = later(r"\\x1b\[[0-9;]*[mK]")  # as it was made safe to show
_CARETS = later(r"[\s^~]+")  # below a line of a traceback
_FRAME = later(r"\s+File \".*\", line \d+")
_RULE = later(r"([=_*#~-])\1{9,}")


def ending(probe: ProbeRecord, say: Sentences) -> Iterator[str]:
    """Yield how a probe ended, fact by fact."""
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
    yield reused([probe], say) if probe.reused else duration(probe.duration_s)
    if probe.attempts > 1:
        yield say("report.attempts", count=probe.attempts)
    if probe.not_kept:
        yield say("report.not_kept", why=literal(probe.not_kept))
    for stream in (probe.stdout, probe.stderr):
        if stream.cut:
            yield say("report.output_cut", bytes=stream.bytes)
    if probe.tool_version:
        yield literal(probe.tool_version)


def reused(probes: Sequence[ProbeRecord], say: Sentences) -> str:
    """Format that these were reused, and how old the oldest is, where that is known."""
    ages = [probe.reused_from.age_s for probe in probes if probe.reused_from is not None]
    return say("report.reused_age", age=age(max(ages))) if ages else say("report.reused")


def varying(probes: Sequence[ProbeRecord]) -> list[str]:
    """Return the parameters that tell the probes of one criterion apart."""
    names = sorted({name for probe in probes for name in probe.params})
    return [name for name in names if len({probe.params.get(name) for probe in probes}) > 1]


def output(stream: StreamRecord) -> str:
    """Return the recorded head and tail of an output; "" if it is blank."""
    text = stream.head
    if stream.tail and stream.tail not in stream.head:
        text = f"{text}\n…\n{stream.tail}"
    return text.rstrip() if text.strip() else ""


def printed(
    criterion: CriterionRecord,
    probes: Mapping[str, ProbeRecord],
    most: int = LINES,
    *,
    passed: bool = False,
) -> list[str]:
    """Return the lines that show why a criterion is not good: the last, or those that it counted.

    Output for programs is not shown, unless it could not be read. With `passed` what is good has
    lines too.
    """
    if not (criterion.verdict.bad or passed):
        return []
    if criterion.counted:
        return criterion.counted[:most]
    probe = probes.get(criterion.decisive or next(iter(criterion.probes), ""))
    if probe is None:
        return []
    streams = (probe.stdout, probe.stderr)
    out, err = ([] if stream.data else _lines(stream, most) for stream in streams)
    if not (out or err) and criterion.verdict.unknown:
        out, err = _lines(probe.stdout, most), _lines(probe.stderr, most)
    err = err[-max(most - len(out), most // 2) :]
    lines = [*out, *err][-most:]
    explained = f"{criterion.reason}\n{criterion.hint or ''}"
    # A check's script says last why it could not measure, which is the reason.
    own = lines[-1].partition(": ")[2] if lines else ""
    if own and (criterion.reason.startswith(own) or lines[-1].startswith("not measured: ")):
        del lines[-1]
    return [] if len(lines) == 1 and lines[0].strip() in explained else lines


def _lines(stream: StreamRecord, most: int) -> list[str]:
    """Return the last lines with anything in them, without their colours, their rules short."""
    lines = (stream.tail or stream.head).split("\n")
    if stream.tail and len(lines) > 1:
        del lines[0]  # it may have begun before
    shown = (_RULE.sub(r"\1\1\1", _COLOUR.sub("", line)).rstrip() for line in lines)
    return _without_frames([line for line in shown if line and not _CARETS.fullmatch(line)])[-most:]


def _without_frames(lines: list[str]) -> list[str]:
    """Remove the frames of a traceback, but the last one before its end."""
    frames = [bool(_FRAME.match(line)) for line in lines]
    shown = []
    for place, line in enumerate(lines):
        of_frame = frames[place] or (place > 0 and frames[place - 1] and line[:1].isspace())
        following = (
            frames[place + 1 : place + 3] if frames[place] else frames[place + 1 : place + 2]
        )
        if not (of_frame and any(following)):
            shown.append(line)
    return shown
