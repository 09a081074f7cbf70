"""Committing deliveries beside the same rows by bare `executemany`, same table, same page size."""

from __future__ import annotations

import itertools
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.interleave import medians
from captured_exchanges.exchange import CapturedExchange, RedactedExchange, new_request_id
from captured_exchanges.store import Delivery, open_store

__all__ = ["report"]

ROWS = 512
INSERT = (
    "insert into v1_exchanges (request_id, sync_id, transport_kind, request_json, response_json, intent_json,"
    " discovered_at) values (?, ?, ?, ?, ?, ?, ?)"
)


def report() -> None:
    """Print rows a second at several sizes, with watermark and ledger, and bare."""
    for size in (1_000, 8_000):
        with tempfile.TemporaryDirectory() as folder:
            taken = medians({"ours": _ours(Path(folder), size), "bare": _bare(Path(folder), size)}, rounds=9)
        rate, ratio = ROWS / taken["ours"], taken["bare"] / taken["ours"]
        print(f"commit {ROWS} rows of {size:>5} B {rate:>9.0f} rows/s {ratio:>6.2f} x bare executemany")


def _exchange(size: int) -> RedactedExchange:
    return RedactedExchange(new_request_id(), "sync", "http", b"{}", b'"' + b"x" * size + b'"', b"{}", 0)


def _ours(folder: Path, size: int) -> Callable[[], None]:
    store = open_store(folder / "ours.db", "rw")
    sequences = itertools.count(1)

    def commit() -> None:
        rows = [CapturedExchange(next(sequences), _exchange(size), size) for _ in range(ROWS)]
        first, last = rows[0].sequence, rows[-1].sequence
        store.exchanges().commit(Delivery("bench", "epoch", first - 1, last, rows, (), "sync"))

    return commit


def _bare(folder: Path, size: int) -> Callable[[], None]:
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("pragma page_size = 65536")
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    connection.execute(
        "create table v1_exchanges (id integer primary key, request_id text not null, sync_id text not null,"
        " transport_kind text not null, request_json blob, response_json blob, intent_json blob,"
        " discovered_at datetime not null)"
    )
    connection.execute("create unique index i on v1_exchanges (request_id, sync_id)")

    def commit() -> None:
        rows = [_exchange(size) for _ in range(ROWS)]
        connection.execute("begin")
        connection.executemany(
            INSERT,
            [
                (r.request_id, r.sync_id, "http", r.request_json, r.response_json, r.intent_json, "")
                for r in rows
            ],
        )
        connection.execute("commit")

    return commit
