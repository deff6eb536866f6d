"""Below the problems: tools from elsewhere, and what was kept from probes and later runs."""

from collections.abc import Iterator

from readiness.record.document import RunDocument
from readiness.report._table.blocks import Line, Style
from readiness.report._table.problems import heading
from readiness.text.layout import literal
from readiness.text.sentences import Sentences

MOST = 12
"""Number of criteria that are named as not kept, for each reason."""


def surroundings(run: RunDocument, say: Sentences, *, verbose: bool) -> Iterator[Line]:
    """Yield tools from outside the project's environment; `verbose`: variables put aside.

    Results that no later run can reuse, though this one reuses, are among them.
    """
    own = {folder.workdir: folder.environment or "" for folder in run.folders}
    lines = [
        say("report.elsewhere", tool=literal(probe.tool_path), folder=literal(own[probe.workdir]))
        for probe in run.probes
        if probe.elsewhere and probe.tool_path and probe.workdir in own
    ]
    lines += list(_not_kept(run, say))
    if verbose and run.put_aside:
        lines.append(say("report.put_aside", names=", ".join(map(literal, run.put_aside))))
    if lines:
        yield from heading(say("report.surroundings"))
        for text in dict.fromkeys(lines):
            yield Line(parts=((text, Style.DIM),), indent=2)


def _not_kept(run: RunDocument, say: Sentences) -> Iterator[str]:
    """Yield why results are not kept, each reason once."""
    reasons = {probe.id: probe.not_kept for probe in run.probes if probe.not_kept}
    for why in dict.fromkeys(reasons.values()):
        names = [
            literal(record.id)
            for record in run.criteria()
            if any(reasons.get(probe) == why for probe in record.probes)
        ] or [literal(one.check) for one in run.probes if one.not_kept == why and one.check]
        shown, more = ", ".join(names[:MOST]), len(names[MOST:])
        if len(reasons) == len(run.probes) == list(reasons.values()).count(why):
            yield say("report.not_kept", why=literal(why))
        elif more:
            yield say("report.not_kept_of_many", names=shown, count=more, why=literal(why))
        else:
            yield say("report.not_kept_of", names=shown, why=literal(why))
