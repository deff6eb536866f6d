"""Commands that a board names: what they become, and which of them never become a probe."""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from readiness.importing.words import vocabulary
from readiness.load.catalogue import Catalogue
from readiness.load.standing import stood_for
from readiness.propose.effects import Deed, effect, unwrapped
from readiness.shell.programs import programs
from readiness.text.worded import worded

_HARMLESS: Final = (Deed.LOOKS, Deed.BUILDS, Deed.NEUTRAL, Deed.UNKNOWN)
_SCRIPT: Final = re.compile(
    r"(?:\./|[\w.-]+/)[\w./-]+(?:\.(?:sh|bash|py|js|ts|rb|pl))?|[\w-]+\.(?:sh|bash)"
)
_PROMPT: Final = re.compile(r"^\s*(?:\$|>|%|❯)\s+")
_PLACEHOLDER: Final = re.compile(r"<[A-Za-z][\w -]*>|\.\.\.|…")
_ONLY_LOOKS: Final = re.compile(
    r"curl\b(?!.*\s(?:-X\s*(?!GET|HEAD)|--request|-d|--data|-T|--upload|-F|-o|-O))"
)


class NamedCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A command: with `check` what takes its place; `refused` says why it is no probe."""

    text: str
    check: str = ""
    params: dict[str, str] = {}
    refused: str = ""


def command(text: str, catalogue: Catalogue) -> NamedCommand | None:
    """Return the command that a piece of code is; None for anything else, as a name or a path."""
    text = _PROMPT.sub("", text.strip())
    if not text or _PLACEHOLDER.search(text):
        return None
    started = programs(text)
    if not started or not _is_known(started[0]):
        return None
    if refused := next(filter(None, (_refused(words) for words in started)), ""):
        return NamedCommand(text=text, refused=refused)
    for check, params in stood_for(catalogue, text):
        # In a copy of the project: what the target does there does no harm here.
        always = check.stands_for.params if check.stands_for else {}
        kept = {name: value for name, value in params.items() if value and name not in always}
        return NamedCommand(text=text, check=check.name, params=kept)
    return NamedCommand(text=text)


def script(code: str, catalogue: Catalogue) -> list[NamedCommand]:
    """Return a block of code as one command, all or none of it; of a session what was typed."""
    lines = code.strip().splitlines()
    typed = [line for line in lines if _PROMPT.match(line)]
    kept = [_PROMPT.sub("", line) for line in typed or lines]
    kept = [line for line in kept if line.strip() and not line.lstrip().startswith("#")]
    text = "\n".join(kept)
    if len(kept) == 1 and (named := command(re.sub(r"\s+#\s.*$", "", text), catalogue)):
        return [named]
    started = programs(text)
    if not started:
        return []
    refused = next(filter(None, map(_refused, started)), "")
    return [NamedCommand(text=text, refused=refused)]


def _is_known(words: Sequence[str]) -> bool:
    """Return whether these are the words of a command, and no other piece of code."""
    first = words[0]
    known = first in vocabulary("programs")["names"] or bool(_SCRIPT.fullmatch(first))
    if known or "=" in first:
        # A path alone, such as `src/api/app.py`, may be anything.
        return len(words) > 1 or first.startswith("./") or first.endswith((".sh", ".bash"))
    return effect(words) not in (Deed.UNKNOWN, Deed.NEUTRAL) or unwrapped(words) != tuple(words)


def _refused(words: Sequence[str]) -> str:
    deed = effect(words)
    if deed not in _HARMLESS and not _ONLY_LOOKS.match(" ".join(words)):
        return worded("import.does", command=" ".join(words), deed=worded(f"propose.deed.{deed}"))
    harmful = vocabulary("programs")["harmful"]
    for word in words:
        if any(part in harmful for part in re.split(r"[-_:./]", word.lower())):
            return worded("import.may_do_more", command=" ".join(words))
    return ""
