"""Board and catalogue files → the model, or every fault in them at once."""

from readiness.load.board import load_board as load_board
from readiness.load.catalogue import builtin_checks as builtin_checks
from readiness.load.catalogue import load_catalogue as load_catalogue
