"""The tables of baton's objects, and the statements that put one row each.

The tables are exactly those that baton's SDK makes, names, columns, indexes and white space: a test
compares object_tables.sql with a fixture that the SDK wrote. The exchanges' own table belongs to `store`.
A listing that shifts while it is read may show an object twice; the later one stays.
"""

from __future__ import annotations

from importlib import resources

__all__ = ["PUT_ENTITLEMENT", "PUT_GRANT", "PUT_RESOURCE", "PUT_RESOURCE_TYPE", "create_statements"]


def create_statements() -> list[str]:
    """CREATE TABLE and CREATE INDEX, each for where it is missing, in the order to execute them."""
    script = resources.files("captured_exchanges.demo").joinpath("object_tables.sql").read_text("utf-8")
    statements = [statement.strip().removesuffix(";") for statement in script.split(";\n\n")]
    return [_where_missing(statement) for statement in statements]


def _where_missing(statement: str) -> str:
    """SQLite stores the text of a statement without these words: what stays is the SDK's own."""
    head, kind, rest = statement.partition("INDEX " if " INDEX " in statement.splitlines()[0] else "TABLE ")
    return f"{head}{kind}IF NOT EXISTS {rest}"


PUT_RESOURCE_TYPE = """INSERT OR REPLACE INTO v1_resource_types
    (external_id, data, sync_id, discovered_at) VALUES (?, ?, ?, ?)"""
PUT_RESOURCE = """INSERT OR REPLACE INTO v1_resources
    (resource_type_id, external_id, parent_resource_type_id, parent_resource_id, data, sync_id, discovered_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
PUT_ENTITLEMENT = """INSERT OR REPLACE INTO v1_entitlements
    (resource_type_id, resource_id, external_id, data, sync_id, discovered_at) VALUES (?, ?, ?, ?, ?, ?)"""
PUT_GRANT = """INSERT OR REPLACE INTO v1_grants
    (resource_type_id, resource_id, entitlement_id, principal_resource_type_id, principal_resource_id,
     external_id, data, sync_id, discovered_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
