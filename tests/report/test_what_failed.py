"""What stands under a failure in every report that people read: output, places, one cause once."""

import re
from xml.etree.ElementTree import Element

import msgspec
import pytest

from readiness.model.words import Priority, ReasonCode, Verdict
from readiness.record.document import CriterionRecord, FindingRecord, RunDocument, StreamRecord
from readiness.record.wording import Wording
from readiness.report import Context, render
from readiness.report._evidence import printed
from readiness.report._reasons import placed_reasons
from tests.support.documents import HOSTILE, a_criterion, a_document, a_probe, a_task
from tests.support.html_pages import page, parsed, words_of

_FORMATS = ("table", "markdown", "github", "html")


def _stream(text: str, **fields: object) -> StreamRecord:
    return StreamRecord(bytes=len(text), digest="sha256:1", head=text, tail="", **fields)


def _lines(first: int, last: int, name: str = "said") -> str:
    return "".join(f"{name} {number}\n" for number in range(first, last + 1))


def _failing(name: str = "T1.1", **fields: object) -> CriterionRecord:
    kept = {"value": 3, "shown": "3 errors", "reason": "3 errors, expected == 0", "progress": 0.0}
    return a_criterion(name, Verdict.FAIL, **{"probes": ["p1"], "points": 0.0, **kept, **fields})


def _unmeasured(name: str, reason: str, **fields: object) -> CriterionRecord:
    kept = {"value": None, "shown": "", "reason": reason, "reason_code": ReasonCode.EXIT_STATUS}
    return a_criterion(name, Verdict.ERROR, **{"points": 0.0, "probes": ["p1"], **kept, **fields})


def _run(
    *criteria: CriterionRecord, stdout: str = "", stderr: str = "", **fields: object
) -> RunDocument:
    probe = a_probe("p1", "lint src", exit_status=1, stdout=_stream(stdout), stderr=_stream(stderr))
    fields = {"findings": [], "probes": [probe], "loosened": [], **fields}
    return a_document(tasks=[a_task("T1", *criteria, priority=Priority.P0)], **fields)


def _shown(run: RunDocument, name: str) -> str:
    """Return what people see first of a failure in this format."""
    if name == "html":
        return words_of(_steps(run))
    made = render(name, run, Context())
    if name == "markdown":
        return made.partition("<summary>What failed")[2].partition("</details>")[0]
    return made.partition("<details>")[0].replace("%2C", ",")


def _steps(run: RunDocument) -> Element:
    """Return the part of the page that tells why, and what to do next."""
    parts = parsed(page(run)).iter("section")
    return next(part for part in parts if part.get("aria-labelledby") == "why")


@pytest.mark.parametrize("name", _FORMATS)
def test_the_last_lines_stand_under_the_failure(name: str) -> None:
    """Ten of them, so that nobody has to look for the output of what failed."""
    text = _shown(_run(_failing(), stderr=_lines(1, 12)), name)
    assert [f"said {number}" for number in range(3, 13)] == re.findall(r"said \d+", text)


@pytest.mark.parametrize("name", _FORMATS)
def test_what_passed_shows_no_output(name: str) -> None:
    """The same output under a criterion that holds is of no interest."""
    passed = a_criterion("T1.1", Verdict.PASS, probes=["p1"])
    warned = a_criterion("T1.2", Verdict.WARN, probes=["p1"])
    assert "said" not in _shown(_run(passed, warned, stderr=_lines(1, 12)), name)


@pytest.mark.parametrize("name", _FORMATS)
def test_where_a_count_failed_the_lines_that_it_counted_are_shown(name: str) -> None:
    """They are the reason; what came last may be anything."""
    failing = _failing(counted=["a.py:3: TODO repair"])
    text = _shown(_run(failing, stdout=_lines(1, 3)), name)
    assert "a.py:3: TODO repair" in text
    assert "said 3" not in text


@pytest.mark.parametrize(
    ("stdout", "stderr", "shown"),
    [
        (_lines(1, 4, "out"), _lines(1, 4, "err"), ["out 1", "err 4"]),
        (_lines(1, 20, "out"), _lines(1, 2, "err"), ["out 13", "err 2"]),
        (_lines(1, 20, "out"), _lines(1, 20, "err"), ["out 16", "err 20"]),
        (_lines(1, 2, "out"), _lines(1, 20, "err"), ["out 1", "err 20"]),
        (_lines(1, 20, "out"), "\n \n", ["out 11", "out 20"]),
    ],
)
def test_both_streams_have_their_share(stdout: str, stderr: str, shown: list[str]) -> None:
    """A stream that says little leaves its room to the other; neither drowns the other."""
    run = _run(_failing(), stdout=stdout, stderr=stderr)
    lines = printed(next(iter(run.criteria())), {probe.id: probe for probe in run.probes})
    assert [lines[0], lines[-1]] == shown
    assert len(lines) <= 10


def test_data_is_shown_only_where_it_could_not_be_read() -> None:
    """JSON that the check has read says nothing to people; that which stopped it says all."""
    data = _stream('{"errors": 3}\n', data=True)
    probe = a_probe("p1", "lint", stdout=data)
    assert printed(_failing(), {"p1": probe}) == []
    assert printed(_unmeasured("T1.1", "no value"), {"p1": probe}) == ['{"errors": 3}']
    told = msgspec.structs.replace(probe, stderr=_stream("lint: cannot read src\n"))
    assert printed(_failing(), {"p1": told}) == ["lint: cannot read src"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"\x1b[1;31merror\x1b[0m: x" + "\nsecond", ["error: x", "second"]),
        (f"{'=' * 30} 2 failed {'=' * 30}\nsecond", ["=== 2 failed ===", "second"]),
        ("a == b -- c\nsecond", ["a == b -- c", "second"]),
        ("said already", []),
        ("said already\nand more", ["said already", "and more"]),
        ("first\nnot measured: lint: said already", ["first"]),
        (
            (
                'Traceback (most recent call last):\n  File "/a.py", line 3, in f\n    g()\n   ^\n'
                '  File "/b.py", line 4, in g\n  File "/c.py", line 5, in h\n    raise E\nE: no\n'
            ),
            [
                "Traceback (most recent call last):",
                '  File "/c.py", line 5, in h',
                "    raise E",
                "E: no",
            ],
        ),
        ("first\nlint: said", ["first", "lint: said"]),
        ("  raise ValueError\n  ^^^^^~~~\nValueError", ["  raise ValueError", "ValueError"]),
    ],
)
def test_lines_are_cleaned(written: str, shown: list[str]) -> None:
    """Colours go, rules are short, and what the reason says is not said again."""
    failing = _failing(reason="lint: said already")
    assert printed(failing, {"p1": a_probe("p1", "lint", stdout=_stream(written))}) == shown


def test_of_several_probes_the_one_that_decided_is_shown() -> None:
    """The worst combination of a matrix is what the verdict is about."""
    probes = {
        name: a_probe(name, "lint", stderr=_stream(f"of {name}\nand more")) for name in ("p1", "p2")
    }
    failing = _failing(probes=["p1", "p2"], decisive="p2")
    assert printed(failing, probes) == ["of p2", "and more"]


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 140])
def test_a_long_line_is_cut_in_its_middle(columns: int) -> None:
    """On a terminal it stays one line: where it begins and how it ends is what tells most."""
    run = _run(_failing(), stderr=f"begin {'x' * 400} end\nshort\n")
    text = render("table", run, Context(width=columns, terminal=True))
    (line,) = [line for line in text.splitlines() if "begin" in line]
    assert line.endswith("end")
    assert " … " in line
    assert len(line) <= columns


@pytest.mark.parametrize("name", _FORMATS)
def test_foreign_output_stays_text(name: str) -> None:
    """Nothing that a probe printed is obeyed where its output is shown."""
    text = render(name, _run(_failing(), stderr=f"{HOSTILE}\n::error::x\n```\n"), Context())
    lines = text.splitlines()
    begun = [line for line in lines if line.lstrip().startswith("::")]
    assert not [line for line in begun if "::x" in line and not line.startswith("::error file")]
    assert "##[" not in text
    assert "<b>&amp;" not in text or name != "html"


# --- one cause, one block -------------------------------------------------------------------------


@pytest.mark.parametrize("name", _FORMATS)
def test_one_cause_is_told_once(name: str) -> None:
    """Criteria that one cause keeps from being measured are named together, each of them."""
    down = "the advisory service could not be reached"
    criteria = [_unmeasured(f"T1.{number}", down) for number in (1, 2, 3)]
    text = _shown(_run(*criteria, _unmeasured("T1.4", "timed out")), name)
    assert text.count(down) == 1
    assert "3 criteria, one cause" in text
    for number in (1, 2, 3, 4):
        assert f"T1.{number}" in text
    assert name != "table" or re.search(r"\n  T1.1 +Criterion T1.1\n  T1.2 +Criterion T1.2\n", text)


@pytest.mark.parametrize("name", _FORMATS)
def test_equal_failures_are_told_each(name: str) -> None:
    """That two numbers are the same is no common cause."""
    text = _shown(_run(_failing("T1.1"), _failing("T1.2")), name)
    assert "one cause" not in text
    assert text.count("3 errors") >= 2


@pytest.mark.parametrize("count", [12, 13, 40])
def test_of_many_reasons_it_is_told_how_many_more(count: int) -> None:
    """Twelve are read; the rest are counted, and where they are is told."""
    run = _run(_failing())
    reasons = [f"T{number}.2 (P0) fails" for number in range(count)]
    run = msgspec.structs.replace(run, gate=msgspec.structs.replace(run.gate, reasons=reasons))
    for context in (Context(), Context(quiet=True), Context(width=80, terminal=True)):
        text = render("table", run, context)
        assert text.count("(P0) fails") == min(count, 12)
        more = f"and {count - 12} more; show them with: readiness report --verbose"
        assert (more in text) == (count > 12)
    assert render("table", run, Context(verbose=True)).count("(P0) fails") == count


# --- places ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "link"),
    [
        ("code.test", "https://code.test/o/n/blob/3f2a/sub/src/a%20b.py#L7"),
        ("gitlab.code.test", "https://gitlab.code.test/o/n/-/blob/3f2a/sub/src/a%20b.py#L7"),
        ("bitbucket.test", "https://bitbucket.test/o/n/src/3f2a/sub/src/a%20b.py#lines-7"),
        ("gitea.test", "https://gitea.test/o/n/src/commit/3f2a/sub/src/a%20b.py#L7"),
    ],
)
def test_a_place_leads_to_the_repository_on_the_web(host: str, link: str) -> None:
    """In the comment and on the page; the page also opens the file in an editor."""
    run = _run(_failing())
    git = msgspec.structs.replace(run.git, web=f"https://{host}/o/n", folder="sub", commit="3f2a")
    board = msgspec.structs.replace(run.board, workdir="/srv/project/sub")
    finding = FindingRecord(
        criterion="T1.1", path="src/a b.py", line=7, rule="E1", message="is wrong"
    )
    run = msgspec.structs.replace(run, git=git, board=board, findings=[finding])
    assert f"]({link})" in render("markdown", run, Context())
    links = [str(each.get("href")) for each in _steps(run).iter("a")]
    assert link in links
    assert "vscode://file/srv/project/sub/src/a%20b.py:7" in links


@pytest.mark.parametrize("web", ["", "javascript:alert(1)", "https://x.test/a/b)](c", "https://x"])
def test_what_is_no_address_of_a_repository_is_no_link(web: str) -> None:
    """A document may come from anywhere; what it calls an address is looked at."""
    run = _run(_failing())
    finding = FindingRecord(criterion="T1.1", path="a.py", line=7, rule="E1", message="is wrong")
    git = msgspec.structs.replace(run.git, web=web)
    run = msgspec.structs.replace(run, git=git, findings=[finding])
    assert "](" not in _shown(run, "markdown")
    assert all(str(each.get("href")).startswith("#") for each in _steps(run).iter("a"))


@pytest.mark.parametrize("name", [*_FORMATS, "board", "junit", "gitlab"])
def test_what_waits_to_be_attested_has_not_failed(name: str) -> None:
    """It has a word of its own, apart from failures."""
    waiting = {"wordings": {"reason": Wording(key="reason.not_attested")}, "expect": "true"}
    both = [_failing(identifier, **waiting) for identifier in ("T1.7", "T1.8")]
    texts = [
        words_of(parsed(page(run))) if name == "html" else render(name, run, Context())
        for run in (_run(_failing()), _run(_failing(), *both))
    ]
    plain = [re.sub(r"<property .*", "", text).lower() for text in texts]
    failed, of_all = (re.findall(r"\bfail(?:ed|ure|s)?\b", text) for text in plain)
    assert "not attested" in plain[1]
    assert "t1.7" in plain[1]
    assert failed == of_all


def test_each_reason_of_one_criterion_says_where() -> None:
    """With the first place that its tool names, and none where several have one cause."""
    places = [
        FindingRecord(criterion="T1.1", path="a.py", line=line, rule="", message="")
        for line in (3, 9)
    ]
    several = Wording(key="names", facts={"1": "T1.1", "2": "T1.2"})
    document = a_document(findings=places)
    gate = msgspec.structs.replace(
        document.gate,
        reasons=["T1.1 fails", "T1.1, T1.2 fail", "too low"],
        wordings=[
            Wording(key="complaint.fails", facts={"names": "T1.1"}),
            Wording(key="complaint.fails", facts={"names": several}),
        ],
    )
    told = placed_reasons(msgspec.structs.replace(document, gate=gate))
    assert told == ["T1.1 fails (a.py:3)", "T1.1, T1.2 fail", "too low"]
