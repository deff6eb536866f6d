"""What a run found as records: exact numbers, clean text, no secrets, nothing rounded up."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
import pytest

from readiness.decide.gate import gate
from readiness.decide.score import explain, score
from readiness.model.capture import Capture, Stream
from readiness.model.judgement import Finding, Gate, Score
from readiness.model.words import Verdict
from readiness.plan import make_plan
from readiness.record.criteria import Points, Recorder, task_records, with_versions
from readiness.record.document import CriterionRecord, StreamRecord
from readiness.record.origin import Git
from readiness.record.run import board_ref, gate_record, score_record
from readiness.record.values import timestamp
from readiness.text.clean import Redactor
from tests.support.builders import (
    a_board,
    a_check,
    a_criterion,
    a_judgement,
    a_task,
    an_attested,
    judgements_of,
)

SECRET = "s3cr3t-value-1"
PLAIN = Recorder(Redactor([]))
MASKING = Recorder(Redactor([SECRET]))


def criterion_record(recorder: Recorder = PLAIN, **judged: Any) -> CriterionRecord:
    """Record a failing criterion that was judged so."""
    return recorder.criterion(a_judgement(a_criterion(), "fail", **judged), None, [], None)


# --- values -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "recorded"),
    [
        (Decimal("99.96"), 99.96),
        (Decimal("0.1"), 0.1),
        (Decimal(1029), 1029),
        (Decimal("1029.0"), 1029),
        (Decimal("1e3"), 1000),
        (Decimal(1), 1),
        (Decimal("-1.5"), -1.5),
        (Decimal(2**53), float(2**53)),
        (Decimal("1e400"), None),
        (Decimal("1e999999"), None),
        (True, True),
        ("text", "text"),
        (None, None),
    ],
    ids=str,
)
def test_a_value_is_recorded_exactly(value: Any, recorded: object) -> None:
    """As JSON can hold it; what JSON cannot hold is null."""
    record = criterion_record(value=value)
    assert (record.value, type(record.value)) == (recorded, type(recorded))
    assert msgspec.json.decode(msgspec.json.encode(record), type=CriterionRecord) == record


def test_foreign_text_is_clean_masked_and_short() -> None:
    """In values, reasons, hints, findings and the gate's reasons."""
    hostile = f"\x1b[2J {SECRET}\n::x"
    record = criterion_record(MASKING, value=hostile, shown=hostile, reason=hostile, hint=hostile)
    for text in (record.value, record.shown, record.reason, record.hint):
        assert isinstance(text, str)
        assert SECRET not in text
        assert text.isprintable()
    (place,) = MASKING.findings(
        "T1.1", [Finding(path=hostile, line=3, rule=hostile, message=hostile)]
    )
    assert SECRET not in f"{place.path}{place.rule}{place.message}"
    decided = Gate(decision=gate_of().decision, exit_status=1, reasons=(hostile,))
    assert SECRET not in gate_record(decided, 1, MASKING).reasons[0]
    assert len(criterion_record(reason="x" * 99_999).reason) < 2100


def test_a_secret_is_not_cut_in_two() -> None:
    """It is masked before a long text is cut."""
    for before in range(1980, 2001):
        reason = criterion_record(MASKING, reason="x" * before + SECRET).reason
        assert "s3cr" not in reason


# --- probes -------------------------------------------------------------------------------------


def stream_record(recorder: Recorder = PLAIN, **fields: Any) -> StreamRecord:
    """Record a stream as the only one of a probe."""
    board = a_board(a_task())
    (probe,) = make_plan(board, environ={}).probes
    return recorder.probe(probe, Capture(probe=0, stdout=Stream(**fields))).stdout


def test_a_short_output_is_one_text() -> None:
    """Its end is not told twice."""
    assert stream_record().head == ""
    short = stream_record(size=5, head=b"12345", tail=b"12345")
    assert (short.head, short.tail) == ("12345", "")
    both = stream_record(size=8, head=b"12345", tail=b"45678")
    assert (both.head, both.tail) == ("12345678", "")
    long = stream_record(size=99, head=b"12345", tail=b"56789")
    assert (long.head, long.tail) == ("12345", "56789")


def test_bytes_that_are_no_text_are_shown_as_escapes() -> None:
    """Whatever was printed, the record is valid UTF-8 and obeys nobody."""
    record = stream_record(size=99, head=b"caf\xe9 \x1b[2J\x00\xff\n\xf0", tail=b"\x9f\x98\x80 end")
    assert record.head == "caf\\xe9 \\x1b[2J\\x00\\xff\n\\xf0"
    assert msgspec.json.decode(msgspec.json.encode(record), type=StreamRecord) == record


def test_commands_parameters_and_folders_are_masked() -> None:
    """Wherever a variable was replaced in them."""
    criterion = a_criterion(
        check=a_check(run=f"curl {SECRET}\n\x1b"), params={"url": f"http://u:{SECRET}@h"}
    )
    board = a_board(a_task("T1", [criterion]), workdir=f"/{SECRET}\udce9")
    (probe,) = make_plan(board, environ={}).probes
    record = MASKING.probe(probe, Capture(probe=0))
    assert SECRET not in repr(record)
    assert record.command == "curl ***\n\\x1b"
    msgspec.json.encode(record)


def test_versions_are_those_of_the_checks_tools() -> None:
    """None where nothing is known."""
    board = a_board(a_task())
    (probe,) = make_plan(board, environ={}).probes
    record = PLAIN.probe(probe, Capture(probe=0))
    (known,) = with_versions([record], {"p1": "key"}, {"key": "lint 2.4.1"})
    assert known.tool_version == "lint 2.4.1"
    (unknown,) = with_versions([record], {"p1": "key"}, {})
    assert unknown.tool_version is None
    assert with_versions([record], {}, {}) == [record]


# --- criteria, tasks, score ---------------------------------------------------------------------


def gate_of(*verdicts: str, target: str = "10") -> Gate:
    """The gate of a board of one task with these verdicts."""
    board = a_board(a_task("T1", len(verdicts) or 1), target=target)
    judgements = judgements_of(board, *(verdicts or ("fail",)))
    return gate(board, score(board, judgements), judgements, partial=False)


def tasks_of(*verdicts: str) -> Any:
    """The record of a task with these verdicts, its points as they are printed."""
    board = a_board(a_task("T1", len(verdicts)))
    judgements = judgements_of(board, *verdicts)
    total = score(board, judgements)
    points = {
        line.criterion: Points(earned, line.points, line.possible)
        for line, earned in zip(total.lines, explain(total).points, strict=True)
    }
    ids: dict[str, list[str]] = {one.criterion.id: [] for one in judgements}
    (task,) = task_records(board, judgements, points, ids, PLAIN, {})
    return task


@pytest.mark.parametrize(
    ("verdicts", "done", "attainment"),
    [
        (["pass", "warn"], True, 1.0),
        (["pass", "skip"], False, 0.5),
        (["pass", "fail"], False, 0.5),
        (["pass", "error", "error"], False, 0.333),
        (["pass", "waived"], False, 0.5),
        (["skip", "skip"], False, None),
        (["pass"] * 2999 + ["fail"], False, 0.999),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_task_is_done_when_all_of_it_is(
    verdicts: list[str], done: bool, attainment: float | None
) -> None:
    """Its attainment is 1 only then."""
    task = tasks_of(*verdicts)
    assert (task.done, task.attainment) == (done, attainment)


@pytest.mark.parametrize(
    ("value", "target"),
    [
        (Fraction(79999999, 10**7), "8"),
        (Fraction(8) - Fraction(1, 10**30), "8"),
        (Fraction(10) - Fraction(1, 10**9), "10"),
    ],
)
def test_a_score_below_the_target_never_looks_like_it(value: Fraction, target: str) -> None:
    """Neither as a number nor as progress, to whatever place it is rounded."""
    found = Score(value=value, target=Decimal(target), lines=(), measured=1, in_scope=1, total=1,
                  measured_share=Fraction(1))  # fmt: skip
    record = score_record(found, "7.9", Decimal(0))
    assert record.value is not None
    assert record.value < record.target
    assert record.progress is not None
    assert record.progress < 1


@pytest.mark.parametrize(
    ("value", "target", "progress"),
    [(Fraction(8), "8", 1.0), (Fraction(9), "8", 1.0), (Fraction(11, 2), "8", 0.6875),
     (Fraction(0), "0", 1.0), (None, "8", None)],
)  # fmt: skip
def test_progress_is_the_way_to_the_target(
    value: Fraction | None, target: str, progress: float | None
) -> None:
    """5.5 of 8.0 is 68.75 %; past it there is nothing more."""
    found = Score(value=value, target=Decimal(target), lines=(), measured=1, in_scope=1, total=1,
                  measured_share=Fraction(1))  # fmt: skip
    assert score_record(found, "", Decimal(0)).progress == progress


def test_only_like_is_compared_with_like() -> None:
    """A criterion that was skipped, or had another unit, has no previous value."""
    now = a_judgement(a_criterion(), "fail")
    before = criterion_record(value=Decimal(1100))

    def previous(**changes: Any) -> object:
        earlier = msgspec.structs.replace(before, **changes)
        found = PLAIN.criterion(now, None, [], earlier).previous
        return found and (found.verdict, found.value)

    assert previous() == ("fail", 1100)
    assert previous(unit="files") is None
    assert previous(verdict=Verdict.SKIP) is None
    assert PLAIN.criterion(now, None, [], None).previous is None


def test_an_attested_criterion_says_whose_word_it_is() -> None:
    """And expects nothing but that."""
    record = PLAIN.criterion(a_judgement(an_attested()), None, [], None)
    assert record.attestation is not None
    assert (record.attestation.by, record.expect, record.check) == ("li.wei", "attested", None)


def test_times_are_utc_to_the_millisecond() -> None:
    """In the one form that sorts by time."""
    assert timestamp(1763989842.5) == "2025-11-24T13:10:42.500Z"
    assert timestamp(0) == "1970-01-01T00:00:00.000Z"


def test_a_path_that_is_no_text_can_be_written() -> None:
    """It is shown with escapes."""
    msgspec.json.encode(board_ref(a_board(path="caf\udce9/board.yaml"), None))


@pytest.mark.parametrize(
    ("path", "workdir", "folder", "file"),
    [
        ("/repo/board.yaml", "/repo", "", "board.yaml"),
        ("/repo/gate/board.yaml", "/repo/src/api", "src/api", "gate/board.yaml"),
        ("/repo/src/board.yaml", "/repo/src", "src", "src/board.yaml"),
        ("/elsewhere/board.yaml", "/repo/src", "src", "board.yaml"),
        ("/project/gate/board.yaml", "/project", None, "gate/board.yaml"),
        ("/project/board.yaml", "/project/src", None, "board.yaml"),
    ],
)
def test_the_board_is_named_from_the_repository(
    path: str, workdir: str, folder: str | None, file: str
) -> None:
    """As annotations need it, wherever the board and the probes are."""
    git = None if folder is None else Git(commit="1", branch="", dirty=False, folder=folder)
    assert board_ref(a_board(path=path, workdir=workdir), git).file == file
