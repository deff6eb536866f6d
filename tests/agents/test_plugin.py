"""What agents are given besides a hook: plugins, a skill, and documents in short."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from readiness import __version__
from readiness.agents.forms import AGENTS, Agent, Event
from readiness.agents.settings import TIMEOUT, fresh, installed, with_hooks
from readiness.command_line.application import names
from tests.support.llms import PATH, llms
from tests.support.program import ROOT

SHOP = ROOT / "examples" / "agents"
PLUGIN = SHOP / "plugin"
SKILL = PLUGIN / "skills" / "readiness" / "SKILL.md"
MANIFESTS = {
    "claude-code": (".claude-plugin", ".claude-plugin"),
    "codex": (".codex-plugin", ".agents/plugins"),
    "cursor": (".cursor-plugin", ".cursor-plugin"),
}


def data(path: Path) -> Any:
    """A JSON file."""
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
def test_a_plugin_has_the_hooks_that_are_installed(agent: Agent) -> None:
    """Word for word, where the program is on PATH; the manifest leads to them."""
    manifest = data(PLUGIN / MANIFESTS[agent.name][0] / "plugin.json")
    assert (manifest["name"], manifest["version"]) == ("readiness", __version__)
    path = PLUGIN / manifest["hooks"]
    # Claude Code reads hooks/hooks.json by itself, and refuses to be told of it again.
    assert path.name != "hooks.json"
    commands = {event: f"readiness hook {event} --agent {agent.name}" for event in Event}
    wanted = with_hooks(fresh(agent), agent, commands)
    assert data(path) == json.loads(wanted)
    assert TIMEOUT == 600
    assert len(list(installed(path.read_text("utf-8"), agent))) == 2


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
def test_a_marketplace_leads_to_the_plugin(agent: Agent) -> None:
    """By a path below itself."""
    (entry,) = data(SHOP / MANIFESTS[agent.name][1] / "marketplace.json")["plugins"]
    source = entry["source"]
    place = source if isinstance(source, str) else source["path"]
    assert place.startswith("./")
    assert (SHOP / place).resolve() == PLUGIN
    manifest = data(PLUGIN / MANIFESTS[agent.name][0] / "plugin.json")
    assert entry["name"] == manifest["name"]
    assert (PLUGIN / manifest.get("skills", "./skills/")).resolve() == SKILL.parents[1]


def test_the_skill_is_short_and_says_when_it_is_for() -> None:
    """A name that is its folder's, a description of a kilobyte at most, under 150 lines."""
    text = SKILL.read_text("utf-8")
    head = yaml.safe_load(text.split("---")[1])
    assert head["name"] == SKILL.parent.name
    assert 50 < len(head["description"]) <= 1024
    assert len(text.splitlines()) < 150


def test_the_skill_names_commands_that_there_are() -> None:
    """It teaches the board, check, next, show and guard."""
    text = SKILL.read_text("utf-8")
    named = set(re.findall(r"(?:^ *|`)readiness ([a-z]+)", text, re.MULTILINE))
    assert named <= set(names())
    assert {"check", "next", "show", "guard", "validate", "doctor"} <= named
    assert "board.yaml" in text


def test_llms_txt_is_current() -> None:
    """It is made of the documents: python -m tests.support.llms."""
    assert PATH.read_text("utf-8") == llms()
