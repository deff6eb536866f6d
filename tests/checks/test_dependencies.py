"""Advisories and lock files of small real projects."""

from importlib.metadata import distribution

import pytest

from checks.locks.osv import cvss3
from readiness.model.judgement import Unmeasured
from tests.support.checking import Outcome, build, run_check
from tests.support.osv_server import Record, advisory, osv_server

# --- pip-audit ------------------------------------------------------------------------------------

CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
LOW = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"


def audit(project: str, records: list[Record], lock: str = "six==1.16.0\n", **more: str) -> Outcome:
    """Audit a lock file against a service that knows these records."""
    build(project, {"a.lock": lock})
    with osv_server(records) as url:
        return run_check("pip-audit", project, {"lock": "a.lock", "osv_url": url, **more})


@pytest.mark.parametrize(
    ("vector", "label", "high", "unknown"),
    [
        (CRITICAL, "", 1, 0),
        ("", "CRITICAL", 1, 0),
        ("", "HIGH", 1, 0),
        (LOW, "", 0, 0),
        ("", "MODERATE", 0, 0),
        (LOW, "HIGH", 1, 0),
        ("", "", 1, 1),
        ("CVSS:4.0/AV:N", "", 1, 1),
    ],
)
def test_pip_audit_asks_the_service_how_severe_it_is(
    project: str, vector: str, label: str, high: int, unknown: int
) -> None:
    """High is a base score from 7, or its label; what nobody rated counts as high."""
    record = advisory("GHSA-1", "six", "1.16.0", fixed="1.17.0", vector=vector, label=label)
    outcome = audit(project, [record])
    assert (outcome.value("high"), outcome.value("unknown")) == (high, unknown)
    assert outcome.value("vulnerable") == 1
    assert "1.17.0" in outcome.findings[0]["message"]


def test_pip_audit_takes_the_worst_of_all_aliases(project: str) -> None:
    """A record without a rating may have an alias with one."""
    record = advisory("PYSEC-1", "six", "1.16.0")
    record["aliases"] = ["GHSA-2"]
    alias = advisory("GHSA-2", "other", "1", vector=LOW)
    outcome = audit(project, [record, alias])
    assert (outcome.value("high"), outcome.value("vulnerabilities")) == (0, 1)


def test_pip_audit_counts_what_was_not_audited_as_high(project: str) -> None:
    """A dependency that was skipped may hide anything."""
    outcome = audit(project, [], "six==1.16.0\n-e .\n")
    assert (outcome.value("high"), outcome.value("unaudited"), outcome.value("vulnerable")) == (
        1,
        1,
        0,
    )


def test_pip_audit_does_not_believe_a_service_that_knows_nothing(project: str) -> None:
    """A service that answers every question with nothing would make all locks clean."""
    build(project, {"a.lock": "six==1.16.0\n"})
    with osv_server(canary=False) as url:
        outcome = run_check("pip-audit", project, {"lock": "a.lock", "osv_url": url})
    assert outcome.is_error
    assert "does not know" in outcome.stderr


def test_pip_audit_says_that_no_service_was_reached(project: str) -> None:
    """No network is an error that names the service."""
    build(project, {"a.lock": "six==1.16.0\n"})
    url = "http://127.0.0.1:9/v1/query"
    outcome = run_check("pip-audit", project, {"lock": "a.lock", "osv_url": url})
    assert outcome.is_error
    assert f"the advisory service at {url} could not be reached" in outcome.stderr


@pytest.mark.parametrize(
    ("vector", "score"),
    [
        (CRITICAL, 9.8),
        (LOW, 1.8),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", None),
        ("nonsense", None),
    ],
)
def test_cvss3_follows_the_standard(vector: str, score: float | None) -> None:
    """Base scores are those that the standard's own calculator gives."""
    assert cvss3(vector) == score


# --- locks, suppressions, types, audits -----------------------------------------------------------


def pins(*names: str) -> str:
    """Lock some packages as they are installed."""
    fake = "sha256:" + "0" * 64
    return "".join(
        f"{name}=={distribution(name).version} \\\n    --hash={fake}\n" for name in names
    )


@pytest.mark.parametrize(
    ("inputs", "lock", "rules"),
    [
        ("mako\n", pins("Mako", "MarkupSafe"), []),
        ("mako\n", pins("Mako"), ["missing"]),
        ("mako\njmespath\n", pins("Mako", "MarkupSafe"), ["missing"]),
        ("mako>99\n", pins("Mako", "MarkupSafe"), ["outdated"]),
        ("mako\n", pins("Mako") + "markupsafe==3.*\n", ["missing", "unhashed"]),
        ("mako\n", pins("Mako", "MarkupSafe", "jmespath"), ["unneeded"]),
        ("mako; python_version < '3'\n-r more.in\n", pins("jmespath"), []),
    ],
)
def test_a_lock_agrees_with_its_inputs(
    project: str, inputs: str, lock: str, rules: list[str]
) -> None:
    """Everything needed is pinned, with a hash, in a version that fits."""
    build(project, {"a.in": inputs, "more.in": "jmespath\n", "a.lock": lock})
    outcome = run_check("lock", project, {"lock": "a.lock", "inputs": "a.in"})
    assert sorted({found["rule"] for found in outcome.findings}) == rules
    assert outcome.value("problems") == len(outcome.findings)


OTHER = "--hash=sha256:" + "1" * 64
HEADER = "# This file was autogenerated by uv\n"


@pytest.mark.parametrize("drifted", ["absent==1", "markupsafe==0.1"])
def test_what_is_installed_is_a_question_of_its_own(project: str, drifted: str) -> None:
    """Drift is no fault of a lock; of one that no tool wrote, the rest cannot be told then."""
    name = drifted.partition("=")[0]
    lock = f"{pins('jmespath')}{drifted} {OTHER}\n"
    build(project, {"a.in": f"jmespath\n{name}\n", "a.lock": lock, "b.lock": HEADER + lock})
    params = {"lock": "b.lock", "inputs": "a.in"}
    generated = run_check("lock", project, params)
    assert (generated.value(), generated.findings) == (0, [])
    by_hand = run_check("lock", project, {**params, "lock": "a.lock"})
    assert isinstance(by_hand.read("problems"), Unmeasured)
    environment = run_check("lock", project, {**params, "environment": "true"})
    assert environment.value() == 1
    assert name in environment.findings[0]["message"]


@pytest.mark.parametrize(
    ("more", "rules"),
    [
        (pins("jmespath"), []),
        (pins("jmespath") + f"mako==0.1 {OTHER}\n", []),
        (pins("jmespath").replace("--hash", f"{OTHER} --hash"), []),
        (f"{pins('jmespath').partition(' ')[0]} {OTHER}\n", ["unhashed"]),
        ("jmespath==0.1\n", ["unhashed"]),
        (f"jmespath>=0.1 {OTHER}\n", ["missing"]),
    ],
)
def test_all_locks_have_hashes_and_the_same_for_one_release(
    project: str, more: str, rules: list[str]
) -> None:
    """What further locks pin need not be installed, nor be what the first one needs."""
    build(project, {"a.in": "jmespath\n", "a.lock": pins("jmespath"), "b.lock": more})
    given = {"lock": "a.lock", "inputs": "a.in", "also": "b.lock"}
    outcome = run_check("lock", project, given)
    assert [found["rule"] for found in outcome.findings] == rules
    assert {found["path"] for found in outcome.findings} <= {"b.lock"}


@pytest.mark.parametrize(
    ("text", "unhashed"),
    [
        ("=md5:aa", 1),
        ("=sha256:aa", 1),
        ("=sha256:" + "g" * 64, 1),
        ("=sha256:" + "0" * 63, 1),
        ("=sha1:" + "0" * 40, 1),
        ("=sha256", 1),
        ("=sha512:" + "0" * 64, 1),
        ("=sha256:" + "0" * 64 + " --hash=md5:aa", 1),
        (" sha384:" + "a" * 96, 0),
        ("=sha512:" + "F" * 128 + " \\\n --hash=sha256:" + "1" * 64, 0),
    ],
)
def test_what_is_no_hash_is_none(project: str, text: str, unhashed: int) -> None:
    """Neither weak kinds nor too few digits, beside a good one or not; every strong kind is one."""
    build(project, {"a.in": "packaging\n", "a.lock": f"packaging==26.4 --hash{text}\n"})
    outcome = run_check("lock", project, {"lock": "a.lock", "inputs": "a.in"})
    assert outcome.value("unhashed") == unhashed


@pytest.mark.parametrize(
    ("wanted", "messages"),
    [
        ("-r a.in\n", []),
        ("jmespath>=0.1\nabsent; python_version < '3'\n", []),
        ("jmespath\nabsent\n", ["absent is not pinned; b.in needs it"]),
        ("jmespath<0.1\n", [" is not <0.1, as b.in asks"]),
    ],
)
def test_a_further_lock_has_what_its_own_input_asks_for(
    project: str, wanted: str, messages: list[str]
) -> None:
    """A file of the same name that ends with `.in`; what it pins need not be installed."""
    files = {"a.in": "jmespath\n", "a.lock": pins("jmespath"), "b.in": wanted}
    build(project, {**files, "b.lock": pins("jmespath") + f"absent2==1 {OTHER}\n"})
    given = {"lock": "a.lock", "inputs": "a.in", "also": "b.lock"}
    found = [each["message"] for each in run_check("lock", project, given).findings]
    assert len(found) == len(messages), found
    assert "".join(messages) in "".join(found)


def test_a_lock_is_read_from_pyproject(project: str) -> None:
    """The dependencies of a project, and of one of its extras or groups, are inputs too."""
    settings = "[project]\ndependencies = ['jmespath']\n[dependency-groups]\ndev = ['mako']\n"
    build(project, {"pyproject.toml": settings, "a.lock": pins("jmespath")})
    params = {"lock": "a.lock", "inputs": "pyproject.toml"}
    assert run_check("lock", project, params).value() == 0
    assert (
        run_check("lock", project, {**params, "inputs": "pyproject.toml[dev]"}).value("missing")
        == 1
    )
