"""Tables in JSON."""

import pytest

from captured_exchanges.redaction.json.tables import secret_columns, secret_columns_of
from captured_exchanges.redaction.names.names import Names

NAMES = Names()


@pytest.mark.parametrize(
    ("heads", "columns"),
    [
        (["id", "password", "pin"], {1: "name.password", 2: "name.pin"}),
        ([{"name": "id"}, {"name": "password", "type": "text"}], {1: "name.password"}),
        (["id", "name"], {}),
        ([], {}),
        (["password", 7], {}),
        (["password"] * 2_000, {}),
    ],
)
def test_names_of_columns_tell_which_cells_go(heads, columns):
    """Given as strings or as objects that are named."""
    assert secret_columns(heads, NAMES) == columns


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ([["id", "password"], [1, "x"]], {1: "name.password"}),
        ([["password", "x"], ["user", "y"]], {}),
        ([["id", "password", "z"]], {}),
        ([["id", "password"], [1]], {}),
        ([["id", "a password!"], [1, 2]], {}),
        ([[1, 2], [3, 4]], {}),
        ([], {}),
    ],
)
def test_a_first_row_may_be_the_row_of_names(rows, columns):
    """Where all of it reads like names, and it is no list of pairs."""
    assert secret_columns_of(rows, NAMES) == columns
