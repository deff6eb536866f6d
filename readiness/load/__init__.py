"""Board and catalogue files → the model, or every fault in them at once."""

from readiness.load.board import board_folders as board_folders
from readiness.load.board import board_language as board_language
from readiness.load.board import load_board as load_board
from readiness.load.board import load_board_text as load_board_text
from readiness.load.catalogue import load_catalogue as load_catalogue


def text_data(content: bytes) -> object:
    """Return the YAML of a board as plain data; None if it is empty."""
    from readiness.load.definitions import TEXT_UNDER
    from readiness.load.yamlfile import parse

    document = parse(content, "", text_under=TEXT_UNDER)
    return None if document.faults else document.data
