"""List the recorded runs, or verify their integrity."""

import os
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Annotated

import msgspec

from readiness.command_line import options
from readiness.command_line.options import Verb, asked, shared, shared_switch
from readiness.command_line.values import whole_number
from readiness.history.chain import Verified
from readiness.history.store import Entry, History, board_key
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.settings import RunSettings, find_board, history_path
from readiness.model.words import Decision
from readiness.record.document import RunDocument, from_json
from readiness.report._shown import elapsed
from readiness.terminal.blocks import Grid, Line, Part, Style, plain, text_lines
from readiness.terminal.ending import tell
from readiness.terminal.output import put_blocks, put_json, put_text, wants_json
from readiness.text.clean import clean
from readiness.text.languages import Language
from readiness.text.layout import duration
from readiness.text.sentences import Sentences, for_reader
from readiness.text.worded import worded, words_of


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
    decision: Decision | None = None
    score: str | None = None
    duration_s: float | None = None


class PastRuns(msgspec.Struct, frozen=True, kw_only=True):
    """What `--output-format json` gives: the newest runs, newest first."""

    runs: list[PastEntry]


class Verification(Verified, frozen=True, kw_only=True):
    """What `--verify` prints."""

    history: str
    sound: bool


def history(
    verify: Annotated[
        bool,
        shared_switch(
            "--verify", "Report what was edited, removed or inserted; exit with 4 if anything was."
        ),
    ] = False,
    limit: Annotated[
        int, shared("--limit -n", "N", "Number of runs to list.", parser=whole_number)
    ] = 20,
    board_file: options.Board = None,
    project: options.Project = None,
    output_format: options.OutputFormat = "table",
    history: options.History = None,
) -> int:
    """List the newest runs, newest first, or verify that all are as they were recorded."""
    settings = asked(locals())
    if verify:
        return _verify(settings)
    as_json = wants_json(settings.output_format)
    path, board = _where(settings)
    with closing(History(path)) as opened:
        entries = opened.entries(limit, board)
    outcomes = [_outcome(entry, path) for entry in entries]
    runs = list(map(_past, entries, outcomes))
    say = for_reader(_language(outcomes))
    if as_json:
        put_json(PastRuns(runs=runs))
    else:
        more = [Line(), *text_lines(say("history.more"))]
        put_blocks([_listing(runs, say), *more] if runs else text_lines(say("history.never")))
    return ExitStatus.READY


def _verify(settings: RunSettings) -> int:
    """Say whether the history is as it was recorded. The status is 4 where it was altered.

    Raises `UsageError` where there is no history.
    """
    as_json = wants_json(settings.output_format)
    path, board = _where(settings)
    if not os.path.exists(path):
        raise UsageError(worded("usage.no_history", path=path))
    with closing(History(path)) as opened:
        verified = opened.verify()
        newest = opened.entries(1, board)
    verification = Verification(
        history=clean(path, newlines=False),
        sound=not verified.altered,
        **msgspec.structs.asdict(verified),
    )
    if as_json:
        put_json(verification)
    else:
        spoken = _language(_outcome(entry, path) for entry in newest)
        put_text(_account(verification, for_reader(spoken)))
    return ExitStatus.READY if verification.sound else ExitStatus.LOOSENED


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


def _outcome(entry: Entry, path: str) -> RunDocument | None:
    """Return the outcome of a run; None where it has no end, or cannot be read."""
    if entry.state == "running":
        return None
    try:
        return from_json(entry.document or b"", f"{path} run {entry.id}")
    except UsageError as error:
        tell(worded("notice.warning", what=words_of(error)))
        return None


def _language(outcomes: Iterable[RunDocument | None]) -> Language:
    """Return the language of the newest run that can be read; English where none can."""
    return next((run.board.language for run in outcomes if run is not None), Language.EN)


def _past(entry: Entry, run: RunDocument | None) -> PastEntry:
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
        decision=run.gate.decision,
        score=run.score.shown or None,
        duration_s=run.duration_s,
    )


def _listing(entries: Sequence[PastEntry], say: Sentences) -> Grid:
    now = time.time()
    rows = [
        [
            *plain(elapsed(entry.started_at, now, say)),
            (entry.id, Style.STRONG),
            *plain(entry.profile, _revision(entry, say)),
            _state(entry, say),
            *plain(entry.score or ""),
            *plain("" if entry.duration_s is None else duration(entry.duration_s)),
        ]
        for entry in entries
    ]
    heads = say.heads("history.heads")
    return Grid(rows=rows, heads=heads, right=(5, 6), spare=(6, 2, 0, 3))


def _state(entry: PastEntry, say: Sentences) -> Part:
    if entry.decision is None:
        return say(f"history.state.{entry.state}"), Style.UNKNOWN
    decision = say(f"decision.{entry.decision}").lower()
    words = say("history.cut", decision=decision) if entry.state == "interrupted" else decision
    return words, Style(entry.decision.tone)


def _revision(entry: PastEntry, say: Sentences) -> str:
    if entry.commit is None:
        return ""
    commit = entry.commit[:10]
    return say("report.dirty", revision=commit) if entry.dirty else commit


# --- verifying ----------------------------------------------------------------------------------


def _account(verification: Verification, say: Sentences) -> str:
    facts = [
        say("history.entries", count=verification.entries),
        say("history.chained", count=verification.chained),
    ]
    if verification.without_end:
        facts.append(say("history.without_end", count=verification.without_end))
    lines = [f"{verification.history}: {say('report.comma').join(facts)}"]
    lines += [say("history.altered", what=alteration) for alteration in verification.altered]
    lines.append(say("history.sound") if verification.sound else say("history.unsound"))
    return "\n".join(lines)


VERB = Verb(history, prints=PastRuns, prints_with={"verify": Verification})
