"""A shop."""


def total(prices: list[int]) -> int:
    """Add prices."""
    return sum(prices)


def change(paid: int, prices: list[int]) -> str:
    """What the customer gets back."""
    return paid - total(prices)
