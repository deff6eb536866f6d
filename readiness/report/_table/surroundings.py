"""Below the problems: which environment the probes ran in, and what was kept from them."""

from collections.abc import Iterator

from readiness.record.document import RunDocument
from readiness.record.origin import FolderRecord
from readiness.report._table.blocks import Line, Style
from readiness.report._table.problems import heading
from readiness.text.layout import literal
from readiness.text.sentences import Sentences


def surroundings(run: RunDocument, say: Sentences, *, verbose: bool) -> Iterator[Line]:
    """Yield tools from outside the project's environment; `verbose`: all surroundings.

    Results that no later run can reuse, though their inputs are traced, are among them.
    """
    own = {folder.workdir: folder.environment or "" for folder in run.folders}
    lines = [
        say("report.elsewhere", tool=literal(probe.tool_path), folder=literal(own[probe.workdir]))
        for probe in run.probes
        if probe.elsewhere and probe.tool_path and probe.workdir in own
    ]
    lines += list(_not_kept(run, say))
    if verbose:
        lines += [_folder(folder, say) for folder in run.folders]
        tools = sorted({probe.tool_path for probe in run.probes if probe.tool_path})
        lines += [say("report.tool", path=literal(path)) for path in tools]
        if run.put_aside:
            names = ", ".join(map(literal, run.put_aside))
            lines.append(say("report.put_aside", names=names))
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
        ]
        yield say("report.not_kept_of", names=", ".join(names), why=literal(why))


def _folder(folder: FolderRecord, say: Sentences) -> str:
    python = literal(folder.python or "-")
    workdir = literal(folder.workdir)
    if folder.environment is None:
        return say("report.no_environment", workdir=workdir, python=python)
    return say(
        "report.environment",
        workdir=workdir,
        kind=literal(folder.kind or ""),
        folder=literal(folder.environment),
        python=python,
    )
