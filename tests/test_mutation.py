"""The sample of mutants is fair and stays the same, and what is said of it is what was seen."""

import ast
from pathlib import Path

import pytest

from tests.support import mutation
from tests.support.mutation import Mutant, Result, from_all, mutated_text, shares
from tests.support.program import ROOT
from tests.support.tiers import Tier

CODE = '''\
"""A module."""

LIMIT = 3  # stays


class Box:
    """A class."""

    @property
    def full(self) -> bool:
        """Say whether it is full."""
        return self.size > LIMIT  # goes


def other(x: int) -> int:  # stays
    return x
'''
MUTANT = Mutant("readiness/guard/box.py", "Box.full", 12, "`self.size > LIMIT` becomes …", 1)


def write(folder: Path, files: dict[str, str]) -> None:
    """Write files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def test_a_fault_changes_its_function_alone() -> None:
    """Comments elsewhere stay, as some tests read them."""
    (fault,) = (fault for fault in mutation.FAULTS.mutants("a.py", CODE) if ">=" in fault.what)
    text = mutated_text(CODE, Mutant("a.py", fault.function, fault.line, fault.what, fault.index))
    before, after = CODE.splitlines(), text.splitlines()
    assert [line for line in after if line not in before] == [
        "        return self.size >= LIMIT",
    ]
    assert [line for line in before if line not in after] == [
        "        return self.size > LIMIT  # goes",
    ]
    ast.parse(text)


def test_rooms_have_their_share() -> None:
    """None is rounded away while a larger one has its own twice."""
    assert shares({"guard": 500, "text": 400, "plan": 100}, 10) == {
        "guard": 5,
        "text": 4,
        "plan": 1,
    }
    assert sum(shares({"a": 1, "b": 1, "c": 1}, 10).values()) == 10


def test_the_sample_is_the_same_again(tmp_path: Path) -> None:
    """And a larger one holds a smaller one of each room."""
    write(tmp_path, {f"readiness/{room}/box.py": CODE for room in ("guard", "plan")})
    write(tmp_path, {"checks/python/box.py": CODE, "readiness/__main__.py": CODE})
    chosen = mutation.sample(tmp_path, 4)
    assert chosen == mutation.sample(tmp_path, 4)
    assert {mutant.room for mutant in chosen} == {"guard", "plan", "checks", "readiness"}
    assert set(chosen) <= set(mutation.sample(tmp_path, 8))


@pytest.mark.parametrize(
    ("verdict", "test", "known"),
    [
        ("survived", "", True),
        ("killed", "tests/none/test_none.py::test_new", True),
        ("unfinished", "", False),
    ],
)
def test_a_tier_follows_where_it_can(verdict: str, test: str, known: bool) -> None:
    """It is a part of all tests, so what survives these survives it too."""
    result = Result(MUTANT, verdict, test, 9.0)
    assert (from_all(MUTANT, Tier.QUICK, {MUTANT: result}) is not None) == known
    assert from_all(MUTANT, Tier.QUICK, {}) is None


def test_the_faults_are_those_of_the_check() -> None:
    """They can be put into all code there is."""
    path = ROOT / "readiness" / "plan" / "shards.py"
    text = path.read_text("utf-8")
    for fault in mutation.FAULTS.mutants("shards.py", text)[:5]:
        mutant = Mutant("shards.py", fault.function, fault.line, fault.what, fault.index)
        assert mutated_text(text, mutant) != text
