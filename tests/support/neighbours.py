"""Neighbours of what changes do to keep their gate green, read from their table."""

import tomllib
from pathlib import Path
from typing import Any

from tests.support.loosening import Files, Loosening, board
from tests.support.repositories import Content, Link, Mode

TABLE = Path(__file__).parents[1] / "guard" / "neighbours.toml"


def neighbours() -> list[Loosening]:
    """All rows of the table."""
    data = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return [_row(row, data) for row in data["rows"]]


def _row(row: dict[str, Any], data: dict[str, Any]) -> Loosening:
    on = data["on"].get(row.get("on"), {"base": {}, "breaks": {}})
    base = _files(on["base"] | row.get("base", {}), data)
    breaks = {} if row.get("sound") else _files(on["breaks"], data)
    criterion = row.get("criterion") or {"run": row["run"]}
    twin = _files(row["twin"], data) if "twin" in row else _with_comment(row["names"], base)
    return Loosening(
        name=f"{row['of']} {row['name']}",
        base={"board.yaml": board(criterion), **base},
        hides={**breaks, **_files(row["hides"], data)},
        names=row["names"],
        twin=twin,
    )


def _files(files: dict[str, Any], data: dict[str, Any]) -> Files:
    return {path: _text(said, data) for path, said in files.items()}


def _text(content: Any, data: dict[str, Any]) -> Content:
    match content:
        case False:
            return None
        case {"link": to}:
            return Link(str(to))
        case {"mode": bits}:
            return Mode(int(bits, 8))
        case {"repeated": part, "times": times, "after": first}:
            return str(first) + str(part) * int(times)
        case _:
            text = str(content)
            return str(data["texts"][text[1:]]) if text.startswith("=") else text


def _with_comment(path: str, base: Files) -> Files:
    text = base.get(path)
    if not isinstance(text, str):
        return {"notes.md": "Words.\n"}
    first, end, rest = text.partition("\n")
    words = "// Words." if path.endswith(".js") else "# Words."
    return {path: f"{first}{end}{words}\n{rest}" if first[:2] == "#!" else f"{words}\n{text}"}
