"""What tests of the whole program share."""

from tests.support.program import a_board, number

READY = a_board({"run": "test -d ."}, number("echo 'errors: 3'"))


NOT_READY = a_board({"run": "touch ran; false"}, number("echo 'errors: 3'"))

SEVERAL = {
    "version": 1,
    "title": "Several",
    "tasks": [
        {"id": "T1", "priority": "P0", "tags": ["fast"],
         "criteria": [{"title": "a", "run": "test -d ."}, {"title": "b", "run": "false"}]},
        {"id": "T2", "priority": "P1", "owner": "li.wei",
         "criteria": [{"title": "c", "check": "c"}]},
        {"id": "T3", "priority": "P1", "criteria": [{"title": "d", "run": "no_such_tool"}]},
    ],
}  # fmt: skip
