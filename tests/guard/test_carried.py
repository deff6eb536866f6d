"""Tests that go on in another form, and those that ask less in it."""

import ast

from readiness.guard.carried import asks_as_much, function_in, goes_on, same_but_for_tests

EXEMPTION = "    if x in SPARED:\n        with raises(Gone): f(x)\n        return\n"
ASSERTING = "    y = f(x)\n    assert y == 1\n    assert g(1) == 2\n"
OLD = f"def test_a(x):\n    setup(x)\n{EXEMPTION}{ASSERTING}"

GOING_ON = [
    (OLD.replace("test_a", "test_b"), True),
    (OLD.replace("    assert g", "    h()\n    assert g"), True),
    (OLD.replace("g(1) == 2", "2 == g(1)"), True),
    (OLD.replace("    setup", "    a = setup"), True),
    (OLD.replace("    setup", "    a = set_up"), False),
    (OLD.replace("(x)", "(x, n, m)", 1).replace("g(1) == 2", "g(n) == m"), True),
    (OLD.replace("    assert g(1) == 2\n", ""), False),
    (OLD.replace("== 2", "== 3"), False),
    (OLD.replace("    assert y", "    return\n    assert y"), False),
    (OLD.replace("y == 1", "y"), False),
]

ASKING = [
    (OLD.replace("== 2", "== 3"), True),
    (OLD.replace("assert y == 1", "with pytest.raises(Gone):\n        y"), False),
    (OLD.replace("g(1) == 2", "asyncio.run(g(1)) == 2"), True),
    (OLD.replace("g(1) == 2", "g(1) >= 0"), False),
    (OLD.replace(EXEMPTION, ""), True),
    (OLD.replace(EXEMPTION, "").replace("assert y == 1", "y"), False),
    (OLD.replace("        return\n", ""), True),
    (OLD.replace("with raises(Gone): f(x)", "f(x)"), False),
    (OLD.replace("SPARED:\n        with raises(Gone): f(x)", "ALL:\n        f(x)"), False),
    (OLD.replace("g(1) == 2", "g(1) == approx(2, abs=9)"), False),
    (OLD.replace("g(1) == 2", "g(1) == ANY"), False),
    (OLD.replace("    y =", "    patch('f')\n    y ="), False),
    (OLD.replace("    y =", "    app.f = fake\n    y ="), False),
    (OLD.replace("(x)", "(x, fake)", 1), False),
    (f"@fake\n{OLD}", False),
]

FILE = f"from app import f, g\n\nONE = 1\n\n\ndef helper():\n    return 1\n\n\n{OLD}"
FILES = [
    (FILE.replace("== 2", "== 3"), True),
    (FILE.replace("ONE = 1", "ONE = 2"), True),
    (f"import asyncio\n{FILE}", True),
    (FILE.replace("return 1", "return 2"), False),
    (FILE.replace("app import f, g", "app import f\nfrom fakes import g"), False),
    (FILE.replace("ONE = 1", "from fakes import g"), False),
    (f"{FILE}\n\ndef g(n):\n    return 2\n", False),
    (f"{FILE}\n\npytestmark = [fake]\n", False),
]


def test_what_goes_on_is_told_from_what_asks_less() -> None:
    """Each question by itself: all that it did, all that it asked, in a file that is the same."""
    (old,) = ast.parse(OLD).body
    assert isinstance(old, ast.FunctionDef)
    for question, rows in ((goes_on, GOING_ON), (asks_as_much, ASKING)):
        for text, answer in rows:
            new = function_in(text, "test_a") or function_in(text, "test_b")
            assert new is not None
            assert question(old, new) is answer, (question, text)
    for text, answer in FILES:
        assert same_but_for_tests(FILE, text) is answer, text
