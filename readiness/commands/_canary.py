"""Whether the hooks in the settings of coding agents are alive: each is called as by its agent."""

import json
import os
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

from readiness.agents.forms import AGENTS, CANARY, Agent, Event
from readiness.agents.settings import installed

TIME_LIMIT = 60.0


class HookState(NamedTuple):
    """A hook that is installed: whose, where, and why it is dead; "" where it is alive."""

    agent: Agent
    path: str
    fault: str


def hook_states(root: str) -> Iterator[HookState]:
    """Fire each installed hook of a stop once, with a word that has to come back."""
    for agent in AGENTS:
        path = os.path.join(root, agent.settings)
        try:
            with open(path, encoding="utf-8") as file:
                found = list(installed(file.read(), agent))
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            yield HookState(agent, path, str(error))
            continue
        for one in found:
            if one.event is Event.STOP:
                yield HookState(agent, path, _fault(one.command, root))


def _fault(command: str, root: str) -> str:
    word = os.urandom(8).hex()
    call = {"session_id": word, "cwd": root, "workspace_roots": [root], CANARY: word}
    try:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=root,
            env={**os.environ, "CLAUDE_PROJECT_DIR": root, "CURSOR_PROJECT_DIR": root},
            input=json.dumps(call).encode(),
            capture_output=True,
            timeout=TIME_LIMIT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = None
    if isinstance(answer, dict) and answer.get(CANARY) == word:
        return ""
    said = done.stderr.decode("utf-8", "backslashreplace").strip().splitlines()
    return said[-1] if said else f"exit {done.returncode}"
