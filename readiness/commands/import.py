"""Write a board from a Markdown task board, running nothing and trusting no ticked box."""

import os
from typing import Annotated

from readiness.command_line import options
from readiness.command_line.options import Verb, argument, asked
from readiness.importing.convert import convert
from readiness.importing.drafts import DraftBoard
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.settings import RunSettings
from readiness.propose.account import numbered_steps, omission_lines
from readiness.propose.new_board import FirstBoard, new_board_path, new_criterion, write_new_file
from readiness.propose.survey import survey
from readiness.terminal.blocks import Block, table, text_lines
from readiness.terminal.output import put_blocks, put_json, wants_json
from readiness.text.clean import decode
from readiness.text.sentences import for_reader, suit
from readiness.text.worded import in_language, worded


def import_(
    document: Annotated[str, argument("BOARD.md", "The task board, in Markdown.")],
    board_file: options.NewBoard = None,
    project: options.NewProject = None,
    output_format: options.OutputFormat = "table",
    quiet: options.NewQuiet = False,
) -> int:
    """Write a board from a Markdown document, and tell what of it is measured and what is not.

    Raises `UsageError` where there is a board already, or nothing that could become one.
    """
    settings = asked(locals())
    wants_json(settings.output_format)
    path = new_board_path(settings)
    facts = survey(os.path.dirname(os.path.abspath(path)))
    board, written = convert(_read(document), document, path, os.environ, facts)
    suit(board.language)
    write_new_file(path, written)
    _tell(board, path, settings)
    return ExitStatus.READY


def _read(document: str) -> str:
    try:
        with open(document, "rb") as file:
            return decode(file.read())
    except OSError as error:
        why = error.strerror
        raise UsageError(worded("import.not_read", path=document, why=why)) from None


def _tell(board: DraftBoard, path: str, settings: RunSettings) -> None:
    criteria = board.criteria
    if wants_json(settings.output_format):
        new = [
            new_criterion(
                criterion.id,
                criterion.probe,
                criterion.why or worded("import.says", line=criterion.line, title=criterion.title),
            )
            for criterion in criteria
        ]
        put_json(FirstBoard(board=path, criteria=new, left_out=board.left_out))
        return
    say = for_reader()
    unprobed = [
        (criterion.id, criterion.title, in_language(criterion.why, say))
        for criterion in criteria
        if criterion.probe is None
    ]
    probed = len(criteria) - len(unprobed)
    tasks = say("import.tasks", count=len(board.tasks))
    written = say("import.written", path=path, count=len(criteria), tasks=tasks, probed=probed)
    blocks: list[Block] = [*text_lines(written)]
    if not settings.quiet:
        if unprobed:
            blocks += [*text_lines("", say("import.to_attest")), table(unprobed, flexible=1)]
        if board.left_out:
            omissions = omission_lines(board.left_out, say)
            blocks += text_lines("", say("init.left_out"), *omissions)
        steps = [
            say("import.step_read", path=path),
            say("import.step_check"),
            say("import.step_attest"),
        ]
        blocks += text_lines("", *numbered_steps(steps, say))
    put_blocks(blocks)


VERB = Verb(import_, prints=FirstBoard)
