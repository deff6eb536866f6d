"""Whether types are complete: what mypy lets pass, or does not see, is a problem."""

import re
from collections import Counter

import pytest

from tests.support.checking import build, run_check

CLEAN = '"""Numbers."""\n\n\ndef double(x: int) -> int:\n    """Double."""\n    return 2 * x\n'
BAD = "def bad(x):\n    return x + 1\n"
ANY = "from typing import Any\n\n\n"
KINDS = "from typing import Any\n\nJson = dict[str, Any]\n"
STRICT = "from typing import Any\n\nJson = dict[str, int]\n_seen: list[Any] = []\n"
JSON = "def f() -> Json:\n    return {}\n"
DOTTED = JSON.replace("Json", "kinds.Json")
UNCHECKED = "from typing import no_type_check\n\n\n"
INCOMPLETE = (
    "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n"
    "    from _typeshed import Incomplete\n\n\n"
)
CHECKING = "from typing import TYPE_CHECKING\n\n\n"


def indented(text: str) -> str:
    """Indent code by one step."""
    return "".join(f"    {line}\n" for line in text.splitlines())


ROWS = [
    ({"a.py": CLEAN}, 0),
    ({"a.py": f"{ANY}def f(x: Any) -> int:\n    return int(x)\n"}, 1),
    ({"a.py": f"{ANY}def f(x: int) -> dict[str, Any]:\n    return {{'x': x}}\n"}, 1),
    ({"a.py": f"{ANY}Json = dict[str, Any]\n\n\ndef f() -> Json:\n    return {{}}\n"}, 1),
    ({"a.py": "import typing\n\n\ndef f(x: typing.Any) -> None: ...\n"}, 1),
    ({"a.py": f"{ANY}def f(x: 'Any') -> None: ...\n"}, 1),
    ({"a.py": f"{INCOMPLETE}def f(x: 'Incomplete') -> None: ...\n"}, 1),
    ({"a.py": "import typing as ty\n\n\ndef f(x: ty.Any) -> None: ...\n"}, 1),
    ({"a.py": f"from kinds import Json\n\n\n{JSON}", "kinds.py": KINDS}, 1),
    ({"a.py": f"from kinds import Json as Json\n\n\n{JSON}", "kinds.py": STRICT}, 0),
    ({"a.py": f"import kinds\n\n\n{DOTTED}", "kinds.py": KINDS}, 1),
    ({"a.py": f"import kinds\n\n\n{DOTTED}", "kinds.py": STRICT}, 0),
    ({"a.py": f"{UNCHECKED}@no_type_check\ndef f(x: int) -> str:\n    return x\n"}, 1),
    ({"a.py": f"{UNCHECKED}def f(x: int) -> str:\n    return str(x)\n"}, 0),
    ({"a.py": f"{ANY}class A:\n    def f(self, *args: Any) -> None: ...\n"}, 1),
    ({"a.py": f"{ANY}def _f(x: Any) -> None: ...\n"}, 0),
    ({"a.py": f"{ANY}def f(x: int) -> int:\n    y: Any = x\n    return int(y)\n"}, 0),
    ({"a.py": "class Any: ...\n\n\ndef f(x: Any) -> None: ...\n"}, 0),
    ({"a.py": f"{CHECKING}if not TYPE_CHECKING:\n{indented(BAD)}"}, 1),
    ({"a.py": f"{CHECKING}if TYPE_CHECKING:\n    import os\nelse:\n{indented(BAD)}"}, 1),
    ({"a.py": f"{CHECKING}if TYPE_CHECKING:\n    import os\n\n\n{CLEAN}"}, 0),
    ({"a.py": BAD, "a.pyi": "def bad(x: int) -> int: ...\n"}, 1),
    ({"a.py": CLEAN, "b.pyi": "def g(x: int) -> int: ...\n"}, 0),
]
"""Files of code, and how many problems they have."""


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> Counter[int]:
    """Look at all rows in one project, where names end with the row's number; count by row."""
    project = str(tmp_path_factory.mktemp("rows"))
    for number, (files, _) in enumerate(ROWS):
        for name, text in files.items():
            stem, _, kind = name.partition(".")
            code = text.replace("kinds", f"kinds{number}")
            build(project, {f"src/{stem}{number}.{kind}": code})
    given = {"args": "--strict", "neutral": "true", "below": "src"}
    outcome = run_check("mypy-below", project, given)
    assert outcome.value("problems") == len(outcome.findings)
    paths = [finding["path"] for finding in outcome.findings]
    return Counter(int(re.sub(r"\D", "", path)) for path in paths)


@pytest.mark.parametrize("number", range(len(ROWS)))
def test_types_are_complete_where_nothing_is_left_open(problems: Counter[int], number: int) -> None:
    """`Any` in a public signature, code that mypy does not see, and what a stub hides count."""
    files, count = ROWS[number]
    assert problems[number] == count, files
