"""The folded parts of a comment: where each open criterion was measured, and what was printed."""

from collections.abc import Iterator, Sequence

from readiness.clean import cut
from readiness.document import CriterionRecord, FindingRecord, ProbeRecord, RunDocument
from readiness.labels import Labels
from readiness.markdown import code, fence, text
from readiness.report._evidence import ending
from readiness.report._parts import Part
from readiness.report._words import findings

_FINDINGS, _PROBES, _COMMAND, _LINES, _PRINTED = 5, 6, 200, 12, 1500


def evidence(
    run: RunDocument, criteria: Sequence[CriterionRecord], names: Labels, title: str
) -> Iterator[Part]:
    """Yield the probes and the first places of each criterion."""
    places = findings(run)
    probes = {probe.id: probe for probe in run.probes}
    items = []
    for criterion in criteria:
        lines = [_probe(probes[each], names) for each in criterion.probes if each in probes]
        lines = _first(lines, _PROBES, names.more_probes)
        found = [_place(finding) for finding in places.get(criterion.id, [])]
        lines += _first(found, _FINDINGS, names.more_findings)
        if lines:
            items.append("\n".join([f"- **{text(criterion.id)}**", *lines]))
    if items:
        head = f"<details><summary>{title}</summary>\n"
        yield Part(rank=9, head=head, items=items, foot="\n</details>")


def outputs(run: RunDocument, criteria: Sequence[CriterionRecord], title: str) -> Iterator[Part]:
    """Yield the end of what the probes of each criterion printed, each probe once."""
    asked = list(dict.fromkeys(probe for criterion in criteria for probe in criterion.probes))
    probes = {probe.id: probe for probe in run.probes}
    items = []
    for probe in (probes[each] for each in asked if each in probes):
        for name, stream in (("stdout", probe.stdout), ("stderr", probe.stderr)):
            printed = _end(stream.tail or stream.head)
            if printed:
                items.append(f"{code(probe.id)} {name}:\n\n{fence(printed)}\n")
    if items:
        yield Part(
            rank=10,
            head=f"<details><summary>{title}</summary>\n",
            items=items,
            foot="</details>",
        )


def _first(lines: list[str], most: int, more: str) -> list[str]:
    if len(lines) <= most:
        return lines
    return [*lines[:most], f"  - {more.format(len(lines) - most)}"]


def _probe(probe: ProbeRecord, names: Labels) -> str:
    command = code(cut(" ".join(probe.command.split()), _COMMAND))
    facts = text(cut(", ".join(ending(probe, names)), _COMMAND))
    return f"  - {code(probe.id)} {command} ({facts})"


def _place(finding: FindingRecord) -> str:
    line = f":{finding.line}" if finding.line else ""
    said = " ".join(filter(None, (finding.rule, finding.message)))
    return f"  - {code(cut(finding.path, _COMMAND) + line)} {text(cut(said, _COMMAND))}"


def _end(printed: str) -> str:
    """Return the last lines of what was printed; the beginning of the first may be missing."""
    return "\n".join(printed.rstrip().split("\n")[-_LINES:])[-_PRINTED:]
