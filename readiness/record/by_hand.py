"""How people see for themselves what a criterion or a probe saw."""

from collections.abc import Mapping

from readiness.model.board import Check, Criterion

_OURS = "READINESS_"


def command_by_hand(check: Check, params: Mapping[str, str]) -> str:
    """Return the command to type in a probe's folder; "" where only the check can run it."""
    command = check.by_hand or check.run
    if check.name and _OURS in command:
        return ""
    if not params:
        return command
    from readiness.shell.by_hand import filled

    return filled(command, params)


def criterion_by_hand(criterion: Criterion) -> str:
    """Return the command to type in the folder of the board's probes; "" for an attestation.

    The commands of a matrix follow one another.
    """
    check = criterion.check
    if check is None:
        return ""
    folders = criterion.workdirs or ("",) * len(criterion.matrix)
    commands = []
    for combination, folder in zip(criterion.matrix, folders, strict=True):
        params = {**criterion.params, **combination}
        command = criterion.written or command_by_hand(check, params)
        if not command:
            return f"readiness check {criterion.id}"
        commands.append(f"cd {folder} && {command}" if folder not in ("", ".") else command)
    if len(commands) == 1:
        return commands[0]
    return "; ".join(f"({part})" if part.startswith("cd ") else part for part in commands)
