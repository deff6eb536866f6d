"""Start a program that prints something about itself and ends, once in a run."""

import hashlib
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

LIMIT_S = 20
MOST_BYTES = 64_000_000
QUIETLY = {
    **dict.fromkeys(("PAGER", "MANPAGER", "GIT_PAGER"), "cat"),
    "COLUMNS": "200",
    "PYTHONDONTWRITEBYTECODE": "1",
}


class ProgramOutput(NamedTuple):
    """How a program ended, and what it printed."""

    status: int
    text: str


def answer(
    command: list[str], kept: str, variables: Mapping[str, str] | None = None
) -> ProgramOutput:
    """Return what a command says; `kept` is a folder with the answers of all probes of the run."""
    asked = "\0".join([os.getcwd(), *command, *(variables or {}).values()])
    path = os.path.join(kept, hashlib.sha256(asked.encode()).hexdigest())
    with suppress(OSError, ValueError), open(path, encoding="utf-8") as file:
        return ProgramOutput(*json.load(file))
    made = _start(command, {**os.environ, **QUIETLY, **(variables or {})})
    os.makedirs(kept, exist_ok=True)
    with open(f"{path}.{os.getpid()}", "w", encoding="utf-8") as file:
        json.dump(made, file)
    os.replace(f"{path}.{os.getpid()}", path)
    return made


def _start(command: list[str], environment: Mapping[str, str]) -> ProgramOutput:
    with tempfile.TemporaryFile() as output:
        started = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environment,
        )
        with suppress(subprocess.TimeoutExpired):
            started.wait(LIMIT_S)
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        status = started.wait()
        output.seek(0)
        return ProgramOutput(status, output.read(MOST_BYTES).decode(errors="replace"))
