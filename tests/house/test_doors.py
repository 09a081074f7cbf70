"""The doors of the rooms: what each package offers, and that its `__init__` does nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src/captured_exchanges"
ROOMS = sorted(
    str(path.parent.relative_to(SOURCE))
    for path in SOURCE.glob("**/__init__.py")
    if path.parent not in (SOURCE, SOURCE / "wire/generated")
)


def statements(room: str) -> list[ast.stmt]:
    return ast.parse((SOURCE / room / "__init__.py").read_text()).body


@pytest.mark.parametrize("room", ROOMS)
def test_a_door_only_hands_on(room):
    """An `__init__` holds a docstring, imports, and `__all__`."""
    docstring, *rest = statements(room)
    assert isinstance(docstring, ast.Expr)
    kinds = [type(statement) for statement in rest]
    assert kinds == [*[ast.ImportFrom] * (len(rest) - 1), ast.Assign]


@pytest.mark.parametrize("room", ROOMS)
def test_a_door_offers_what_it_imports(room):
    """`__all__` names every import once, and nothing else."""
    *_, exports = statements(room)
    offered = ast.literal_eval(exports.value)
    imported = [
        name.name for node in statements(room) if isinstance(node, ast.ImportFrom) for name in node.names
    ]
    assert sorted(offered) == sorted(imported)
