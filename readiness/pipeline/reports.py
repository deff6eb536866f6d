"""The report files of a run, and the status that tells whether all of them were written."""

import os
from collections.abc import Callable, Iterable, Mapping

from readiness.decide.gate import exit_status
from readiness.model.board import Board
from readiness.model.errors import NotWrittenError, UsageError
from readiness.model.judgement import Gate
from readiness.model.settings import RunSettings, history_path
from readiness.record.document import RunDocument
from readiness.record.localised import localised
from readiness.report import FORMATS, Context, append_report, render
from readiness.terminal.ending import bug, tell
from readiness.text.sentences import spoken
from readiness.text.worded import worded, words_of

IN_A_FILE = Context()
ENDINGS = (".yaml", ".yml")
STEP_FORMAT = "github"


def refuse_unknown_format(name: str) -> None:
    """Raise `UsageError` where there is no such format for stdout."""
    if name not in FORMATS:
        raise UsageError(worded("usage.no_format", name=name, there=", ".join(sorted(FORMATS))))


def refuse_targets(settings: RunSettings, board: Board) -> None:
    """Raise `UsageError` where a report would take the place of what a run or git needs.

    Also where two would take one place. What a link leads to is for who writes it to refuse.
    """
    if not settings.reports:
        return
    files = [board.path]
    if history := history_path(settings, board.path):
        files += [f"{history}{ending}" for ending in ("", "-wal", "-shm", "-journal")]
    taken = dict.fromkeys(map(_place, files), worded("usage.no_report_may"))
    taken |= dict.fromkeys(map(_place, settings.recorded), worded("usage.recorded_run"))
    for target in settings.reports:
        place = _place(target.path)
        why = taken.get(place, "")
        if _is_among_checks(place, board):
            why = worded("usage.no_report_may")
        if ".git" in place.split(os.sep):
            why = worded("usage.in_git")
        if why:
            raise UsageError(worded("usage.report_place", path=target.path, place=place, why=why))
        taken[place] = worded("usage.another_report")


def _place(path: str) -> str:
    """Return where a file is, whatever folders lead to it; the file itself is not followed."""
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.join(os.path.realpath(folder), name)


def _is_among_checks(place: str, board: Board) -> bool:
    """Return whether a file is in a catalogue; in one that holds the board, a check is YAML."""
    folders = [os.path.join(os.path.realpath(folder), "") for folder in board.catalogues]
    own = os.path.realpath(board.path)
    return any(
        place.startswith(folder) and (place.endswith(ENDINGS) or not own.startswith(folder))
        for folder in folders
    )


def formats_of(settings: RunSettings) -> list[str]:
    """List the formats that are asked for: of stdout, and of each report."""
    return [settings.output_format, *(target.format for target in settings.reports)]


def write_reports(
    document: RunDocument, settings: RunSettings, write: Callable[[str, str], None]
) -> list[str]:
    """Write every report with `write`, whatever becomes of the others; return what went wrong."""
    problems = []
    for target in settings.reports:
        try:
            write(target.path, render(target.format, document, IN_A_FILE))
        except NotWrittenError as error:
            problems.append(words_of(error))
        except Exception as error:  # noqa: BLE001 - one broken format must not cost the others
            problems.append(f"{target.path}: not written: {bug(error)}")
    return problems


def write_step_files(
    document: RunDocument, settings: RunSettings, environ: Mapping[str, str]
) -> list[str]:
    """Add to the files that GitHub Actions hands to a step; return what went wrong.

    Where the format `github` is asked for, these are its summary and its outputs. They are the
    runner's: what is in them stays, and nothing is written where there are none.
    """
    if STEP_FORMAT not in formats_of(settings):
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


def final_status(document: RunDocument, settings: RunSettings, problems: Iterable[str]) -> int:
    """Tell what could not be written; return the status that the process ends with."""
    unique = list(dict.fromkeys(problems))
    for problem in unique:
        tell(worded("notice.readiness", what=problem))
    gate = Gate(decision=document.gate.decision, exit_status=document.gate.exit_status)
    status = exit_status(gate, written=not unique, exit_zero=settings.exit_zero)
    if settings.exit_zero and status != gate.exit_status:
        tell(worded("notice.exit_zero", status=gate.exit_status, other=status))
    return status
