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
    messages = [(message["level"], message["text"]) for message in SAID.finditer(done.stderr)]
    if done.returncode:
        refused(params, messages)
        return 0
    try:
        directives = dumped(done.stdout)
    except UnreadableError as error:
        not_measured(f"what nginx -T printed cannot be read: {error}")
    message = [*(noted(params, "warning", text) for text in warned(messages)), *shown(directives)]
    rules = [each["rule"] for each in message]
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
    emit(numbers, message)
    return 0


def refused(params: Params, messages: list[tuple[str, str]]) -> None:
    """Tell that the configuration is wrong, unless it is the machine that lacks something."""
    fatal = [text for level, text in messages if level in {"emerg", "crit"}]
    if not fatal:
        not_measured(f"nginx -T failed: {messages[-1][1] if messages else 'it does not say why'}")
    if lacking := next(filter(WANTING.search, fatal), None):
        not_measured(f"nginx cannot test it here: {lacking}")
    if re.search(rf'open\(\) "{re.escape(params.text("config"))}" failed', fatal[0]):
        not_measured(f"{params.text('config')} cannot be read")
    emit({"valid": False, **NONE_TOLD}, (noted(params, "invalid", text) for text in fatal))


def warned(messages: list[tuple[str, str]]) -> list[str]:
    """Return the warnings; that one is not root is none of the configuration's."""
    return [
        text
        for level, text in messages
        if level == "warn" and '"user" directive makes sense' not in text
    ]


def noted(params: Params, rule: str, text: str) -> CheckFinding:
    """Make a finding of a line that nginx printed."""
    location = WHERE.fullmatch(text)
    file, number = (location["file"], location["line"]) if location else (None, None)
    return place(
        file or params.text("config"),
        int(number or 0),
        rule,
        location["what"] if location else text,
    )


def shown(directives: list[Directive]) -> Iterator[CheckFinding]:
    """Find what is in force and should not be, each where it is said."""
    for http in (each for each in directives if each.name == "http"):
        yield from context(http, {})


def context(outer: Directive, inherited: dict[str, list[str]]) -> Iterator[CheckFinding]:
    """Look at one block, and at those in it, which inherit what it says."""
    own = {directive.name: directive for directive in outer.block if not directive.block}
    effective = {**inherited, **{name: directive.words for name, directive in own.items()}}
    if "access_log" in own and own["access_log"].words[:1] == ["off"]:
        yield about(own["access_log"], "access-log-off", "requests are not logged")
    if "autoindex" in own and own["autoindex"].words[:1] == ["on"]:
        yield about(own["autoindex"], "autoindex", "whole folders are listed")
    if outer.name == "server":
        yield from server(outer, effective)
    for directive in outer.block:
        if directive.block:
            yield from context(directive, effective)


def server(block: Directive, effective: dict[str, list[str]]) -> Iterator[CheckFinding]:
    """Look at what holds for one server."""
    if effective.get("server_tokens", ["on"])[:1] != ["off"]:
        yield about(block, "server-tokens", "answers show nginx's version")
    listens = [each.words for each in block.block if each.name == "listen"]
    old = OLD & set(effective.get("ssl_protocols", []))
    if old and any("ssl" in words for words in listens):
        yield about(block, "old-protocol", f"ssl_protocols has {', '.join(sorted(old))}")


def about(directive: Directive, rule: str, message: str) -> CheckFinding:
    """Make a finding where a directive stands."""
    return place(directive.file, directive.line, rule, message)
