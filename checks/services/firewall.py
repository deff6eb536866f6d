"""Prove a firewall by real connections from the outside world.

Each port is first tried from within: that nobody gets through to a service which is not there
proves nothing. A listener of the probe's own, on a port that no rule knows, must not be reached.
From another network namespace, packets are sent to all ports, from all privileged ports and
neighbouring addresses, over IPv6 and of other protocols, and none may come in that is not allowed,
or be forwarded to networks behind.
"""

import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from itertools import groupby

from checks.services._answer import Answer, Complaint, ProbeError
from checks.services._behind import forwarded
from checks.services._connect import Address, reason, within
from checks.services._knocks import (
    Ear,
    Knock,
    Knocks,
    Transport,
    addresses_of_ipv6,
    let_in,
    neighbours,
    protocols_let_in,
    ways_to,
)
from checks.services._options import OptionsError, Words
from checks.services._outside import Inside
from checks.services._ports import ALL_PORTS, State, port_list, states

_PRIVILEGED = range(1, 1024)
"""Ports to send from that a server has, and rules of old let in."""


class FirewallOptions(Inside, frozen=True, kw_only=True):
    """The options of this probe."""

    address: str = ""
    allowed: Words = ()
    denied: Words = ()
    scan: bool = False
    other_sources: Words = ()
    udp: Words = ()
    allowed_udp: Words = ()
    allowed_protocols: Words = ()


def measure(options: FirewallOptions) -> Answer:
    """Try each port.

    `leaks` counts ports that the outside world reaches and should not, the probe's own among them;
    `blocked_allowed` those that it should reach and does not. Raises ProbeError where it is not
    said where the outside world is.
    """
    if not options.has_outside:
        raise ProbeError("nothing was tried: say where the outside world is")
    tried = [*_tried(options), *_packets(options), *_other_ways(options)]
    findings = [finding for finding in tried if finding is not None]
    broken = [finding.rule for finding in findings]
    return {
        "tried": len(tried),
        "leaks": broken.count("leak"),
        "blocked_allowed": broken.count("blocked"),
        "problems": len(findings),
        "findings": findings,
    }


def _tried(options: FirewallOptions) -> Iterator[Complaint | None]:
    """Try every port from outside; yield what is wrong with each, or None."""
    allowed, denied = port_list(options.allowed), port_list(options.denied)
    if not options.address:
        raise OptionsError("--address must be given with an outside world: where services listen")
    far = options.from_outside(Address(options.address, 0)).host
    with within(options.netns):
        listener = _listener(options.address)
        here = states(
            options.address, allowed + denied, timeout=options.timeout, source=options.source
        )
    with listener:
        for port, state in here.items():
            if state is not State.OPEN:
                place = Address(options.address, port)
                raise ProbeError(
                    f"{place} is {state} from within: nothing is known of its firewall"
                )
        own = listener.getsockname()[1]
        connect = options.scan and not options.outside_netns
        ports = ALL_PORTS if connect else (*allowed, *denied, own)
        with within(options.outside_netns):
            seen = {
                source: states(far, ports, timeout=options.timeout, source=source)
                for source in _sources(options)
            }
    first = seen[options.outside_source]
    for port in allowed:
        yield None if first[port] is State.OPEN else _finding(far, port, "blocked", first[port])
    for source, stands in seen.items():
        others = {port: state for port, state in stands.items() if port not in {*allowed, own}}
        whom = f" for {source}" if source in options.other_sources else ""
        yield from _leaks(far, whom, others, stands[own])


def _sources(options: FirewallOptions) -> tuple[str, ...]:
    return options.outside_source, *options.other_sources


def _leaks(
    far: str, whom: str, seen: Mapping[int, State], own: State
) -> Iterator[Complaint | None]:
    """Yield each port that may not be reached and is, from a source; None for others."""
    for port, state in seen.items():
        yield _finding(far, port, "leak", state, whom) if state is State.OPEN else None
    if own is State.OPEN:
        message = f"a port that no rule knows can be reached from outside{whom}"
        yield Complaint(far, "leak", message)
    else:
        yield None


def _packets(options: FirewallOptions) -> Iterator[Complaint | None]:
    """Send packets from outside; yield what comes in and may not, and None for each way of it."""
    whole = options.scan and bool(options.outside_netns)
    udp = ALL_PORTS if whole else port_list(options.udp)
    if not udp:
        return
    known = {*port_list(options.allowed), *port_list(options.denied)}
    allowed = {(Transport.TCP, port) for port in port_list(options.allowed)}
    allowed |= {(Transport.UDP, port) for port in port_list(options.allowed_udp)}
    free = secrets.choice([port for port in range(20_000, 60_000) if port not in known])
    # Another one each time: of what came in before, more may come.
    own = secrets.choice(range(32_768, 60_000))
    ports = [(Transport.UDP, own, port) for port in udp]
    ports += [(Transport.TCP, own, port) for port in ALL_PORTS if whole]
    far = options.from_outside(Address(options.address, 0)).host
    seen = set(allowed)
    for source in _sources(options):
        yield from _new(_heard(options, far, [(source, ports)]), far, source, seen)
    if not whole:
        return
    few = [(kind, own, free) for kind in Transport]
    few += [(Transport.TCP, own, port) for port in port_list(options.denied)]
    served = [(Transport.UDP_LITE, own, port) for port in ALL_PORTS]
    served += [(kind, source, free) for kind in Transport for source in _PRIVILEGED]
    around = set(neighbours(options.outside_source)) - {far, *_sources(options)}
    ways = [(options.outside_source, served), *((source, few) for source in sorted(around))]
    yield from _new(_heard(options, far, ways), far, "", seen)
    with within(options.netns):
        own_of_ipv6 = addresses_of_ipv6()
    with within(options.outside_netns):
        places = [place for address in own_of_ipv6 for place in ways_to(address)]
    for place in places:
        with suppress(ProbeError):  # there is no way to it from there
            yield from _new(_heard(options, place, [("", ports)]), place, "", set(allowed))


def _other_ways(options: FirewallOptions) -> Iterator[Complaint | None]:
    """Try protocols without ports, and the way to networks behind, of IPv4 both."""
    far = options.from_outside(Address(options.address, 0)).host
    spaces = (options.netns, options.outside_netns)
    if not (options.scan and options.outside_netns) or ":" in far:
        return
    sources = [source for source in _sources(options) if source]
    allowed = set(options.allowed_protocols)
    new: dict[int, str] = {}
    for number, source in protocols_let_in(*spaces, far, sources):
        if str(number) not in allowed:
            new.setdefault(number, source)
    # Where all are open, one line says so.
    for _, run in groupby(enumerate(sorted(new)), lambda pair: pair[1] - pair[0]):
        numbers = [number for _, number in run]
        which = f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"
        why = f"IP protocol {which} can be reached from outside for {new[numbers[0]]}"
        yield Complaint(far, "leak", why)
    yield None
    for source in sources:
        for network in forwarded(*spaces, far, source):
            why = f"packets for {network} are forwarded from outside for {source}"
            yield Complaint(far, "leak", why)
    yield None


def _heard(options: FirewallOptions, far: str, ways: Sequence[tuple[str, Knocks]]) -> set[Knock]:
    family = socket.getaddrinfo(far.partition("%")[0], None)[0][0]
    with within(options.netns):
        ear = Ear(family)
    with closing(ear), within(options.outside_netns):
        return let_in(ear, far, ways)


def _new(
    heard: set[Knock], far: str, source: str, seen: set[tuple[Transport, int]]
) -> Iterator[Complaint | None]:
    """Yield a complaint for each run of ports that got through and had not before; else None."""
    new = {(knock.transport, knock.port): knock for knock in sorted(heard)}
    ports = sorted(new.keys() - seen)
    seen.update(ports)
    if not ports:
        yield None
    # Ports that follow each other have the same distance to their places in the list.
    for _, run in groupby(enumerate(ports), lambda pair: (pair[1][0], pair[1][1] - pair[0])):
        pairs = [pair for _, pair in run]
        (kind, first), (_, last) = pairs[0], pairs[-1]
        which = f"port {first}" if first == last else f"ports {first} to {last}"
        whose = f" for {source or new[kind, first].source}"
        port = new[kind, first].source_port
        whose += f" from source port {port}" if port in _PRIVILEGED else ""
        place = str(Address(far, first))
        yield Complaint(place, "leak", f"{kind} {which} can be reached from outside{whose}")


def _listener(address: str) -> socket.socket:
    try:
        family = socket.getaddrinfo(address, None, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((address, 0), family=family)
    except OSError as error:
        raise ProbeError(f"{address} cannot be listened at: {reason(error)}") from None


def _finding(host: str, port: int, rule: str, state: State, whom: str = "") -> Complaint:
    return Complaint(str(Address(host, port)), rule, f"port {port} is {state} from outside{whom}")
