from shop import change, total


def test_total() -> None:
    assert total([1, 2]) == 3


def test_change() -> None:
    assert change(10, [1, 2]) == 7
