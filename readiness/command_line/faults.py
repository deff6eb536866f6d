"""What is wrong with a command line, in the reader's language: Typer finds it, in English."""

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from readiness.terminal.ending import heed_board_here, tell
from readiness.text.languages import Language
from readiness.text.sentences import Sentences, for_reader, speak

if TYPE_CHECKING:
    from typer import _click as click

FORMS = {
    "option": r"No such option: (?P<name>\S+)",
    "option_near": r"No such option: (?P<name>\S+) \(Possible options: (?P<other>.+)\)",
    "command": r"No such command '(?P<name>.*)'\.",
    "command_near": r"No such command '(?P<name>.*)'\. Did you mean (?P<other>.+)\?",
    "no_argument": r"Missing argument '(?P<name>.*)'\.",
    "no_option": r"Missing option '(?P<name>.*)'\.",
    "no_command": r"Missing command\.",
    "no_value": r"Option '(?P<name>.*)' requires an argument\.",
    "no_integer": r"Invalid value for '(?P<name>[^']+)'.*: '(?P<other>.*)' is not a valid int.*",
    "extra": r"Got unexpected extra argument\S* \((?P<name>.*)\)",
}
"""How Typer words each fault; the newest of its words that is none of these stays English."""


def tell_fault(error: "click.exceptions.ClickException", arguments: Sequence[str]) -> None:
    """Tell on stderr what is wrong with a command line, and where its help is."""
    _speak_as_asked(arguments)
    heed_board_here()
    say = for_reader()
    lines = []
    context = getattr(error, "ctx", None)
    if context is not None:
        lines.append(say("line.usage", usage=context.get_usage().removeprefix("Usage: ")))
        helped = f"{context.command_path} {context.help_option_names[0]}"
        lines += [say("line.help", command=helped), ""]
    tell("\n".join([*lines, say("line.error", what=worded_anew(error.format_message(), say))]))


def worded_anew(message: str, say: Sentences) -> str:
    """Return what Typer says as `say` says it; what is unknown to us stays as it is."""
    for fault, form in FORMS.items():
        if match := re.fullmatch(form, message):
            facts = {"name": "", "other": "", **match.groupdict()}
            return say(f"line.fault.{fault}", name=facts["name"], other=facts["other"])
    return message


def _speak_as_asked(arguments: Sequence[str]) -> None:
    """Speak the language that the line asks for, though it cannot be read as a whole."""
    asked = os.environ.get("READINESS_LANG", "")
    for at, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            asked = value or "".join(arguments[at + 1 : at + 2])
    if asked in [*Language]:
        speak(Language(asked))
