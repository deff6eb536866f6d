"""What may be read of a finished probe, and that reading never fails in any other way."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from readiness.measure import find, measure, unusable
from readiness.measure import text as text_reader
from readiness.model.board import Check, Measure
from readiness.model.capture import Capture, Stream
from readiness.model.judgement import Finding, Measurement, Unmeasured
from readiness.model.words import ReasonCode
from tests.support.captures import a_capture, a_check, a_reader, documents_of

PROOF = a_reader("text", source="output", regex="collected [1-9]")


def refusal(capture: Capture, check: Check | None = None) -> Unmeasured | None:
    """Return why a capture is not usable."""
    return unusable(documents_of(capture, timeout=1), check or a_check())


@pytest.mark.parametrize(
    ("capture", "check", "code", "reason"),
    [
        (a_capture(timed_out=True), {}, "timeout", "not finished within 1 s"),
        (
            a_capture(timed_out=True, needed_kill=True, signal=9, exit_status=None),
            {},
            "timeout",
            "not finished within 1 s, needed SIGKILL",
        ),
        (
            a_capture("a.py\nb.py\n", "a warning", timed_out=True),
            {},
            "timeout",
            "not finished within 1 s; its last line was «b.py»",
        ),
        (a_capture(signal=11, exit_status=None), {}, "signal", "signal 11 (SIGSEGV)"),
        (
            a_capture("", "errors: 0\n\n", signal=11, exit_status=None),
            {},
            "signal",
            "signal 11 (SIGSEGV); its last line was «errors: 0»",
        ),
        (
            a_capture(exit_status=139),
            {},
            "signal",
            "signal 11 (SIGSEGV), reported as exit status 139",
        ),
        (a_capture("errors: 0", leaked=2), {}, "leaked", "2 processes outlived it"),
        (a_capture(leaked=1), {}, "leaked", "1 process outlived it"),
        (a_capture(exit_status=2), {}, "exit_status", "exit status 2, expected 0"),
        (
            a_capture("", "usage: x\nx: error: no such file\x1b[2J\n", exit_status=2),
            {"exit_ok": (0, 1)},
            "exit_status",
            "exit status 2, expected 0 or 1: x: error: no such file",
        ),
        (
            a_capture(
                "", "Traceback (most recent call last):\n  File\nKeyError: 1\n", exit_status=3
            ),
            {"exit_ok": (0, 1, 2)},
            "exit_status",
            "exit status 3, expected 0, 1 or 2: KeyError: 1",
        ),
        (
            a_capture(
                "", "tool: error: 7\nnot measured: the tool has no network\nbye\n", exit_status=3
            ),
            {"exit_ok": (0, 1)},
            "exit_status",
            "the tool has no network: tool: error: 7; bye",
        ),
        (
            a_capture(
                "", "a: no such file\nnot measured: make says: no such file\n", exit_status=3
            ),
            {"exit_ok": (0, 1)},
            "exit_status",
            "make says: no such file",
        ),
        (
            a_capture("", "E: x\n=== errors ===\nnot measured: no x: E: x\n", exit_status=3),
            {"exit_ok": (0, 1)},
            "exit_status",
            "no x: E: x",
        ),
        (
            a_capture("", "looking at a\nnot measured: there is no test\n", exit_status=3),
            {"exit_ok": (0, 1)},
            "exit_status",
            "there is no test",
        ),
        (
            a_capture("", "one\n" * 20 + "failed\n  Cause: a\n  Cause: b\nbye\n", exit_status=2),
            {"exit_ok": (0, 1)},
            "exit_status",
            "exit status 2, expected 0 or 1: failed; Cause: a; Cause: b",
        ),
        (
            a_capture("one\ntwo\nthree\n", exit_status=2),
            {"exit_ok": (0, 1)},
            "exit_status",
            "exit status 2, expected 0 or 1: three",
        ),
        (
            a_capture("", "bash: line 1: no_such_tool: command not found\n", exit_status=127),
            {},
            "tool_missing",
            "not found (127): bash: line 1: no_such_tool: command not found",
        ),
        (a_capture(exit_status=126), {}, "tool_missing", "cannot be executed (126)"),
        (a_capture(exit_status=124), {}, "timeout", "stopped by a time limit of its own (124)"),
        (
            a_capture("errors: 0", "Traceback (most recent call last):\n"),
            {"reject": "Traceback"},
            "no_proof",
            "stderr contains «Traceback (most recent call last):», which the check rejects",
        ),
        (
            a_capture("collected 0 items\n"),
            {"proof": PROOF},
            "no_proof",
            "no proof that it did its work: collected [1-9] is not in output (collected 0 items)",
        ),
        (a_capture("collected 0 items", exit_status=5), {"proof": PROOF}, "exit_status", None),
        (
            a_capture('{"scanned": 0}'),
            {"proof": a_reader("json", query="scanned > `0`")},
            "no_proof",
            None,
        ),
        (a_capture("x"), {"proof": a_reader("json", query="scanned")}, "unreadable", None),
        (
            Capture(probe=0, failure=ReasonCode.TOOL_MISSING, failure_text="mypy: not found"),
            {"install": "pip install mypy"},
            "tool_missing",
            "mypy: not found",
        ),
        (
            Capture(probe=0, failure=ReasonCode.PRODUCER_FAILED, failure_text="p1 failed"),
            {},
            "producer_failed",
            "p1 failed",
        ),
        (Capture(probe=0, failure=ReasonCode.NOT_RUN), {}, "not_run", "not run"),
        (Capture(probe=0), {}, "not_run", None),
    ],
)
def test_a_capture_that_proves_nothing(
    capture: Capture, check: dict[str, object], code: str, reason: str | None
) -> None:
    """A good number in the output changes nothing: what did not end well is not read."""
    refused = refusal(capture, a_check(**check))  # type: ignore[arg-type]
    assert refused is not None
    assert refused.code == code
    assert refused.reason == (reason or refused.reason)


@pytest.mark.parametrize(
    ("capture", "check"),
    [
        (a_capture("errors: 0"), {}),
        (a_capture(exit_status=1), {"exit_ok": (0, 1)}),
        (a_capture(exit_status=124), {"exit_ok": (0, 124)}),
        (a_capture(exit_status=7), {"exit_ok": None}),
        (a_capture(exit_status=193), {"exit_ok": None}),
        (a_capture(exit_status=255), {"exit_ok": None}),
        (a_capture("", "collected 3 items"), {"proof": PROOF}),
        (a_capture('{"scanned": 3}'), {"proof": a_reader("json", query="scanned > `0`")}),
        (a_capture("all good"), {"reject": "Traceback"}),
    ],
)
def test_a_capture_that_may_be_read(capture: Capture, check: dict[str, object]) -> None:
    """The healthy twins of the above."""
    assert refusal(capture, a_check(**check)) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [124, 126, 127, 129, 139, 192])
def test_a_status_that_is_the_value_is_refused_too(status: int) -> None:
    """A missing tool, a time limit and a signal are no exit status of the tool."""
    assert refusal(a_capture(exit_status=status), a_check(exit_ok=None)) is not None


SETUP = """\
Traceback (most recent call last):
  File "/srv/{script}", line 2, in <module>
    from setuptools import setup
    ^^^^
ModuleNotFoundError: No module named 'setuptools'
"""
FINDING = "python: Error while finding module specification for 'a.b' (ModuleNotFoundError: "


@pytest.mark.parametrize(
    ("stderr", "module"),
    [
        (SETUP.format(script="setup.py"), "setuptools"),
        ("running check\nerror: The docutils package is needed.\n", "docutils"),
        ("/srv/.venv/bin/python3: No module named build\n", "build"),
        (f"{FINDING}No module named 'a')\n", "a"),
        (SETUP.format(script="check.py"), ""),
        ("python: No module named build\nmore\n", ""),
        ("python: No module named a.__main__; 'a' is a package and cannot be executed\n", ""),
    ],
)
def test_a_module_that_the_command_names_is_its_tool(stderr: str, module: str) -> None:
    """Python, setup.py or setuptools lacks it. Twin: any other program may lack its own module."""
    refused = refusal(a_capture("", stderr, exit_status=1), a_check(exit_ok=None))
    assert (refused.reason if refused else "") == (
        module and f"Python module {module} is not installed"
    )
    assert refused is None or refused.code == "tool_missing"


RUST = """\
checking a.rs
thread 'main' panicked at src/main.rs:7:9:
no parser for a.rs
stack backtrace:
   0: rust_begin_unwind
             at /rustc/library/std/src/panicking.rs:665:5
   1: main
note: Some details are omitted, run with `RUST_BACKTRACE=full`.
"""
GO = (
    "panic: no parser\n\ngoroutine 1 [running]:\nmain.main()\n\t/x/main.go:5 +0x1d\nexit status 2\n"
)
NODE = "/x/a.js:1\nthrow e\n^\n\nError: no parser\n    at a (/x/a.js:1:7)\n\nNode.js v22.1.0\n"
LIST = "x: error: two of these:\n  1: a\n  2: b\n" + "more\n" * 9 + "error: no parser\n"


@pytest.mark.parametrize(
    ("stderr", "words"),
    [
        (RUST, "thread 'main' panicked at src/main.rs:7:9:; no parser for a.rs; stack backtrace:"),
        (GO, "panic: no parser"),
        (NODE, "Error: no parser"),
        (LIST, "error: no parser"),
    ],
)
def test_of_a_crash_its_cause_is_told(stderr: str, words: str) -> None:
    """Which stands above the backtrace. Twin: what is only indented stays."""
    refused = refusal(a_capture("", stderr, exit_status=101), a_check(exit_ok=(0,)))
    assert refused is not None
    assert refused.reason == f"exit status 101, expected 0: {words}"


def test_a_missing_tool_names_its_remedy() -> None:
    """The hint is the check's own."""
    refused = refusal(a_capture(exit_status=127), a_check(install="pip install mypy"))
    assert refused is not None
    assert refused.hint == "install it: pip install mypy"


def test_a_reason_is_clean_and_short() -> None:
    """Foreign text in a reason is one bounded, printable line."""
    refused = refusal(a_capture("", "error \u202e\x07" + "x" * 10_000, exit_status=2))
    assert refused is not None
    assert refused.reason.isprintable()
    assert len(refused.reason) < 400


def test_the_exit_status_is_a_value() -> None:
    """`exit` reads the status itself."""
    check = a_check(exit_ok=None)
    measured = measure(
        documents_of(a_capture(exit_status=3)), check, check.measures[0], number=True
    )
    assert measured == Measurement(value=Decimal(3))


def test_output_that_was_cut_is_unreadable() -> None:
    """A number from the part that was kept would be a guess; the status can still be read."""
    capture = Capture(probe=0, exit_status=0, stdout=Stream(data=b"n=1", size=10**9, cut=True))
    check = a_check(a_reader("text", regex=r"n=(\d+)"))
    measured = measure(documents_of(capture), check, check.measures[0], number=True)
    assert isinstance(measured, Unmeasured)
    assert measured.code is ReasonCode.UNREADABLE
    assert "1,000,000,000 bytes" in measured.reason
    rejecting = refusal(capture, a_check(reject="Traceback"))
    assert rejecting is not None
    assert rejecting.code is ReasonCode.UNREADABLE
    assert refusal(capture) is None


def test_spooled_output_is_read(tmp_path: Path) -> None:
    """A long output that lies in a file is read from there."""
    spool = tmp_path / "spool"
    spool.write_bytes(b"n=4\n")
    capture = Capture(probe=0, exit_status=0, stdout=Stream(spool=str(spool), size=4))
    check = a_check(a_reader("text", regex=r"n=(\d+)"))
    measured = measure(documents_of(capture), check, check.measures[0], number=True)
    assert measured == Measurement(value=Decimal(4))


def test_output_is_both_streams() -> None:
    """Standard error follows standard output, on a line of its own."""
    check = a_check(a_reader("text", source="output", regex=r"^(\d)$", pick="last"))
    documents = documents_of(a_capture("1", "2"))
    assert measure(documents, check, check.measures[0], number=True) == Measurement(
        value=Decimal(2)
    )


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (
            "bad\nfile\nfile\n",
            Measurement(value=Decimal(1), unit="errors", of=Decimal(2), lines=("bad",)),
        ),
        ("file\n", Measurement(value=Decimal(0), unit="errors", of=Decimal(1))),
        ("", "no value: stdout is empty, as it would be if the tool had never run"),
        ("bad\n", "no work was done: 0 files"),
    ],
)
def test_a_number_is_counted_among_another(output: str, expected: Measurement | str) -> None:
    """The total is read with the number; where there was nothing to do, nothing is measured."""
    total = Measure(name="files", reader=a_reader("text", count="file"), unit="files")
    errors = Measure(name="bad", reader=a_reader("text", count="bad"), unit="errors", of=total)
    found = measure(documents_of(a_capture(output)), a_check(), errors, number=True)
    assert (found.reason if isinstance(found, Unmeasured) else found) == expected


@pytest.mark.parametrize(
    ("slowest", "lines"),
    [('["9 s  a", 1, "8 s  b"]', ("9 s  a", "8 s  b")), ('"a"', ()), ("null", ())],
)
def test_a_number_has_the_lines_that_explain_it(slowest: str, lines: tuple[str, ...]) -> None:
    """What the query finds that is text; where it finds no list, the number stands alone."""
    duration = Measure(name="s", reader=a_reader("json", query="s"), lines="slowest")
    documents = documents_of(a_capture(f'{{"s": 17, "slowest": {slowest}}}'))
    assert measure(documents, a_check(), duration, number=True) == Measurement(
        value=Decimal(17), lines=lines
    )


# --- files ----------------------------------------------------------------------------------------


def from_file(source: str, tmp_path: Path, *, started_at: float = 0.0) -> Measurement | Unmeasured:
    """Read a number from a file."""
    check = a_check(a_reader("text", source=source, regex=r"\d+"))
    documents = documents_of(
        a_capture(started_at=started_at),
        workdir=str(tmp_path),
        environment={"READINESS_TMP": str(tmp_path / "tmp"), "NAME": "x y"},
    )
    return measure(documents, check, check.measures[0], number=True)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("out.txt", "out.txt"),
        ("tmp/out.txt", "$READINESS_TMP/out.txt"),
        ("tmp/out.txt", "${READINESS_TMP}/out.txt"),
        ("x y.txt", "$NAME.txt"),
    ],
)
def test_a_file_is_found(tmp_path: Path, path: str, source: str) -> None:
    """Paths are relative to the probe's folder and may name its variables."""
    (tmp_path / "tmp").mkdir()
    (tmp_path / path).write_text("7")
    started_at = (tmp_path / path).stat().st_mtime
    assert from_file(source, tmp_path, started_at=started_at) == Measurement(value=Decimal(7))


def test_a_file_older_than_the_probe_is_stale(tmp_path: Path) -> None:
    """Yesterday's report is not today's; one that is a clock tick older is this run's."""
    path = tmp_path / "out.txt"
    path.write_text("7")
    now = path.stat().st_mtime
    stale = from_file("out.txt", tmp_path, started_at=now + 0.05)
    assert isinstance(stale, Unmeasured)
    assert stale.code is ReasonCode.STALE_FILE
    assert isinstance(from_file("out.txt", tmp_path, started_at=now + 0.005), Measurement)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("missing.txt", "no_value"),
        ("loop", "no_value"),
        ("folder", "unreadable"),
        ("fifo", "unreadable"),
        ("/dev/zero", "unreadable"),
        ("$UNSET_NAME/x", "unset_variable"),
        ("nul\0byte", "no_value"),
        ("huge", "unreadable"),
    ],
)
def test_what_is_no_file_is_refused(tmp_path: Path, source: str, code: str) -> None:
    """Nothing is waited for and nothing is read without end."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "fifo")
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(65 * 1024 * 1024)
    measured = from_file(source, tmp_path)
    assert isinstance(measured, Unmeasured)
    assert measured.code == code


# --- findings -------------------------------------------------------------------------------------


def test_findings_are_read_and_cleaned() -> None:
    """Paths below the folder are relative; what has no path is no finding."""
    query = "[].{path: f, line: l, rule: c, message: m, fingerprint: p}"
    check = a_check(findings=a_reader("jsonl", query=query))
    output = "\n".join(
        (
            '{"f": "/w/src/a.py", "l": 3, "c": "arg", "m": "a\\u001b[2J\\nb", "p": "f1"}',
            '{"f": "./b.py", "l": null, "c": null, "m": "x"}',
            '{"f": "/elsewhere/c.py", "l": "12", "c": 7, "m": null}',
            '{"f": null, "m": "no path"}',
        )
    )
    assert find(documents_of(a_capture(output), workdir="/w"), check) == (
        Finding(path="src/a.py", line=3, rule="arg", message="a\\x1b[2J\\nb", fingerprint="f1"),
        Finding(path="b.py", message="x"),
        Finding(path="/elsewhere/c.py", line=12, rule="7"),
    )


@pytest.mark.parametrize("path", ["https://shop.test/a/../b", "https://shop.test//"])
def test_an_address_stays_as_it_is(path: str) -> None:
    """It is no path, of which slashes and dots are made fewer. Twin: one that is."""
    check = a_check(findings=a_reader("json", query="[].{path: @}"))
    documents = documents_of(a_capture(f'["{path}", "file:///x/./a.py"]'), workdir="/w")
    findings = find(documents, check)
    assert [finding.path for finding in findings] == [path, "/x/a.py"]


def test_findings_in_plain_text_are_named_groups() -> None:
    """The pattern says what is what; a group that takes no part is empty."""
    pattern = r"^(?P<path>.+):(?P<line>\d+): (?P<message>.+?)(?: \((?P<rule>\w+)\))?$"
    check = a_check(findings=a_reader("text", regex=pattern))
    output = "/w/src/a.py:3: no such name (undefined)\nb.py:4: long\n2 findings\n"
    assert find(documents_of(a_capture(output), workdir="/w"), check) == (
        Finding(path="src/a.py", line=3, rule="undefined", message="no such name"),
        Finding(path="b.py", line=4, message="long"),
    )


@pytest.mark.parametrize("output", ["", "no json", "3", "[1, null]"])
def test_no_findings_are_no_error(output: str) -> None:
    """Findings are an extra: where they cannot be read there are none."""
    check = a_check(findings=a_reader("json", query="[].{path: f}"))
    assert find(documents_of(a_capture(output)), check) == ()


# --- whatever comes -------------------------------------------------------------------------------


# --- once for all who read it -------------------------------------------------------------------


def test_what_several_criteria_read_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal measures of one capture are one reading, an error too; others are their own."""
    asked = []
    search = text_reader.spans

    def counted(pattern: str, text: str, limit: int) -> object:
        asked.append(pattern)
        return search(pattern, text, limit)

    monkeypatch.setattr(text_reader, "spans", counted)
    documents = documents_of(a_capture("errors: 3\n"))

    def measures(regex: str) -> Measure:
        return Measure(name="errors", reader=a_reader("text", regex=regex), unit="errors")

    first, again, missing, still = (
        measure(documents, a_check(), measures(regex), number=True)
        for regex in (r"\d+", r"\d+", r"(\d+)x", r"(\d+)x")
    )
    assert isinstance(first, Measurement)
    assert (again, still) == (first, missing)
    assert asked == [r"\d+", r"(\d+)x"]
    measure(documents, a_check(), measures(r"\d+"), number=False)
    measure(documents, a_check(proof=PROOF), measures(r"\d+"), number=True)
    measure(documents_of(a_capture("errors: 4\n")), a_check(), measures(r"\d+"), number=True)
    assert len(asked) == 5
