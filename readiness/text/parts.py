"""Ways into data that others wrote: what is not there, or has another form, is empty."""


def part_of(value: object, *keys: str) -> dict[str, object]:
    """Return a mapping, or the one in it that the keys lead to."""
    for key in keys:
        value = part_of(value).get(key)
    return value if isinstance(value, dict) else {}


def items_of(value: object) -> list[object]:
    """Return a list; a value by itself is a list of one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def parts_of(value: object) -> list[dict[str, object]]:
    """Return the mappings of a list."""
    return [each for each in items_of(value) if isinstance(each, dict)]
