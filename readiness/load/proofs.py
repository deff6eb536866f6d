"""What shows that a command did its work: its proof."""

from typing import TYPE_CHECKING

from msgspec import UNSET

from readiness.load.faults import Problems
from readiness.load.readers import pattern, reader
from readiness.load.yamlfile import Path
from readiness.model.board import Reader
from readiness.model.words import Format
from readiness.shell.plain import does_nothing
from readiness.text.worded import worded

if TYPE_CHECKING:
    from readiness.load.check_definitions import CheckFile
    from readiness.load.definitions import CriterionFile


def proof_of(
    file: "CheckFile | CriterionFile", command: str, path: Path, problems: Problems
) -> Reader | None:
    """Return the proof that a tool did its work; records faults in it and in `reject`.

    A command of comments alone is a fault.
    """
    if command and does_nothing(command):
        problems.add((*path, "run"), worded("fault.does_nothing"), worded("hint.say_what_to_run"))
    if file.reject:
        pattern(file.reject, (*path, "reject"), problems)
    if file.proof is UNSET:
        return None
    proof = reader(file.proof, (*path, "proof"), problems, one_value=False)
    if proof.format is Format.EXIT:
        problems.add((*path, "proof", "as"), worded("fault.status_no_proof"))
    return proof
