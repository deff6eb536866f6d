"""Hooks are written into settings and taken out of them, and all else stays."""

import json

import pytest

from readiness.agents.forms import AGENTS, Agent, Event, agent_of
from readiness.agents.settings import fresh, installed, with_hooks, without_hooks

CLAUDE = agent_of("claude-code")
COMMAND = "readiness hook stop --agent claude-code"

SET = """{
    "a": {"b": [1,  2]},
    "hooks": {
        "Stop": [
            {"x": 1}
        ]
    }
}
"""
TABS = '{\n\t"hooks": {},\n\t"ü": "\\u00fc"\n}'
LINE = '{"permissions": {"allow": ["Bash(ls:*)"]}, "n": 1e2}'
WINDOWS = '{\r\n  "a": 1\r\n}\r\n'
OTHERS = '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "echo hi"}]}]}}'
FILES = [SET, TABS, LINE, WINDOWS, OTHERS, '{\n  "hooks": {\n    "Stop": []\n  }\n}', "{ }"]


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
@pytest.mark.parametrize("text", FILES)
def test_a_hook_is_written_and_all_else_stays(agent: Agent, text: str) -> None:
    """Data beside it is the same, and so are indent and line ends."""
    edited = with_hooks(text, agent, {Event.STOP: f"readiness hook stop --agent {agent.name}"})
    new, old = json.loads(edited), json.loads(text)
    own = agent.events[Event.STOP]
    assert new["hooks"][own][:-1] == old.get("hooks", {}).get(own, [])
    assert [hook.event for hook in installed(edited, agent)] == [Event.STOP]
    new["hooks"].pop(own)
    old.setdefault("hooks", {}).pop(own, None)
    assert (list(new), new) == (list(old), old)
    assert ("\n\t" in edited, "\r\n" in edited) == ("\n\t" in text, "\r\n" in text)


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
@pytest.mark.parametrize("text", [SET, LINE, WINDOWS, OTHERS, fresh(CLAUDE)])
def test_what_was_written_is_taken_out_again(agent: Agent, text: str) -> None:
    """Of all events, however often it was written."""
    commands = {event: f"readiness hook {event} --agent {agent.name}" for event in agent.events}
    edited = with_hooks(with_hooks(text, agent, commands), agent, commands)
    assert {hook.event for hook in installed(edited, agent)} == set(agent.events)
    assert json.loads(without_hooks(edited, agent)) == json.loads(text)
    assert without_hooks(text, agent) == text


def test_a_hook_is_written_once() -> None:
    """Again changes nothing; another command takes its place."""
    once = with_hooks(SET, CLAUDE, {Event.STOP: COMMAND})
    assert with_hooks(once, CLAUDE, {Event.STOP: COMMAND}) == once
    moved = with_hooks(once, CLAUDE, {Event.STOP: f"/elsewhere/{COMMAND}"})
    assert [one.command for one in installed(moved, CLAUDE)] == [f"/elsewhere/{COMMAND}"]


def test_a_group_keeps_the_commands_of_others() -> None:
    """Where somebody put ours beside their own."""
    ours = json.dumps({"type": "command", "command": COMMAND})
    text = f'{{"hooks": {{"Stop": [{{"hooks": [{{"command": "echo hi"}}, {ours}]}}]}}}}'
    assert json.loads(without_hooks(text, CLAUDE)) == {
        "hooks": {"Stop": [{"hooks": [{"command": "echo hi"}]}]}
    }


@pytest.mark.parametrize(
    "command",
    ["echo readiness", "readiness hook stop --agent codex", "readiness check", "unreadiness", ""],
)
def test_what_is_not_ours_is_no_hook_of_ours(command: str) -> None:
    """Nor is another agent's."""
    text = json.dumps({"hooks": {"Stop": [{"hooks": [{"command": command}]}]}})
    assert not list(installed(text, CLAUDE))
    assert without_hooks(text, CLAUDE) == text


@pytest.mark.parametrize(
    "command",
    [
        '"$CLAUDE_PROJECT_DIR"/.venv/bin/readiness hook stop --agent claude-code',
        "/opt/a/bin/python -m readiness hook stop --agent=claude-code --board x/board.yaml",
        "uvx readiness hook stop --base main --agent claude-code",
    ],
)
def test_ours_is_known_however_it_is_called(command: str) -> None:
    """By a path, as a module, with options."""
    text = json.dumps({"hooks": {"Stop": [{"hooks": [{"command": command}]}]}})
    assert [one.command for one in installed(text, CLAUDE)] == [command]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{", "line 1"),
        ('{"hooks": {}} // mine', "Extra data"),
        ('{"hooks": []}', "^hooks$"),
        ('{"hooks": {"Stop": {}}}', "^hooks.Stop$"),
        ("[]", "not a JSON object"),
    ],
)
def test_what_is_not_understood_is_not_edited(text: str, named: str) -> None:
    """What is in the way is named."""
    with pytest.raises(ValueError, match=named):
        with_hooks(text, CLAUDE, {Event.STOP: COMMAND})
