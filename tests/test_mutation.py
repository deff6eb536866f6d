"""The sample of mutants is fair and stays the same, and what is said of it is what was seen."""

import ast
from pathlib import Path

import pytest

from tests.support import mutation
from tests.support.mutation import Mutant, Result, Results, Suite, from_full, mutated_text, shares
from tests.support.program import ROOT

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


def test_what_reaches_a_fault_is_tried_the_quickest_first(tmp_path: Path) -> None:
    """Whole files come last; what reaches only another function is left out."""
    write(tmp_path, {"readiness/guard/box.py": CODE})
    text = next(fault for fault in mutation.FAULTS.mutants("a.py", CODE) if ">=" in fault.what)
    fault = Mutant("readiness/guard/box.py", text.function, text.line, text.what, text.index)
    first = max(
        min([node.lineno, *(call.lineno for call in node.decorator_list)])
        for _, node in mutation.FAULTS.functions(ast.parse(CODE))
        if node.lineno <= fault.line <= (node.end_lineno or 0)
    )
    lines = [
        f"tests/test_b.py\treadiness/guard/box.py:{first}",
        f"tests/test_a.py::test_it\treadiness/guard/box.py:{first}",
        "tests/test_c.py::test_other\treadiness/guard/box.py:9999",
    ]
    write(tmp_path, {"reached/1": "\n".join(lines)})
    noticing = Suite(tmp_path, tmp_path / "reached").noticing(fault)
    assert noticing == ["tests/test_a.py::test_it", "tests/test_b.py"]


def test_results_are_kept_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that goes on knows them, and the table counts what is not tried."""
    results = Results(tmp_path / "full.jsonl")
    results.add(Result(MUTANT, "killed", "tests/guard/test_a.py::test_it", 2.5))
    again = Results(tmp_path / "full.jsonl")
    assert again.known == results.known
    other = MUTANT._replace(index=2)
    last = mutation.table([MUTANT, other], again.known).splitlines()[-1]
    assert last.split() == ["all", "1", "0", "0", "1", "100.0", "%"]
    assert "Box.full" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("verdict", "test", "known"),
    [
        ("survived", "", True),
        ("killed", "tests/none/test_none.py::test_new", True),
        ("unfinished", "", False),
    ],
)
def test_the_quick_tier_follows_where_it_can(verdict: str, test: str, known: bool) -> None:
    """It is a part of the full one, so what survives all tests survives it too."""
    result = Result(MUTANT, verdict, test, 9.0)
    assert (from_full(MUTANT, {MUTANT: result}) is not None) == known
    assert from_full(MUTANT, {}) is None


def test_the_faults_are_those_of_the_check() -> None:
    """They can be put into all code there is."""
    path = ROOT / "readiness" / "plan" / "soonest.py"
    text = path.read_text("utf-8")
    for fault in mutation.FAULTS.mutants("soonest.py", text)[:5]:
        mutant = Mutant("soonest.py", fault.function, fault.line, fault.what, fault.index)
        assert mutated_text(text, mutant) != text
