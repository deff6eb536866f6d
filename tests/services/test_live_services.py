"""The checks of firewalls and settings against what Debian has, untouched and broken.

What a machine lacks is a skipped test that says so.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from checks.services._behind import forwarded
from checks.services._connect import within
from tests.services.conftest import Check
from tests.services.test_live_network import by_hand, reason_of
from tests.services.test_probes import saying
from tests.support.checking import Outcome, run_check
from tests.support.network_cases import (
    CLEAN_SSHD,
    RULES,
    TOKEN,
    repository,
    sshd_wrapper,
)
from tests.support.projects import fake_tool
from tests.support.servers import (
    LOOPBACK,
    Worlds,
    listening,
    need,
    redis,
    running,
    worlds,
)

# --- firewall and port, between two worlds --------------------------------------------------------


@pytest.fixture(scope="session")
def between() -> Iterator[Worlds]:
    """Services in one network namespace, the outside world in another."""
    with worlds() as made, listening(made.services, made.address, 8443, 5432):
        yield made


def guarded(made: Worlds, tmp_path: Path, rules: str, **params: str) -> Outcome:
    """Load rules and look at the firewall."""
    made.rules(rules)
    places = {"netns": made.services, "outside_netns": made.outside, "address": made.address}
    wanted = {"allowed": "8443", "denied": "5432", "seconds": "0.5"}
    return run_check("firewall", str(tmp_path), {**places, **wanted, **params})


def reached(made: Worlds, port: int, source: str) -> bool:
    """Whether curl gets through from outside; it only has to be connected."""
    command = ["ip", "netns", "exec", made.outside, "curl", "-sv", "--interface", source]
    command += ["--connect-timeout", "0.5", "-m", "0.6", f"http://{made.address}:{port}/"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "Connected to" in done.stderr or "Established connection" in done.stderr


@pytest.mark.parametrize(
    ("rules", "source", "expected"),
    [
        (RULES, "10.99.7.10", {"leaks": 0, "blocked_allowed": 0}),
        (RULES, "10.99.7.66", {"leaks": 0, "blocked_allowed": 1}),
        (
            RULES.replace("dport 8443", "dport { 8443, 5432 }"),
            "10.99.7.10",
            {"leaks": 1, "blocked_allowed": 0},
        ),
        # A port that no rule knows is the other leak.
        ("", "10.99.7.10", {"leaks": 2, "blocked_allowed": 0}),
    ],
    ids=["healthy", "denied source", "a port too many", "emptied"],
)
def test_a_firewall_is_what_it_lets_through(
    between: Worlds, tmp_path: Path, rules: str, source: str, expected: Mapping[str, object]
) -> None:
    """Real connections from outside, as curl finds them."""
    outcome = guarded(between, tmp_path, rules, outside_source=source)
    assert {name: outcome.value(name) for name in expected} == expected
    blocked = [finding["rule"] for finding in outcome.findings if finding["path"][-4:] == "8443"]
    leaks = [finding["rule"] for finding in outcome.findings if finding["path"][-4:] == "5432"]
    assert reached(between, 8443, source) is (blocked == [])
    assert reached(between, 5432, source) is (leaks == ["leak"])


OTHERS = [
    ("", []),
    (
        "ip saddr 10.99.7.66 tcp dport 5432 accept",
        ["port 5432 is open from outside for 10.99.7.66"],
    ),
    ("ip saddr 10.99.7.0/24 tcp dport 8443 accept", []),
]


@pytest.mark.parametrize(
    ("more", "messages"), OTHERS, ids=["healthy", "a denied port", "an open one"]
)
def test_a_firewall_stops_each_source(
    between: Worlds, tmp_path: Path, more: str, messages: list[str]
) -> None:
    """What is open to one source alone is open; a port that all may reach is no leak."""
    rules = RULES.replace("iif lo accept", f"iif lo accept\n{more}")
    params = {"outside_source": "10.99.7.10", "other_sources": "10.99.7.66"}
    outcome = guarded(between, tmp_path, rules, **params)
    assert [finding["message"] for finding in outcome.findings] == messages
    assert reached(between, 5432, "10.99.7.66") is bool(messages)


FOR_ANOTHER = (
    "ip saddr 10.99.7.66 tcp dport 31337 accept; ip saddr 10.99.7.66 udp dport 5353 accept"
)


@pytest.mark.parametrize(
    ("more", "another", "leaks"),
    [
        ("tcp dport 113 reject with tcp reset", "10.99.7.66", []),
        ("tcp dport 31337 accept; udp dport 5353 accept", "", ["31337", "5353"]),
        (FOR_ANOTHER, "10.99.7.66", ["31337", "5353"]),
        ("ip saddr 10.99.7.99 tcp dport 5432 accept", "", ["5432"]),
        ("meta l4proto icmpv6 accept; ip6 nexthdr tcp accept", "", ["1", "8444"]),
        ("tcp dport 31337 ct status dnat accept; udp dport 443 accept", "", []),
    ],
    ids=[
        *("healthy, and refused", "where nobody listens", "open to another alone"),
        *("open to a third", "over IPv6", "allowed"),
    ],
)
def test_every_port_is_tried_from_outside(
    between: Worlds, tmp_path: Path, more: str, another: str, leaks: list[str]
) -> None:
    """All of TCP and of UDP, from each source, its neighbours, and over IPv6."""
    rules = RULES.replace("iif lo accept", f"iif lo accept\n        {more}")
    params = {"outside_source": "10.99.7.10", "other_sources": another, "allowed_udp": "443"}
    outcome = guarded(between, tmp_path, rules, scan="true", **params)
    ports = {finding["path"].rpartition(":")[2] for finding in outcome.findings}
    assert ports == set(leaks)


@pytest.mark.parametrize(
    ("more", "whence"),
    [
        ("udp sport 53 accept", "from source port 53"),
        ("tcp sport 20 accept", "from source port 20"),
        ("tcp sport 53 tcp flags ack accept", ""),
    ],
)
def test_no_port_to_come_from_opens_a_firewall(
    between: Worlds, tmp_path: Path, more: str, whence: str
) -> None:
    """Servers' own ports least of all; the twin lets answers in, and no new connection."""
    rules = RULES.replace("iif lo accept", f"iif lo accept\n        {more}")
    outcome = guarded(between, tmp_path, rules, scan="true", outside_source="10.99.7.10")
    messages = [finding["message"] for finding in outcome.findings]
    assert [message.endswith(whence) for message in messages] == ([True] if whence else [])


@pytest.mark.parametrize(
    ("more", "allowed", "ways"),
    [
        ("meta l4proto udplite udplite dport 4242 accept", "", ["UDP-Lite port 4242"]),
        ("ip protocol gre accept; ip protocol 4 accept", "", ["IP protocol 4", "IP protocol 47"]),
        ("ip protocol esp accept; icmp type echo-request accept", "50", []),
    ],
    ids=["UDP-Lite", "tunnels", "allowed, and pings"],
)
def test_no_other_protocol_comes_in(
    between: Worlds, tmp_path: Path, more: str, allowed: str, ways: list[str]
) -> None:
    """Of whatever number; what is allowed by its own is no leak."""
    rules = RULES.replace("iif lo accept", f"iif lo accept\n        {more}")
    params = {"outside_source": "10.99.7.10", "allowed_protocols": allowed}
    outcome = guarded(between, tmp_path, rules, scan="true", **params)
    messages = [finding["message"] for finding in outcome.findings]
    assert messages == [f"{way} can be reached from outside for 10.99.7.10" for way in ways]


@pytest.fixture
def behind(between: Worlds) -> Iterator[None]:
    """A network behind the services, to which they forward."""
    for line in (
        "ip link add behind type veth peer name far",
        "ip address add 10.99.8.1/24 dev behind",
        "ip link set behind up",
        "ip link set far up",
    ):
        between.run(*line.split())
    between.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
    yield
    between.run("sh", "-c", "echo 0 >/proc/sys/net/ipv4/ip_forward")
    between.run("ip", "link", "delete", "behind")


FORWARD = "chain forward {\n type filter hook forward priority 0; policy drop; RULE\n}\n}\n"


@pytest.mark.parametrize(
    ("rule", "is_open"),
    [("", False), ("oifname != behind accept", False), ("tcp dport 5432 accept", True)],
    ids=["none is", "to where it came from", "one port is"],
)
@pytest.mark.usefixtures("behind")
def test_nothing_is_forwarded_to_networks_behind(between: Worlds, rule: str, is_open: bool) -> None:
    """As a router would for whoever asks it; one that routes nothing from there is the twin."""
    between.rules(RULES.rpartition("}")[0] + FORWARD.replace("RULE", rule))
    reached(between, 8443, between.allowed)  # whoever asks knows then where it is
    seen = forwarded(between.services, between.outside, between.address, between.allowed)
    assert seen == (["10.99.8.0/24"] if is_open else [])


def test_udp_ports_by_name_are_tried_alone(between: Worlds, tmp_path: Path) -> None:
    """The twin of a scan: what is open and not asked for is no matter of it."""
    rules = RULES.replace("iif lo accept", "iif lo accept\n        udp dport { 53, 5353 } accept")
    outcome = guarded(between, tmp_path, rules, udp="5353 1900", outside_source="10.99.7.10")
    assert [finding["message"] for finding in outcome.findings] == [
        "UDP port 5353 can be reached from outside for 10.99.7.10"
    ]


def test_a_port_where_nobody_listens_proves_nothing(between: Worlds, tmp_path: Path) -> None:
    """The service that is gone is named, with its address."""
    outcome = guarded(between, tmp_path, RULES, denied="5432 6379")
    assert reason_of(outcome).startswith(f"{between.address}:6379 is closed from within")


def test_ports_are_seen_from_where_one_stands(between: Worlds, check: Check) -> None:
    """Open from within is filtered from outside; a host that says nothing is not measured."""
    between.rules(RULES)
    params = {"host": between.address, "open": "8443", "closed": "5432", "seconds": "0.5"}
    within = check("port", {**params, "netns": between.services})
    assert (within.value("open"), within.value("unexpected_open")) == (2, 1)
    outside = check("port", {**params, "netns": between.outside})
    assert (outside.value("open"), outside.value("filtered"), outside.value()) == (1, 1, 0)
    denied = {**params, "netns": between.outside, "source": between.denied}
    assert f"{between.address} did not answer" in reason_of(check("port", denied))


def test_postgres_is_spoken_to_from_a_world_without_a_loopback(
    between: Worlds, check: Check
) -> None:
    """A new network namespace has none that is up; what the server wants is seen all the same."""
    between.rules("")
    subprocess.run(["ip", "-n", between.outside, "link", "set", "lo", "down"], check=True)
    with ExitStack() as servers:
        with within(between.services):
            clear = saying(b"N", b"R\0\0\0\x08\0\0\0\x03", host=between.address)
            place = servers.enter_context(clear)
        params = {"url": f"postgresql://a:b@{place}/x", "netns": between.outside}
        told = reason_of(check("postgres", params))
    assert told == f"{place} refuses the login: server closed the connection unexpectedly"


@pytest.mark.parametrize("protected", ["yes", "no"])
def test_redis_that_sends_outsiders_away_is_not_exposed(
    between: Worlds, tmp_path: Path, check: Check, protected: str
) -> None:
    """Its protected mode answers them, but with nothing else than that."""
    between.rules("")
    with ExitStack() as servers:
        with within(between.services):
            bind = f"{LOOPBACK} {between.address}"
            server = servers.enter_context(redis(tmp_path, bind=bind))
            by_hand(
                "redis-cli", "-p", str(server.port), "config", "set", "protected-mode", protected
            )
        there = {"outside_netns": between.outside, "outside_address": between.address}
        params = {"url": server.url, "netns": between.services, **there}
        outcome = check("redis", params)
    assert outcome.value("demands_password") is False
    assert outcome.value("exposed") is (protected == "no")


def test_http_is_asked_from_another_world(between: Worlds, tmp_path: Path, check: Check) -> None:
    """The server sees the address that was asked for; a denied one gets no answer."""
    between.rules(RULES.replace("8443", "8000"))
    (tmp_path / "health").write_text("ok")
    command = ["ip", "netns", "exec", between.services, sys.executable, "-u", "-m", "http.server"]
    command += ["--bind", between.address, "--directory", str(tmp_path), "8000"]
    log = tmp_path / "log"
    with running(command, lambda: "Serving" in log.read_text(), log):
        params = {"url": f"http://{between.address}:8000/health", "netns": between.outside}
        params |= {"source": between.allowed, "seconds": "0.7"}
        outcome = check("http", params)
        assert (outcome.value("status"), outcome.value("body")) == (200, "ok")
        assert f"{between.allowed} - - " in log.read_text()
        denied = check("http", {**params, "source": between.denied})
        assert reason_of(denied) == f"{between.address}:8000 did not answer within 0.7 s"


# --- sshd, gitleaks, lynis ------------------------------------------------------------------------


@pytest.fixture
def sshd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian's sshd, with the folder that it wants."""
    need("sshd", "unshare")
    if os.geteuid():
        pytest.skip("sshd -T reads the host's keys, which are root's")
    monkeypatch.setenv("PATH", f"{sshd_wrapper(tmp_path)}:{os.environ['PATH']}")


@pytest.mark.usefixtures("sshd")
def test_sshd_tells_what_is_in_force(tmp_path: Path, check: Check) -> None:
    """Of an untouched Debian: passwords are taken, as `sshd -T` says."""
    outcome = check("sshd", path=os.environ["PATH"])
    printed = by_hand("sshd", "-T")
    settings = ["passwordauthentication", "kbdinteractiveauthentication", "permitemptypasswords"]
    taken = [name for name in settings if f"\n{name} yes" in printed]
    assert [finding["rule"] for finding in outcome.findings] == taken == settings[:1]
    (tmp_path / "good").write_text(CLEAN_SSHD)
    good = check("sshd", {"config": "good"}, path=os.environ["PATH"])
    assert good.value("weak") == 0


@pytest.mark.usefixtures("sshd")
def test_sshd_is_asked_for_whom_a_match_makes_an_exception(tmp_path: Path, check: Check) -> None:
    """A `Match` block counts for those that it is about; an old cipher is weak."""
    text = f"{CLEAN_SSHD}Ciphers aes256-ctr,3des-cbc\nMatch User root\n  PermitRootLogin yes\n"
    (tmp_path / "own").write_text(text)
    for args, weak in (("", 2), ("-C user=root", 2), ("-C user=ada", 1)):
        params = {"config": "own", "args": args}
        outcome = check("sshd", params, path=os.environ["PATH"])
        assert outcome.value("weak") == weak, args


@pytest.mark.usefixtures("sshd")
@pytest.mark.parametrize(
    ("match", "weak"),
    [
        ("User deploy\n  PasswordAuthentication yes", 1),
        ("Address 10.0.0.0/8,192.168.0.0/16\n  PermitEmptyPasswords yes", 1),
        ("User deploy-* Host *.example.org\n  KbdInteractiveAuthentication yes", 1),
        ("Group root\n  ForceCommand /bin/true", 0),
        ("User backup\n  AllowTcpForwarding no", 0),
    ],
)
def test_nobody_is_an_exception(tmp_path: Path, check: Check, match: str, weak: int) -> None:
    """Whoever a `Match` is about is tried; the twins are only kept from more."""
    (tmp_path / "own").write_text(f"{CLEAN_SSHD}Match {match}\n")
    outcome = check("sshd", {"config": "own"}, path=os.environ["PATH"])
    assert outcome.value("weak") == weak
    who = match.partition("\n")[0]
    endings = [finding["message"].endswith(f" after Match {who}") for finding in outcome.findings]
    assert endings == [True] * weak


@pytest.fixture
def secret(tmp_path: Path) -> Iterator[Path]:
    """A repository whose first commit has a secret, and whose second has not."""
    need("gitleaks", "git")
    with repository(tmp_path):
        yield tmp_path


def test_gitleaks_looks_at_files_or_at_history(secret: Path) -> None:
    """A secret that was removed is still in the history; it is in no output."""
    assert run_check("gitleaks", str(secret)).value() == 0
    outcome = run_check("gitleaks", str(secret), {"history": "true"})
    by_hand("gitleaks", "detect", "-s", str(secret), "-r", str(secret / "hand.json"))
    assert outcome.value("leaks") == len(json.loads((secret / "hand.json").read_text())) == 1
    assert outcome.value("commits") == 2
    assert TOKEN not in outcome.stdout.decode() + outcome.stderr


def test_gitleaks_passes_over_a_baseline_and_counts_it(secret: Path) -> None:
    """What a baseline holds is no leak, and is suppressed."""
    report = secret / "baseline.json"
    by_hand("gitleaks", "detect", "-s", str(secret), "--redact", "-r", str(report))
    outcome = run_check("gitleaks", str(secret), {"history": "true", "baseline": "baseline.json"})
    assert (outcome.value("leaks"), outcome.value("suppressed")) == (0, 1)


def test_gitleaks_reads_the_whole_history_or_none(secret: Path, tmp_path: Path) -> None:
    """A shallow clone lacks what is to be looked at."""
    shallow = tmp_path / "shallow"
    command = ["git", "clone", "-q", "--depth", "1", f"file://{secret}", str(shallow)]
    subprocess.run(command, check=True)
    outcome = run_check("gitleaks", str(shallow), {"history": "true"})
    assert reason_of(outcome).startswith("the history is not all here")


REPORT = "hardening_index=71\nlynis_tests_done=260\nwarning[]=A-1|Bad.|-|do it|\nfinish=true\n"


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (REPORT, ""),
        (REPORT.replace("260", "12"), "lynis did 12 tests, of 150"),
        (REPORT.replace("finish=true\n", ""), "no proof that it did its work"),
        ("", "lynis did no tests"),
    ],
)
def test_the_index_of_lynis_counts_when_it_did_its_tests(
    tmp_path: Path, check: Check, report: str, reason: str
) -> None:
    """It gives an index for any number of tests, 100 for one; a real run takes minutes."""
    (tmp_path / "given").write_text(report)
    script = 'while [ "$1" != --report-file ]; do shift; done; cat given > "$2"\n'
    path = fake_tool(str(tmp_path), "lynis", script)
    outcome = check("lynis", {"unprivileged": "true"}, path=path)
    if reason:
        assert reason_of(outcome).startswith(reason)
    else:
        assert [outcome.value(name) for name in ("hardening_index", "warnings")] == [71, 1]
        assert outcome.findings[0]["message"] == "warning: Bad."
