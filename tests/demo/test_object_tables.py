import sqlite3
from pathlib import Path

import pytest

from captured_exchanges.demo.object_tables import create_statements
from captured_exchanges.store import MAX_UNPACKED_BYTES
from captured_exchanges.store.packing import unpack_file

FIXTURES = Path(__file__).parent.parent / "fixtures"


def schema(database):
    query = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%exchanges%' AND sql IS NOT NULL"
    return dict(database.execute(query).fetchall())


@pytest.mark.parametrize("fixture", ["go-50.c1z", "go-0.c1z", "old.c1z"])
def test_tables_are_those_of_batons_sdk_to_the_letter(tmp_path, fixture):
    """The statements leave the very schema that baton's SDK wrote, and executed twice do nothing more."""
    unpacked = tmp_path / "fixture.db"
    unpack_file(FIXTURES / fixture, unpacked, limit=MAX_UNPACKED_BYTES, name=fixture)
    with sqlite3.connect(unpacked) as theirs:
        expected = schema(theirs)
    theirs.close()
    with sqlite3.connect(tmp_path / "ours.db") as ours:
        for statement in create_statements() * 2:
            ours.execute(statement)
        assert schema(ours) == expected
    ours.close()
    assert len(expected) == 23
