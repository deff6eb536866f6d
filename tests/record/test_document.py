"""The run document: read back as written, refused when it is not one, described by a schema."""

import subprocess
import sys

import jsonschema
import msgspec
import pytest

from readiness.model.errors import UsageError
from readiness.model.words import Decision
from readiness.record.document import VERSION, WholeRun, from_json, run_schema, to_json
from readiness.record.newest import of_the_project
from tests.support.documents import a_chinese_document, a_document


@pytest.mark.parametrize("document", [a_document(), a_chinese_document()], ids=["mixed", "zh"])
def test_a_document_is_read_back_as_it_was(document: object) -> None:
    """With every verdict and every string in it."""
    assert from_json(to_json(document), "x") == document  # type: ignore[arg-type]


def test_it_is_valid_by_its_schema() -> None:
    """And the schema is one."""
    schema = run_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(msgspec.json.decode(to_json(a_document())), schema)


def test_fields_that_came_later_have_defaults() -> None:
    """A document of an older program of the same version is still read."""
    data = msgspec.json.decode(to_json(a_document()))
    for task in data["tasks"]:
        del task["blocking"]
        for criterion in task["criteria"]:
            for name in ("check", "line", "previous"):
                del criterion[name]
    del data["loosened"]
    assert from_json(msgspec.json.encode(data), "x").id == a_document().id


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "not a run document"),
        (b"[]", "not a run document"),
        (b"{}", "version"),
        (b'{"version": 1}', "not a run document"),
        (b'{"version": "1"}', "not a run document"),
        (b'{"version": %d}' % (VERSION + 1), "newer readiness"),
        (b"\xff\xfe", "not a run document"),
        (b"\x89PNG", "not a run document"),
    ],
    ids=str,
)
def test_what_is_no_document_is_refused_by_name(text: bytes, says: str) -> None:
    """The message names the source, and what is wrong or what to do."""
    with pytest.raises(UsageError, match=says) as refused:
        from_json(text, "run.json")
    assert "run.json" in str(refused.value)


READ_AT_ONCE = """
import sys, threading
from readiness.record.document import from_json, ready_for_threads
sys.setswitchinterval(1e-7)
ready_for_threads()
text, start = sys.stdin.buffer.read(), threading.Barrier(8)
def read():
    start.wait()
    from_json(text, "x")
threads = [threading.Thread(target=read) for _ in range(8)]
for each in threads: each.start()
for each in threads: each.join()
"""


def test_several_threads_may_be_the_first_to_read_one() -> None:
    """Unprepared, two processes of five end by a segmentation fault."""
    command = [sys.executable, "-c", READ_AT_ONCE]
    data = to_json(a_document())
    assert [subprocess.run(command, input=data).returncode for _ in range(5)] == [0] * 5


@pytest.mark.parametrize(("interrupted", "decision"), [(False, "ready"), (True, "undecided")])
def test_no_report_of_an_interrupted_run_says_that_an_earlier_one_was_ready(
    interrupted: bool, decision: str
) -> None:
    """Of a part, the decision is that of the newest whole run; what was cut has its own."""
    whole = a_document()
    ready = msgspec.structs.replace(whole.gate, decision=Decision.READY, exit_status=0)
    stands = WholeRun(
        run="r0", at=whole.started_at, score=whole.score, gate=ready, milestones=[], git=whole.git
    )
    own = msgspec.structs.replace(whole.gate, decision=Decision.UNDECIDED, exit_status=3)
    run = a_document(partial=not interrupted, interrupted=interrupted, whole_run=stands, gate=own)
    assert of_the_project(run).gate.decision == decision
