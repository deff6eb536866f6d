"""Have nginx test its configuration and print it.

A test that fails for want of a user, a certificate, a name or a right says nothing of the
configuration.
"""

import os
import re
import subprocess
from collections.abc import Mapping
from typing import TextIO

from checks.in_project.common import (
    CheckFinding,
    Params,
    emit,
    not_measured,
    place,
    read_text,
    require,
)
from checks.servers.nginx import count_servers

WANTING = re.compile(
    r"getpwnam|getgrnam|cannot load certificate|host not found|Permission denied"
    r"|bind\(\) to|mkdir\(\)|still could not bind|no \"ssl_certificate\" is defined|SSL_CTX_use"
    r"|could not open error log|open\(\) \"[^\"]*\.(?:pem|crt|key|log)\" failed",
)
MAIN = re.compile(r"\b(?:events|http|stream|mail)\s*\{")
# As it stands in nginx's log, or before there is a log: `nginx: [emerg] …`.
SAID = re.compile(r"(?:nginx:|\S+ \S+) \[(?P<level>\w+)\] (?:\d+#\d+: )?(?P<text>.*)")
WHERE = re.compile(r"(?P<what>.*?)(?: in (?P<file>/\S+):(?P<line>\d+))?$")


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Test, then count the warnings and the servers."""
    params = Params(env)
    require("nginx")
    config, prefix = params.text("config"), params.text("prefix")
    # Without a prefix nginx would look for it beside its own configuration.
    where = ["-c", config, "-p", prefix] if prefix else ["-c", os.path.abspath(config)]
    command = ["nginx", "-T", *where]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    messages = [(message["level"], message["text"]) for message in SAID.finditer(done.stderr)]
    if done.returncode:
        refused(params, messages)
        return 0
    findings = [noted(params, "warning", text) for text in warned(messages)]
    numbers = {"valid": True, "warnings": len(findings), "servers": count_servers(done.stdout)}
    emit(numbers, findings)
    return 0


def refused(params: Params, messages: list[tuple[str, str]]) -> None:
    """Tell that the configuration is wrong, unless it is the machine that lacks something."""
    fatal = [text for level, text in messages if level in {"emerg", "crit"}]
    if not fatal:
        not_measured(f"nginx -T failed: {messages[-1][1] if messages else 'it does not say why'}")
    if lacking := next(filter(WANTING.search, fatal), None):
        not_measured(f"nginx cannot test it here: {lacking}")
    config = params.text("config")
    file = os.path.join(params.text("prefix"), config)
    if re.search(rf'open\(\) "[^"]*{re.escape(config)}" failed', fatal[0]):
        not_measured(f"{config} cannot be read")
    if "is not allowed here" in fatal[0] and not MAIN.search(read_text(file)):
        not_measured(f"{config} is a piece of a configuration, for another to include")
    numbers = {"valid": False, "warnings": None, "servers": None}
    emit(numbers, (noted(params, "invalid", text) for text in fatal))


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
