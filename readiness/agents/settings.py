"""The hooks in an agent's settings: which are ours, and the text with them and without. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from readiness.agents.forms import Agent, Event

TIMEOUT = 600
"""So many seconds an agent waits for a hook."""

_INDENT = re.compile(r"\n([ \t]+)\S")


class InstalledHook(NamedTuple):
    """A hook of ours in an agent's settings, for an event by our name."""

    event: str
    command: str


def installed(text: str, agent: Agent) -> Iterator[InstalledHook]:
    """Yield our hooks in the settings. Raises `ValueError` for what is no JSON."""
    for groups in _groups_by_event(json.loads(text)).values():
        for group in groups:
            for handler in _handlers(group):
                if hook := _our_hook(handler, agent):
                    yield hook


def with_hooks(text: str, agent: Agent, commands: Mapping[Event, str]) -> str:
    """Return the settings with these hooks, once. Raises `ValueError` for what is in the way."""
    if {hook.event: hook.command for hook in installed(text, agent)} == commands:
        return text
    settings = json.loads(without_hooks(text, agent))
    if not isinstance(settings, dict):
        raise ValueError("not a JSON object")
    hooks = settings.setdefault("hooks", {})
    if not isinstance(hooks, dict):
        raise ValueError("hooks")
    for event, command in commands.items():
        own = agent.events[event]
        handler: dict[str, object] = {"command": command, "timeout": TIMEOUT}
        if agent.nested:
            handler = {"hooks": [{"type": "command", **handler}]}
        groups = hooks.setdefault(own, [])
        if not isinstance(groups, list):
            raise ValueError(f"hooks.{own}")
        groups.append(handler)
    return _formatted(settings, text)


def without_hooks(text: str, agent: Agent) -> str:
    """Return the settings without our hooks, and without what is empty then."""
    if not any(installed(text, agent)):
        return text
    settings = json.loads(text)
    for own, groups in _groups_by_event(settings).items():
        kept = [_without_ours(group, agent) for group in groups]
        settings["hooks"][own] = [group for group in kept if group]
        if not settings["hooks"][own]:
            del settings["hooks"][own]
    if not settings["hooks"]:
        del settings["hooks"]
    return _formatted(settings, text)


def fresh(agent: Agent) -> str:
    """Return empty settings for an agent."""
    return "{}\n" if agent.nested else '{\n  "version": 1\n}\n'


def _groups_by_event(settings: Any) -> dict[str, list[Any]]:
    """Return the groups of hooks by the agent's name of the event; what has another form is not."""
    hooks = settings.get("hooks") if isinstance(settings, dict) else None
    named = hooks.items() if isinstance(hooks, dict) else ()
    return {own: groups for own, groups in named if isinstance(groups, list)}


def _handlers(group: Any) -> list[Any]:
    inner = group.get("hooks") if isinstance(group, dict) else None
    return inner if isinstance(inner, list) else [group]


def _without_ours(group: Any, agent: Agent) -> Any:
    """Return a group of hooks without ours; None where no other is in it."""
    handlers = _handlers(group)
    others = [handler for handler in handlers if _our_hook(handler, agent) is None]
    if not others and handlers:
        return None
    return group if len(others) == len(handlers) else {**group, "hooks": others}


def _our_hook(handler: Any, agent: Agent) -> InstalledHook | None:
    command = handler.get("command") if isinstance(handler, dict) else None
    ours = rf"\breadiness\b.*\bhook\s+(\w+)\s.*--agent[ =]{re.escape(agent.name)}\b"
    match = re.search(ours, f"{command} ") if isinstance(command, str) else None
    return None if match is None else InstalledHook(match[1], str(command))


def _formatted(settings: object, like: str) -> str:
    """Return the settings as JSON, with the indent and the line ends of another text."""
    indent = _INDENT.search(like)
    text = json.dumps(settings, indent=indent[1] if indent else 2, ensure_ascii=False) + "\n"
    return text.replace("\n", "\r\n") if "\r\n" in like else text
