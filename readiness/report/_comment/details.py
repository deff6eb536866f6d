"""The folded parts of a comment: where each open criterion was measured, and what was printed."""

from collections.abc import Iterator, Sequence

from readiness.record.document import CriterionRecord, FindingRecord, ProbeRecord, RunDocument
from readiness.report._comment.parts import Items, Part
from readiness.report._evidence import ending
from readiness.report._shown import findings
from readiness.text.clean import cut
from readiness.text.markdown import code, fence, strong, text
from readiness.text.sentences import Sentences

_FINDINGS, _PROBES, _COMMAND, _LINES, _PRINTED = 5, 6, 200, 12, 1500


def evidence(
    run: RunDocument, criteria: Sequence[CriterionRecord], say: Sentences
) -> Iterator[Part]:
    """Yield the probes and the first places of each criterion."""
    places = findings(run)
    probes = {probe.id: probe for probe in run.probes}

    def told(criterion: CriterionRecord) -> str:
        measured = [probes[each] for each in criterion.probes if each in probes]
        named = places.get(criterion.id, [])
        lines = [f"- {strong(criterion.id)}"]
        lines += [_probe(probe, say) for probe in measured[:_PROBES]]
        if len(measured) > _PROBES:
            lines.append(f"  - {say('report.more_probes', count=len(measured) - _PROBES)}")
        lines += [_place(finding) for finding in named[:_FINDINGS]]
        if len(named) > _FINDINGS:
            lines.append(f"  - {say('report.more_findings', count=len(named) - _FINDINGS)}")
        return "\n".join(lines)

    known = [each for each in criteria if each.id in places or probes.keys() & each.probes]
    if known:
        head = f"<details><summary>{say('comment.evidence')}</summary>\n"
        yield Part(rank=9, head=head, items=Items(known, told), foot="\n</details>")


def outputs(
    run: RunDocument, criteria: Sequence[CriterionRecord], say: Sentences
) -> Iterator[Part]:
    """Yield the end of what the probes of each criterion printed, each probe once."""
    asked = dict.fromkeys(probe for criterion in criteria for probe in criterion.probes)
    probes = {probe.id: probe for probe in run.probes}
    printed = [
        (probe.id, name, end)
        for probe in (probes[each] for each in asked if each in probes)
        for name, stream in (("stdout", probe.stdout), ("stderr", probe.stderr))
        if (end := _end(stream.tail or stream.head))
    ]
    if printed:
        head = f"<details><summary>{say('comment.outputs')}</summary>\n"
        yield Part(rank=10, head=head, items=Items(printed, _printed), foot="</details>")


def _printed(entry: tuple[str, str, str]) -> str:
    probe, name, end = entry
    return f"{code(probe)} {name}:\n\n{fence(end)}\n"


def _probe(probe: ProbeRecord, say: Sentences) -> str:
    command = code(cut(probe.shown_command, _COMMAND))
    facts = text(cut(", ".join(ending(probe, say)), _COMMAND))
    return f"  - {code(probe.id)} {command} ({facts})"


def _place(finding: FindingRecord) -> str:
    line = f":{finding.line}" if finding.line else ""
    said = " ".join(filter(None, (finding.rule, finding.message)))
    return f"  - {code(cut(finding.path, _COMMAND) + line)} {text(cut(said, _COMMAND))}"


def _end(printed: str) -> str:
    """Return the last lines of what was printed; the beginning of the first may be missing."""
    return "\n".join(printed.rstrip().split("\n")[-_LINES:])[-_PRINTED:]
