"""What `init` tells of ready-made boards."""

import os
import shutil

from readiness.model.board import Board
from readiness.model.errors import ExitStatus
from readiness.plan.environment import probe_environment
from readiness.propose.templates import templates
from readiness.terminal.output import put_json, put_text
from readiness.text.layout import columns
from readiness.text.sentences import for_reader
from readiness.text.worded import in_language

LIST = "list"
"""What `--template` takes in place of a name, for a list of all."""


def list_templates(*, as_json: bool) -> int:
    """Print every template with what it is for."""
    found = templates()
    if as_json:
        put_json(dict(found))
    else:
        say = for_reader()
        rows = [(name, in_language(told, say)) for name, told in found.items()]
        put_text(columns(rows).rstrip())
    return ExitStatus.READY


def account(path: str, board: Board) -> str:
    """What was written, and what is to be done before it can be measured."""
    criteria = list(board.criteria())
    unset = sorted({name for one in criteria for name in one.unset} | set(board.unset_env.values()))
    attested = [one.id for one in criteria if one.attest is not None]
    search = probe_environment(board, os.environ).get("PATH")
    missing = sorted(
        {
            f"{tool} ({one.check.install})"
            for one in criteria
            if one.check
            for tool in one.check.tools
            if shutil.which(tool, path=search) is None
        }
    )
    say = for_reader()
    comma = say("joint.names")
    steps = [
        *([say("init.step_set", names=comma.join(unset))] if unset else []),
        *([say("init.step_tools", names=comma.join(missing))] if missing else []),
        say("init.step_check"),
        *([say("init.step_attest", ids=comma.join(attested))] if attested else []),
        say("init.step_prove"),
    ]
    return "\n".join(
        [
            say("init.written", path=path, count=len(criteria), tasks=len(board.tasks)),
            "",
            say("init.next"),
            *(f"  {number}. {step}" for number, step in enumerate(steps, 1)),
        ]
    )
