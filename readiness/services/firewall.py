"""Read a firewall's rules, and prove them by real connections from the outside world.

Each port is first tried from within: that nobody gets through to a service which is not there
proves nothing. A listener of the probe's own, on a port that no rule knows, must not be reached.
"""

import json
import socket
from collections.abc import Iterator, Mapping
from typing import Annotated, cast

import msgspec
from msgspec import Meta

from readiness.services._answer import Complaint, ProbeError
from readiness.services._connect import Address, reason, within
from readiness.services._options import OptionsError, Words
from readiness.services._outside import Inside
from readiness.services._ports import State, port_list, states

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
    tried = list(_tried(options)) if options.has_outside else []
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
        with within(options.outside_netns):
            seen = states(
                *(far, (*allowed, *denied, own)),
                timeout=options.timeout,
                source=options.outside_source,
            )
    for port in allowed:
        yield None if seen[port] is State.OPEN else _finding(far, port, "blocked", seen[port])
    for port in denied:
        yield None if seen[port] is not State.OPEN else _finding(far, port, "leak", seen[port])
    if seen[own] is State.OPEN:
        message = "a port that no rule knows can be reached from outside"
        yield Complaint(path=far, rule="leak", message=message)
    else:
        yield None


def _listener(address: str) -> socket.socket:
    try:
        family = socket.getaddrinfo(address, None, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((address, 0), family=family)
    except OSError as error:
        raise ProbeError(f"{address} cannot be listened at: {reason(error)}") from None


def _finding(host: str, port: int, rule: str, state: State) -> Complaint:
    return Complaint(
        path=str(Address(host, port)), rule=rule, message=f"port {port} is {state} from outside"
    )
