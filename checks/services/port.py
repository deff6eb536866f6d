"""Try ports of a host: which are open, which are not, and whether that is as it should be.

A port that refuses is `closed`; one from which nothing comes back is `filtered`.
"""

from checks.services._answer import Answer, Complaint, ProbeError
from checks.services._connect import enter
from checks.services._options import Network, OptionsError, Words
from checks.services._ports import State, port_list, states


class PortOptions(Network, frozen=True, kw_only=True):
    """The options of this probe."""

    host: str
    open: Words = ()
    closed: Words = ()


def measure(options: PortOptions) -> Answer:
    """Tell what became of each port, and how many are not as they should be.

    A host from which nothing at all came back may not be there.
    """
    wanted, unwanted = port_list(options.open), port_list(options.closed)
    if both := set(wanted) & set(unwanted):
        raise OptionsError(f"port {min(both)} is both in --open and in --closed")
    if not wanted + unwanted:
        raise OptionsError("name ports in --open or --closed")
    enter(options.netns)
    ports = states(options.host, wanted + unwanted, timeout=options.timeout, source=options.source)
    counts = {state: list(ports.values()).count(state) for state in State}
    if counts[State.FILTERED] == len(ports):
        named = " ".join(map(str, list(ports)[:5])) + (" …" if len(ports) > 5 else "")
        raise ProbeError(
            f"{options.host} did not answer within {options.timeout:g} s at any of {named}:"
            " whether the host is there is not known"
        )
    closed = [port for port in wanted if ports[port] is not State.OPEN]
    opened = [port for port in unwanted if ports[port] is State.OPEN]
    return {
        "host": options.host,
        "tried": len(ports),
        "open": counts[State.OPEN],
        "closed": counts[State.CLOSED],
        "filtered": counts[State.FILTERED],
        "unexpected_open": len(opened),
        "unexpected_closed": len(closed),
        "problems": len(closed) + len(opened),
        "ports": ports,
        "findings": [
            Complaint(f"{options.host}:{port}", rule, f"port {port} is {ports[port]}")
            for rule, wrong in (("unexpected-closed", closed), ("unexpected-open", opened))
            for port in wrong
        ],
    }
