"""What `init` tells of a ready-made board that it has written."""

import shutil

from readiness.model.board import Board
from readiness.text.sentences import for_reader


def template_account(path: str, board: Board, search: str | None) -> str:
    """Say what was written, and what is to be done before it can be measured.

    `search` is the PATH on which probes of the board look for tools.
    """
    criteria = list(board.criteria())
    in_criteria = {name for criterion in criteria for name in criterion.unset}
    unset = sorted(in_criteria | set(board.unset_env.values()))
    attested = [criterion.id for criterion in criteria if criterion.attest is not None]
    missing = sorted(
        {
            f"{tool} ({criterion.check.install})"
            for criterion in criteria
            if criterion.check
            for tool in criterion.check.tools
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
