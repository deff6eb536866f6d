"""Have nginx test its configuration and print it, and tell what of it is in force.

A test that fails for want of a user, a certificate, a name or a right says nothing of the
configuration.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from typing import TextIO

from checks.in_project.common import CheckFinding, Params, emit, not_measured, place, require
from checks.servers.nginx import Directive, UnreadableError, dumped, walk

WANTING = re.compile(
    r"getpwnam|getgrnam|cannot load certificate|host not found|Permission denied"
    r"|bind\(\) to|mkdir\(\)|still could not bind|no \"ssl_certificate\" is defined|SSL_CTX_use"
    r"|could not open error log|open\(\) \"[^\"]*\.(?:pem|crt|key|log)\" failed",
)
# As it stands in nginx's log, or before there is a log: `nginx: [emerg] …`.
SAID = re.compile(r"(?:nginx:|\S+ \S+) \[(?P<level>\w+)\] (?:\d+#\d+: )?(?P<text>.*)")
WHERE = re.compile(r"(?P<what>.*?)(?: in (?P<file>/\S+):(?P<line>\d+))?$")
OLD = {"SSLv2", "SSLv3", "TLSv1", "TLSv1.1"}
NONE_TOLD: dict[str, object] = dict.fromkeys(
    ("warnings", "servers", "unlogged", "autoindex", "versions_shown", "old_protocols")
)


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Test, then read what was printed."""
    params = Params(env)
    require("nginx")
    command = ["nginx", "-T", "-c", params.text("config")]
    if prefix := params.text("prefix"):
        command += ["-p", prefix]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    said = [(found["level"], found["text"]) for found in SAID.finditer(done.stderr)]
    if done.returncode:
        refused(params, said)
        return 0
    try:
        directives = dumped(done.stdout)
    except UnreadableError as error:
        not_measured(f"what nginx -T printed cannot be read: {error}")
    found = [*(noted(params, "warning", text) for text in warned(said)), *shown(directives)]
    rules = [each["rule"] for each in found]
    servers = [each for each in walk(directives) if each.name == "server" and each.block]
    numbers = {
        "valid": True,
        "warnings": rules.count("warning"),
        "servers": len(servers),
        "unlogged": rules.count("access-log-off"),
        "autoindex": rules.count("autoindex"),
        "versions_shown": rules.count("server-tokens"),
        "old_protocols": rules.count("old-protocol"),
    }
    emit(numbers, found)
    return 0


def refused(params: Params, said: list[tuple[str, str]]) -> None:
    """Tell that the configuration is wrong, unless it is the machine that lacks something."""
    fatal = [text for level, text in said if level in {"emerg", "crit"}]
    if not fatal:
        not_measured(f"nginx -T failed: {said[-1][1] if said else 'it does not say why'}")
    if lacking := next(filter(WANTING.search, fatal), None):
        not_measured(f"nginx cannot test it here: {lacking}")
    if re.search(rf'open\(\) "{re.escape(params.text("config"))}" failed', fatal[0]):
        not_measured(f"{params.text('config')} cannot be read")
    emit({"valid": False, **NONE_TOLD}, (noted(params, "invalid", text) for text in fatal))


def warned(said: list[tuple[str, str]]) -> list[str]:
    """Return the warnings; that one is not root is none of the configuration's."""
    return [
        text
        for level, text in said
        if level == "warn" and '"user" directive makes sense' not in text
    ]


def noted(params: Params, rule: str, text: str) -> CheckFinding:
    """Make a finding of a line that nginx printed."""
    found = WHERE.fullmatch(text)
    file, number = (found["file"], found["line"]) if found else (None, None)
    return place(
        file or params.text("config"), int(number or 0), rule, found["what"] if found else text
    )


def shown(directives: list[Directive]) -> Iterator[CheckFinding]:
    """Find what is in force and should not be, each where it is said."""
    for http in (each for each in directives if each.name == "http"):
        yield from context(http, {})


def context(outer: Directive, inherited: dict[str, list[str]]) -> Iterator[CheckFinding]:
    """Look at one block, and at those in it, which inherit what it says."""
    own = {each.name: each for each in outer.block if not each.block}
    said = {**inherited, **{name: each.words for name, each in own.items()}}
    if "access_log" in own and own["access_log"].words[:1] == ["off"]:
        yield about(own["access_log"], "access-log-off", "requests are not logged")
    if "autoindex" in own and own["autoindex"].words[:1] == ["on"]:
        yield about(own["autoindex"], "autoindex", "whole folders are listed")
    if outer.name == "server":
        yield from server(outer, said)
    for each in outer.block:
        if each.block:
            yield from context(each, said)


def server(block: Directive, said: dict[str, list[str]]) -> Iterator[CheckFinding]:
    """Look at what holds for one server."""
    if said.get("server_tokens", ["on"])[:1] != ["off"]:
        yield about(block, "server-tokens", "answers show nginx's version")
    listens = [each.words for each in block.block if each.name == "listen"]
    old = OLD & set(said.get("ssl_protocols", []))
    if old and any("ssl" in words for words in listens):
        yield about(block, "old-protocol", f"ssl_protocols has {', '.join(sorted(old))}")


def about(directive: Directive, rule: str, message: str) -> CheckFinding:
    """Make a finding where a directive stands."""
    return place(directive.file, directive.line, rule, message)
