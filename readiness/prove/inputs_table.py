"""What probes look at, as text for people."""

from readiness.prove.inputs import InputsDocument
from readiness.text.layout import columns, literal
from readiness.text.sentences import Sentences

SHOWN = 40
"""Number of paths shown of each probe, unless all are asked for."""


def inputs_table(document: InputsDocument, say: Sentences, *, quiet: bool, verbose: bool) -> str:
    """Format the accesses that the inputs of each probe do not cover, and their number."""
    lines = []
    for probe in document.probes:
        if not (probe.uncovered or probe.why):
            continue
        lines.append(f"{literal(probe.name)}  {' '.join(probe.criteria)}")
        if probe.why:
            lines.append(f"  {say('inputs.not_told', why=literal(probe.why))}")
        shown = probe.uncovered if verbose else probe.uncovered[:SHOWN]
        rows = [[say(f"inputs.access.{one.access}"), one.path] for one in shown]
        lines += [f"  {line}" for line in columns(rows).splitlines()] if rows else []
        if more := len(probe.uncovered) - len(shown):
            lines.append(f"  {say('inputs.more', count=more)}")
        lines.append("")
    if quiet:
        lines = []
    if document.without:
        names = " ".join(document.without)
        lines.append(say("inputs.without", count=len(document.without), names=names))
    uncovered = sum(bool(probe.uncovered) for probe in document.probes)
    unknown = sum(bool(probe.why) for probe in document.probes)
    good = len(document.probes) - sum(
        bool(probe.uncovered or probe.why) for probe in document.probes
    )
    lines.append(
        say("inputs.sum", count=len(document.probes), good=good, bad=uncovered, unknown=unknown)
    )
    return "\n".join(lines)
