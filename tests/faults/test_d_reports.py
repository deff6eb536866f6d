"""Section D: reports. What a probe prints is text in all of them, and one of them may break.

Row 89 asks for cells of CSV, which no report is.
"""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from defusedxml import ElementTree

from readiness.report import FORMATS
from tests.program import Ended, Project, a_board, number
from tests.readers import READERS, agrees, strict_json

JSON_FORMATS = ("badge", "gitlab", "in-toto", "json", "sarif")
MARKUP = "]]></system-out><testcase/>"
OBEYED = "\x1b]8;;x\x07 \x1b]52;c;eA==\x07 \x1b[2J\rREADY\b\b"


def _all_formats(project: Project, *criteria: dict[str, object]) -> tuple[Ended, dict[str, str]]:
    """Run a board with a report in every format; what ended, and the reports."""
    project.write(a_board(*criteria))
    (project.folder / "reports").mkdir(exist_ok=True)
    wanted = [f"--report={name}=reports/{name}" for name in FORMATS]
    ended = project("check", "--output-format", "json", *wanted)
    folder = Path(project.folder, "reports")
    reports = {name: (folder / name).read_bytes().decode("utf-8") for name in FORMATS}
    for name, reader in READERS.items():
        agrees(reader(reports[name]), ended.run)
    return ended, reports


def _printing(project: Project, data: bytes) -> dict[str, object]:
    """A criterion whose value is all that it prints, and which fails."""
    (project.folder / "data").write_bytes(data)
    read = {"as": "text", "regex": "(?s).+", "from": "output"}
    return {"run": "cat data; cat data >&2", "read": read, "expect": "contains never"}


@pytest.mark.parametrize(
    "data",
    [OBEYED.encode(), MARKUP.encode(), b"a\0b", b"\xef\xbf\xbe", b"\xed\xa0\x80 \xff"],
    ids=["obeyed", "markup", "NUL", "U+FFFE", "surrogate"],
)
def test_81_to_83_output_is_text_in_every_report(project: Project, data: bytes) -> None:
    """JUnit is parsed strictly and has as many cases. Twin: as with output that means no harm."""
    ended, reports = _all_formats(project, _printing(project, data), {"run": "true"})
    assert ended.status == 1, ended
    for name, text in reports.items():
        assert text.replace("\n", "").isprintable(), name
    cases = len(list(ElementTree.fromstring(reports["junit"]).iter("testcase")))
    harmless, reports = _all_formats(project, _printing(project, b"fine"), {"run": "true"})
    assert harmless.status == 1
    assert len(list(ElementTree.fromstring(reports["junit"]).iter("testcase"))) == cases == 3


def test_87_no_report_holds_what_is_no_number(project: Project) -> None:
    """Strict parsers read each of them. Twin: a number that is one is in them as it is."""
    _, reports = _all_formats(
        project,
        number("echo errors: 1e400"),
        number("echo errors: nan"),
        number("echo errors: -inf"),
        number("echo errors: 123456789012345678901234567890"),
        number("echo errors: 3"),
    )
    for name in JSON_FORMATS:
        strict_json(reports[name])
    told = READERS["openmetrics"](reports["openmetrics"])
    assert told.values == {"T1.4": 1.2345678901234568e29, "T1.5": 3}


WITH_A_BROKEN_FORMAT = dedent("""
    import sys
    import readiness.report
    readiness.report.FORMATS["broken"] = "broken_format"
    from readiness.__main__ import main
    sys.exit(main())
    """)


def test_99_a_broken_format_costs_no_other_one(project: Project) -> None:
    """All others are written, and the status is not 0. Twin: it is, once the format works."""
    project.write(a_board({"run": "true"}))
    (project.folder / "start.py").write_text(WITH_A_BROKEN_FORMAT)
    template = project.folder / "broken_format.py"
    names = [name for name in FORMATS if name != "broken"]
    wanted = [f"--report={name}={name}.out" for name in ["broken", *names]]

    def run() -> int:
        process = subprocess.Popen(
            [sys.executable, "start.py", "check", *wanted],
            cwd=project.folder,
            env=project.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        return project.end(process).status

    template.write_text("def render(run, context):\n    return {}['template']\n")
    assert run() in (5, 70)
    assert not (project.folder / "broken.out").exists()
    for name in names:
        told = READERS.get(name)
        text = (project.folder / f"{name}.out").read_text(encoding="utf-8")
        assert told is None or told(text).ready in (True, None), name
    template.write_text("def render(run, context):\n    return 'fine'\n")
    assert run() == 0
    assert (project.folder / "broken.out").read_text() == "fine"
    for log in project.tmp.iterdir():
        log.unlink()
