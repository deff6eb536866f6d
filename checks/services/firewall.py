"""Read a firewall's rules, and prove them by real connections from the outside world.

Each port is first tried from within: that nobody gets through to a service which is not there
proves nothing. Listeners of the probe's own, on a port that no rule knows and on the usual ports of
UDP, must not be reached.
"""

import errno
import json
import secrets
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from typing import Annotated, cast

import msgspec
from msgspec import Meta

from checks.services._answer import Complaint, ProbeError
from checks.services._connect import Address, reason, within
from checks.services._options import OptionsError, Words
from checks.services._outside import Inside
from checks.services._ports import ALL_PORTS, State, port_list, states, states_from

_UDP_PAUSE = 0.3
_MOST_LISTENERS = 200
_FAMILIES = ("inet", "ip", "ip6")


class FirewallOptions(Inside, frozen=True, kw_only=True):
    """The options of this probe."""

    ruleset: Annotated[str, Meta(description="file with what `nft -j list ruleset` printed")]
    ufw: Annotated[
        str, Meta(description="file with what `ufw status verbose` printed, where ufw is used")
    ] = ""
    address: Annotated[str, Meta(description="address of the services, as they listen")] = ""
    allowed: Annotated[Words, Meta(description="ports that the outside world must reach")] = ()
    denied: Annotated[Words, Meta(description="ports that it must not reach")] = ()
    scan: Annotated[
        bool, Meta(description="try all 65,535 ports of TCP: `allowed` alone may be open")
    ] = False
    other_sources: Annotated[
        Words,
        Meta(description="further addresses of the outside world: `allowed` alone may be open"),
    ] = ()
    udp: Annotated[
        Words, Meta(description="ports of UDP which the outside world may not reach, where free")
    ] = ()


class FirewallAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was found.

    `default_drop`: what no rule lets in is dropped, for IPv4 at least. `leaks` counts ports that
    the outside world reaches and should not, the probe's own among them; `blocked_allowed` those
    that it should reach and does not. Both, and `problems`, are null where nobody tried.
    """

    rules: int
    chains: tuple[str, ...]
    default_drop: bool
    ufw_active: bool | None
    tried: int
    leaks: int | None
    blocked_allowed: int | None
    problems: int | None
    findings: list[Complaint]


def measure(options: FirewallOptions) -> FirewallAnswer:
    """Read the rules, then try."""
    rules, chains = _ruleset(options.ruleset)
    drops = any(chain["drops"] for chain in chains if chain["family"] in {"inet", "ip"})
    ufw = _ufw(options.ufw) if options.ufw else None
    found = list(_problems_of_rules(options, drops=drops, ufw=ufw))
    tried = [*_tried(options), *_udp(options)] if options.has_outside else []
    found += [finding for finding in tried if finding is not None]
    rules_broken = [finding.rule for finding in found]
    return FirewallAnswer(
        rules=rules,
        chains=tuple(f"{chain['family']} {chain['table']} {chain['name']}" for chain in chains),
        default_drop=drops,
        ufw_active=ufw,
        tried=len(tried),
        leaks=rules_broken.count("leak") if tried else None,
        blocked_allowed=rules_broken.count("blocked") if tried else None,
        problems=len(found) if tried else None,
        findings=found,
    )


def _problems_of_rules(
    options: FirewallOptions, *, drops: bool, ufw: bool | None
) -> Iterator[Complaint]:
    if not drops:
        message = "what no rule lets in is not dropped: no input chain has the policy drop"
        yield Complaint(path=options.address or "nftables", rule="default-accept", message=message)
    if ufw is False:
        message = "ufw is not active, or does not deny what comes in by default"
        yield Complaint(path=options.address or "ufw", rule="ufw", message=message)


# --- the rules ------------------------------------------------------------------------------------


def _ruleset(path: str) -> tuple[int, list[Mapping[str, object]]]:
    """Return how many rules there are, and the chains through which packets for us come."""
    try:
        data = json.loads(_read(path))
        items = [(kind, body) for item in data["nftables"] for kind, body in item.items()]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ProbeError(f"{path} is not what `nft -j list ruleset` prints") from None
    if not any(kind == "metainfo" for kind, _ in items):
        raise ProbeError(f"{path} is not what `nft -j list ruleset` prints")
    rules = [body for kind, body in items if kind == "rule"]
    chains: list[Mapping[str, object]] = [
        {**body, "drops": _drops(body, rules)}
        for kind, body in items
        if kind == "chain"
        and (body.get("type"), body.get("hook")) == ("filter", "input")
        and body.get("family") in _FAMILIES
    ]
    return len(rules), chains


def _drops(chain: Mapping[str, object], rules: list[Mapping[str, object]]) -> bool:
    """Whether a chain drops what comes to its end: by its policy, or by a last rule for all."""
    if chain.get("policy") == "drop":
        return True
    keys = (("family", "family"), ("table", "table"), ("chain", "name"))
    own = [rule for rule in rules if all(rule.get(key) == chain.get(name) for key, name in keys)]
    last = cast("list[dict[str, object]]", own[-1].get("expr", []) if own else [])
    told = [statement for statement in last if not {"counter", "log"} & set(statement)]
    return len(told) == 1 and bool({"drop", "reject"} & set(told[0]))


def _ufw(path: str) -> bool:
    lines = _read(path).splitlines()
    if not any(line.startswith("Status: ") for line in lines):
        raise ProbeError(f"{path} is not what `ufw status verbose` prints")
    denies = any(line.startswith(("Default: deny (inc", "Default: reject (inc")) for line in lines)
    return "Status: active" in lines and denies


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        why = reason(error) if isinstance(error, OSError) else "it is no text"
        raise ProbeError(f"{path} cannot be read: {why}") from None


# --- the proof ------------------------------------------------------------------------------------


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
        for port, found in here.items():
            if found is not State.OPEN:
                where = Address(options.address, port)
                raise ProbeError(
                    f"{where} is {found} from within: nothing is known of its firewall"
                )
        own = listener.getsockname()[1]
        ports = ALL_PORTS if options.scan else (*allowed, *denied, own)
        with within(options.outside_netns):
            seen = states_from(
                far, dict.fromkeys(_sources(options), ports), timeout=options.timeout
            )
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
        yield Complaint(path=far, rule="leak", message=message)
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
                yield Complaint(path=place, rule="udp-in-use", message=message)
            elif _heard(link, word):
                message = f"UDP port {port} is reached from outside"
                yield Complaint(path=place, rule="leak", message=message)
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
    message = f"port {port} is {state} from outside{whom}"
    return Complaint(path=str(Address(host, port)), rule=rule, message=message)
