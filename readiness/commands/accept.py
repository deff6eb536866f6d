"""Accept what a change loosens, until a date."""

from typing import Annotated

import msgspec

from readiness.amend.decisions import decider, last_day, one_line
from readiness.amend.rewriting import rewrite
from readiness.command_line import options
from readiness.command_line.options import Verb, argument, asked, option
from readiness.load.edit import put_item
from readiness.model.board import Board
from readiness.model.errors import ExitStatus
from readiness.terminal.output import put_json, put_text, wants_json
from readiness.text.sentences import say_now


class AcceptEdit(msgspec.Struct, frozen=True, kw_only=True):
    """What `--output-format json` gives: what is accepted now, and how the board's text changes.

    `written` is false where it was only shown, or stood there already.
    """

    board: str
    accept: dict[str, str]
    diff: str
    written: bool


def accept(
    what: Annotated[
        str,
        argument(
            "WHAT", 'A file, or a pattern such as "tests/old/*", from the repository\'s root.'
        ),
    ],
    reason: Annotated[str, option("--reason", "TEXT", "Why it may be loosened.")],
    by: options.By = None,
    until: Annotated[str | None, option("--until", "YYYY-MM-DD", "The last day, in UTC.")] = None,
    dry_run: options.OnlyShow = False,
    board_file: options.Board = None,
    project: options.Project = None,
    profile: options.Profile = None,
    output_format: options.OutputFormat = "table",
) -> int:
    """Write into the board that changes may loosen `what`, a file or a pattern."""
    settings = asked(locals())
    as_json = wants_json(settings.output_format)
    entry = {"what": one_line("WHAT", what), "reason": one_line("--reason", reason)}

    def change(board: Board, content: bytes) -> bytes:
        entry["by"] = decider(by, board)
        if until is not None:
            last_day(until)
            entry["until"] = until
        return put_item(content, "accept", "what", entry)

    done = rewrite(settings, change, dry_run=dry_run)
    if as_json:
        put_json(AcceptEdit(board=done.path, accept=entry, diff=done.diff, written=done.written))
        return ExitStatus.READY
    lines = [f"accept {', '.join(f'{name}: {value}' for name, value in entry.items())}"]
    if dry_run:
        lines += ["", done.diff, "", say_now("decided.nothing")]
    elif done.written:
        lines += [say_now("decided.written", path=done.path), say_now("decided.merge_first")]
    else:
        lines.append(say_now("decided.already", path=done.path))
    put_text("\n".join(lines))
    return ExitStatus.READY


VERB = Verb(accept, prints=AcceptEdit)
