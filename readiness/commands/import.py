"""Write a board from a Markdown task board: nothing of it is run, and no ticked box is believed."""

import os
import sys

from readiness.commands._new_board import FirstBoard, NewCriterion, refuse_another, write_new
from readiness.commands._options import Argument, Verb
from readiness.importing.board import Imported, ImportedCriterion
from readiness.importing.convert import convert
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.settings import BOARD_NAME, RunSettings, named_board
from readiness.model.words import Verdict
from readiness.terminal.output import put_json, put_text, terminal_width, wants_json
from readiness.text.clean import decode
from readiness.text.layout import columns


def import_(settings: RunSettings, document: str) -> int:
    """Write a board from a Markdown document, and tell what of it is measured and what is not.

    Raises `UsageError` where there is a board already, or nothing that could become one.
    """
    wants_json(settings.output_format)
    if settings.board == "":
        raise UsageError("--board: no file is named")
    project = settings.project or "."
    named = named_board(settings.project or "")
    path = settings.board or named or os.path.join(settings.project or "", BOARD_NAME)
    text = _read(document)
    refuse_another(path, os.path.dirname(path) or project, named)
    found, written = convert(text, document, path, os.environ)
    write_new(path, written)
    _tell(found, path, settings)
    return ExitStatus.READY


def _read(document: str) -> str:
    try:
        with open(document, "rb") as file:
            return decode(file.read())
    except OSError as error:
        raise UsageError(f"{document}: not read: {error.strerror}") from None


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
    open_ = [(each.id, each.title, each.why) for each in found.criteria() if each.probe is None]
    count = sum(1 for _ in found.criteria())
    probed = count - len(open_)
    tasks = "1 task" if len(found.tasks) == 1 else f"{len(found.tasks)} tasks"
    told = f"{count} criteria in {tasks}, {probed} of them with a probe"
    lines = [f"Written: {path}, {told}"]
    if not settings.quiet:
        width = terminal_width(os.environ) if sys.stdout.isatty() else None
        if open_:
            lines += ["", "To attest", columns(open_, flexible=1, limit=width).rstrip()]
        if found.left_out:
            rows = [(each.what, each.why) for each in found.left_out]
            lines += ["", "Left out", columns(rows, flexible=1, limit=width).rstrip()]
        lines += [
            "",
            "Next",
            f"  1. read {path}: a probe may look at another folder than the board means",
            "  2. `readiness check` measures the criteria, whatever was ticked",
            "  3. `readiness attest ID` for what only a person can say, or give it a probe",
        ]
    put_text("\n".join(lines))


def _criterion(each: ImportedCriterion) -> NewCriterion:
    return NewCriterion(
        id=each.id,
        check=(each.probe.check or None) if each.probe else None,
        run=(each.probe.run or None) if each.probe else None,
        value=None,
        verdict=Verdict.SKIP,
        why=each.why or f"line {each.line} says: {each.title}",
    )


VERB = Verb(
    import_,
    Argument("document", "BOARD.md", "The task board, in Markdown."),
    takes="board project output_format quiet",
    prints=FirstBoard,
)
