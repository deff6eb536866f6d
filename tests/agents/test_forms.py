"""Each agent's payloads are read, and it is answered in its own form, as recorded."""

import json
from pathlib import Path
from typing import Any

import pytest

from readiness.agents.forms import AGENTS, Call, Event, agent_of, event_of, payload_of
from readiness.agents.transcript import Prompt, last_prompt
from readiness.model.errors import UsageError

RECORDINGS = Path(__file__).parents[1] / "recordings" / "hooks"
RECORDED = sorted(RECORDINGS.glob("*.json"))


def recorded(path: Path) -> tuple[str, dict[str, Any]]:
    """The agent's name and what was recorded of it."""
    name = next(agent.name for agent in AGENTS if path.stem.startswith(agent.name))
    return name, json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_recorded_payload_is_read(path: Path) -> None:
    """Who calls, from where, and for which prompt."""
    name, recording = recorded(path)
    assert agent_of(name).reads(recording["payload"]) == Call(**recording["call"])


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_an_agent_is_answered_in_its_own_form(path: Path) -> None:
    """Blocked, and told; what it cannot hear without going on is nothing."""
    name, recording = recorded(path)
    agent = agent_of(name)
    assert agent.blocks("REASON") == recording["block"]
    assert agent.tells("REASON") == recording["tell"]


def test_the_stop_of_every_agent_is_recorded() -> None:
    """The start is not answered."""
    recordings = [recorded(path) for path in RECORDED]
    assert {name for name, _ in recordings} == {agent.name for agent in AGENTS}
    assert all(recording["source"] for _, recording in recordings)
    assert {recording["event"] for _, recording in recordings} == {"stop"}


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
def test_a_payload_of_nothing_is_a_call_of_nobody(agent: Any) -> None:
    """Whatever is missing or of another kind, nothing is raised."""
    for payload in ({}, {"cwd": 3, "session_id": [], "workspace_roots": [1]}):
        assert agent.reads(payload) == Call(session="", folder="")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("claude", "claude-code"), ("Claude-Code", "claude-code"), ("codex", "codex")],
)
def test_agents_are_known_by_their_usual_names(name: str, wanted: str) -> None:
    """In whatever case."""
    assert agent_of(name).name == wanted


def test_an_unknown_agent_or_event_is_refused() -> None:
    """With the names that there are."""
    with pytest.raises(UsageError, match="claude-code, codex, cursor"):
        agent_of("clippy")
    with pytest.raises(UsageError, match="start, stop"):
        event_of("edit", agent_of("cursor"))
    assert event_of("Stop", agent_of("claude")) is Event.STOP


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b"", None),
        (b"[]", None),
        (b"{", None),
        (b'"\xff"', None),
        (b"[" * 100_000, None),
    ],
)
def test_only_an_object_is_a_payload(data: bytes, wanted: object) -> None:
    """With the mark that Cursor puts first."""
    assert payload_of(data) == wanted


@pytest.mark.parametrize("name", [agent.name for agent in AGENTS])
def test_the_last_message_of_the_user_is_found(name: str) -> None:
    """Below what tools, hooks and reminders say in the user's name."""
    path = RECORDINGS / f"{name}.jsonl"
    prompt = last_prompt(str(path))
    assert prompt is not None
    lines = path.read_bytes()
    line = lines[int(prompt.name) :] if prompt.name.isdecimal() else lines
    assert b"Mend the sum" in line.split(b"\n")[0]
    assert prompt == Prompt("u-1" if name == "claude-code" else prompt.name, name == "cursor")


def test_each_message_of_the_user_is_another_prompt(tmp_path: Path) -> None:
    """Though the words are the same; what comes after it changes nothing."""
    path = tmp_path / "t.jsonl"
    user = json.dumps({"role": "user", "message": {"content": "go on"}}) + "\n"
    tool = json.dumps({"role": "assistant", "message": {"content": "x" * 300_000}}) + "\n"
    path.write_text(user + tool, "utf-8")
    first = last_prompt(str(path))
    path.write_text(user + tool + tool, "utf-8")
    assert last_prompt(str(path)) == first is not None
    path.write_text(user + tool + tool + user + tool, "utf-8")
    assert last_prompt(str(path)) not in (first, None)


@pytest.mark.parametrize("text", ["", "\n", "{}\n[]\nnull\n", '{"type": "user"}\n', "\0\xff"])
def test_a_transcript_without_a_message_says_nothing(tmp_path: Path, text: str) -> None:
    """Nor does one that is not there."""
    path = tmp_path / "t.jsonl"
    path.write_text(text, "utf-8")
    assert last_prompt(str(path)) is None
    assert last_prompt(str(tmp_path / "none")) is None
    assert last_prompt(str(tmp_path)) is None
