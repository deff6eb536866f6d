"""Whether the hooks in the settings of coding agents are alive: each is called as by its agent."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from readiness.agents.forms import AGENTS, CANARY, Agent, Event
from readiness.agents.settings import installed
from readiness.shell.plain import argv
from readiness.text.worded import worded

TIME_LIMIT = 60.0
_MODULE = (("-P", "-m", "readiness"), ("-m", "readiness"))


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
                hooks = list(installed(file.read(), agent))
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            yield HookState(agent, path, str(error))
            continue
        for one in hooks:
            if one.event == Event.STOP:
                words = _own_words(one.command, agent, root)
                fault = _fault(words, root) if words else worded("doctor.hook_not_ours")
                yield HookState(agent, path, fault)


def _own_words(command: str, agent: Agent, root: str) -> tuple[str, ...]:
    """Return the words of a hook that starts this program and nothing else; () for any other.

    Settings are a file of the project: what else they may say must not run because of a look.
    """
    if agent.root != os.curdir:
        command = command.replace(agent.root, shlex.quote(root))
    words = argv(command)
    if words is None:
        return ()
    program = words[0] if os.sep in words[0] else shutil.which(words[0]) or ""
    program = os.path.abspath(os.path.join(root, program))
    if program == os.path.abspath(sys.executable):
        start = next((s for s in _MODULE if words[1 : 1 + len(s)] == s), None)
        return words if start and words[1 + len(start) :][:1] == ("hook",) else ()
    folders = {os.path.dirname(os.path.abspath(one)) for one in (sys.argv[0], sys.executable)}
    is_ours = os.path.basename(program) == "readiness" and os.path.dirname(program) in folders
    return words if is_ours and words[1:2] == ("hook",) else ()


def _fault(words: Sequence[str], root: str) -> str:
    word = os.urandom(8).hex()
    call = {"session_id": word, "cwd": root, "workspace_roots": [root], CANARY: word}
    try:
        done = subprocess.run(
            words,
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
