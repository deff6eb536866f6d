"""Section D: reports. What a probe prints is text in all of them, and one of them may break.

Row 89 asks for cells of CSV, which no report is.
"""

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from defusedxml import ElementTree

from readiness.report import FORMATS
from tests.support.program import Ended, Project, a_board, number, wait_until
from tests.support.readers import READERS, agrees, strict_json

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
    ended, reports = _all_formats(project, _printing(project, data), {"run": "test -d ."})
    assert ended.status == 1, ended
    for name, text in reports.items():
        assert text.replace("\n", "").isprintable(), name
    cases = len(list(ElementTree.fromstring(reports["junit"]).iter("testcase")))
    harmless, reports = _all_formats(project, _printing(project, b"fine"), {"run": "test -d ."})
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
    project.write(a_board({"run": "test -d ."}))
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


SHOUTED = "::error file=a::x\n  ::stop-commands::t\n##[error]x\n##vso[task.complete]y"
HARMLESS = "nothing of note"


def _runs_over(project: Project, words: str) -> tuple[Ended, dict[str, str]]:
    """A run whose board, probe and reasons all say these words."""
    read = {"as": "text", "regex": "(?s).+"}
    title = " ".join(words.split("\n"))
    (project.folder / "words").write_text(words)
    failing = {"title": title, "run": "cat words; cat words >&2", "read": read}
    return _all_formats(project, {**failing, "expect": "contains never"}, {"run": "test -d ."})


def test_77_no_line_of_a_report_is_a_command_to_the_ci(project: Project) -> None:
    """None but our own annotations begins so. Twin: the same with harmless words."""
    for words in (SHOUTED, HARMLESS):
        ended, reports = _runs_over(project, words)
        assert ended.status == 1
        table = project("check", "--verbose")
        for name, text in [*reports.items(), ("table", table.out), ("stderr", table.err)]:
            lines = [line.lstrip() for line in text.splitlines()]
            commands = [line for line in lines if line.startswith("::")]
            if name == "github":
                assert all(
                    line.startswith(("::error ", "::notice ", "::warning ")) for line in commands
                )
            else:
                assert commands == [], name
            assert not re.search(r"##(vso)?\[", text), name


def test_89_no_report_is_made_of_cells() -> None:
    """No spreadsheet reads any of our formats. Twin: there are formats."""
    assert "csv" not in FORMATS
    assert {"json", "table"} <= set(FORMATS)


def test_95_an_old_verdict_does_not_outlive_a_run_that_is_killed(project: Project) -> None:
    """The report of yesterday reads ready no more. Twin: it does, once a run has ended."""
    project.write(a_board({"run": "test -d ."}))
    names = [f"--report={name}=old.{name}" for name in FORMATS]
    assert project("check", *names).status == 0
    before = {name: (project.folder / f"old.{name}").read_text() for name in FORMATS}
    assert agrees(READERS["json"](before["json"]), project.last_run()) is None
    project.write(a_board({"run": "touch started; sleep 60"}))
    process = project.start("check", *names)
    wait_until(project.folder / "started")
    process.kill()
    project.end(process)
    for name in FORMATS:
        text = (project.folder / f"old.{name}").read_text()
        assert text != before[name], name
        told = READERS[name](text)
        assert told.decision != "ready", name
        assert not told.ready, name
    (project.folder / "started").unlink()
    project.write(a_board({"run": "test -d ."}))
    assert project("check", *names).status == 0
    assert "READY" in (project.folder / "old.table").read_text()


def test_97_nothing_is_cut_off_a_terminal(project: Project) -> None:
    """COLUMNS means nothing to a file. Twin: a run that passes is as whole."""
    project.write(a_board(number("echo 'errors: 123456789'", "<= 123456")))
    ended = project("check", env={"COLUMNS": "20"})
    for text in ("T1.1", "123456789 errors", "<= 123456", "NOT READY"):
        assert text in ended.out
    project.write(a_board(number("echo 'errors: 123456789'", "<= 999999999")))
    passing = project("check", env={"COLUMNS": "20"})
    assert passing.status == 0
    for text in ("T1.1", "123456789 errors", "<= 999999999", "READY"):
        assert text in passing.out
