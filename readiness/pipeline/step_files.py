"""The files that GitHub Actions hands to a step: its summary and its outputs."""

from collections.abc import Mapping

from readiness.model.errors import NotWrittenError
from readiness.model.settings import RunSettings
from readiness.pipeline.reports import formats_of
from readiness.record.document import RunDocument
from readiness.record.localised import localised
from readiness.report import append_report
from readiness.terminal.ending import bug
from readiness.text.sentences import spoken

FORMAT = "github"


def write_step_files(
    document: RunDocument, settings: RunSettings, environ: Mapping[str, str]
) -> list[str]:
    """Add to both files where the format `github` is asked for; return what went wrong.

    They are the runner's: what is in them stays, and nothing is written where there are none.
    """
    if FORMAT not in formats_of(settings):
        return []
    from readiness.report.github import SUMMARY_LIMIT, outputs, summary

    read = localised(document, spoken(document.board.language))
    problems = []
    for name, make in (
        ("GITHUB_STEP_SUMMARY", lambda size: summary(read, SUMMARY_LIMIT - size)),
        ("GITHUB_OUTPUT", lambda _: outputs(document)),
    ):
        if path := environ.get(name):
            try:
                append_report(path, make)
            except NotWrittenError as error:
                problems.append(f"{name}: {error}")
            except Exception as error:  # noqa: BLE001 - as for reports: one must not cost the other
                problems.append(f"{name}: not written: {bug(error)}")
    return problems
