"""Try ports of a host: which are open, which are not, and whether that is as it should be.

A port that refuses is `closed`; one from which nothing comes back is `filtered`.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from checks.services._answer import Complaint, ProbeError
from checks.services._connect import enter
from checks.services._options import Network, OptionsError, Words
from checks.services._ports import State, port_list, states


class PortOptions(Network, frozen=True, kw_only=True):
    """The options of this probe."""

    host: Annotated[str, Meta(description="the host or its address")]
    open: Annotated[
        Words, Meta(description="ports that must be open, such as `443 8000-8010`")
    ] = ()
    closed: Annotated[Words, Meta(description="ports that must not be open")] = ()


class PortAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of each port, and how many are not as they should be."""

    host: str
    tried: int
    open: int
    closed: int
    filtered: int
    unexpected_open: int
    unexpected_closed: int
    problems: int
    ports: dict[int, State]
    findings: list[Complaint]


def measure(options: PortOptions) -> PortAnswer:
    """Try all ports. A host from which nothing at all came back may not be there."""
    wanted, unwanted = port_list(options.open), port_list(options.closed)
    if both := set(wanted) & set(unwanted):
        raise OptionsError(f"port {min(both)} is both in --open and in --closed")
    if not wanted + unwanted:
        raise OptionsError("name ports in --open or --closed")
    enter(options.netns)
    found = states(options.host, wanted + unwanted, timeout=options.timeout, source=options.source)
    counts = {state: list(found.values()).count(state) for state in State}
    if counts[State.FILTERED] == len(found):
        named = " ".join(map(str, list(found)[:5])) + (" …" if len(found) > 5 else "")
        raise ProbeError(
            f"{options.host} did not answer within {options.timeout:g} s at any of {named}:"
            " whether the host is there is not known"
        )
    findings = [
        Complaint(path=f"{options.host}:{port}", rule=rule, message=f"port {port} is {found[port]}")
        for rule, ports, good in (
            ("unexpected-closed", wanted, True),
            ("unexpected-open", unwanted, False),
        )
        for port in ports
        if (found[port] is State.OPEN) is not good
    ]
    rules = [finding.rule for finding in findings]
    return PortAnswer(
        host=options.host,
        tried=len(found),
        open=counts[State.OPEN],
        closed=counts[State.CLOSED],
        filtered=counts[State.FILTERED],
        unexpected_open=rules.count("unexpected-open"),
        unexpected_closed=rules.count("unexpected-closed"),
        problems=len(findings),
        ports=dict(found),
        findings=findings,
    )
