"""Whether tests notice faults in the code: mutants, and flows whose code fails."""

from pathlib import Path

import pytest

from tests.support.checking import build, run_check
from tests.support.repositories import commit

CODE = '''\
"""Prices."""

LIMIT = 100


def price(number, each):
    """What it costs, less a tenth from the limit on."""
    total = number * each
    if total >= LIMIT:
        total = total - total / 10
    return total


class Basket:
    """Things to buy."""

    def __init__(self):
        self.things = []

    def add(self, name, number=1):
        """Put something in."""
        if number < 1:
            raise ValueError(name)
        self.things.append((name, number))
        return len(self.things)
'''

KEEN = """\
import pytest

from shop.prices import Basket, price


@pytest.mark.flow("buying")
@pytest.mark.parametrize(
    ("number", "each", "total"), [(1, 99, 99), (1, 100, 90), (2, 100, 180), (0, 5, 0), (4, 10, 40)]
)
def test_price(number, each, total):
    assert price(number, each) == total


@pytest.mark.flow("filling")
def test_basket():
    basket = Basket()
    assert basket.add("tea") == 1
    assert basket.add("milk", 3) == 2
    assert basket.things == [("tea", 1), ("milk", 3)]
    with pytest.raises(ValueError):
        basket.add("nothing", 0)
"""

IDLE = """\
import pytest

from shop.prices import Basket, price


@pytest.mark.flow("buying")
def test_price():
    assert price(1, 99) is not Ellipsis
    assert str(price(2, 100)) is not None


@pytest.mark.flow("filling")
def test_basket():
    basket = Basket()
    try:
        basket.add("tea")
    except RuntimeError:
        pass
    assert isinstance(basket.things, list)
"""

SETTINGS = '[tool.pytest.ini_options]\nmarkers = ["flow(name): a flow"]\npythonpath = ["src"]\n'


def shop(project: str, tests: str) -> str:
    """Build the project."""
    files = {"src/shop/__init__.py": "", "src/shop/prices.py": CODE, "tests/test_shop.py": tests}
    return build(project, {"pyproject.toml": SETTINGS, **files})


@pytest.mark.parametrize(
    ("tests", "least", "most", "percent"), [(KEEN, 100, 100, 100), (IDLE, 0, 40, 50)]
)
def test_the_share_of_faults_that_tests_notice(
    project: str, tests: str, least: int, most: int, percent: int
) -> None:
    """Tests that say what comes out notice each fault; those that only call the code do not."""
    shop(project, tests)
    outcome = run_check("test-quality", project, {"mutants": "30"})
    assert least <= outcome.number("killed") <= most, outcome.findings
    assert outcome.value("percent") == percent
    assert outcome.value("problems") == (0 if percent == 100 else 2)
    assert outcome.number("mutants") >= 6
    with open(f"{project}/src/shop/prices.py", encoding="utf-8") as file:
        assert file.read() == CODE


def test_the_choice_is_bounded_and_the_same_each_time(project: str) -> None:
    """As many as are asked for, and by one seed always the same."""
    shop(project, IDLE)
    first = run_check("test-quality", project, {"mutants": "3"})
    assert first.value("mutants") == 3
    assert run_check("test-quality", project, {"mutants": "3"}).stdout == first.stdout


@pytest.mark.parametrize(
    ("tests", "why"),
    [
        ("def test_a():\n    assert open('nosuch')\n", "no test passes"),
        ("def test_a():\n    assert len('a') == 1\n", "no test runs any of the code"),
        ("import nosuch\n\n\ndef test_a():\n    assert nosuch\n", "status 2"),
        ("", "no test passes"),
    ],
)
def test_without_tests_that_pass_no_share_is_told(project: str, tests: str, why: str) -> None:
    """Tests that cannot run notice nothing, and have not missed anything either."""
    shop(project, tests)
    outcome = run_check("test-quality", project, {"mutants": "5"})
    assert outcome.is_error
    assert why in outcome.stderr


def test_a_time_that_is_too_short_is_an_error(project: str) -> None:
    """A share of what could be tried in no time is none."""
    shop(project, KEEN)
    outcome = run_check("test-quality", project, {"mutants": "5", "seconds": "0.01"})
    assert outcome.is_error
    assert "seconds" in outcome.stderr


@pytest.mark.parametrize(
    ("tests", "params", "missing"),
    [
        (KEEN, {}, 0),
        (KEEN, {"through": "buying=src/shop/prices.py:price"}, 0),
        (KEEN, {"through": "filling=src/shop/prices.py:Basket.add"}, 0),
        (KEEN, {"through": "filling=src/shop/prices.py:price"}, 1),
        (KEEN, {"through": "filling=src/shop/prices.py:nosuch"}, 1),
        (IDLE, {"through": "filling=src/shop/prices.py:Basket.add"}, 1),
        (IDLE, {"through": "filling=src/shop/prices.py:Basket.add", "broken": "false"}, 0),
    ],
)
def test_a_flow_counts_when_its_test_fails_with_its_code(
    project: str, tests: str, params: dict[str, str], missing: int
) -> None:
    """A test that passes also where the flow's code fails walks through nothing."""
    shop(project, tests)
    outcome = run_check("test-flows", project, {"flows": "buying filling", **params})
    assert outcome.value("missing") == missing, outcome.findings


def test_a_flow_through_nothing_is_missing(project: str) -> None:
    """A test that has nothing to do with the code passes whatever becomes of the code."""
    marked = "import pytest\n\n\n@pytest.mark.flow('buying')\n"
    shop(project, f"{marked}def test_a():\n    assert len('a') == 1\n")
    outcome = run_check("test-flows", project, {"flows": "buying"})
    assert outcome.value("missing") == 1
    assert "buying: its tests pass also where" in outcome.findings[0]["message"]


def test_a_test_that_fails_in_a_copy_anyway_shows_nothing_of_a_flow(project: str) -> None:
    """What git ignores is not in the copy: that its test fails there is no fault noticed."""
    build(project, {".gitignore": "local\n", "local": "3"})
    commit(Path(project), {})
    shop(project, KEEN.replace("    assert price", "    open('local').close()\n    assert price"))
    params = {"flows": "buying", "through": "buying=src/shop/prices.py:price"}
    outcome = run_check("test-flows", project, params)
    assert outcome.is_error
    assert "passes here, and does not in a copy of the project" in outcome.stderr


SERVED = """\
import subprocess
import sys

import pytest


@pytest.mark.flow("buying")
def test_the_command():
    code = "import sys; sys.path[:0] = ['src']; from shop.prices import price; print(price(2, 3))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "6\\n"
"""


@pytest.mark.parametrize("params", [{}, {"through": "buying=src/shop/prices.py:price"}])
def test_code_in_another_process_is_broken_too(project: str, params: dict[str, str]) -> None:
    """What a test starts reads the broken file."""
    shop(project, SERVED)
    assert run_check("test-flows", project, {"flows": "buying", **params}).value("missing") == 0
