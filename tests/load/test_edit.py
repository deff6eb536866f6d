"""Edits of a board's text: what is wanted is in it, and every other byte is as it was."""

import json
import re
from difflib import SequenceMatcher

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.load import text_data
from readiness.load.edit import EditError, edit, put_item, written

WAIVE = {"reason": "no fix yet", "by": "li.wei", "until": "2025-12-01"}
PATH = ("tasks", 0, "criteria", 0)


def waived(text: str, fields: dict[str, str | None] = WAIVE, key: str = "waive") -> str:
    """The text of a board once its first criterion is waived."""
    return edit(text.encode(), PATH, key, fields).decode()


BLOCK = "tasks:\n- id: T1\n  criteria:\n"
IN_BRACES = "waive: {reason: no fix yet, by: li.wei, until: 2025-12-01}"

# Each text as it is afterwards; what is added stands within «», W for the decision itself.
ADDED = {
    "block": f"{BLOCK}  - run: x\n«    W\n»  - run: y\n",
    "BOM": f"\ufeff{BLOCK}  - run: x«\n    W»\n",
    "wide": "tasks:\n    -   criteria:\n            -   run: x«\n                W»\n",
    "comments": f"{BLOCK}  - run: x  # why«\n    W»\n  # next\n  - run: y\n",
    "block text": f"{BLOCK}  - run: |\n      a\n\n      b«\n    W»\n\n# end\n",
    "nested": f"{BLOCK}  - run: x\n    exit:\n      ok:\n      - 0\n      - 1 # one«\n    W»\n",
    "braces": BLOCK + "  - {title: x, run: y«, W»}  # why\n",
    "braces over lines": BLOCK + "  - {title: x, # a\n     run: y«, W»} # b\n",
    "one pair in a list": "tasks: [{criteria: [«{»run: x«, W}»]}]",
    "beyond ASCII": f"{BLOCK}  - title: 清理 😀  # 注释 😀\n    run: 'é'«\n    W»\n",
    "an anchor elsewhere": f"x: &a {{k: v}}\n{BLOCK}  - run: x«\n    W»\n    with: *a\n",
}


@pytest.mark.parametrize("text", ADDED.values(), ids=ADDED)
def test_a_decision_is_added_in_the_way_of_the_file(text: str) -> None:
    """Where a person would have written it."""
    before = re.sub("«[^»]*»", "", text)
    after = re.sub("[«»]", "", text).replace("W", IN_BRACES)
    assert waived(before) == after


# Each board as it is afterwards; what is added stands within «», A for the item itself.
ACCEPTED = {
    "none yet": "version: 1\ntasks: []«\n\naccept:\n  - A»\n",
    "none yet, and a comment": "version: 1\ntasks: []\n# the end«\n\naccept:\n  - A»\n",
    "no line end": "version: 1\r\ntasks: []«\r\n\r\naccept:\r\n  - A»",
    "a list": "accept:\n- {what: b}  # why«\n- A»\ntasks: []\n",
    "a list of blocks": "accept:\n  -   what: b\n      by: c«\n  -   A»\n\ntasks: []\n",
    "in brackets": "accept: [{what: b}«, A»]  # why\ntasks: []\n",
    "empty": "accept: [«A»]\ntasks: []\n",
    "in braces": "{version: 1, tasks: []«, accept: [A]»}\n",
}


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED)
def test_an_item_is_added_in_the_way_of_the_file(text: str) -> None:
    """And once it is there, only its fields change."""
    before = re.sub("«[^»]*»", "", text)
    after = re.sub("[«»]", "", text).replace("A", "{what: a/b, by: x}")
    made = put_item(before.encode(), "accept", "what", {"what": "a/b", "by": "x"})
    assert made.decode() == after
    again = put_item(made, "accept", "what", {"what": "a/b", "by": "w"})
    assert again.decode() == after.replace("by: x", "by: w")


def test_an_item_of_a_board_in_json_is_json() -> None:
    """On one line, or indented; an item that an alias stands for is left alone."""
    board = json.dumps({"tasks": [], "title": "é"}, indent=2)
    made = put_item(board.encode(), "accept", "what", {"what": "a/b", "by": "x"})
    assert json.loads(made)["accept"] == [{"what": "a/b", "by": "x"}]
    shared = b"x: &a {what: b, by: c}\naccept: [*a]\n"
    with pytest.raises(EditError):
        put_item(shared, "accept", "what", {"what": "b", "by": "d"})


def test_a_board_in_json_stays_one() -> None:
    """On one line, or indented."""
    board = {"tasks": [{"criteria": [{"title": "é", "run": "x"}]}]}
    for indent in (None, 2):
        made = waived(json.dumps(board, indent=indent, ensure_ascii=False))
        assert json.loads(made)["tasks"][0]["criteria"][0]["waive"] == WAIVE
        assert made.count("\n") == (0 if indent is None else 11)


OLD = "waive: {reason: old, by: 'a', until: 2020-01-01, up_to: \"<= 2\"}"
LINES = "  - waive:\n      # why\n      reason: old  # a\n      by: b\n    run: x\n"
NEW = "waive: {reason: new, by: 'b', until: 2025-12-01, up_to: \"<= 2\"}"
NEW_LINES = LINES.replace("old", "no fix yet").replace(
    "by: b", "by: li.wei\n      until: 2025-12-01"
)
REPLACED: dict[str, tuple[str, dict[str, str | None], str]] = {
    "braces": (
        f"  - run: x\n    {OLD} # why\n",
        {"reason": "new", "by": "b", "until": "2025-12-01"},
        f"  - run: x\n    {NEW} # why\n",
    ),
    "taken away": (
        f"  - run: x\n    {OLD}\n",
        {"up_to": None},
        "  - run: x\n    waive: {reason: old, by: 'a', until: 2020-01-01}\n",
    ),
    "a field is added": (
        "  - run: x\n    waive: {reason: old}\n",
        {"reason": "old", "up_to": "< 3"},
        '  - run: x\n    waive: {reason: old, up_to: "< 3"}\n',
    ),
    "lines": (LINES, WAIVE, NEW_LINES),
    "a line taken away": (
        "  - waive:\n      reason: old\n      up_to: < 2  # b\n      by: c\n    run: x\n",
        {"up_to": None},
        "  - waive:\n      reason: old\n      by: c\n    run: x\n",
    ),
    "block text": (
        "  - waive:\n      reason: |\n        long\n\n        text\n\n      by: c\n    run: x\n",
        {"reason": "new: one"},
        '  - waive:\n      reason: "new: one"\n\n      by: c\n    run: x\n',
    ),
    "the same": (f"  - run: x\n    {OLD}\n", {"reason": "old"}, f"  - run: x\n    {OLD}\n"),
    "a single quote": (
        "  - run: x\n    waive: {by: 'a'}\n",
        {"by": "o'neil"},
        "  - run: x\n    waive: {by: 'o''neil'}\n",
    ),
}


@pytest.mark.parametrize(("before", "fields", "after"), REPLACED.values(), ids=REPLACED)
def test_a_decision_that_is_there_is_changed_where_it_stands(
    before: str, fields: dict[str, str | None], after: str
) -> None:
    """Field by field, so that its comments and its form stay."""
    assert waived(BLOCK + before, fields) == BLOCK + after


REFUSED = [
    (f"x: &c {{run: x}}\n{BLOCK}  - *c\n", "alias"),
    ("x: &c [{run: x}]\ntasks:\n- criteria: *c\n", "alias"),
    ("x: &t {criteria: [{run: x}]}\ntasks:\n- *t\n", "alias"),
    (f"x: &w {{reason: old}}\n{BLOCK}  - run: x\n    waive: *w\n", "alias"),
    (f"{BLOCK}  - &c {{run: x}}\n  - *c\n", "anchor"),
    (f"{BLOCK}  - run: x\n    waive: &w {{reason: old}}\n  - run: y\n    waive: *w\n", "anchor"),
    (f"{BLOCK}  - waive: {{reason: &r old}}\n  - waive: {{by: *r}}\n", "anchor"),
    (f"{BLOCK}  - run: x\n    waive: text\n", "mapping"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_what_stands_for_several_places_is_not_changed(text: str, says: str) -> None:
    """It is refused with the reason; nobody is waived in passing."""
    with pytest.raises(EditError, match=says):
        waived(text)


@pytest.mark.parametrize(
    ("text", "as_written"),
    [
        ("li.wei", "li.wei"),
        ("no fixed release of ecdsa", "no fixed release of ecdsa"),
        ("李伟", "李伟"),
        ("2025-12-01", "2025-12-01"),
        ("no", '"no"'),
        ("~", '"~"'),
        ("", '""'),
        ("1e3", '"1e3"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("<= 2", '"<= 2"'),
        ("a\nb\t\x7f\u2028\U000e0001", '"a\\nb\\t\\u007f\\u2028\\U000e0001"'),
        ('it\'s "so" \\', '"it\'s \\"so\\" \\\\"'),
    ],
)
def test_a_scalar_is_quoted_where_it_must_be(text: str, as_written: str) -> None:
    """And nowhere else."""
    assert written(text) == as_written


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_text_is_read_back(text: str) -> None:
    """By our own reader and by others, within braces."""
    line = f"x: {{a: {written(text)}, b: {written(text, quoted=True)}}}\n"
    assert text_data(line.encode()) == {"x": {"a": text, "b": text}}
    if not text[:4].isdigit():  # a date is one to others
        assert yaml.safe_load(line) == {"x": {"a": text, "b": text}}


# --- any board ----------------------------------------------------------------------------------

TEXTS = st.sampled_from(
    [
        "x",
        "清理",
        "a: b",
        "it's",
        'say "x"',
        "no",
        "# x",
        "😀 a",
        "",
        "1",
        "a\nb\n",
        "- x",
        "{",
        "\u2028x",
    ]
)
STYLES = st.sampled_from([None, "'", '"', "|", ">"])


@st.composite
def criteria(draw: st.DrawFn) -> dict[str, object]:
    """A criterion, perhaps with a decision, its keys in any order."""
    made: dict[str, object] = {"run": draw(TEXTS)}
    for key in draw(st.lists(st.sampled_from(["title", "expect", "id"]), unique=True)):
        made[key] = draw(TEXTS)
    if draw(st.booleans()):
        names = draw(st.lists(st.sampled_from(["reason", "by", "up_to"]), unique=True))
        made["waive"] = {name: draw(TEXTS) for name in names}
    if draw(st.booleans()):
        made["exit"] = {"ok": [0, 1]}
    return {key: made[key] for key in draw(st.permutations(list(made)))}


class Dumper(yaml.SafeDumper):
    """Writes boards in whatever way YAML allows; `choose` says which."""

    choose: st.DrawFn

    def represent_scalar(self, tag: str, value: str, style: str | None = None) -> yaml.Node:
        """Any style for any text."""
        return super().represent_scalar(tag, value, self.choose(STYLES) if "str" in tag else style)

    def represent_sequence(self, *arguments: object) -> yaml.Node:
        """In brackets or in lines."""
        return super().represent_sequence(*arguments[:2], flow_style=self.choose(st.booleans()))

    def represent_mapping(self, *arguments: object) -> yaml.Node:
        """In braces or in lines."""
        return super().represent_mapping(*arguments[:2], flow_style=self.choose(st.booleans()))

    def ignore_aliases(self, data: object) -> bool:
        """Write everything out."""
        return True


Dumper.add_representer(dict, lambda dumper, data: dumper.represent_mapping(
    "tag:yaml.org,2002:map", data.items()))  # fmt: skip


@st.composite
def boards(draw: st.DrawFn) -> tuple[str, tuple[str | int, ...]]:
    """A board's text, and the path of one of its criteria."""
    tasks = draw(
        st.lists(
            st.fixed_dictionaries(
                {"title": TEXTS, "criteria": st.lists(criteria(), min_size=1, max_size=3)}
            ),
            min_size=1,
            max_size=2,
        )
    )
    data = {"title": draw(TEXTS), "tasks": tasks, **draw(st.sampled_from([{}, {"target": 8}]))}
    dumper = type("Chosen", (Dumper,), {"choose": staticmethod(draw)})
    text = yaml.dump(
        data,
        Dumper=dumper,
        sort_keys=False,
        allow_unicode=draw(st.booleans()),
        indent=draw(st.sampled_from([2, 4])),
        width=draw(st.sampled_from([20, 80])),
        line_break=draw(st.sampled_from(["\n", "\r\n"])),
    )
    text = draw(st.sampled_from(["", "\ufeff", "# head 注\n", "---\n"])) + text
    if draw(st.booleans()):
        text = text.rstrip("\r\n")
    task = draw(st.integers(0, len(tasks) - 1))
    found = draw(st.integers(0, len(tasks[task]["criteria"]) - 1))
    return text, ("tasks", task, "criteria", found)


FIELDS = st.dictionaries(
    st.sampled_from(["reason", "by", "until", "up_to"]), st.one_of(st.none(), TEXTS), min_size=1
)


@settings(max_examples=80, deadline=None)
@given(boards(), FIELDS)
def test_nothing_else_changes_in_any_board(
    board: tuple[str, tuple[str | int, ...]], fields: dict[str, str | None]
) -> None:
    """The text says what was wanted; what was taken away stood within the decision."""
    text, path = board
    before = text_data(text.encode())
    if before is None:  # what another writer makes of a text may be no board of ours
        return
    made = edit(text.encode(), path, "waive", fields).decode()
    after = text_data(made.encode())
    old, new = before, after
    for step in path:
        old, new = old[step], new[step]  # type: ignore[index]
    kept = dict(old.get("waive", {}))  # type: ignore[union-attr]
    wanted = {name: value for name, value in {**kept, **fields}.items() if value is not None}
    assert new.pop("waive") == wanted  # type: ignore[union-attr]
    old.pop("waive", None)  # type: ignore[union-attr]
    assert after == before
    if not kept:
        gone = "".join(
            text[i1:i2]
            for what, i1, i2, _, _ in SequenceMatcher(
                None, text, made, autojunk=False
            ).get_opcodes()
            if what in ("delete", "replace")
        )
        assert gone == ""
