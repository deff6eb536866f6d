"""Parsed output as plain data, whatever the format was."""

from decimal import Decimal
from typing import TypeAlias

Data: TypeAlias = "dict[str, Data] | list[Data] | str | int | Decimal | bool | None"
