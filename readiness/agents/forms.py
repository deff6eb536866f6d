"""The coding agents: what each calls its events, what it says with them, and how it is answered.

A row of `AGENTS` is all that is known of one. Sources and versions of what they really send are
told in tests/recordings/hooks/README.md.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import msgspec

from readiness.agents.transcript import last_prompt
from readiness.model.errors import UsageError
from readiness.text.worded import worded

CANARY = "readiness_canary"
"""The key of a call that only asks whether the hook is alive; its value comes back."""

LARGEST = 64 * 2**20


class Event(StrEnum):
    """When an agent calls."""

    START = "start"
    STOP = "stop"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent says as it calls.

    `prompt` names the user's message that it works on, "" where it is the one of the last call.
    `goes_on` says that it works on only because a hook let it not stop, `ended` that it stops
    because its user ended it.
    """

    session: str
    folder: str
    prompt: str = ""
    goes_on: bool = False
    ended: bool = False
    canary: str = ""


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """One coding agent.

    `events` has its own name of each event. `settings` is the file that hooks are written to, below
    the project's root; `root` is how a command in it names that folder. `reads` makes a call of
    what it sends. `blocks` and `tells` make its answer: do not, because of this; and, this is worth
    knowing. `tells` gives nothing where the agent has no way of hearing it.
    """

    name: str
    title: str
    also: tuple[str, ...] = ()
    events: Mapping[Event, str]
    settings: str
    root: str
    nested: bool
    reads: Callable[[Mapping[str, Any]], Call]
    blocks: Callable[[str], dict[str, object]]
    tells: Callable[[str], dict[str, object] | None]


def agent_of(name: str) -> Agent:
    """Return the agent of this name. Raises `UsageError` where there is none."""
    for one in AGENTS:
        if name.lower() in (one.name, *one.also):
            return one
    raise UsageError(worded("hook.no_agent", name=name, there=", ".join(o.name for o in AGENTS)))


def event_of(name: str, agent: Agent) -> Event:
    """Return the event by our name or the agent's. Raises `UsageError` for another."""
    wanted = name.lower()
    for event, own in agent.events.items():
        if wanted in (event.value, own.lower()):
            return event
    there = ", ".join(agent.events)
    raise UsageError(worded("hook.no_event", name=name, agent=agent.title, there=there))


def payload_of(data: bytes) -> dict[str, Any] | None:
    """Decode what an agent sent; None where it is no JSON object."""
    try:
        payload = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))  # Cursor's begins so
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


# --- what they send ---------------------------------------------------------------------------


def _text(payload: Mapping[str, Any], *names: str) -> str:
    found = (payload.get(name) for name in names)
    return next((each for each in found if isinstance(each, str) and each), "")


def _reads_claude(payload: Mapping[str, Any]) -> Call:
    """Claude Code's and Codex's, which are alike: a turn of Codex is a prompt of Claude Code."""
    transcript = _text(payload, "transcript_path")
    known = last_prompt(transcript)
    return Call(
        session=_text(payload, "session_id") or transcript,
        folder=_text(payload, "cwd"),
        prompt=known.name if known else _text(payload, "prompt_id", "turn_id"),
        goes_on=payload.get("stop_hook_active") is True,
        canary=_text(payload, CANARY),
    )


def _reads_cursor(payload: Mapping[str, Any]) -> Call:
    """Cursor's: what a hook has it go on with is a message like the user's own.

    The number of such messages says that it goes on where there is no transcript.
    """
    roots = payload.get("workspace_roots")
    first = roots[0] if isinstance(roots, list) and roots and isinstance(roots[0], str) else ""
    known = last_prompt(_text(payload, "transcript_path"))
    followed = payload.get("loop_count") not in (0, None)
    goes_on = known.followed if known else followed
    return Call(
        session=_text(payload, "conversation_id", "session_id"),
        folder=first or _text(payload, "cwd"),
        prompt=known.name if known else "" if goes_on else _text(payload, "generation_id"),
        goes_on=goes_on,
        ended=payload.get("status") in ("aborted", "error"),
        canary=_text(payload, CANARY),
    )


# --- how they are answered --------------------------------------------------------------------


_CLAUDE = Agent(
    name="claude-code",
    title="Claude Code",
    also=("claude",),
    events={Event.START: "SessionStart", Event.STOP: "Stop"},
    settings=".claude/settings.json",
    root='"$CLAUDE_PROJECT_DIR"',
    nested=True,
    reads=_reads_claude,
    blocks=lambda reason: {"decision": "block", "reason": reason},
    tells=lambda text: {"systemMessage": text},
)
AGENTS = (
    _CLAUDE,
    msgspec.structs.replace(
        _CLAUDE,
        name="codex",
        title="Codex",
        also=(),
        settings=".codex/hooks.json",
        root='"$(git rev-parse --show-toplevel)"',
    ),
    Agent(
        name="cursor",
        title="Cursor",
        events={Event.START: "sessionStart", Event.STOP: "stop"},
        settings=".cursor/hooks.json",
        root=".",
        nested=False,
        reads=_reads_cursor,
        blocks=lambda reason: {"followup_message": reason},
        tells=lambda _text: None,  # all that it hears as it stops makes it go on
    ),
)
