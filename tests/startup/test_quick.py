"""What is read without Typer is read as Typer reads it."""

import pytest

from readiness import cli
from readiness.model.settings import RunSettings
from readiness.startup.quick import read

SAME = [
    "check",
    "check T1 P0 tag:x",
    "check -q -v",
    "check -b x.yaml --project=here -C there --profile p",
    "check -j 4 T1 --jobs=2",
    "check --output-format json --fail-fast --exit-zero --dry-run",
    "check --history= T1",
    "check --history x=y --board=a=b",
    "check --base origin/main",
    "score --base=HEAD~1 --explain",
    "score",
    "score a.json b.json --explain",
    "score --output-format=json -q",
]
LEFT = [
    "",
    "--version x",
    "list",
    "check --help",
    "check --bord x",
    "check -j 0",
    "check -j -1",
    "check -j",
    "check -qv",
    "check -j4",
    "check --jobs=x",
    "check --board -q",
    "check --quiet=1",
    "check -- T1",
    "check --timeout 5s",
    "check --report json=x",
    "check --explain",
    "score --dry-run",
]


@pytest.fixture
def by_typer(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, RunSettings]]:
    """What Typer calls the commands with."""
    called: list[tuple[str, RunSettings]] = []
    for name in ("check", "score"):

        def command(settings: RunSettings, name: str = name) -> int:
            called.append((name, settings))
            return 0

        monkeypatch.setattr(f"readiness.commands.{name}.{name}", command)
    return called


@pytest.mark.parametrize("line", SAME)
def test_the_settings_are_the_same(line: str, by_typer: list[tuple[str, RunSettings]]) -> None:
    """Command and settings, whichever way they were read."""
    assert cli.main(line.split()) == 0
    found = read(line.split(), {})
    assert found is not None
    command, fields = found
    assert by_typer == [(command, RunSettings(**fields))]


@pytest.mark.parametrize("line", LEFT)
def test_what_is_not_plain_is_left_to_typer(line: str) -> None:
    """Help, mistakes, and what takes more than a word."""
    assert read(line.split(), {}) is None


def test_variables_are_left_to_typer() -> None:
    """Those that mean options."""
    assert read(["check"], {"READINESS_JOBS": "2"}) is None
    assert read(["check"], {"HOME": "/root"}) is not None


def test_each_module_registers_the_commands_that_it_is_listed_with() -> None:
    """So that importing only the module of the command that is asked for is enough."""
    for module, commands in cli.COMMANDS.items():
        for command in commands:
            assert cli.modules_of([command, "x"]) == [f"readiness.cli.{module}"]
    named = [command for commands in cli.COMMANDS.values() for command in commands]
    assert list(cli.command_for([]).commands) == named  # type: ignore[attr-defined]
