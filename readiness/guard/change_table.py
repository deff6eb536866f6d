"""What the tests of a change say of it, for people."""

from collections.abc import Iterator

from readiness.guard.absent import ChangedFunction
from readiness.guard.change_proof import ChangeProof, Proving
from readiness.terminal.blocks import Block, FileLink, Grid, Part, Style, plain, text_lines
from readiness.text.sentences import say_now

_NAMED = 3


def change_table(proof: ChangeProof, *, quiet: bool) -> Iterator[Block]:
    """Yield each test with what it proves of the change, and a summary."""
    if not quiet:
        yield from _tests(proof)
    yield from text_lines(_sum(proof))


def _tests(proof: ChangeProof) -> Iterator[Block]:
    rows = [
        [
            (FileLink(f"{test.path}:{test.line}"), Style.PLAIN),
            *plain(test.name),
            (
                say_now(f"prove.said.{test.proving.value}"),
                Style.GOOD if test.proving is Proving.PROVES else Style.WARN,
            ),
        ]
        for test in proof.tests
    ]
    if rows:
        yield Grid(rows=[[*row] for row in rows], heads=[], flexible=1)
    for test in proof.tests:
        if test.message and test.proving is not Proving.PROVES:
            yield from text_lines(f"  {test.name}: {test.message}")
    yield from text_lines(*proof.unknown)
    if proof.functions:
        yield from text_lines(say_now("prove.functions"))
        yield Grid(rows=[[*_function(one)] for one in proof.functions], heads=[], flexible=2)


def _function(function: ChangedFunction) -> list[Part]:
    names = [test.rpartition("::")[2] for test in function.noticed_by]
    more = f" +{len(names) - _NAMED}" if len(names) > _NAMED else ""
    said = ", ".join(names[:_NAMED]) + more if names else say_now("prove.unnoticed")
    place = (FileLink(f"{function.path}:{function.line}"), Style.PLAIN)
    return [place, *plain(function.name, said)]


def _sum(proof: ChangeProof) -> str:
    proving = sum(each.proving is Proving.PROVES for each in proof.tests)
    either = sum(each.proving is Proving.EITHER_WAY for each in proof.tests)
    if not proof.sources:
        summary = say_now("prove.no_source")
    elif not proof.tests and not proof.unknown:
        summary = say_now("prove.no_test")
    else:
        summary = say_now("prove.tests", count=len(proof.tests), proving=proving, either=either)
    return f"{summary} · {say_now('report.exit_status', status=proof.exit_status)}"
