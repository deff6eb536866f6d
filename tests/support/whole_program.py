"""What tests of the whole program share."""

from tests.support.program import a_board, number

READY = a_board({"run": "true"}, number("echo 'errors: 3'"))


NOT_READY = a_board({"run": "touch ran; false"}, number("echo 'errors: 3'"))
