"""The chain of runs: what was edited, removed or inserted is named, and gates keep one chain."""

import itertools
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from readiness.history.store import AlteredError, History, chain
from readiness.model.errors import NotWrittenError
from readiness.record.document import to_json
from tests.history.test_store import AT, a_document, last, record


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the history will be."""
    return tmp_path / "history.db"


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The file as anybody may open it."""
    connection = sqlite3.connect(path)
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


def change(path: Path, *statements: str) -> None:
    """Do something to the file that no gate would do."""
    with opened(path) as connection:
        for statement in statements:
            connection.execute(statement)


def recorded(path: Path, *names: str) -> None:
    """Record runs, each by a gate of its own."""
    for name in names:
        history = History(str(path))
        record(history, a_document(name))
        history.close()


def named(path: Path) -> list[str]:
    """What does not fit, in words."""
    return [str(each) for each in History(str(path)).verify().altered]


# --- the chain ----------------------------------------------------------------------------------


def test_each_run_holds_the_digest_of_the_one_before(path: Path) -> None:
    """Over the bytes that are stored, which is what `finish` returns too."""
    history = History(str(path))
    returned = []
    for name in ("r1", "r2", "r3"):
        history.begin(name, "board.yaml", "local", AT)
        returned.append(history.finish(a_document(name), {}, {}))
    stored = [history.stored(document.id) for document in returned]
    assert stored == [to_json(document) for document in returned]
    assert returned[0].previous_run is None
    for before, after in itertools.pairwise(returned):
        assert after.previous_run is not None
        assert after.previous_run.id == before.id
        assert after.previous_run.digest == chain.digest_of(to_json(before))
    found = history.verify()
    assert (found.entries, found.chained, found.without_end) == (3, 3, 0)
    assert found.altered == []


def test_the_run_before_is_the_one_that_ended_before(path: Path) -> None:
    """Not the one that began before: both may go on at once."""
    slow, quick = History(str(path)), History(str(path))
    slow.begin("slow", "board.yaml", "local", AT)
    quick.begin("quick", "board.yaml", "local", AT)
    quick.finish(a_document("quick"), {}, {})
    document = slow.finish(a_document("slow"), {}, {})
    assert document.previous_run is not None
    assert document.previous_run.id == "quick"
    assert named(path) == []


def test_runs_without_an_end_are_told_apart(path: Path) -> None:
    """They were killed or go on; nothing was altered."""
    recorded(path, "r1")
    History(str(path)).begin("r2", "board.yaml", "local", AT)
    recorded(path, "r3")
    found = History(str(path)).verify()
    assert (found.entries, found.chained, found.without_end, found.altered) == (3, 2, 1, [])


def test_a_history_that_is_not_there_has_nothing_altered(path: Path) -> None:
    """And verifying makes none."""
    assert History(str(path)).verify() == chain.NOTHING
    assert not path.exists()


# --- what was done to it ------------------------------------------------------------------------

EDIT = "update runs set document = replace(cast(document as text), '{0}', '{1}') where id = '{2}'"
BLOB = "update runs set document = cast(document as blob) where id = '{0}'"
SCORE, BETTER = '"measured":7', '"measured":9'


def edit(name: str, old: str = SCORE, new: str = BETTER) -> tuple[str, str]:
    """Two statements that edit the document of a run."""
    return EDIT.format(old, new, name), BLOB.format(name)


COPY = (
    "insert into runs (id, board, profile, started_at, state, document)"
    " select 'fake', board, profile, started_at, state, document from runs where id = 'r1'"
)
REDIGEST = "update chain set digest = digest_of(document) from runs where run = sequence"
TAMPERED: list[tuple[str, tuple[str, ...], list[str]]] = [
    ("an entry edited", edit("r2"), ["run r2 (entry 2) was edited"]),
    ("the first edited", edit("r1"), ["run r1 (entry 1) was edited"]),
    ("the last edited", edit("r4"), ["run r4 (entry 4) was edited"]),
    ("garbage", ("update runs set document = 'x' where id = 'r2'",), ["run r2 (entry 2)"]),
    ("emptied", ("update runs set document = null where id = 'r2'",), ["run r2 (entry 2)"]),
    ("its state", ("update runs set state = 'interrupted' where id = 'r2'",), ["run r2 (entry 2)"]),
    ("its name", ("update runs set id = 'x' where id = 'r2'",), ["run x (entry 2)"]),
    ("its profile", ("update runs set profile = 'x' where id = 'r2'",), ["run r2 (entry 2)"]),
    ("an entry removed", ("delete from runs where id = 'r2'",), ["entry 2 was removed"]),
    (
        "removed with its link",
        ("delete from runs where id = 'r2'", "delete from chain where run = 2"),
        ["entry 2 was removed", "run r3 (entry 3) comes after a run that is no longer there"],
    ),
    (
        "the newest removed with its link",
        ("delete from runs where id = 'r4'", "delete from chain where run = 4"),
        ["entry 4 was removed"],
    ),
    ("an entry inserted", (COPY,), ["run fake (entry 5) was inserted"]),
    (
        "inserted with a link",
        (COPY, "insert into chain (link, run, digest) select 5, 5, digest from chain limit 1"),
        ["run fake (entry 5) was inserted"],
    ),
    (
        "the chain emptied",
        ("delete from chain",),
        ["r1 (entry 1) was inserted", *(f"r{n} (entry {n}) was cut off" for n in (2, 3, 4))],
    ),
    ("a name that is none", ("update runs set id = x'00ff' where id = 'r2'",), ["entry 2"]),
    (
        "edited with its digest",
        (*edit("r2"), REDIGEST),
        ["run r2 (entry 2) was edited: run r3, the next, holds another digest of it"],
    ),
    (
        "two runs exchanged",
        ("update runs set sequence = 9 where id = 'r2'",
         "update runs set sequence = 2 where id = 'r3'",
         "update runs set sequence = 3 where id = 'r2'"),
        ["entry 2", "entry 3"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "expected"), [case[1:] for case in TAMPERED],
                         ids=[case[0] for case in TAMPERED])  # fmt: skip
def test_what_was_altered_is_named(
    path: Path, statements: tuple[str, ...], expected: list[str]
) -> None:
    """The entry and what was done; those beside it are not blamed."""
    recorded(path, "r1", "r2", "r3", "r4")
    assert named(path) == []
    with opened(path) as connection:
        connection.create_function("digest_of", 1, chain.digest_of)
        for statement in statements:
            connection.execute(statement)
    found = named(path)
    assert len(found) == len(expected), found
    for words, said in zip(expected, found, strict=True):
        assert words in said
    recorded(path, "r5")
    assert [each for each in named(path) if "r5" in each] == []


def test_a_chain_that_was_taken_away_is_missed(path: Path) -> None:
    """With the name of each run that ended."""
    recorded(path, "r1", "r2")
    change(path, "drop table chain")
    assert [each.split(":")[0] for each in named(path)] == [
        "run r1 (entry 1) was cut off", "run r2 (entry 2) was cut off",
    ]  # fmt: skip
    change(path, "pragma user_version = 1")
    assert [each.split(":")[0] for each in named(path)] == ["run r2 (entry 2) was cut off"]


@pytest.mark.parametrize("column", ["link", "run", "digest"])
@pytest.mark.parametrize("value", ["x'00'", "'text'", "-7", "1.5"])
def test_whatever_stands_in_the_chain_is_told_calmly(path: Path, column: str, value: str) -> None:
    """Nothing that is put there breaks the verification, or a run."""
    recorded(path, "r1", "r2", "r3")
    try:
        change(path, f"update chain set {column} = {value} where link = 2")
    except sqlite3.IntegrityError:
        return
    assert named(path) != []
    recorded(path, "r4")


# --- histories of before ------------------------------------------------------------------------


def test_a_history_of_before_there_was_a_chain_is_refused_and_kept(path: Path) -> None:
    """It can be read, and nothing is written to it."""
    recorded(path, "r1")
    change(path, "drop table chain", "pragma user_version = 1")
    with pytest.raises(NotWrittenError, match=r"older readiness.*move it away"):
        recorded(path, "r2")
    assert last(History(str(path))) is not None
    assert named(path) == []


# --- while a run goes on ------------------------------------------------------------------------


def forge(path: Path) -> None:
    """Append an entry as a probe might that knows the tables."""
    change(path, COPY)


def forge_with_link(path: Path) -> None:
    """Append an entry and a link with a digest that fits."""
    with opened(path) as connection:
        connection.create_function("digest_of", 1, chain.digest_of)
        connection.execute(COPY)
        connection.execute(
            "insert into chain (link, run, digest) select 4, sequence, digest_of(document)"
            " from runs where id = 'fake'"
        )


def finish_a_killed_run(path: Path) -> None:
    """Give a run that was killed a good end."""
    change(path, "update runs set state = 'finished', document = (select document from runs"
           " where id = 'r1') where id = 'killed'")  # fmt: skip


WHILE_IT_RUNS: list[tuple[Callable[[Path], None], str]] = [
    (forge, "run fake (entry 6) was inserted"),
    (forge_with_link, "run fake (entry 6)"),
    (finish_a_killed_run, "run killed (entry 4) was inserted"),
    (lambda path: change(path, *edit("r2")), "run r2 (entry 2) was edited"),
    (lambda path: change(path, *edit("r3")), "run r3 (entry 3) was edited"),
    (lambda path: change(path, "delete from runs where id = 'r1'"), "was removed"),
    (
        lambda path: change(
            path, "delete from runs where id = 'r3'", "delete from chain where run = 3"
        ),
        "entry 3 was removed",
    ),
]


@pytest.mark.parametrize(("act", "expected"), WHILE_IT_RUNS)
def test_what_is_done_while_a_run_goes_on_is_found_at_its_end(
    path: Path, act: Callable[[Path], None], expected: str
) -> None:
    """The run is recorded all the same, and it is told what was done meanwhile."""
    recorded(path, "r1", "r2", "r3")
    History(str(path)).begin("killed", "board.yaml", "local", AT)
    history = History(str(path))
    history.begin("r5", "board.yaml", "local", AT)
    act(path)
    with pytest.raises(AlteredError) as caught:
        history.finish(a_document("r5"), {}, {})
    assert expected in str(caught.value)
    assert history.stored("r5") == to_json(caught.value.document)


def test_other_gates_are_no_trespassers(path: Path) -> None:
    """Their runs begin, end, are cut short and are killed while this one goes on."""
    recorded(path, "r1")
    history = History(str(path))
    history.begin("long", "board.yaml", "local", AT)
    recorded(path, "r2", "r3")
    cut = History(str(path))
    cut.begin("cut", "board.yaml", "local", AT)
    cut.finish(a_document("cut", interrupted=True), {}, {})
    History(str(path)).begin("killed", "board.yaml", "local", AT)
    document = history.finish(a_document("long"), {}, {})
    assert document.previous_run is not None
    assert document.previous_run.id == "cut"
    assert named(path) == []


def test_a_file_that_is_overwritten_meanwhile_is_noticed(path: Path) -> None:
    """Also in place, past SQLite."""
    recorded(path, "r1")
    before = path.read_bytes()
    recorded(path, "r2")
    history = History(str(path))
    history.begin("r3", "board.yaml", "local", AT)
    with open(path, "r+b") as file:
        file.write(before)
    os.truncate(f"{path}-wal", 0)
    with pytest.raises(AlteredError):
        history.finish(a_document("r3"), {}, {})
