"""Whether a probe may ask a service, whose answer is no matter of files."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache

from readiness.builtin import builtin_checks
from readiness.model.board import Check
from readiness.model.plan import Probe
from readiness.project.recipes import is_own
from readiness.startup.patterns import later

_ADDRESS = later(
    r"(?i)\b(?!file:|sqlite)[a-z][\w+.-]*://(?![\s\"']|$)|\blocalhost\b|/dev/(?:tcp|udp)/"
    r"|(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"
)
_OF_THE_WEB = later(r"(?i)https?://")
_VARIABLE = later(r"\$\{?(\w+)")


def asked(
    probe: Probe, checks: Sequence[Check], environment: Mapping[str, str], placed: Collection[str]
) -> str:
    """Return what says that a probe asks for more than files; "" where nothing does.

    `placed` are the variables that say where a profile's runs take place. An address in the
    environment counts for what may do anything: commands of the project, and checks that run its
    code, which ignore nothing. A tool of ours that reads files does not look there.
    """
    if not all(check.reuse and check.max_age is None for check in checks):
        return "reuse: false"
    named = "\n".join((probe.command, *probe.env.values()))
    values = "\n".join(environment.get(name, "") for name in _VARIABLE.findall(named))
    if address := _ADDRESS.search(f"{named}\n{values}"):
        return address[0]
    if not is_own(probe.check) and probe.check.ignores:
        return ""
    clients = _clients().intersection(probe.command.replace(";", " ").split())
    return min(clients) if clients else next(_addresses(environment, placed), "")


def _addresses(environment: Mapping[str, str], placed: Collection[str]) -> Iterator[str]:
    """Yield the variables with the address of a database or the like, or of a profile's place."""
    for name, value in environment.items():
        is_web = _OF_THE_WEB.match(value) and name not in placed
        if "://" in value and _ADDRESS.search(value) and not is_web:
            yield name


@cache
def _clients() -> frozenset[str]:
    """Return the programs that do little else than ask, from the table beside the checks."""
    import tomllib

    with open(os.path.join(builtin_checks(), "services", "clients.toml"), "rb") as file:
        return frozenset(tomllib.load(file)["programs"])
