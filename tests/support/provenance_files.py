"""Files with objects and exchanges, laid out by the schema of baton's own fixtures, written by plain SQL."""

import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from captured_exchanges.store._zstd import zstd
from captured_exchanges.wire import request_id_annotation
from captured_exchanges.wire.baton import Entitlement, Grant, Resource, ResourceId, ResourceType

FIXTURES = Path(__file__).parent.parent / "fixtures"
HEADER = b"C1ZF\x00"
MOMENT = "2026-01-02 03:04:05.678"


def unpacked(name):
    """The database inside a fixture."""
    return zstd.decompress((FIXTURES / name).read_bytes()[len(HEADER) :])


def packed(database):
    """A `.c1z` of a database's bytes."""
    return HEADER + zstd.compress(database)


class SyncFile:
    """A database under construction; `save` writes it as a `.c1z`, or plain where the name says `.db`."""

    def __init__(self):
        self.connection = sqlite3.connect(":memory:")
        self.connection.executescript(_schema())

    def sync(self, sync_id, started_at=MOMENT):
        """A sync that ran."""
        self._insert("v1_sync_runs", sync_id=sync_id, started_at=started_at, sync_token="")
        return self

    def resource(self, reference, request_ids=(), *, sync_id="sync-1", name="", data=None):
        """A resource `type:id` with its annotations, or with these bytes in their place."""
        kind, _, external = reference.partition(":")
        message = Resource(id=ResourceId(resource_type=kind, resource=external), display_name=name)
        more = {"resource_type_id": kind}
        return self._object("v1_resources", reference, message, request_ids, sync_id, data, **more)

    def resource_type(self, name, request_ids=(), *, sync_id="sync-1"):
        """A resource type."""
        message = ResourceType(id=name, display_name=name.title())
        return self._object("v1_resource_types", name, message, request_ids, sync_id, None)

    def entitlement(self, external_id, request_ids=(), *, sync_id="sync-1", name=""):
        """An entitlement."""
        message = Entitlement(id=external_id, display_name=name)
        more = {"resource_type_id": "group", "resource_id": "g"}
        return self._object("v1_entitlements", external_id, message, request_ids, sync_id, None, **more)

    def grant(self, external_id, request_ids=(), *, sync_id="sync-1", principal="", entitlement=""):
        """A grant."""
        message = Grant(id=external_id)
        message.principal.display_name, message.entitlement.display_name = principal, entitlement
        columns = ("resource_type_id", "resource_id", "entitlement_id", "principal_resource_type_id")
        more = dict.fromkeys((*columns, "principal_resource_id"), "x")
        return self._object("v1_grants", external_id, message, request_ids, sync_id, None, **more)

    def exchange(
        self, request_id, *, sync_id="sync-1", kind="http", request=None, response=None, intent=None
    ):
        """An exchange; documents are given as values or as bytes."""
        self._insert(
            "v1_exchanges",
            request_id=request_id,
            sync_id=sync_id,
            transport_kind=kind,
            request_json=_bytes(request),
            response_json=_bytes(response),
            intent_json=_bytes(intent),
            discovered_at=MOMENT,
        )
        return self

    def save(self, path):
        """Write the file; returns its path."""
        self.connection.commit()
        database = self.connection.serialize()
        path.write_bytes(database if path.suffix == ".db" else packed(database))
        return path

    def _object(self, table, external_id, message, request_ids, sync_id, data, **more):  # noqa: PLR0917 - a row
        message.annotations.extend(request_id_annotation(request_id) for request_id in request_ids)
        data = message.SerializeToString() if data is None else data
        self._insert(table, external_id=external_id, data=data, sync_id=sync_id, discovered_at=MOMENT, **more)
        return self

    def _insert(self, table, **columns):
        marks = ", ".join("?" * len(columns))
        statement = f"insert into {table} ({', '.join(columns)}) values ({marks})"  # noqa: S608 - our own names
        self.connection.execute(statement, list(columns.values()))


def _schema():
    with tempfile.NamedTemporaryFile(suffix=".db") as file:
        file.write(unpacked("go-50.c1z"))
        file.flush()
        with closing(sqlite3.connect(file.name)) as database:
            rows = database.execute("select sql from sqlite_master where sql is not null").fetchall()
    return ";\n".join(row[0] for row in rows)


def _bytes(document):
    if document is None or isinstance(document, bytes):
        return document
    return json.dumps(document, ensure_ascii=False).encode()
