"""Which criterion of the base is which of the head, and what their weights and profiles say."""

from pathlib import Path

import pytest

from readiness.guard.changes import Direction, Kind
from tests.support.boards_compared import BOARD, FILES, LOOSE, SAME, TIGHT, brief, compared, edited

PLAIN = """\
version: 1
title: Shop
tasks:
  - id: T1
    priority: P0
    criteria:
      - {title: One, run: make one}
      - {title: Two, run: make two}
      - {title: Three, run: make three}
  - id: T2
    criteria:
      - {title: Four, run: make four, weight: 2}
      - {title: Five, run: make five, weight: 2}
"""


def of_plain(tmp_path: Path, *edits: tuple[str, str]) -> list[tuple[str, Kind, Direction]]:
    """What is told when these texts take the place of others in a board without ids."""
    after = PLAIN
    for old, new in edits:
        assert old in after
        after = after.replace(old, new)
    return brief(compared(tmp_path, {"board.yaml": PLAIN}, {"board.yaml": after}))


ONE = "      - {title: One, run: make one}\n"


PAIRED = [
    ((ONE, f"      - {{title: Zero, run: make zero}}\n{ONE}"), [("T1.1", Kind.CRITERION, TIGHT)]),
    ((ONE, ""), [("T1.1", Kind.CRITERION, LOOSE)]),
    (("id: T1", "id: Types"), []),
    (("weight: 2", "weight: 7"), []),
    (
        (PLAIN[PLAIN.index("  - id: T2") :], ""),
        [
            ("T2", Kind.TASK, LOOSE),
            ("T2.1", Kind.CRITERION, LOOSE),
            ("T2.2", Kind.CRITERION, LOOSE),
        ],
    ),
]


@pytest.mark.parametrize(
    ("edit", "changes"),
    PAIRED,
    ids=["one in front", "the first goes", "a task renamed", "all weights", "a task goes"],
)
def test_default_ids_are_positions_and_pairs_are_known_otherwise(
    tmp_path: Path, edit: tuple[str, str], changes: list[tuple[str, Kind, Direction]]
) -> None:
    """By title and probe: what moves is no other; a task that goes is told with its criteria."""
    assert [change for change in of_plain(tmp_path, edit) if change[2] is not SAME] == changes


def test_a_title_may_begin_with_a_capital_or_end_with_a_stop(tmp_path: Path) -> None:
    """Other words are another promise, mended ones too."""
    assert of_plain(tmp_path, ("title: One", "title: one.")) == []
    (title,) = of_plain(tmp_path, ("title: One", "title: Oen"))
    assert title == ("T1.1", Kind.TITLE, LOOSE)


def test_another_criterion_in_the_same_place_is_another(tmp_path: Path) -> None:
    """Its title and its command are what it was."""
    found = of_plain(tmp_path, (ONE, "      - {title: Easy, run: make easy}\n"))
    kinds = {each[1] for each in found if each[2] is LOOSE}
    assert kinds in ({Kind.TITLE, Kind.COMMAND}, {Kind.CRITERION})


def test_a_criterion_that_moves_to_a_lesser_task(tmp_path: Path) -> None:
    """It blocked the release, and does not any more."""
    four = "      - {title: Four"
    found = of_plain(tmp_path, (ONE, ""), (four, f"{ONE}{four}"))
    assert ("T2.1", Kind.TASK, LOOSE) in found


def test_to_raise_all_others_lowers_one(tmp_path: Path) -> None:
    """Its share of the score tells."""
    changes = of_plain(
        tmp_path,
        ("run: make two", "run: make two, weight: 9"),
        ("run: make three", "run: make three, weight: 9"),
    )
    assert ("T1.1", Kind.SHARE, LOOSE) in changes
    assert ("T1.2", Kind.WEIGHT, TIGHT) in changes


@pytest.mark.parametrize(("others", "told_of"), [(110, False), (111, True)])
def test_a_share_may_fall_by_a_tenth_untold(tmp_path: Path, others: int, told_of: bool) -> None:
    """From 90 of 180 to 90 of 200, and no further."""
    base = (
        "version: 1\ntitle: x\ntasks:\n  - id: T1\n    criteria:\n"
        "      - {run: make one, weight: 90}\n      - {run: make two, weight: 90}\n"
    )
    head = base.replace("make two, weight: 90", f"make two, weight: {others}")
    found = brief(compared(tmp_path, {"board.yaml": base}, {"board.yaml": head}))
    assert (("T1.1", Kind.SHARE, LOOSE) in found) is told_of


def test_a_lone_weight_counts_as_it_stands(tmp_path: Path) -> None:
    """What is lowered may be outweighed by what comes next."""
    lone = "version: 1\ntitle: x\ntasks:\n  - {id: T1, criteria: [{run: make x, weight: 10}]}\n"
    lowered = lone.replace("weight: 10", "weight: 1")
    found = compared(tmp_path, {"board.yaml": lone}, {"board.yaml": lowered})
    assert brief(found) == [("T1.1", Kind.WEIGHT, LOOSE)]


def test_profiles_that_go_or_come_first(tmp_path: Path) -> None:
    """What was measured in a profile is not any more; another default measures elsewhere."""
    production = '  production: {env: {BASE_URL: "https://example.org"}}\n'
    gone = FILES | {
        "board.yaml": BOARD.replace(production, "").replace("[local, production]", "[local]")
    }
    assert ("board", Kind.PROFILE, LOOSE) in brief(compared(tmp_path, FILES, gone))
    swapped = edited(f"  local: {{}}\n{production}", f"{production}  local: {{}}\n")
    assert ("board", Kind.PROFILE, LOOSE) in brief(compared(tmp_path, FILES, swapped))
    added = edited("  local: {}\n", "  local: {}\n  test: {}\n")
    found = brief(compared(tmp_path, FILES, added))
    assert found == [("board", Kind.PROFILE, SAME)]


def test_a_profile_that_nobody_runs_hides_a_criterion(tmp_path: Path) -> None:
    """On a board that had no profiles at all."""
    hidden = PLAIN.replace("run: make one", "run: make one, profiles: [never]").replace(
        "tasks:", "profiles: {ci: {}, never: {}}\ntasks:"
    )
    found = brief(compared(tmp_path, {"board.yaml": PLAIN}, {"board.yaml": hidden}))
    assert ("T1.1", Kind.PROFILE, LOOSE) in found


def test_the_env_of_a_profile_is_told_in_it(tmp_path: Path) -> None:
    """Loaded for that profile."""
    other = edited("https://example.org", "https://example.com")
    found = brief(compared(tmp_path, FILES, other, profile="production"))
    assert found == [("board", Kind.ENV, LOOSE)]
