"""What the tests of a change say of it, as text for people."""

from collections.abc import Iterator

from readiness.guard.absent import ChangedFunction
from readiness.guard.change_proof import ChangeProof, Proving
from readiness.text.layout import columns, literal
from readiness.text.sentences import say_now

_NAMED = 3


def change_table(proof: ChangeProof, *, quiet: bool) -> str:
    """Format each test with what it proves of the change, and a summary."""
    return "\n".join([*(() if quiet else _lines(proof)), _sum(proof)])


def _lines(proof: ChangeProof) -> Iterator[str]:
    rows = [
        (f"{test.path}:{test.line}", test.name, say_now(f"prove.said.{test.proving.value}"))
        for test in proof.tests
    ]
    if rows:
        yield columns(rows).rstrip("\n")
    for test in proof.tests:
        if test.message and test.proving is not Proving.PROVES:
            yield f"  {literal(test.name)}: {literal(test.message)}"
    yield from (literal(test) for test in proof.unknown)
    if proof.functions:
        yield say_now("prove.functions")
        yield columns([*map(_function, proof.functions)]).rstrip("\n")


def _function(function: ChangedFunction) -> tuple[str, str, str]:
    names = [test.rpartition("::")[2] for test in function.noticed_by]
    more = f" +{len(names) - _NAMED}" if len(names) > _NAMED else ""
    said = ", ".join(names[:_NAMED]) + more if names else say_now("prove.unnoticed")
    return f"{function.path}:{function.line}", function.name, said


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
