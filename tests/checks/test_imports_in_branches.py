"""`importable` follows imports into every branch and function, and knows who need not have them."""

import os
from textwrap import dedent

import pytest

from tests.support.checking import build, run_check


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("if not input:\n    from typing import Onion", "there is no Onion in typing"),
        ("if not input:\n    import no.where", "there is no no.where"),
        ("if len:\n    pass\nelse:\n    import nowhere", "there is no nowhere"),
        ("if False:\n    import nowhere", "there is no nowhere"),
        ("def f():\n    from typing import Onion", "there is no Onion in typing"),
        ("class A:\n    async def f(self):\n        import nowhere", "there is no nowhere"),
        ("def f(x):\n    match x:\n        case 1:\n            import nowhere", "no nowhere"),
        ("for x in ():\n    import nowhere", "there is no nowhere"),
        ("def f():\n    from . import beside, nowhere", "there is no nowhere in app"),
        ("import importlib\ndef f():\n    importlib.import_module('no.where')", "no no.where"),
        ("from importlib import import_module\nf = lambda: import_module('no')", "there is no no"),
        ("f = lambda: __import__('nowhere')", "there is no nowhere"),
        ("try:\n    import no1\nexcept ImportError:\n    def f(): import no2", "there is no no2"),
        ("def f():\n    try:\n        import no\n    except ValueError:\n        pass", "no no"),
        (
            "try:\n    import json\nexcept ImportError:\n    0\nelse:\n    def f(): import no",
            "no no",
        ),
    ],
)
def test_an_import_that_leads_nowhere_is_found(project: str, text: str, missing: str) -> None:
    """Though the module itself is imported well."""
    build(project, {"src/app/__init__.py": "", "src/app/beside.py": "", "src/app/a.py": text})
    outcome = run_check("importable", project)
    assert outcome.number("failures") == 0
    assert outcome.number("unresolved") == outcome.number("problems") == 1
    assert missing in outcome.findings[0]["message"]


@pytest.mark.parametrize(
    ("text", "failures"),
    [
        ('import sys\n\nassert sys.platform == "win32"', 0),
        ('import sys\nif sys.platform != "win32":\n    raise ImportError("Windows only")', 0),
        ("import winreg", 0),
        ("from app import winreg", 0),
        ("import ctypes\nctypes.WinDLL('kernel32')", 0),
        ("import collections\ncollections.Mapping", 1),
        ("assert __name__ == 'nothing'", 1),
        ("import sys\n\nraise ImportError(sys.platform)", 1),
        ("from typing import Onion", 1),
        ("def f(:", 1),
    ],
)
def test_a_module_for_another_system_is_no_failure(project: str, text: str, failures: int) -> None:
    """It says so itself, by what it asks of the system or takes from its library."""
    build(project, {"src/app/__init__.py": "", "src/app/a.py": text})
    assert run_check("importable", project).number("failures") == failures


@pytest.mark.parametrize(
    "text",
    [
        """\
        try:
            import nowhere
        except ImportError:
            nowhere = None
        """,
        """\
        try:
            import json
        except (ImportError, ValueError):
            import nowhere
        """,
        """\
        try:
            from nowhere import x
            HAS = True
        except ModuleNotFoundError:
            HAS = False

        def f():
            if HAS:
                from nowhere.more import y
        """,
        """\
        def f():
            try:
                import nowhere
            except ImportError as error:
                raise SystemExit("pip install nowhere") from error
        """,
        """\
        import sys
        OLD = sys.version_info < (3, 8)
        def g():
            if OLD:
                import nowhere
        def f():
            if sys.version_info < (3, 8):
                import nowhere
            elif sys.platform == "amiga":
                import amiga
            else:
                import elsewhere
        """,
        """\
        import os, platform as p
        from sys import platform, version_info as version
        if platform.startswith(("amiga", "beos")) or version[:2] < (3, 0) or version[0] == 2:
            import nowhere
        if not (os.name == "posix") or p.system() in ("Windows", "Java"):
            import nowhere
        """,
        """\
        try:
            from asyncio import windows_events  # a file that refuses other systems
        except ImportError:
            windows_events = None
        else:
            import nowhere
        """,
        """\
        import typing
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from _typeshed import SupportsRead
        if typing.TYPE_CHECKING:
            from _typeshed import SupportsRead
        """,
        """\
        from contextlib import suppress
        from importlib.util import find_spec
        with suppress(ImportError):
            import nowhere
        if find_spec("elsewhere"):
            import elsewhere
        """,
        """\
        from importlib import import_module

        def f(name):
            from os import path
            from xml.etree import ElementTree
            import_module(name)
            import_module("json.decoder")
            __import__("xml.dom.minidom")
        """,
    ],
    ids=[
        "guarded",
        "instead",
        "flag",
        "told",
        "other-python",
        "other-system",
        "refusing",
        "types",
        "suppressed",
        "there",
    ],
)
def test_what_need_not_be_there_is_not_missed(project: str, text: str) -> None:
    """Somebody catches that it is missing, it is for another Python, or it is there."""
    build(project, {"src/a.py": dedent(text)})
    outcome = run_check("importable", project)
    assert outcome.number("problems") == 0, outcome.findings


def test_a_relative_import_is_of_its_package(project: str) -> None:
    """Of a package itself, of one of its modules, and beyond its top."""
    build(
        project,
        {
            "src/app/__init__.py": "def f():\n    from . import a\n    from .a import x\n",
            "src/app/a.py": "x = 1\n\ndef f():\n    from .a import x, y\n    from ... import z\n",
        },
    )
    outcome = run_check("importable", project)
    messages = sorted(found["message"] for found in outcome.findings)
    assert messages == ["there is no y in app.a", "there is no z in ..."]


def test_what_a_function_imports_is_not_imported(project: str) -> None:
    """It is looked up by its source; what a module may make by other means is left alone."""
    mark = os.path.join(project, "mark")
    runs = f"open({mark!r}, 'w')\n"
    build(
        project,
        {
            "src/app/__init__.py": "def f():\n    from app.drop import gone, missing\n"
            "    import lazy.made, plain.made\n    from lazy import anything\n",
            "src/app/__main__.py": runs,
            "src/plain.py": runs,
            "src/lazy.py": f"import sys\n{runs}sys.modules['lazy.made'] = sys\n",
            "src/app/drop.py": "gone = 1\n",
        },
    )
    given = {"paths": "src", "exclude": "*/__main__.py src/plain.py src/lazy.py"}
    outcome = run_check("importable", project, given)
    messages = sorted(finding["message"] for finding in outcome.findings)
    assert messages == ["there is no missing in app.drop", "there is no plain.made"]
    assert not os.path.exists(mark)
