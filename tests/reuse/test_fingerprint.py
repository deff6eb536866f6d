"""What a probe is asked: where it differs, no result is taken over."""

import time

import pytest

from readiness.model.board import Check
from readiness.model.plan import Plan, Probe
from readiness.reuse.fingerprint import Fingerprints


def fingerprint(environment: dict[str, str] | None = None, **more: object) -> str:
    """Return the fingerprint of the only probe of a plan."""
    check = Check(name="", run="x", measures=())
    fields = {"id": "p1", "command": "x", "workdir": "/", "timeout": 1.0, "check": check, **more}
    probe = Probe(**fields)  # type: ignore[arg-type]
    plan = Plan(probes=(probe,), planned=(), order=(0,), environment=environment or {"A": "1"})
    return Fingerprints(plan, b"").of(0)


@pytest.mark.parametrize(
    "more",
    [
        {"command": "y"},
        {"workdir": "/tmp"},
        {"env": {"paths": "src"}},
        {"path": "/usr/bin"},
        {"check": Check(name="", run="x", measures=(), exit_ok=(0, 1))},
        {"environment": {"A": "2"}},
        {"environment": {"A": "1", "B": ""}},
    ],
)
def test_each_part_of_a_question_counts(more: dict[str, object]) -> None:
    """The recipe, and the variables."""
    assert fingerprint(**more) != fingerprint()  # type: ignore[arg-type]


def test_the_same_question_has_the_same_fingerprint() -> None:
    """In another shell too, which has set variables of its own."""
    assert fingerprint({"A": "1", "SHLVL": "7", "PWD": "/"}) == fingerprint()


@pytest.mark.parametrize("clock", ["here", "at UTC"])
def test_another_day_is_another_question(clock: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody sees a program look at the clock."""
    strftime = time.strftime
    before = fingerprint()

    def tomorrow(text: str, moment: time.struct_time | None = None) -> str:
        if (moment is None) == (clock == "here"):
            return "2999-01-01"
        return strftime(text, moment) if moment else strftime(text)

    monkeypatch.setattr(time, "strftime", tomorrow)
    assert fingerprint() != before
