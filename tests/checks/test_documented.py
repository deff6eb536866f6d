"""What documents say of programs, endpoints, alerts, variables, units and cron, and filler."""

from pathlib import Path

import pytest

from checks.documents.api_paths import ServedPaths, absent_endpoints
from checks.documents.documented import cron_faults, is_near
from checks.documents.markdown import read_markdown
from readiness.model.judgement import Measurement
from tests.support.checking import build, run_check
from tests.support.repositories import init

DEPLOY = """\
import argparse

parser = argparse.ArgumentParser(prog="deploy.py")
parser.add_argument("--verbose", action="store_true")
parser.add_argument("--colour", help=argparse.SUPPRESS)
parser.add_argument("--color")
commands = parser.add_subparsers(dest="command")
for name in ("start", "status", "stop"):
    command = commands.add_parser(name)
    command.add_argument("--force", action="store_true")
    command.add_argument("--wait-for")
parser.parse_args()
open("done", "w").close()
"""
RULES = """\
groups:
  - name: shop
    rules:
      - alert: ShopSlow
        expr: shop_seconds{job="web<1"} > 0.5
        for: 5m
        labels: {severity: page}
      - {alert: ShopFull, expr: shop_used / shop_all > 0.9, for: 1h, labels: {severity: ticket}}
"""


def problems(project: str, text: str, name: str = "a.md", **params: str) -> list[str]:
    """What is wrong with a document of a project with a program, rules and code."""
    build(
        project,
        {
            "deploy.py": DEPLOY,
            "rules.yml": RULES,
            "src/app.py": "NAMES = ['SHOP_TIMEOUT', 'SHOP_URL']\n",
            "Makefile": "run:\n\t./serve --port $(PORT)\n",
            name: f"# A\n\n{text}\n",
        },
    )
    if not Path(project, ".git").exists():
        init(Path(project))
    least = {"min_words": "0", "min_headings": "0"}
    outcome = run_check("documents", project, {"paths": name, **least, **params})
    return [found["message"] for found in outcome.findings]


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("python -m deploy start --force", ""),
        ("python -m deploy strat", "python -m deploy has no command strat"),
        ("python -m deploy start --focre", "has no option --focre, but --force"),
        ("python -m deploy --verbose start --wait-for=x", ""),
        ("python -m deploy --verb start", ""),
        ("python -m deploy --colour=red start", ""),
        ("python -m deploy start --something-else", ""),
        ("python -m deploy start -- --focre", ""),
        ("echo python -m deploy strat", ""),
        ("git chekcout main", "git has no command chekcout, but checkout"),
        ("git checkout main", ""),
    ],
)
def test_a_program_tells_what_it_takes(project: str, command: str, fault: str) -> None:
    """What its help leaves out is not called wrong; it is never started to do its work."""
    faults = problems(
        project, f"```sh\n{command}\n```", programs="absent-program|git|python -m deploy"
    )
    assert len(faults) == bool(fault), faults
    assert fault in "".join(faults)
    assert not Path(project, "done").exists()


def test_a_program_that_says_nothing_is_not_asked_in_vain(project: str) -> None:
    """What documents say of it is not known to be right."""
    build(project, {"mute.py": "", "a.md": "# A\n\n```sh\npython -m mute --fast\n```\n"})
    given = {"paths": "a.md", "min_words": "0", "min_headings": "0", "programs": "python -m mute"}
    outcome = run_check("documents", project, given)
    assert "python -m mute says nothing of its options" in outcome.stderr
    assert not isinstance(outcome.read(), Measurement)


def test_news_tell_of_what_a_program_once_took(project: str) -> None:
    """It was right when it was written."""
    text = "```sh\npython -m deploy strat\n```"
    assert problems(project, text, "CHANGES.md", programs="python -m deploy") == []


@pytest.mark.parametrize(
    "text",
    [
        "Run `tail --lnies=3 log`.",
        "```console\n$ cat log | tail --lnies=3\n```",
        "```ini\n[Service]\nExecStart=/usr/bin/tail --lnies=3 log\n```",
        "```text\n15 3 * * * cd /srv && tail --lnies=3 log\n```",
    ],
)
def test_commands_stand_in_many_places(project: str, text: str) -> None:
    """In the text, in sessions, in units and in lines for cron."""
    assert problems(project, text, programs="tail") == ["tail has no option --lnies"]
    assert problems(project, text.replace("lnies", "lines"), programs="tail") == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("| ShopSlow | `shop_seconds > 0.5`, 5m | page |", ""),
        ("| ShopSlow | `shop_seconds > 0.50`, 5m | page |", ""),
        ("| ShopSlow | `shop_seconds > 0.6`, 5m | page |", "ShopSlow is not > 0.6"),
        ("| ShopSlow | `shop_seconds > 0.5`, 6m | page |", "its rule has no 6m"),
        ("| ShopSlow | `shop_seconds > 0.5`, 5m | ticket |", "the severity page, and not ticket"),
        ("ShopSlow fires above 500 ms.", ""),
        ("ShopSlow fires above 700 ms.", "ShopSlow is not 700 ms"),
        ("ShopFull fires over 90 % of the disk.", ""),
        ("ShopFull: call somebody within 10m, and look each 5 s.", ""),
        ("ShopSlow and ShopFull fire together above 3 s.", ""),
        ("Nothing is slower than `x > 7`.", ""),
    ],
)
def test_numbers_beside_an_alert_are_its_rules(project: str, line: str, fault: str) -> None:
    """Limits, durations and severities; what else is said of an alert is not compared."""
    found = problems(project, line, rules="rules.yml")
    assert len(found) == bool(fault), found
    assert fault in "".join(found)


API = ServedPaths(
    {
        "/health": frozenset({"GET"}),
        "/api/v1/teams": frozenset({"GET", "POST"}),
        "/api/v1/teams/{team_id}": frozenset({"GET"}),
        "/api/v1/scores/{score_id}": frozenset({"GET"}),
        "/api/v1/scores/latest": frozenset({"GET"}),
    },
    whole=True,
)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("`GET /api/v1/teams`, `/teams/7`, `/teams?limit=3`, `/api/v1/…`, `/etc/nginx`", ""),
        ("`/api/v2/alerts` of another service, and its `GET /status`", ""),
        ("`HEAD /health`", ""),
        ("`/healht`", "but /health"),
        ("`/scores/lastest`", "but /api/v1/scores/latest"),
        ("`/scores/7a3f`", ""),
        ("`/api/v2/teams`", "but /api/v1/teams"),
        ("`GET /api/v1/clubs`", "there is no endpoint /api/v1/clubs"),
        ("`DELETE /teams/{id}`", "is not asked by DELETE"),
        ("```sh\ncurl $URL/health\ncurl $URL/status\n```", "there is no endpoint /status"),
        ("```sh\ncurl $URL/health\ncurl $OTHER_URL/status $HOME/status\n```", ""),
    ],
)
def test_endpoints_are_those_of_the_api(text: str, fault: str) -> None:
    """A path of another service cannot be told, and is not called wrong."""
    faults = [fault for _, fault in absent_endpoints(API, read_markdown(text))]
    assert len(faults) == bool(fault), faults
    assert fault in "".join(faults)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("```ini\nSHOP_TIMEOUT=3\nSHOP_URL=x\nPAGER_WIDTH=7\n```", ""),
        ("```ini\nSHOP_TIMEUOT=3\n```", "SHOP_TIMEUOT, but SHOP_TIMEOUT"),
        ("Set `SHOP_TIMOUT` to 3.", "SHOP_TIMOUT, but SHOP_TIMEOUT"),
        ("`SHOP_URLS`, `OTHER_NAME`", ""),
        ('```sh\nSHOP_URI=x\ncurl "$SHOP_URI"\n```', ""),
        ("```sh\nmake run PORT=3\n```", ""),
        ("```sh\nmake run PROT=3\n```", "nothing reads the variable PROT of make"),
    ],
)
def test_variables_are_read_by_somebody(project: str, text: str, fault: str) -> None:
    """A name that is like none of the code's may be another program's."""
    found = problems(project, text, variables="src")
    assert len(found) == bool(fault), found
    assert fault in "".join(found)


LOREM = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt."


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (LOREM, "text that means nothing"),
        (f"```text\n{LOREM}\n```", ""),
        (
            "We put “lorem ipsum dolor sit amet” where a text will stand later on, as printers do.",
            "",
        ),
        ("## More\n\nTBD", "More is yet to be written"),
        ("## More\n\n待补充", "More is yet to be written"),
        ("## To do\n\nTODO: make it faster, and write about it.", ""),
        ("## More\n\n### Most\n\nEnough is said here.", ""),
    ],
)
def test_filler_is_no_text(project: str, text: str, fault: str) -> None:
    """Neither is a promise to write some."""
    found = problems(project, text)
    assert len(found) == bool(fault), found
    assert fault in "".join(found)


def test_cron_has_limits() -> None:
    """Only what is a line for cron is held to them."""
    assert list(cron_faults("15 3 * * * run\n*/5 0-23 1,15 * 7 run")) == []
    assert list(cron_faults("15 25 * * * run")) == ["cron takes 0 to 23 where 25 stands"]
    assert list(cron_faults("| 99 99 99 99 * |\n1 90 3 4 5 6 numbers")) == []


def test_names_are_near_by_one_slip() -> None:
    """Not by a plural or another number."""
    for other in ("ABDC", "ABD", "ABCDX", "ABXD"):
        assert is_near(other, "ABCD")
    for other in ("ABCD", "ABCDS", "AXXD", "ABCDEF"):
        assert not is_near("ABCD", other)
    assert not is_near("PORT_1", "PORT_2")
