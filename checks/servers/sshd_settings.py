"""Compare the settings that sshd would use, as `sshd -T` tells them, with those wanted."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from typing import TextIO

from checks.in_project.common import Params, emit, not_measured, place, require

WANTED = (
    "passwordauthentication=no",
    "kbdinteractiveauthentication=no",
    "permitemptypasswords=no",
    "permitrootlogin=no|without-password|prohibit-password|forced-commands-only",
)
UNWANTED = (
    "ciphers=cbc|3des|arcfour",
    "macs=md5|sha1-96",
    "kexalgorithms=group1-|group14-sha1|exchange-sha1",
)


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Count the settings that are not as they should be."""
    params = Params(env)
    require("sshd")
    # sshd wants to be called by its whole path.
    sshd = shutil.which("sshd") or "sshd"
    command = [sshd, "-T", "-f", params.text("config"), *params.words("args")]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        not_measured(f"sshd -T: {said[-1].strip()}")
    settings: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        name, _, value = line.strip().partition(" ")
        settings.setdefault(name.lower(), []).append(value)
    wanted, unwanted = params.words("wanted") or [*WANTED], params.words("unwanted") or [*UNWANTED]
    if "passwordauthentication" not in settings:
        not_measured("sshd -T printed no settings")
    findings = [
        place(params.text("config"), 0, name, message)
        for demands, good in ((wanted, True), (unwanted, False))
        for name, message in judged(settings, demands, good=good)
    ]
    emit({"weak": len(findings), "settings": len(wanted) + len(unwanted)}, findings)
    return 0


def judged(
    settings: dict[str, list[str]], demands: list[str], *, good: bool
) -> list[tuple[str, str]]:
    """Return each setting that does not match its pattern, or matches one that it should not.

    A list, such as ciphers, is looked at item by item where matches are unwanted.
    """
    weak = []
    for demand in demands:
        name, _, pattern = demand.partition("=")
        values = settings.get(name.lower())
        if not pattern or values is None:
            not_measured(f"sshd -T tells nothing of {name!r}; write name=pattern")
        try:
            if good:
                bad = [value for value in values if not re.fullmatch(pattern, value)]
            else:
                items = ",".join(values).split(",")
                bad = [item for item in items if re.search(pattern, item)]
        except re.error as error:
            not_measured(f"{pattern!r} is no regular expression: {error}")
        if bad:
            weak.append((name, f"set to {', '.join(bad)}" + (f", not {pattern}" if good else "")))
    return weak
