"""Tables in JSON: rows of cells whose columns are named elsewhere."""

from __future__ import annotations

from typing import Any

from captured_exchanges.redaction.names import Names

__all__ = ["secret_columns", "secret_columns_of"]

_NAMED_BY = ("name", "label", "field", "columnName", "title")
_LONGEST_CELL = 64
_WIDEST = 1_000
_PAIR = 2
_SEPARATORS = str.maketrans("", "", "_ .-")


def secret_columns(heads: list[Any], names: Names) -> dict[int, str]:
    """The columns that go, with their rules, where `heads` are the names of columns or name them."""
    found = _names(heads)
    if found is None or len(found) > _WIDEST:
        return {}
    infos = ((at, names.of(name)) for at, name in enumerate(found))
    return {at: info.rule for at, info in infos if info.secret}


def secret_columns_of(rows: list[Any], names: Names) -> dict[int, str]:
    """The same, of an array of rows whose first is the row of names."""
    if (
        len(rows) <= 1
        or type(rows[0]) is not list
        or type(rows[1]) is not list
        or len(rows[0]) != len(rows[1])
    ):
        return {}
    if not all(isinstance(cell, str) and _is_cell_name(cell) for cell in rows[0]):
        return {}
    columns = secret_columns(rows[0], names)
    if len(rows[0]) == _PAIR:
        columns.pop(0, None)  # rows of two may as well be pairs, whose first is a name
    return columns


def _is_cell_name(cell: str) -> bool:
    return len(cell) <= _LONGEST_CELL and cell.translate(_SEPARATORS).isalnum() and not cell[0].isdigit()


def _names(cells: list[Any]) -> list[str] | None:
    named = [_name(cell) for cell in cells]
    return None if None in named else [name for name in named if name is not None]


def _name(cell: Any) -> str | None:  # noqa: ANN401
    if isinstance(cell, dict):
        cell = next((cell[key] for key in _NAMED_BY if key in cell), None)
    return cell if isinstance(cell, str) and "[REDACTED:" not in cell else None
