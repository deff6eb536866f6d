"""Write a board from a Markdown task board: nothing of it is run, and no ticked box is believed."""

import os
import sys

from readiness.command_line.options import Argument, Verb
from readiness.importing.board import Imported, ImportedCriterion
from readiness.importing.convert import convert
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.settings import BOARD_NAME, RunSettings, named_board
from readiness.model.words import Verdict
from readiness.propose.new_board import (
    FirstBoard,
    NewCriterion,
    refuse_existing_board,
    write_new_file,
)
from readiness.terminal.output import put_json, put_text, terminal_width, wants_json
from readiness.text.clean import decode
from readiness.text.layout import columns
from readiness.text.sentences import for_reader, suit
from readiness.text.worded import in_language, worded


def import_(settings: RunSettings, document: str) -> int:
    """Write a board from a Markdown document, and tell what of it is measured and what is not.

    Raises `UsageError` where there is a board already, or nothing that could become one.
    """
    wants_json(settings.output_format)
    if settings.board == "":
        raise UsageError(worded("usage.board_unnamed"))
    project = settings.project or "."
    named = named_board(settings.project or "")
    path = settings.board or named or os.path.join(settings.project or "", BOARD_NAME)
    text = _read(document)
    refuse_existing_board(path, os.path.dirname(path) or project, named)
    found, written = convert(text, document, path, os.environ)
    suit(found.language)
    write_new_file(path, written)
    _tell(found, path, settings)
    return ExitStatus.READY


def _read(document: str) -> str:
    try:
        with open(document, "rb") as file:
            return decode(file.read())
    except OSError as error:
        why = error.strerror
        raise UsageError(worded("import.not_read", path=document, why=why)) from None


def _tell(found: Imported, path: str, settings: RunSettings) -> None:
    if wants_json(settings.output_format):
        put_json(
            FirstBoard(
                board=path,
                criteria=[_criterion(each) for each in found.criteria()],
                left_out=list(found.left_out),
            )
        )
        return
    say = for_reader()
    open_ = [
        (each.id, each.title, in_language(each.why, say))
        for each in found.criteria()
        if each.probe is None
    ]
    count = sum(1 for _ in found.criteria())
    probed = count - len(open_)
    tasks = say("import.tasks", count=len(found.tasks))
    lines = [say("import.written", path=path, count=count, tasks=tasks, probed=probed)]
    if not settings.quiet:
        width = terminal_width(os.environ) if sys.stdout.isatty() else None
        if open_:
            lines += ["", say("import.to_attest"), columns(open_, flexible=1, limit=width).rstrip()]
        if found.left_out:
            rows = [
                (in_language(each.what, say), in_language(each.why, say)) for each in found.left_out
            ]
            lines += ["", say("init.left_out"), columns(rows, flexible=1, limit=width).rstrip()]
        lines += [
            "",
            say("init.next"),
            f"  1. {say('import.step_read', path=path)}",
            f"  2. {say('import.step_check')}",
            f"  3. {say('import.step_attest')}",
        ]
    put_text("\n".join(lines))


def _criterion(each: ImportedCriterion) -> NewCriterion:
    return NewCriterion(
        id=each.id,
        check=(each.probe.check or None) if each.probe else None,
        run=(each.probe.run or None) if each.probe else None,
        value=None,
        verdict=Verdict.SKIP,
        why=each.why or worded("import.says", line=each.line, title=each.title),
    )


VERB = Verb(
    import_,
    Argument("document", "BOARD.md", "The task board, in Markdown."),
    takes="board project output_format quiet",
    prints=FirstBoard,
)
