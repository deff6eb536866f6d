"""The lines that tell coding agents of a board, for the file that they read in this project."""

from readiness.propose.facts import ProjectFacts
from readiness.text.sentences import Sentences

INSTRUCTIONS = ("AGENTS.md", "CLAUDE.md")
"""What agents read before they begin; a project that has none gets the first."""


def agent_lines(facts: ProjectFacts, say: Sentences) -> list[str]:
    """Where the lines go, the lines, and what holds an agent to them."""
    there = [name for name in INSTRUCTIONS if name in facts.files]
    return [
        say("init.agents", path=there[0] if there else INSTRUCTIONS[0]),
        "",
        say("init.agents_done"),
        say("init.agents_gate"),
        "",
        say("init.agents_hook"),
    ]
