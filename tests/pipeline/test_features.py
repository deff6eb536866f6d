"""What options have a run do: found by their fields, and called in their turn."""

from readiness.model.settings import ReportTarget, RunSettings
from readiness.pipeline.features import features_of


def test_a_plain_run_has_none() -> None:
    """Nor has one whose settings say how it is shown, and how long it may take."""
    assert features_of(RunSettings()) == []
    assert features_of(RunSettings(output_format="json", quiet=True, timeout=5.0, jobs=3)) == []


def test_they_come_in_their_turn() -> None:
    """A base before what adds to it, and what counts on the others after them."""
    settings = RunSettings(
        base="HEAD",
        hold_line=True,
        reports=(ReportTarget("json", "run.json"),),
        reuse=True,
    )
    names = [type(feature).__module__.rpartition(".")[2] for feature in features_of(settings)]
    assert sorted(names) == ["base", "hold_line", "reports", "reuse"]
    assert names.index("base") < names.index("hold_line")


def test_a_dry_run_is_instead_of_all_others() -> None:
    """Whatever else is asked for beside it."""
    settings = RunSettings(dry_run=True, on="tcp://there:1")
    names = [type(feature).__module__.rpartition(".")[2] for feature in features_of(settings)]
    assert sorted(names) == ["dry_run", "on"]
    assert names[-1] == "dry_run"
