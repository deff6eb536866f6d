"""Compare the settings that sshd would use, as `sshd -T` tells them, with those wanted."""

import contextlib
import grp
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from typing import TextIO

from checks.in_project.common import Params, emit, not_measured, place, require

MATCH = re.compile(r"^[ \t]*Match[ \t]+(.*?)[ \t]*$", re.MULTILINE | re.IGNORECASE)
CALLER = {"host": "host", "address": "addr", "localaddress": "laddr", "localport": "lport"}
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
    wanted, unwanted = params.words("wanted") or [*WANTED], params.words("unwanted") or [*UNWANTED]
    weak: dict[tuple[str, str], str] = {}
    settings = in_force(command)
    for match, caller in callers("" if "-C" in command else params.text("config")):
        if caller:
            settings = in_force([*command, "-C", caller])
        for demands, good in ((wanted, True), (unwanted, False)):
            for fault in judged(settings, demands, good=good):
                weak.setdefault(fault, f" after Match {match}" if match else "")
    findings = [
        place(params.text("config"), 0, name, message + where)
        for (name, message), where in weak.items()
    ]
    emit({"weak": len(findings), "settings": len(wanted) + len(unwanted)}, findings)
    return 0


def in_force(command: list[str]) -> dict[str, list[str]]:
    """Return the settings that sshd prints."""
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
    if "passwordauthentication" not in settings:
        not_measured("sshd -T printed no settings")
    return settings


def callers(config: str) -> Iterator[tuple[str, str]]:
    """Yield what each Match of a file says, and somebody whom it is about; first nobody."""
    yield "", ""
    try:
        with open(config, encoding="utf-8") as file:
            matches = MATCH.findall(file.read())
    except OSError:
        return
    for match in matches:
        caller = {"user": "nobody", "host": "host", "addr": "192.0.2.1"}
        words = match.replace("=", " ").lower().split()
        for name, value in zip(words[::2], match.replace("=", " ").split()[1::2], strict=False):
            first = value.partition(",")[0].partition("/")[0]
            caller[CALLER.get(name, "user")] = members(first) if name == "group" else first
        if all(caller.values()):
            given = ",".join(f"{name}={value}" for name, value in caller.items())
            yield match, given.translate({ord("*"): "x", ord("?"): "x"})


def members(group: str) -> str:
    """Return somebody of a group; "" where nobody is of it."""
    with contextlib.suppress(KeyError):
        return next(iter(grp.getgrnam(group).gr_mem), "")
    return ""


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
