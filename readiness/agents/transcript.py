"""Which message of its user an agent works on, by the transcript that it keeps (JSON, a line each).

What the agent and its hooks put into the user's mouth is no message of the user: results of tools,
reminders, summaries, and what a hook let it go on with.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

SIGNATURE = "readiness hook: "
"""How each answer begins that an agent may take for a message of its user."""

FOREIGN = (
    "Stop hook feedback:",
    "<hook_prompt",
    "<system-reminder",
    "<task-notification",
    "<local-command",
    "[Request interrupted",
)
_NOT_SAID = ("isMeta", "isSidechain", "isCompactSummary", "toolUseResult")


class Prompt(NamedTuple):
    """A message of the user: a name that no other one has, and whether our answers follow it."""

    name: str
    followed: bool


def last_prompt(path: str) -> Prompt | None:
    """Find the user's last message in a transcript; None where it cannot be read or has none."""
    followed = False
    try:
        for place, line in _backwards(path):
            if b'"user' not in line and b'"UserMessage"' not in line:
                continue
            record = _decoded(line)
            text = _message(record)
            if text is None or text.startswith(FOREIGN):
                continue
            if SIGNATURE in text:
                followed = True
                continue
            own = record.get("uuid") or record.get("id") or place
            return Prompt(str(own), followed)
    except (OSError, ValueError):
        return None
    return None


def _decoded(line: bytes) -> Mapping[str, Any]:
    try:
        record = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _message(record: Mapping[str, Any]) -> str | None:
    """Return the text of a user's message; None where the record is something else."""
    if any(record.get(name) for name in _NOT_SAID):
        return None
    inner = record.get("payload")
    if isinstance(inner, dict):  # Codex
        if inner.get("type") == "user_message":
            return _texts(inner.get("message"))
        item = inner.get("item")
        if isinstance(item, dict) and item.get("type") == "UserMessage":
            return _texts(item.get("content"))
        return None
    message = record.get("message")
    if "user" not in (record.get("type"), record.get("role")) or not isinstance(message, dict):
        return None
    return _texts(message.get("content"))


def _texts(content: object) -> str | None:
    if isinstance(content, str):
        return content.strip()
    parts = content if isinstance(content, list) else []
    texts = [each["text"] for each in parts if isinstance(each, dict) and "text" in each]
    return "\n".join(map(str, texts)).strip() if texts else None


def _backwards(path: str) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file from its end, each with where it begins."""
    if not path:
        return
    with open(path, "rb") as file:
        lines = file.read().splitlines(keepends=True)
    at = sum(map(len, lines))
    for line in reversed(lines):
        at -= len(line)
        yield at, line
