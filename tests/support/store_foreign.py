"""Databases by another hand: made by plain SQL, and looked at by it."""

import sqlite3
from contextlib import closing

LOOSE = """CREATE TABLE v1_exchanges (id integer primary key, request_id text, sync_id text,
    transport_kind text, request_json blob, response_json blob, intent_json blob, discovered_at datetime);"""
"""The table without its constraints and index."""


def foreign(path, script):
    """A database that a script has made, or changed; returns its path."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


def dump(connection, *left_out):
    """Every row of every table but those left out, with its type, and the schema."""
    schema = connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"
    ).fetchall()
    tables = [name for kind, name, *_ in schema if kind == "table" and name not in left_out]
    content = {name: connection.execute(f"SELECT rowid, * FROM {name}").fetchall() for name in tables}  # noqa: S608
    return [entry for entry in schema if entry[2] not in left_out], content
