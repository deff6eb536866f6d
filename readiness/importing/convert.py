"""A task board in Markdown → the YAML of a board that `validate` takes."""

import os
from collections.abc import Mapping

from readiness.importing.board import Imported, imported
from readiness.importing.mapping import Mapper, folders_of
from readiness.importing.phrases import load_phrases
from readiness.importing.reading import read_board
from readiness.importing.writing import board_text
from readiness.load import load_board_text
from readiness.load.catalogue import Catalogue
from readiness.model.errors import BoardError, UsageError
from readiness.propose.facts import ProjectFacts
from readiness.propose.proposals import known_params
from readiness.propose.rules import load_rules
from readiness.text.sentences import for_reader
from readiness.text.worded import worded


def convert(
    text: str, name: str, path: str, environ: Mapping[str, str], facts: ProjectFacts | None = None
) -> tuple[Imported, str]:
    """Return the board of a document, and its YAML, as `validate` takes it at `path`.

    With the facts of the project that the board is for, checks look where its files are.

    Raises `UsageError` where nothing in the document could become a criterion.
    """
    checks = [os.path.join(os.path.dirname(os.path.abspath(path)), "checks")]
    catalogue = Catalogue(checks)
    folders = folders_of("\n".join([text, *(facts.files if facts else ())]))
    params = known_params(facts, load_rules(checks)) if facts else {}
    mapper = Mapper(load_phrases(checks), catalogue, folders, params)
    draft = read_board(text, os.path.splitext(os.path.basename(name))[0])
    board = imported(text, draft, mapper, catalogue)
    if not board.tasks:
        raise UsageError(worded("import.nothing", name=name))
    refused: dict[str, str] = {}
    while True:
        say = for_reader(board.language)
        written = board_text(
            board, os.path.basename(name), say, refused, facts.python_path if facts else ()
        )
        try:
            load_board_text(written.encode(), path, profile=None, environ=environ)
        except BoardError as error:
            # A probe that a board does not take, such as one without a command.
            known = {criterion.id for criterion in board.criteria()} - set(refused)
            new = {fault.subject: fault.message for fault in error.faults if fault.subject in known}
            if not new:
                raise
            refused |= new
        else:
            return board, written
