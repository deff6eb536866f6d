"""The hooks in an agent's settings: which are ours, and the text with them and without. Pure."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from readiness.agents.forms import Agent, Event
from readiness.agents.json_edit import JsonPart, append, parse, without

TIMEOUT = 600
"""So many seconds an agent waits for a hook."""


class InstalledHook(NamedTuple):
    """A hook of ours in an agent's settings: where it stands, and the command."""

    event: Event
    path: tuple[str | int, ...]
    command: str


def installed(text: str, agent: Agent) -> Iterator[InstalledHook]:
    """Yield our hooks in the settings. Raises `ValueError` for what is no JSON."""
    hooks = parse(text).member("hooks")
    ours = re.compile(rf"\breadiness\b.*\bhook\s+(\w+)\s.*--agent[ =]{re.escape(agent.name)}\b")
    for kind in hooks.parts if hooks else ():
        for place, group in enumerate(kind.parts):
            own = ("hooks", kind.key, place)
            inner = group.member("hooks")
            for path, handler in _handlers(own, group, inner):
                command = _command(handler)
                found = ours.search(f"{command} ")
                if found and found[1] in list(Event):
                    yield InstalledHook(Event(found[1]), path, command)


def with_hook(text: str, agent: Agent, event: Event, command: str) -> str:
    """Return the settings with this hook, once. Raises `ValueError`, naming what is in the way."""
    there = [one for one in installed(text, agent) if one.event is event]
    if [one.command for one in there] == [command]:
        return text
    own, matcher = agent.events[event]
    handler: dict[str, object] = {"command": command, "timeout": TIMEOUT}
    if agent.nested:
        handler = {"hooks": [{"type": "command", **handler}]}
    if matcher:
        handler = {"matcher": matcher, **handler}
    return append(without_hook(text, agent, event), ("hooks", own), handler)


def without_hook(text: str, agent: Agent, event: Event | None = None) -> str:
    """Return the settings without our hooks, for one event or for all."""
    while True:
        found = (one for one in installed(text, agent) if event in (None, one.event))
        first = next(found, None)
        if first is None:
            return text
        text = without(text, first.path)


def fresh(agent: Agent) -> str:
    """Return empty settings for an agent."""
    return "{}\n" if agent.nested else '{\n  "version": 1\n}\n'


def _handlers(
    own: tuple[str | int, ...], group: JsonPart, inner: JsonPart | None
) -> Iterator[tuple[tuple[str | int, ...], JsonPart]]:
    """Each command of a group, and what has to go for it to go: alone, the whole group."""
    if inner is None:
        yield own, group
    elif len(inner.parts) == 1:
        yield own, inner.parts[0]
    else:
        for place, handler in enumerate(inner.parts):
            yield (*own, "hooks", place), handler


def _command(handler: JsonPart) -> str:
    found = handler.member("command")
    return found.value if found and isinstance(found.value, str) else ""
