"""Prove a firewall by real connections from the outside world.

Each port is first tried from within: that nobody gets through to a service which is not there
proves nothing. Listeners of the probe's own, on a port that no rule knows and on the usual ports of
UDP, must not be reached.
"""

import errno
import secrets
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress

from checks.services._answer import Answer, Complaint, ProbeError
from checks.services._connect import Address, reason, within
from checks.services._options import OptionsError, Words
from checks.services._outside import Inside
from checks.services._ports import ALL_PORTS, State, port_list, states

_UDP_PAUSE = 0.3
_MOST_LISTENERS = 200


class FirewallOptions(Inside, frozen=True, kw_only=True):
    """The options of this probe."""

    address: str = ""
    allowed: Words = ()
    denied: Words = ()
    scan: bool = False
    other_sources: Words = ()
    udp: Words = ()


def measure(options: FirewallOptions) -> Answer:
    """Try each port.

    `leaks` counts ports that the outside world reaches and should not, the probe's own among them;
    `blocked_allowed` those that it should reach and does not. Raises ProbeError where it is not
    said where the outside world is.
    """
    if not options.has_outside:
        raise ProbeError("nothing was tried: say where the outside world is")
    tried = [*_tried(options), *_udp(options)]
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
        ports = ALL_PORTS if options.scan else (*allowed, *denied, own)
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
        yield from _leaks(options, far, source, others, stands[own])


def _sources(options: FirewallOptions) -> tuple[str, ...]:
    return options.outside_source, *options.other_sources


def _leaks(
    options: FirewallOptions, far: str, source: str, seen: Mapping[int, State], own: State
) -> Iterator[Complaint | None]:
    """Yield each port that may not be reached and is, from one of the sources; None for others."""
    whom = f" for {source}" if source in options.other_sources else ""
    refused = [port for port, state in seen.items() if state is State.CLOSED]
    through = _let_through(options, far, source, refused) if own is State.FILTERED else set()
    for port, state in seen.items():
        leaks = state is State.OPEN or port in through
        yield _finding(far, port, "leak", state, whom) if leaks else None
    if own is State.OPEN:
        message = f"a port that no rule knows can be reached from outside{whom}"
        yield Complaint(far, "leak", message)
    else:
        yield None


def _let_through(options: FirewallOptions, far: str, source: str, ports: Sequence[int]) -> set[int]:
    """Of ports that are refused while others are dropped, those on which a listener is reached.

    The others are refused by the firewall itself.
    """
    with ExitStack() as stack:
        with within(options.netns):
            listened = []
            for port in ports[:_MOST_LISTENERS]:
                with suppress(ProbeError):  # somebody listens elsewhere, where nobody gets through
                    stack.enter_context(_listener(options.address, port))
                    listened.append(port)
        with within(options.outside_netns):
            seen = states(far, listened, timeout=options.timeout, source=source)
    return {port for port, state in seen.items() if state is State.OPEN}


def _udp(options: FirewallOptions) -> Iterator[Complaint | None]:
    """Send a word to each port of UDP on which a listener of our own can listen."""
    ports = port_list(options.udp)
    far = options.from_outside(Address(options.address, 0)).host
    word = secrets.token_bytes(16)
    with ExitStack() as stack:
        with within(options.netns):
            listeners = {port: _udp_listener(options.address, port) for port in ports}
        for link in listeners.values():
            if link is not None:
                stack.enter_context(link)
        with within(options.outside_netns):
            for source in _sources(options):
                _send(far, source, [port for port, link in listeners.items() if link], word)
        time.sleep(_UDP_PAUSE)
        for port, link in listeners.items():
            place = str(Address(far, port))
            if link is None:
                message = f"something listens on UDP port {port}, which nobody allowed"
                yield Complaint(place, "udp-in-use", message)
            elif _heard(link, word):
                yield Complaint(place, "leak", f"UDP port {port} is reached from outside")
            else:
                yield None


def _udp_listener(address: str, port: int) -> socket.socket | None:
    """Listen; None where somebody does already."""
    family = socket.getaddrinfo(address, None, type=socket.SOCK_DGRAM)[0][0]
    link = socket.socket(family, socket.SOCK_DGRAM)
    link.setblocking(False)
    try:
        link.bind((address, port))
    except OSError as error:
        link.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise ProbeError(f"UDP port {port} cannot be listened at: {reason(error)}") from None
    return link


def _send(far: str, source: str, ports: Sequence[int], word: bytes) -> None:
    family = socket.getaddrinfo(far, None, type=socket.SOCK_DGRAM)[0][0]
    with socket.socket(family, socket.SOCK_DGRAM) as link:
        if source:
            link.bind((source, 0))
        for port in ports:
            try:
                link.sendto(word, (far, port))
            except OSError as error:
                raise ProbeError(f"{far} cannot be sent to: {reason(error)}") from None


def _heard(link: socket.socket, word: bytes) -> bool:
    try:
        while True:
            if link.recv(64) == word:
                return True
    except BlockingIOError:
        return False


def _listener(address: str, port: int = 0) -> socket.socket:
    try:
        family = socket.getaddrinfo(address, None, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((address, port), family=family)
    except OSError as error:
        raise ProbeError(f"{address} cannot be listened at: {reason(error)}") from None


def _finding(host: str, port: int, rule: str, state: State, whom: str = "") -> Complaint:
    return Complaint(str(Address(host, port)), rule, f"port {port} is {state} from outside{whom}")
