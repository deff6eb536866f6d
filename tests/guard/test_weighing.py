"""Tests that ask less: faults in the code that the base's version notices, and the change's not."""

import datetime
import textwrap
from typing import Any

import pytest

from checks.in_project.values import INNER, further, names_in, ways
from tests.support.loosening import board, guarded
from tests.support.program import Project
from tests.support.repositories import write

APP = '''\
"""Shares of a sum."""


def shares(total, parts):
    """Share a sum; what is left over comes first."""
    if parts < 1:
        raise ValueError("nobody to share with")
    each, left = divmod(total, parts)
    return [each + (index < left) for index in range(parts)]


class NoteError(Exception):
    """Nothing to note."""

    def __str__(self):
        return f"no {self.args[0]}"


def note(shared, into):
    """Note shares in a list."""
    if not shared:
        raise NoteError("shares")
    into.extend(shared)


def each(shared):
    """Give one share after the other."""
    return iter(shared)


def told(shared):
    """Tell shares, the largest of them first."""
    return ", ".join(map(str, sorted(shared, reverse=True)))
'''
HEAD = "import pytest\n\nfrom app import NoteError, each, note, shares, told\n\n\n"
SHARED = """\
def test_shares():
    assert shares(7, 2) == [4, 3]
    assert shares(6, 2) == [3, 3]
    assert told(shares(7, 2)) == "4, 3"
"""
FAILS = """\
def test_nobody():
    with pytest.raises(ValueError, match="nobody"):
        shares(1, 0)
"""
FIXTURE = """\
@pytest.fixture
def shared():
    return shares(7, 2)


def test_told(shared):
    assert told(shared) == "4, 3"
"""
NOTED = """\
def test_noted():
    into = []
    note([2, 1], into)
    assert into == [2, 1]
    assert list(each([2, 1])) == [2, 1]


def test_none_noted():
    with pytest.raises(NoteError) as caught:
        note([], [])
    assert str(caught.value) == "no shares"
"""
ENDS = """\
def test_first():
    assert shares(8, 3)[0] == 3


def test_last():
    assert shares(8, 3)[-1] == 2
"""
ONE = """\
def same(at, share):
    assert shares(8, 3)[at] == share


def test_ends():
    same(0, 3)
    same(-1, 2)
"""
TESTS = f"{HEAD}{SHARED}\n\n{FAILS}\n\n{NOTED}\n\n{ENDS}\n\n{FIXTURE}"
AT = "tests/test_app.py"
BASE: dict[str, str | None] = {"app.py": APP, AT: TESTS, "pytest.ini": "[pytest]\npythonpath = .\n"}
CHECK = board({"check": "pytest", "with": {"paths": "tests", "source": "."}})


def loosened(project: Project, change: dict[str, str | None]) -> list[dict[str, Any]]:
    """Return what guard says that a change loosens."""
    words = ("guard", "--output-format", "json")
    ended = guarded(project, {**BASE, "board.yaml": CHECK}, change, *words)
    assert ended.status in (0, 4), ended
    found: list[dict[str, Any]] = ended.json["loosened"]
    return found


def edited(old: str, new: str, text: str = TESTS) -> dict[str, str | None]:
    """The tests, edited."""
    assert old in text
    return {AT: text.replace(old, new)}


WEAKER = [
    pytest.param(edited("== [4, 3]", ">= [4, 3]"), "test_shares", id="at-least"),
    pytest.param(edited("shares(6, 2) == [3, 3]", "shares(6, 2)"), "test_shares", id="truthy"),
    pytest.param(edited('    assert told(shares(7, 2)) == "4, 3"\n', ""), "test_shares", id="gone"),
    pytest.param(edited("ValueError, match", "Exception, match"), "test_nobody", id="broader"),
    pytest.param(edited(', match="nobody"', ""), "test_nobody", id="words"),
    pytest.param(edited("assert into ==", "assert not into or into =="), "test_noted", id="or"),
    pytest.param(edited("list(each([2, 1])) == [2, 1]", "2 in each([2, 1])"), "test_noted",
                 id="order"),
    pytest.param(edited("(each([2, 1])) == [2, 1]", "(each([2, 1])) == list(each([2, 1]))"),
                 "test_noted", id="itself"),
    pytest.param(edited("raises(NoteError)", "raises(Exception)"), "test_none_noted", id="own"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "name"), WEAKER)
def test_what_a_test_no_longer_notices_is_told(
    change: dict[str, str | None], name: str, project: Project
) -> None:
    """The fault is shown as a diff, and beside it the assertion that lets it pass."""
    (found,) = loosened(project, change)
    assert (found["subject"], found["kind"]) == (f"{AT}::{name}", "weaker test")
    assert [line[:2] for line in found["fault"][:3]] == ["@ ", "- ", "+ "]


BASKET = """\

class OddError(Exception):
    def __init__(self, words):
        Exception.__init__(self, words)


def warned(total):
    if total > 3:
        warnings.warn("more than {} is much".format(3), stacklevel=2)


@dataclasses.dataclass(frozen=True)
class Price:
    sum: int
    currency: str


def price(*, total, currency="EUR"):
    return Price(total, currency)


def parties(shared):
    return set(shared)


class Basket:
    def __init__(self, name):
        self.name = name
        self.sums = [0]

    def add(self, total):
        self.sums.append(total)


def counted(most):
    for number in range(most):
        yield number
"""
FILLED = """\


def test_filled():
    basket = Basket("Ann")
    assert basket.name == "Ann"
    basket.add(3)
    assert basket.sums == [0, 3]


def test_counted():
    assert len(list(counted(3))) == 3


def test_same():
    first = shares(9, 4)
    again = shares(9, 4)
    assert first == again
    assert again == [3, 2, 2, 2]


def test_odd():
    assert str(OddError("odd")) == "odd"


def test_warned():
    with pytest.warns(UserWarning) as caught:
        warned(4)
    assert str(caught[0].message) == "more than 3 is much"


class TestPrice:
    def test_it(self):
        assert price(total=3) == Price(3, "EUR")
        assert price(total=4).sum == 4
        assert parties([2, 2]) == {2}
"""
STATES = [
    pytest.param('basket.name == "Ann"', "basket.name is not None", "test_filled", id="made"),
    pytest.param("basket.sums == [0, 3]", "basket.sums", "test_filled", id="left"),
    pytest.param("len(list(counted(3))) == 3", "len(list(counted(3)))", "test_counted", id="ended"),
    pytest.param("again == [3, 2, 2, 2]", "again is not None", "test_same", id="always"),
    pytest.param(
        '(total=3) == Price(3, "EUR")', "(total=3).sum == 3", "TestPrice::test_it", id="frozen"
    ),
    pytest.param("(total=4).sum == 4", "(total=4)", "TestPrice::test_it", id="keyword-only"),
    pytest.param(' == "odd"', "", "test_odd", id="an error's words"),
    pytest.param(' == "more than 3 is much"', "", "test_warned", id="words"),
    pytest.param(
        "parties([2, 2]) == {2}", "sorted(parties([2, 2])) == [2]", "TestPrice::test_it", id="set"
    ),
]


@pytest.mark.parametrize(("old", "new", "name"), STATES)
def test_what_methods_leave_and_what_code_always_answers_is_altered_too(
    old: str, new: str, name: str, project: Project
) -> None:
    """Not answers alone, one at a time."""
    names = "Basket, NoteError, OddError, Price, counted, parties, price, warned"
    tests = TESTS.replace("import NoteError", f"import {names}") + FILLED
    code = f"import dataclasses\nimport warnings\n{APP}{BASKET}"
    base = {**BASE, "app.py": code, AT: tests, "board.yaml": CHECK}
    ended = guarded(project, base, edited(old, new, tests), "guard", "--output-format", "json")
    (found,) = ended.json["loosened"]
    assert (found["subject"], found["kind"]) == (f"{AT}::{name}", "weaker test")


SHOP = """\
\"\"\"A shop that others watch.\"\"\"


class Item:
    def __init__(self, name):
        self.name = name


class Special(Item):
    pass


class Shop:
    def __init__(self, lock, *listeners):
        self.lock, self.listeners, self.items = lock, listeners, [Item("a"), Item("b")]

    def close(self, most):
        with self.lock:
            for listener in self.listeners:
                listener(most)

    def listed(self):
        return list(self.items)

    def halves(self):
        names = [item.name for item in self.items]
        return names, [names[::-1]]

    def report(self):
        return {"rows": [{"names": [item.name for item in self.items], "sum": 2}]}


STOCK = []


def stock(name):
    STOCK.append(name)


def refuse(shop):
    raise ValueError(f"{id(shop)} is closed")


def words(text):
    from late import split

    return split(text)
"""
LATE = """\
\"\"\"Imported only where it is needed.\"\"\"


def split(text):
    return text.split()
"""
WATCHED = """\
import pytest
import shop as whole
from shop import Item, Shop, Special, refuse, words


class Lock:
    def __init__(self):
        self.times = 0

    def __enter__(self):
        self.times += 1

    def __exit__(self, *_):
        pass


def test_locked():
    lock = Lock()
    shop = Shop(lock)
    shop.close(1)
    assert lock.times == 1
    shop.close(2)
    assert lock.times == 2


def test_heard():
    heard = []
    shop = Shop(Lock(), heard.append, heard.append)
    shop.close(3)
    assert heard == [3, 3]


def test_quiet():
    heard = []
    shop = Shop(Lock(), lambda most: heard.append(most) if most > 9 else None)
    shop.close(3)
    assert heard == []
    assert [item.name for item in shop.listed()] == ["a", "b"]


def test_report():
    result = Shop(Lock()).report()
    assert result["rows"][0]["names"] == ["a", "b"]
    assert len(result["rows"]) == 1


def test_halves():
    names, backwards = Shop(Lock()).halves()
    assert names == ["a", "b"]
    assert backwards == [["b", "a"]]


def test_stocked():
    whole.stock("pen")
    assert whole.STOCK == ["pen"]
    whole.stock("ink")
    assert whole.STOCK == ["pen", "ink"]


def test_refused():
    with pytest.raises(ValueError, match="closed"):
        refuse(Shop(Lock()))


def test_words():
    assert words("a b") == ["a", "b"]


def test_item():
    assert Item("a").name == "a"
    assert Special("b").name == "b"
"""
AROUND: dict[str, str | None] = {
    "shop.py": SHOP,
    "late.py": LATE,
    AT: WATCHED,
    "pytest.ini": "[pytest]\npythonpath = .\n",
    "board.yaml": CHECK,
}
SEEN_BY_TESTS = [
    pytest.param("lock.times == 1", "lock.times >= 1", "test_locked", id="a counter, later asked"),
    pytest.param("    assert lock.times == 2\n", "", "test_locked", id="a counter"),
    pytest.param("heard == [3, 3]", "3 in heard", "test_heard", id="what callbacks are given"),
    pytest.param("    assert heard == []\n", "", "test_quiet", id="what was not to be"),
    pytest.param(
        '[item.name for item in shop.listed()] == ["a", "b"]',
        '{item.name for item in shop.listed()} == {"a", "b"}',
        "test_quiet",
        id="the order of objects",
    ),
    pytest.param(
        '["names"] == ["a", "b"]', '["names"][0] == "a"', "test_report", id="deep in an answer"
    ),
    pytest.param(
        'names == ["a", "b"]', 'sorted(names) == ["a", "b"]', "test_halves", id="one of several"
    ),
    pytest.param('    assert whole.STOCK == ["pen"]\n', "", "test_stocked", id="of a module"),
    pytest.param("raises(ValueError", "raises(Exception", "test_refused", id="with an address"),
    pytest.param(
        'assert words("a b") == ["a", "b"]', 'assert words("a b")', "test_words", id="a late import"
    ),
]


@pytest.mark.parametrize(("old", "new", "name"), SEEN_BY_TESTS)
def test_what_tests_see_beside_an_answer_is_altered_too(
    old: str, new: str, name: str, project: Project
) -> None:
    """What calls leave in a test's own objects, and what is further within an answer."""
    ended = guarded(project, AROUND, edited(old, new, WATCHED), "guard", "--output-format", "json")
    (found,) = ended.json["loosened"]
    assert (found["subject"], found["kind"]) == (f"{AT}::{name}", "weaker test")


PARAMETERS = """\
@pytest.mark.parametrize(("item", "name"), [(Item("a"), "a"), (Special("b"), "b")])
def test_item(item, name):
    assert item.name == name
"""
AS_MUCH = [
    pytest.param("heard", "noted", id="another name"),
    pytest.param("assert lock.times == 2", "times = lock.times\n    assert times == 2", id="read"),
    pytest.param("heard == [3, 3]", "tuple(heard) == (3, 3)", id="another kind"),
    pytest.param(
        "    heard = []\n    shop = Shop(Lock(), heard.append, heard.append)\n",
        "    shop = Shop(Lock(), *[(heard := []).append] * 2)\n",
        id="made elsewhere",
    ),
    pytest.param(WATCHED[WATCHED.index("def test_item") :], PARAMETERS, id="made for parameters"),
]


@pytest.mark.parametrize(("old", "new"), AS_MUCH)
def test_what_tests_see_may_be_asked_otherwise(old: str, new: str, project: Project) -> None:
    """The same is asked: nothing is loosened."""
    change = edited(old, new, WATCHED)
    ended = guarded(project, AROUND, change, "guard", "--output-format", "json")
    assert ended.json["loosened"] == []


def test_tests_of_one_name_stand_for_themselves(project: Project) -> None:
    """What one of them still notices is no excuse for the other."""
    one = "class Test{}:\n    def test_it(self):\n        assert shares(5, 2) == [3, 2]\n"
    tests = f"{HEAD}{one.format('A')}\n\n{one.format('B')}"
    base = {**BASE, AT: tests, "board.yaml": CHECK}
    start, _, end = tests.rpartition(" == [3, 2]")
    ended = guarded(project, base, {AT: start + end}, "guard", "--output-format", "json")
    assert [each["subject"] for each in ended.json["loosened"]] == [f"{AT}::TestB::test_it"]


ORDERED = """\
def test_order():
    assert shares(9, 4) != shares(8, 4)
    assert shares(9, 4) == [3, 2, 2, 2]
"""


def test_assertions_in_another_order_notice_as_much(project: Project) -> None:
    """The same call answers another time in it, and is noticed as often."""
    first, second = ORDERED.splitlines(keepends=True)[1:]
    base = {**BASE, AT: f"{HEAD}{ORDERED}", "board.yaml": CHECK}
    change = edited(first + second, second + first, f"{HEAD}{ORDERED}")
    assert guarded(project, base, change).status == 0


def test_what_a_test_notices_more_is_told(project: Project) -> None:
    """As tightened, and it loosens nothing."""
    weak = {**BASE, **edited("== [3, 3]", "!= []"), "board.yaml": CHECK}
    ended = guarded(project, weak, {AT: TESTS}, "guard", "--output-format", "json")
    assert [each["kind"] for each in ended.json["tightened"]] == ["stricter test"], ended
    assert ended.json["loosened"] == []


def test_what_did_not_change_is_not_run_again(project: Project) -> None:
    """The same tests over the same code, and the answer stays; another code is weighed anew."""
    change = edited("== [4, 3]", ">= [4, 3]")
    first = guarded(project, {**BASE, "board.yaml": CHECK}, change)
    again = project("guard", "--base", "HEAD~1")
    assert (again.status, again.out) == (first.status, first.out) == (4, first.out), again
    assert "@weighed" in first.err
    assert "@weighed" not in again.err
    write(project.folder, {"app.py": f"{APP}\n\nMOST = 9\n"})
    assert "@weighed" in project("guard", "--base", "HEAD~1").err


def test_a_fake_in_place_of_code_is_told(project: Project) -> None:
    """Though only an import is another."""
    tests = TESTS.replace("note, shares, told", "note, shares\nfrom fakes import told")
    fake: dict[str, str | None] = {AT: tests, "tests/fakes.py": "def told(_):\n    return '4, 3'\n"}
    assert f"{AT}::test_told" in [each["subject"] for each in loosened(project, fake)]


MERGED = f"""{HEAD}
@pytest.mark.parametrize(("total", "wanted"), [(6, [3, 3]), (7, [4, 3])])
def test_each(total, wanted):
    same(shares(total, 2), wanted)


def test_text():
    same(told(shares(7, 2)), "4, 3")


def same(one, other):
    assert other == one


{FAILS}

{NOTED}

{ENDS}

{FIXTURE}"""
TYPED = "    assert type(shares(6, 2)) is list\n    assert shares(6, 2) == [3, 3]"
HALVES = TESTS.replace(ENDS, ONE)
ROUNDED = APP.replace("(index < left)", "(index >= parts - left)")
BUILT = APP.replace("ValueError", "ArithmeticError")
AWAITED = f"import asyncio\n{TESTS}".replace("assert told(sh", "assert asyncio.run(told(sh")
AWAITED = AWAITED.replace(') == "4', ')) == "4')
SHARES, _, REST = APP.partition("\n\n\ndef told")
METHOD = textwrap.indent(f"def told{REST}", "    ")
SPLIT = {
    "app.py": f"{SHARES}\n",
    "words.py": f'"""Words."""\n\n\ndef told{REST}',
    AT: TESTS.replace("shares, told", "shares\nfrom words import told"),
}
INNOCENT = [
    pytest.param({"app.py": None, "money.py": APP, AT: None,
                  "tests/test_money.py": TESTS.replace("from app", "from money")}, id="renamed"),
    pytest.param(SPLIT, id="split"),
    pytest.param({AT: MERGED}, id="merged"),
    pytest.param({AT: HALVES}, id="merged-into-one"),
    pytest.param(edited("    assert shares(6, 2) == [3, 3]", TYPED), id="asked-once-more"),
    pytest.param({"app.py": ROUNDED, **edited("== [4, 3]", "== [3, 4]")}, id="rounded"),
    pytest.param({"app.py": BUILT, **edited("ValueError", "ArithmeticError")}, id="error"),
    pytest.param({"app.py": APP.replace("def told", "async def told"), AT: AWAITED}, id="async"),
    pytest.param({"app.py": f"{SHARES}\n\n\nclass Words:\n    @staticmethod\n{METHOD}",
                  AT: TESTS.replace(", told", ", Words").replace("t told", "t Words.told")},
                 id="a-method"),
    pytest.param({"app.py": APP.partition("\n\n\ndef told")[0] + "\n",
                  AT: TESTS.replace(", told", "").partition("\n\n@pytest.fixture")[0]
                  .replace('    assert told(shares(7, 2)) == "4, 3"\n', "")}, id="dead-code"),
]  # fmt: skip


@pytest.mark.parametrize("change", INNOCENT)
def test_what_changes_with_the_code_is_no_loosening(
    change: dict[str, str | None], project: Project
) -> None:
    """The same asked in another form, or other answers of code that is another."""
    assert loosened(project, change) == []


NOTHING = [
    pytest.param("return None", "assert note([], []) is None", False, id="asked"),
    pytest.param("return None", "note([], [])", True, id="not-asked"),
    pytest.param("return into.append(0)", "into = []\n    assert note([], into) is None", True,
                 id="leaves"),
    pytest.param("return print(into)", "note([], [])", True, id="prints"),
]  # fmt: skip


@pytest.mark.parametrize(("instead", "asked", "is_weaker"), NOTHING)
def test_what_answers_nothing_where_it_raised_may_do_nothing(
    instead: str, asked: str, is_weaker: bool, project: Project
) -> None:
    """But its test has to ask for that, and what it leaves behind is not nothing."""
    raising = APP.replace('NoteError("shares")', "ValueError")
    test = "from app import note\n\n\ndef test_none():\n    {}\n"
    old = test.format("with pytest.raises(ValueError):\n        note([], [])")
    base = {**BASE, "board.yaml": CHECK, "app.py": raising, AT: f"import pytest\n\n{old}"}
    change = {"app.py": raising.replace("raise ValueError", instead), AT: test.format(asked)}
    ended = guarded(project, base, change, "guard", "--output-format", "json")
    weaker = [each["kind"] for each in ended.json["loosened"] if each["kind"] == "weaker test"]
    assert (ended.status, len(weaker)) == ((4, 1) if is_weaker else (0, 0)), ended


MOST = """

class TestMost:
    def test_it(self):
        import app

        assert app.MOST == 9
"""


@pytest.mark.parametrize(("code", "kinds"), [(APP, []), (f"{APP}\n\nMOST = 9\n", ["test"])])
def test_a_test_goes_with_the_name_that_it_is_about(
    code: str, kinds: list[str], project: Project
) -> None:
    """Though no function is gone; where the name stays, the test is missed."""
    base = {**BASE, "app.py": f"{APP}\n\nMOST = 9\n", AT: f"{TESTS}{MOST}", "board.yaml": CHECK}
    change: dict[str, str | None] = {"app.py": f"# Later.\n{code}", AT: TESTS}
    ended = guarded(project, base, change, "guard", "--output-format", "json")
    assert [each["kind"] for each in ended.json["loosened"]] == kinds, ended


MIXIN = """\
from app import shares


class Sharing:
    def test_it(self):
        assert shares(5, 2) == [3, 2]
"""
SHARER = "from tests.sharing import Sharing\n\n\nclass TestSharing(Sharing):\n    pass\n"


def test_a_test_that_others_inherit_is_weighed_where_they_run(project: Project) -> None:
    """It stands in a file of which pytest collects nothing."""
    base = {**BASE, "tests/__init__.py": "", "tests/sharing.py": MIXIN, AT: SHARER}
    change: dict[str, str | None] = {"tests/sharing.py": MIXIN.replace(" == [3, 2]", "")}
    ended = guarded(
        project, {**base, "board.yaml": CHECK}, change, "guard", "--output-format", "json"
    )
    (found,) = ended.json["loosened"]
    assert found["subject"] == "tests/sharing.py::Sharing::test_it"


INSIDE = [[datetime.date(2026, 1, 1)], {"at": datetime.date(2026, 1, 1)}, [object]]


@pytest.mark.parametrize("value", INSIDE)
def test_what_is_inside_becomes_something_else(value: Any) -> None:
    """Not a copy, which is the same and which no test would notice."""
    assert dict(ways(value))["inner"] != value


def test_a_truth_becomes_what_counts_as_one() -> None:
    """Not 1, which equals it: `is True` may become `== True`, but nothing less."""
    assert [dict(ways(value))["kind"] for value in (True, False)] == ["~", None]


def test_what_is_inside_becomes_less() -> None:
    """As where a test asks how many there are, of what is deep down."""
    assert dict(ways([{"frames": [1, 2]}]))["less inside"] == [{"frames": [1]}]


class Kept(dict[str, int]):
    """Keeps its items elsewhere too, as many a dictionary of a project's own does."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.order: list[str] = []

    def __setitem__(self, name: str, value: int) -> None:
        """Note the order as well."""
        self.order.append(name)
        super().__setitem__(name, value)


class Wide:
    """Has more within it than is altered at once."""

    def __init__(self) -> None:
        """Have thirty things."""
        vars(self).update({f"part{number}": [number] for number in range(30)})


def test_a_way_can_be_gone_again_by_its_own_names() -> None:
    """However many other names the other version of a test speaks of."""
    wide = Wide()
    for way, _ in further(wide, frozenset(vars(wide))):
        assert way in dict(further(wide, names_in(way)))
    inner = f"{INNER}part29"
    assert inner not in dict(ways(wide))
    assert inner in dict(ways(wide, names_in(inner)))


class Linked:
    """Is bound to others, and to be made anew when it is copied."""

    def __init__(self) -> None:
        """Begin unbound."""
        self.others: list[object] = []

    def __setstate__(self, state: dict[str, list[object]]) -> None:
        """Take what others are bound to."""
        state["others"].clear()


def test_what_a_copy_shares_is_not_altered() -> None:
    """Else the tests that follow would meet the fault as well."""
    kept = Kept()
    kept["a"] = 1
    assert "extra" not in dict(ways(kept))
    assert kept.order == ["a"]
    linked = Linked()
    linked.others.append(linked)
    assert [*dict(ways(linked))] == ["another"]
    assert linked.others == [linked]


FLAKY = f"""import random

{HEAD}def test_any():
    assert shares(2, 2)
    assert random.random() < 0.5
"""


def test_a_test_that_fails_now_and_then_is_no_alarm(project: Project) -> None:
    """What it seems to notice, it would not notice twice."""
    base = {**BASE, AT: FLAKY, "board.yaml": CHECK}
    ended = guarded(project, base, {AT: FLAKY.replace("    assert random.random() < 0.5\n", "")})
    assert "weaker test" not in ended.out, ended


DOUBLED = """\
import pytest

from app import shares


@pytest.mark.parametrize(("total", "wanted"), [(4, [2, 2]), (6, [3, 3]), (8, [4, 4])])
def test_each(total, wanted):
    assert shares(total, 2) == wanted
"""
BROKEN = APP.replace("in range(parts)]", "in range(parts)] if total != 8 else [4, 5]")


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        (", (8, [4, 4])]", "]", 4),
        ("== wanted", "[:1] == wanted[:1]", 4),
        ("(8, [4, 4])", "(8, [4, 5])", 0),
    ],
)
def test_the_change_itself_is_a_fault_that_its_tests_have_to_notice(
    old: str, new: str, status: int, project: Project
) -> None:
    """What passes with either code, where the base's test fails with the change's, asks less."""
    base = {**BASE, AT: DOUBLED, "board.yaml": CHECK}
    ended = guarded(project, base, {"app.py": BROKEN, **edited(old, new, DOUBLED)})
    assert ended.status == status, ended
