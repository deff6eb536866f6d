"""The evidence as the page shows it: each probe once, and of its output what there is room for."""

from collections.abc import Mapping

from markupsafe import escape

from readiness.record.document import FindingRecord, ProbeRecord, RunDocument, StreamRecord
from readiness.report._evidence import ending, output
from readiness.report._links import editor_link, web_link
from readiness.report._shown import findings, moment, number
from readiness.text.clean import cut
from readiness.text.layout import duration
from readiness.text.sentences import Sentences

_WHOLE, _EXCERPT, _FINDING = 8_000, 1_500, 400


def all_evidence(run: RunDocument, say: Sentences) -> dict[str, dict[str, object]]:
    """Return the evidence of every probe by its id.

    There is room for so much output: that of criteria which are not good goes first.
    """
    noted = {name for one in run.criteria() if one.verdict.noted for name in one.probes}
    bad = {name for one in run.criteria() if one.verdict.bad for name in one.probes}
    room, longest = _room(run), longest_text(run)
    evidence: dict[str, dict[str, object]] = {}
    for probe in sorted(run.probes, key=lambda one: (one.id not in bad, one.id not in noted)):
        limit = _WHOLE if probe.id in noted else _EXCERPT
        outputs = []
        for name, stream in (("stdout", probe.stdout), ("stderr", probe.stderr)):
            excerpt = _excerpt(name, stream, min(limit, room), say)
            if excerpt is not None:
                room = max(room - len(escape(excerpt["text"]).encode("utf-8", "replace")), 0)
                outputs.append(excerpt)
        evidence[probe.id] = _evidence(probe, outputs, say, longest)
    return evidence


def findings_by_criterion(
    run: RunDocument, *, most: int
) -> Mapping[str, tuple[list[dict[str, str]], int]]:
    """Return, for each criterion, at most `most` of its findings, and how many there are."""
    return {
        criterion: ([_finding(run, record) for record in records[:most]], len(records))
        for criterion, records in findings(run).items()
    }


def memory(kib: int) -> str:
    """Format KiB for people: `920 KiB`, `339 MiB`, `1.5 GiB`."""
    if kib < 1024:
        return f"{kib} KiB"
    if kib < 1024 * 1024:
        return f"{kib / 1024:.0f} MiB"
    return f"{number(round(kib / 1024 / 1024, 1))} GiB"


def longest_text(run: RunDocument) -> int:
    """Return the limit of characters for one text.

    One of full length is no harm; two thousand of them would be the whole page.
    """
    return max(min(400_000 // max(_size(run), 1), 2000), 200)


def _room(run: RunDocument) -> int:
    """Return the bytes that all outputs may take together, fewer on a page with much else."""
    return max(1_200_000 - 475 * _size(run), 200_000)


def _size(run: RunDocument) -> int:
    return sum(1 for _ in run.criteria())


def _evidence(
    probe: ProbeRecord, outputs: list[dict[str, str]], say: Sentences, longest: int
) -> dict[str, object]:
    """Return one probe: how it was run, how it ended, what it wrote."""
    usage = [f"{say('page.started')} {moment(probe.started_at)}"] if probe.started_at else []
    if probe.cpu_s > 0:
        usage.append(say("page.cpu", time=duration(probe.cpu_s)))
    if probe.memory_kib > 0:
        usage.append(say("page.memory", size=memory(probe.memory_kib)))
    return {
        "id": probe.id,
        "check": probe.check or "",
        "command": cut((probe.by_hand or probe.check or probe.command).strip(), longest),
        "facts": list(ending(probe, say)),
        "params": [(name, cut(value, longest)) for name, value in probe.params.items() if value],
        "folder": "" if probe.workdir in ("", ".") else probe.workdir,
        "usage": usage,
        "outputs": outputs,
    }


def _excerpt(name: str, stream: StreamRecord, limit: int, say: Sentences) -> dict[str, str] | None:
    """Return the beginning and the end of what was written, in at most `limit` characters.

    `note` tells what is not shown.
    """
    text = output(stream)
    if not text:
        return None
    if limit < 200:
        return {"name": name, "text": "", "note": say("page.output_omitted", count=len(text))}
    if len(text) <= limit:
        return {"name": name, "text": text, "note": ""}
    first = limit // 3
    last = limit - first
    gap = say("page.lines_omitted", count=len(text) - limit)
    return {"name": name, "text": f"{text[:first]}\n{gap}\n{text[-last:]}", "note": ""}


def _finding(run: RunDocument, record: FindingRecord) -> dict[str, str]:
    """Return a place that a tool complains about, and the ways to it, where there are any."""
    return {
        "place": cut(record.place, _FINDING),
        "text": cut("  ".join(filter(None, (record.rule, record.message))), _FINDING),
        "web": web_link(run, record),
        "editor": editor_link(run, record),
    }
