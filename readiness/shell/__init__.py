"""What can be told of a shell command by reading it: its words, and the failures that it hides."""

from readiness.shell.commands import command_words
from readiness.shell.masking import Mask, masks
from readiness.shell.plain import BUILTINS, argv, assigned, does_nothing

__all__ = [
    "BUILTINS",
    "Mask",
    "argv",
    "assigned",
    "command_words",
    "does_nothing",
    "masks",
]
