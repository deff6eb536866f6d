"""List the recorded runs, or verify that nobody altered them."""

import os
from collections.abc import Iterable, Sequence

import msgspec

from readiness.command_line.options import Argument, Option, Value, Verb
from readiness.history.chain import Alteration, Verified
from readiness.history.matching import differences
from readiness.history.store import Entry, History, board_key
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.settings import RunSettings, find_board, history_path
from readiness.project.git import head_of
from readiness.record.excerpts import PastVerdict, outcome_from_json
from readiness.terminal.ending import tell
from readiness.terminal.output import line_limit, put_json, put_text, wants_json
from readiness.text.clean import clean
from readiness.text.languages import Language
from readiness.text.layout import columns, duration
from readiness.text.sentences import Sentences, for_reader
from readiness.text.worded import in_language, worded, words_of


class PastEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One run of the list. What is not known, because it has no end or cannot be read, is null.

    `state` is `finished`, `interrupted`, `running` (it goes on, or was killed) or `unreadable`.
    """

    id: str
    started_at: str
    profile: str
    state: str
    commit: str | None = None
    dirty: bool | None = None
    decision: str | None = None
    milestone: str | None = None
    score: str | None = None
    duration_s: float | None = None


class PastRuns(msgspec.Struct, frozen=True, kw_only=True):
    """What `--output-format json` gives: the newest runs, newest first."""

    runs: list[PastEntry]


class VerifiedReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report file that was held against the history; `problems` is empty where all is well."""

    path: str
    id: str
    decision: str
    commit: str | None
    problems: list[str]


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What `--verify` found. `commit` is the one that the reports were held against."""

    history: str
    sound: bool
    entries: int
    chained: int
    not_chained: int
    without_end: int
    altered: list[Alteration]
    commit: str | None
    reports: list[VerifiedReport]


def history(
    settings: RunSettings, *, verify: bool = False, commit: str | None = None, limit: int = 20
) -> int:
    """List the newest runs, newest first, or hold them and reports against what was recorded."""
    if verify:
        return _verify(settings, commit)
    if settings.recorded or commit is not None:
        raise UsageError(worded("usage.need_verify"))
    as_json = wants_json(settings.output_format)
    path, board = _where(settings)
    opened = History(path)
    try:
        found = opened.entries(limit, board)
    finally:
        opened.close()
    outcomes = [_outcome(entry, path) for entry in found]
    entries = list(map(_past, found, outcomes))
    say = for_reader(_language(outcomes))
    if as_json:
        put_json(PastRuns(runs=entries))
    else:
        put_text(_listing(entries, say) if entries else say("history.never"))
    return ExitStatus.READY


def _verify(settings: RunSettings, commit: str | None) -> int:
    """Say whether the history, and the reports in `recorded`, are as they were recorded.

    Reports are held against `commit`, or against HEAD where there is a repository. Status 4 where
    anything was altered or is of another commit. Raises `UsageError` where there is no history.
    """
    as_json = wants_json(settings.output_format)
    path, board = _where(settings)
    if not os.path.exists(path):
        raise UsageError(worded("usage.no_history", path=path))
    against = _commit(settings, commit) if settings.recorded else ""
    opened = History(path)
    try:
        verified = opened.verify()
        newest = opened.entries(1, board)
        reports = [
            _report(name, opened, against, given=commit is not None) for name in settings.recorded
        ]
    finally:
        opened.close()
    found = _verification(path, verified, reports, against)
    if as_json:
        put_json(found)
    else:
        spoken = _language(_outcome(entry, path) for entry in newest)
        put_text(_account(found, for_reader(spoken)))
    return ExitStatus.READY if found.sound else ExitStatus.LOOSENED


def _where(settings: RunSettings) -> tuple[str, str | None]:
    """Find the history's path, and the board whose runs count; a named history may have none."""
    try:
        board = find_board(settings, os.environ, os.getcwd())
    except UsageError:
        if not settings.history:
            raise
        return settings.history, None
    path = history_path(settings, board)
    if not path:
        raise UsageError(worded("usage.name_history"))
    return path, board_key(board)


# --- the list -----------------------------------------------------------------------------------


def _outcome(entry: Entry, path: str) -> PastVerdict | None:
    """Return the outcome of a run; None where it has no end, or cannot be read."""
    if entry.state == "running":
        return None
    try:
        return outcome_from_json(entry.document or b"", f"{path} run {entry.id}")
    except UsageError as error:
        tell(worded("notice.warning", what=words_of(error)))
        return None


def _language(outcomes: Iterable[PastVerdict | None]) -> Language:
    """Return the language of the newest run that can be read; English where none can."""
    return next((run.board.language for run in outcomes if run is not None), Language.EN)


def _past(entry: Entry, run: PastVerdict | None) -> PastEntry:
    unread = run is None and entry.state != "running"
    known = PastEntry(
        id=entry.id,
        started_at=entry.started_at,
        profile=entry.profile,
        state="unreadable" if unread else entry.state,
    )
    if run is None:
        return known
    return msgspec.structs.replace(
        known,
        commit=run.git.commit if run.git else None,
        dirty=run.git.dirty if run.git else None,
        decision=run.gate.decision.value,
        milestone=run.gate.milestone,
        score=run.score.shown or None,
        duration_s=run.duration_s,
    )


def _listing(entries: Sequence[PastEntry], say: Sentences) -> str:
    rows = [
        [
            entry.started_at,
            entry.id,
            entry.profile,
            _revision(entry, say),
            _state(entry, say),
            entry.score or "",
            "" if entry.duration_s is None else duration(entry.duration_s),
        ]
        for entry in entries
    ]
    heads, limit = say.heads("history.heads"), line_limit(os.environ)
    return columns(rows, heads, right=(5, 6), limit=limit, spare=(6, 2, 0, 3))


def _state(entry: PastEntry, say: Sentences) -> str:
    if entry.decision is None:
        return say(f"history.state.{entry.state}")
    told = _decision(entry.decision, say)
    if entry.milestone is not None:
        told += say("report.for_milestone", milestone=entry.milestone)
    return say("history.cut", decision=told) if entry.state == "interrupted" else told


def _decision(decision: str, say: Sentences) -> str:
    return say(f"decision.{decision}").lower()


def _revision(entry: PastEntry, say: Sentences) -> str:
    if entry.commit is None:
        return ""
    commit = entry.commit[:10]
    return say("report.dirty", revision=commit) if entry.dirty else commit


# --- verifying ----------------------------------------------------------------------------------


def _commit(settings: RunSettings, commit: str | None) -> str:
    """Find the commit that reports are held against; empty where there is none to name."""
    from readiness.pipeline.opening import open_board

    folder = settings.project or os.getcwd()
    if settings.project is None and not settings.history:
        folder = open_board(settings).workdir
    found = head_of(folder, commit or "HEAD")
    if commit and not found:
        raise UsageError(worded("usage.no_commit", folder=folder, name=commit))
    return found


def _report(name: str, history: History, against: str, *, given: bool) -> VerifiedReport:
    from readiness.pipeline.past import read_run

    run = read_run(name)
    stored = history.stored(run.id)
    problems = []
    if stored is None:
        problems.append(worded("history.unknown_run", run=run.id))
    else:
        with open(name, "rb") as file:
            problems += differences(file.read(), stored)
    commit = run.git.commit if run.git else None
    if against and commit != against and (commit or given):
        problems.append(
            worded("history.other_commit", commit=commit, against=against)
            if commit
            else worded("history.no_commit", against=against)
        )
    elif against and run.git and run.git.dirty:
        problems.append(worded("history.uncommitted", commit=commit))
    return VerifiedReport(
        path=clean(name, newlines=False),
        id=run.id,
        decision=run.gate.decision.value,
        commit=commit,
        problems=problems,
    )


def _verification(
    path: str, verified: Verified, reports: list[VerifiedReport], against: str
) -> Verification:
    return Verification(
        history=clean(path, newlines=False),
        sound=not verified.alterations and not any(report.problems for report in reports),
        entries=verified.entries,
        chained=verified.links - min(verified.loose, verified.links),
        not_chained=verified.loose,
        without_end=verified.open,
        altered=verified.alterations,
        commit=against or None,
        reports=reports,
    )


def _account(found: Verification, say: Sentences) -> str:
    facts = [
        say("history.entries", count=found.entries),
        say("history.chained", count=found.chained),
    ]
    if found.not_chained:
        facts.append(say("history.not_chained", count=found.not_chained))
    if found.without_end:
        facts.append(say("history.without_end", count=found.without_end))
    lines = [f"{found.history}: {say('report.comma').join(facts)}"]
    lines += [say("history.altered", what=alteration) for alteration in found.altered]
    for report in found.reports:
        decision = _decision(report.decision, say)
        what = say("history.report", path=report.path, run=report.id, decision=decision)
        lines += [
            say("history.wrong", report=what, problem=in_language(one, say))
            for one in report.problems
        ]
        if not report.problems:
            of = say("history.of_commit", commit=report.commit) if report.commit else ""
            lines.append(say("history.right", report=what + of))
    lines.append(say("history.sound") if found.sound else say("history.unsound"))
    return "\n".join(lines)


VERB = Verb(
    history,
    Argument(
        "recorded",
        "[RUN.json]...",
        "With --verify: hold these reports against the history.",
        repeats=True,
    ),
    Option(
        "verify",
        "",
        "Name what was edited, removed or inserted; end with 4 where anything was.",
        value=Value.SWITCH,
    ),
    Option(
        "commit",
        "REF",
        "With --verify: the commit that the reports must be of. Default: HEAD.",
    ),
    Option("limit", "N", "So many runs.", value=Value.NUMBER, short="n"),
    takes="board project output_format history",
    prints=PastRuns,
    prints_with={"verify": Verification},
)
