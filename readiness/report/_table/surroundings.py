"""Below the problems: tools from elsewhere, and what was kept from probes and later runs."""

from collections.abc import Iterator

from readiness.record.document import RunDocument
from readiness.terminal.blocks import Line, Style, title
from readiness.text.sentences import Sentences

MOST = 12
"""Number of criteria that are named as not kept, for each reason."""


def surroundings(run: RunDocument, say: Sentences, *, verbose: bool) -> Iterator[Line]:
    """Yield tools from outside the project's environment; `verbose`: variables put aside.

    Results that no later run can reuse, though this one reuses, are among them.
    """
    own = {folder.workdir: folder.environment or "" for folder in run.folders}
    lines = [
        say("report.elsewhere", tool=probe.tool_path, folder=own[probe.workdir])
        for probe in run.probes
        if probe.elsewhere and probe.tool_path and probe.workdir in own
    ]
    lines += list(_not_kept(run, say))
    if verbose and run.put_aside:
        lines.append(say("report.put_aside", names=", ".join(run.put_aside)))
    if lines:
        yield from title(say("report.surroundings"))
        for text in dict.fromkeys(lines):
            yield Line(parts=((text, Style.DIM),), indent=2)


def _not_kept(run: RunDocument, say: Sentences) -> Iterator[str]:
    """Yield why results are not kept, each reason once."""
    reasons = {probe.id: probe.not_kept for probe in run.probes if probe.not_kept}
    for why in dict.fromkeys(reasons.values()):
        names = [
            record.id
            for record in run.criteria()
            if any(reasons.get(probe) == why for probe in record.probes)
        ] or [one.check for one in run.probes if one.not_kept == why and one.check]
        shown, more = ", ".join(names[:MOST]), len(names[MOST:])
        if len(reasons) == len(run.probes) == list(reasons.values()).count(why):
            yield say("report.not_kept", why=why)
        elif more:
            yield say("report.not_kept_of_many", names=shown, count=more, why=why)
        else:
            yield say("report.not_kept_of", names=shown, why=why)
