"""Every mistake that a board may have is told, with its place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from readiness.model.errors import BoardError, UsageError
from tests.load.conftest import Loader
from tests.support.boards import EXAMPLE, put

# --- faults ---------------------------------------------------------------------------------------

FAULTS = [
    # exactly one of
    ("title: x", "5:9: T1.1: this criterion has none of them; give exactly one of check, run, at"),
    ("run: x\ncheck: mypy", "5:9: T1.1: this criterion has check and run"),
    (
        "run: x\ncheck: junit\nwith: {command: y}",
        "5:9: T1.1: this criterion has check and run",
    ),
    # names
    ("check: mypi", '5:16: T1.1: unknown check "mypi"; did you mean "mypy"?'),
    ("check: mypy\nwith: {path: src}", '6:16: T1.1: mypy has no parameter "path"; did you mean "p'),
    ("check: mypy\nmeasure: erors", '6:18: T1.1: mypy has no measure "erors"; did you mean "error'),
    ("check: http", '5:9: T1.1: http needs the parameter "url"'),
    ("run: x\ntreshold: 0", '6:9: T1.1: unknown key "treshold"; did you mean "expect"?'),
    ("chek: mypy", '5:9: T1.1: unknown key "chek"; did you mean "check"?'),
    ("run: x\n<<: {title: x}", '6:9: T1.1: unknown key "<<"; merge keys are not part of YAML 1.2'),
    # ids
    (
        "id: no\nrun: x",
        '5:13: no: other YAML readers take "no" for a boolean',
    ),
    ("id: 5\nrun: x", "5:13: T1.1: expected text, found the number 5; quote it"),
    ('id: "a\\e[2J"\nrun: x', '5:13: a\\x1b[2J: "a\\x1b[2J" is not an id'),
    ("id: ..\nrun: x", '5:13: ..: ".." is not an id'),
    ("id: T1\nrun: x", "5:13: T1: the id T1 is used twice"),
    ("id: t1\nrun: x", "5:13: t1: the id t1 differs from T1 only in case"),
    # expectations
    ("run: x\nexpect: 5", '6:17: T1.1: "5" is not an expectation; write how to compare'),
    ("run: x\nexpect: '< 5 parsec'", "6:17: T1.1: "),
    ("run: x\nexpect: '>= 0'", '6:17: T1.1: ">= 0" can never fail: exit is never negative'),
    ("run: x\nexpect: matches x", '6:17: T1.1: "matches x" does not fit an exit status'),
    ("check: mypy\nexpect: < 5 ms", '6:17: T1.1: "< 5 ms" does not fit errors, which is in errors'),
    ("check: mypy\nwarn: '< 1 s'", '6:15: T1.1: "< 1 s" does not fit errors'),
    ("check: test-quality\nmeasure: survived", "5:9: T1.1: no expectation of surv"),
    ("run: x\nread: {as: json, query: a}", "5:9: T1.1: no expectation; add expect"),
    # readers
    ("run: x\nread: {as: text, regex: '('}\nexpect: '> 1'", '6:33: T1.1: "(" is not a regular exp'),
    ("run: x\nread: {as: text, regex: (a)(b)}\nexpect: '> 1'", "6:33: T1.1: 2 groups, but a "),
    ("run: x\nread: {as: json, query: 'a['}\nexpect: '> 1'", '6:33: T1.1: "a[" is not a JMESPath'),
    ("run: x\nread: {as: json}\nexpect: '> 1'", '6:15: T1.1: json needs a "query"'),
    ("run: x\nread: {as: json, regex: a, query: a}\nexpect: '> 1'", '6:33: T1.1: "regex" reads te'),
    ("run: x\nread: {as: text}\nexpect: '> 1'", '6:15: T1.1: text needs "regex" or "count"'),
    ("run: x\nread: {as: text, regex: a, count: b}\nexpect: '> 1'", '6:43: T1.1: "regex" and "co'),
    ("run: x\nread: {as: exit, query: a}", '6:33: T1.1: "query" has no meaning for an exit status'),
    ("run: x\nread: {regex: a}\nexpect: '> 1'", '6:15: T1.1: "as" is missing'),
    ("run: x\nread: {as: text, count: a, pick: sum}\nexpect: '> 1'", "6:42: T1.1: there is only o"),
    ("run: x\nproof: {as: exit}", "6:21: T1.1: an exit status does not prove"),
    ("run: x\nexit: {ok: [256]}", "6:21: T1.1: 256 is too large; the maximum is 255"),
    ("run: x\nexit: {ok: []}", "6:20: T1.1: this list is empty"),
    # samples
    ("run: x\nsamples: often", "6:18: T1.1: expected a whole number"),
    ("run: x\nsamples: {min: 5, max: 9}", "6:18: T1.1: statistics need a limit of a number"),
    *(
        (f"check: mypy\nexpect: '< 9'\n{fields}", message)
        for fields, message in [
            ("samples: {min: 9, max: 5}", "7:18: T1.1: min 9 is greater than max 5"),
            ("samples: {min: 1, max: 4}", "7:18: T1.1: 4 samples can never make it 95 % sure"),
            ("samples: {max: 9}\nretries: 1", "7:18: T1.1: cannot be combined with `wait`"),
            ("against: base\nsamples: {min: 4, max: 9}", "8:18: T1.1: takes at least 5 samples"),
            ("confidence: 95%", "7:21: T1.1: needs a range of `samples`, `against: base`"),
            ("samples: {max: 9}\nconfidence: 50%", "7:18: T1.1: must be more than 50 %"),
        ]
    ),
    # numbers and times
    ("run: x\nweight: .nan", '6:17: T1.1: expected a number, found the text ".nan"'),
    ("run: x\nweight: 0", "6:17: T1.1: 0 is not more than 0"),
    ("run: x\nratchet: true", "6:18: T1.1: a ratchet needs a baseline to hold"),
    ("run: x\nratchet: yes", '6:18: T1.1: expected true or false, found the text "yes"'),
    ("run: x\ntimeout: 0", '6:18: T1.1: "0" is not a duration'),
    # types
    ("run:", '5:13: T1.1: expected text, found nothing; write ""'),
    ("run: ''", "5:14: T1.1: this is empty"),
    ("check: mypy\nwith: src", '6:15: T1.1: expected a mapping, found the text "src"'),
    ("check: mypy\nwith: {paths: {a: b}}", "6:23: T1.1: expected text, found a mapping"),
    ("check: mypy\nwith: {'a b': c}", '6:16: T1.1: "a b" is not the name of a variable'),
    ('check: "a\\e[2J"', '5:16: T1.1: unknown check "a\\x1b[2J"'),
    ('run: x\n"a\\e": 1', '6:9: T1.1: unknown key "a\\x1b"'),
    ("run: x\nignores: {a: b}", "6:18: T1.1: expected text, found a mapping"),
    ("check: mypy\nmatrix: {path: [b]}", '6:18: T1.1: mypy has no parameter "path"'),
    # what does not go together
    ("check: mypy\nread: {as: json, query: a}", '6:9: T1.1: "read" cannot be combined with'),
    ("run: x\nmeasure: y", '6:9: T1.1: "measure" cannot be combined with "run"'),
    ("attest: {by: a, on: 2025-11-01, valid: 1d}\nexpect: '== 0'", '6:9: T1.1: "expect" cannot'),
    # people
    ("attest: {by: a, on: 2025-02-30, valid: 1d}", "5:29: T1.1: 2025-02-30 is not a calendar date"),
    ("attest: {by: a, on: 1.2.2025, valid: 1d}", '5:29: T1.1: "1.2.2025" is not a date'),
    ("attest: {by: a, on: 2025-11-01, valid: long}", '5:48: T1.1: "long" is not a duration'),
    ("attest: {by: a, on: 9999-12-31, valid: 9d}", "5:48: T1.1: 9d is outside the supported dates"),
    ("attest: {on: 2025-11-01, valid: 1d}", '5:17: T1.1: "by" is missing'),
    ("attest: {by: a, on: 2026-01-01}", '5:17: T1.1: "valid" is missing'),
    ("attest: {by: a, on: 2026-01-01, valid: 1d, digest: x}", '5:60: T1.1: "x" is not a digest'),
    (
        f"attest: {{by: a, on: 2026-01-01, valid: 1d, digest: 'sha256:{'0' * 64}'}}",
        "5:60: T1.1: only evidence that is a file has a digest",
    ),
    (
        f"attest: {{evidence: a.md, digest: 'sha256:{'0' * 64}'}}",
        "5:42: T1.1: not attested yet",
    ),
    ("run: x\nwaive: {by: a, until: 2025-12-01}", '6:16: T1.1: "reason" is missing'),
    ("run: x\nwaive: {reason: ' ', by: b, until: 2025-12-01}", "6:25: T1.1: a waiver needs a reas"),
    ("run: x\nwaive: {reason: a, by: b, until: never}", '6:42: T1.1: "never" is not a date'),
    ("run: x\nwaive: {reason: a, by: b, until: 2025-12-01, up_to: x}", '6:61: T1.1: "x" is not an'),
    # variables
    ("check: http\nwith: {url: '${A'}", "6:21: T1.1: `${A` is not a variable; write ${NAME}"),
    ("check: http\nmatrix: {url: [a, '${}']}", "6:27: T1.1: `${}` is not a variable"),
    ("run: mypy\nexit: {ok: [0]}\nexpect: '== 0'", '7:17: T1.1: "== 0" can never fail'),
]


@pytest.mark.parametrize(("text", "start"), FAULTS)
def test_each_mistake_in_a_criterion_is_one_fault(
    faults: Callable[[str], list[str]], text: str, start: str
) -> None:
    """A mistake gives one line: its place, the criterion, what is wrong, what to do."""
    (line,) = faults(put(text))
    assert line.startswith("board.yaml:" + start), line


BOARD_FAULTS = [
    ("", "board.yaml:1:1: expected a mapping, found nothing"),
    ("version: 1", 'board.yaml:1:1: "tasks" is missing'),
    ("tasks: [{id: a, criteria: []}]", "board.yaml:1:27: a: this list is empty"),
    ("tasks: [{id: a}]", 'board.yaml:1:9: a: "criteria" is missing'),
    ("tasks: [{criteria: [{run: x}]}]", 'board.yaml:1:9: task 1: "id" is missing'),
    ("tasks: [a]", 'board.yaml:1:9: task 1: expected a mapping, found the text "a"'),
    (put("run: x").replace("version: 1", "version: 2"), "board.yaml:1:10: expected 1, found"),
    (put("run: x", "titel: x\n"), 'board.yaml:1:1: unknown key "titel"; did you mean "title"?'),
    (put("run: x", "target: 11\n"), "board.yaml:1:9: 11 is not between 0 and 10"),
    (put("run: x", "min_measured: 90\n"), "board.yaml:1:15: expected text, found the number"),
    (put("run: x", "min_measured: 101%\n"), 'board.yaml:1:15: "101%" is not a share'),
    (
        put("run: x\nwaive: {reason: a, by: b, until: 2999-01-01}", "waivers: {max: 90d}\n"),
        "board.yaml:7:42: T1.1: a waiver until 2999-01-01 is longer than `waivers` allows; ",
    ),
    (put("run: x", "waivers: {max: long}\n"), 'board.yaml:1:16: "long" is not a duration'),
    (put("run: x", "checks: [nowhere]\n"), 'board.yaml:1:10: no such folder: "nowhere"'),
    (put("run: x", "env: {A: '${'}\n"), "board.yaml:1:10: `${` is not a variable"),
    (put("run: x", "priorities: {P4: {}}\n"), 'board.yaml:1:14: "P4" is not one of P0, P1, P2, P3'),
    (
        put("run: x", "milestones: [{id: M, requires: {}}]\n"),
        "board.yaml:1:32: a milestone re",
    ),
    (put("check: mypy", "defaults: {mipy: {}}\n"), 'board.yaml:1:12: unknown check "mipy"'),
    (
        put("check: mypy\nwith: {args: x}", "defaults: {mypy: {arg: x}}\n"),
        'board.yaml:1:19: mypy has no parameter "arg"; did you mean "args"?',
    ),
    (
        put("check: http", "defaults: {http: {url: '${'}}\n") + "      - check: http\n",
        "board.yaml:1:24: `${` is not a variable",
    ),
    (
        put("run: x", "key_figures: {T1.2: Figure}\n"),
        'board.yaml:1:15: unknown criterion "T1.2"; did you mean "T1.1"?',
    ),
    (put("run: x") + "    depends_on: [T9]\n", 'board.yaml:6:18: T1: unknown task "T9"'),
    (put("run: x") + "    depends_on: [T1]\n", "board.yaml:6:17: T1: these tasks depend on each"),
    (
        put("id: a\nrun: x") + "      - {id: A, run: y}\n",
        "board.yaml:7:14: A: the id A differs from a only in case",
    ),
    (
        put("id: T1.2\nrun: x") + "      - run: y\n",
        "board.yaml:7:9: T1.2: the id T1.2 is used twice",
    ),
]


@pytest.mark.parametrize(("text", "start"), BOARD_FAULTS)
def test_each_mistake_in_a_board_is_one_fault(
    faults: Callable[[str], list[str]], text: str, start: str
) -> None:
    """What is wrong with the board or a task is one line as well."""
    (line,) = faults(text)
    assert line.startswith(start), line


# --- the whole file -------------------------------------------------------------------------------


def test_a_byte_order_mark_and_other_line_ends_are_accepted(board: Loader) -> None:
    """Editors of other systems write boards too."""
    assert board("\ufeff" + put("run: make").replace("\n", "\r\n")).tasks


TEN_MISTAKES = """\
version: 1
titel: Ten mistakes
target: 11
tasks:
  - id: T1
    priority: P5
    depends_on: [T9]
    criteria:
      - {id: no, run: make}
      - check: mypi
      - check: mypy
        with: {path: src}
      - run: make
        weight: .nan
      - run: make
        run: test
      - run: mypy
        retries: -1
"""


def test_ten_mistakes_give_ten_lines(faults: Callable[[str], list[str]]) -> None:
    """All faults come in one go, in the order of the file, each with its place."""
    found = faults(TEN_MISTAKES)
    assert [line.split(": ")[0] for line in found] == [
        f"board.yaml:{place}"
        for place in (
            *("2:1", "3:9", "6:15", "7:18", "9:14", "10:16", "12:16", "14:17", "16:9", "18:18"),
        )
    ]


def test_faults_of_checks_and_of_the_board_come_together(
    faults: Callable[[str], list[str]], folder: Path
) -> None:
    """A faulty check is told in its own file, once, however many criteria use it."""
    (folder / "checks" / "bad.yaml").write_text("run: x\nmesures: {}\n")
    found = faults(put("check: bad\nweight: 0") + "      - check: bad\n")
    assert [line.split(": ")[0] for line in found] == ["board.yaml:6:17", "checks/bad.yaml:2:1"]


def test_only_checks_that_are_used_are_read(board: Loader, folder: Path) -> None:
    """A broken check that a board does not use is no fault of that board."""
    (folder / "checks" / "bad.yaml").write_text("[")
    assert "bad" not in board(put("check: http\nwith: {url: x}")).checks


@pytest.mark.parametrize(
    ("arrows", "circles"),
    [
        ({"A": "B", "B": "A"}, ["A → B → A"]),
        ({"A": "B", "B": "C", "C": "B"}, ["B → C → B"]),
        ({"A": "A", "B": "C", "C": "B"}, ["A → A", "B → C → B"]),
        ({"A": "B", "B": "C", "C": ""}, []),
    ],
)
def test_each_circle_of_dependencies_is_named(
    board: Loader, arrows: dict[str, str], circles: list[str]
) -> None:
    """Tasks that wait for each other are one fault for each circle."""
    text = "tasks:\n" + "".join(
        f"  - {{id: {name}, depends_on: [{other}], criteria: [{{run: x}}]}}\n"
        for name, other in arrows.items()
    )
    named: list[str] = []
    try:
        board(text)
    except BoardError as error:
        named = [str(fault.message).split(": ")[1] for fault in error.faults]
    assert named == circles


def test_a_long_chain_of_tasks_is_no_circle(board: Loader) -> None:
    """Two thousand tasks in a row are followed without running out of stack."""
    text = "tasks:\n" + "".join(
        f"  - {{id: t{n}, depends_on: [t{min(n + 1, 1999)}], criteria: [{{run: x}}]}}\n"
        for n in range(1999)
    )
    text += "  - {id: t1999, criteria: [{run: x}]}"
    assert len(board(text).tasks) == 2000


def test_an_unknown_profile_is_an_error_of_the_command_line(board: Loader) -> None:
    """`--profile` has to be one of the board's."""
    with pytest.raises(UsageError, match='unknown profile ""prod""; did you mean "production"'):
        board(EXAMPLE, profile="prod")
    with pytest.raises(UsageError, match="the board has no profiles"):
        board(put("run: x"), profile="prod")


# --- bounds ---------------------------------------------------------------------------------------


def test_a_matrix_is_bounded(faults: Callable[[str], list[str]]) -> None:
    """A matrix of a million combinations is refused before it is made."""
    values = f"[{', '.join(map(str, range(100)))}]"
    (line,) = faults(put(f"run: x\nmatrix: {{a: {values}, b: {values}, c: {values}}}"))
    assert "1000000 combinations are too many" in line
