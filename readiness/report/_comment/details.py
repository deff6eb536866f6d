"""The folded part of a comment: where each open criterion was measured."""

from collections.abc import Iterator, Sequence

from readiness.record.document import CriterionRecord, FindingRecord, ProbeRecord, RunDocument
from readiness.report._comment.parts import Part
from readiness.report._evidence import ending
from readiness.report._links import web_link
from readiness.report._shown import findings
from readiness.text.clean import cut
from readiness.text.markdown import code, strong, text
from readiness.text.sentences import Sentences

_FINDINGS, _PROBES, _COMMAND = 5, 6, 200


def evidence(
    run: RunDocument, criteria: Sequence[CriterionRecord], say: Sentences
) -> Iterator[Part]:
    """Yield the probes and the first places of each criterion."""
    places = findings(run)
    probes = {probe.id: probe for probe in run.probes}

    def entry(criterion: CriterionRecord) -> str:
        measured = [probes[name] for name in criterion.probes if name in probes]
        named = places.get(criterion.id, [])
        lines = [f"- {strong(criterion.id)}"]
        lines += [_probe(probe, say) for probe in measured[:_PROBES]]
        if len(measured) > _PROBES:
            lines.append(f"  - {say('report.more_probes', count=len(measured) - _PROBES)}")
        lines += [place(run, finding) for finding in named[:_FINDINGS]]
        if len(named) > _FINDINGS:
            lines.append(f"  - {say('report.more_findings', count=len(named) - _FINDINGS)}")
        return "\n".join(lines)

    known = [record for record in criteria if record.id in places or probes.keys() & record.probes]
    if known:
        head = f"<details><summary>{say('comment.evidence')}</summary>\n"
        yield Part(rank=9, head=head, items=known, write=entry, foot="\n</details>")


def _probe(probe: ProbeRecord, say: Sentences) -> str:
    command = code(cut(probe.shown_command, _COMMAND))
    facts = text(cut(say("report.comma").join(ending(probe, say)), _COMMAND))
    return f"  - {code(probe.id)} {command} ({facts})"


def place(run: RunDocument, finding: FindingRecord) -> str:
    """Return the line of a finding, with a link if the repository is on the web."""
    line = f":{finding.line}" if finding.line else ""
    message = " ".join(filter(None, (finding.rule, finding.message)))
    name = code(cut(finding.path, _COMMAND) + line)
    if link := web_link(run, finding):
        name = f"[{name}]({link})"
    return f"  - {name} {text(cut(message, _COMMAND))}"
