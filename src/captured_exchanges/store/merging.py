"""What a sidecar holds, taken over into the store that another program has written: `exchanges merge`.

Where a Go syncer owns the `.c1z`, exchanges are consumed into a sidecar beside it, and come into the file
after the sync. All sidecars go in within one transaction: with their watermarks, or not at all.

    exchanges     by (request id, sync id): one that is not there is added, in the order of the sidecar's
                  ids; of two the one with the later `discovered_at` stays (as text, as it is written), and
                  of two with the same the target's. `discovered_at` is kept, NULLs become empty text, text
                  and numbers in a document's place become its bytes
    no request id goes to the quarantine: without an identity it would replace others
    the rest      ledger, quarantine, arrivals, watermarks: see `bookkeeping`

So merging again changes nothing. The sidecar is read through a guarded connection of its own, row by row:
it is never ATTACHed to the target's, where a stranger's schema would meet our statements.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from captured_exchanges.store import bookkeeping
from captured_exchanges.store.delivery import write_each
from captured_exchanges.store.prune import known_syncs, late_arrivals
from captured_exchanges.store.quarantine import Quarantined, quarantined_row
from captured_exchanges.store.rows import COLUMNS, Row, Value, document, number
from captured_exchanges.store.schema import (
    EXCHANGES,
    OURS,
    migrate_within,
    prepare_exchanges,
    require_known,
)
from captured_exchanges.store.shape import exists, is_readable
from captured_exchanges.store.store import Store

__all__ = ["Merged", "merge"]

_ROWS_A_PAGE = 512
_BYTES_A_PAGE = 4 * 1024 * 1024
_READ = """
    SELECT id, request_id, sync_id, transport_kind, request_json, response_json, intent_json, discovered_at
    FROM v1_exchanges ORDER BY id
"""
_ADD = """
    INSERT INTO v1_exchanges
        (request_id, sync_id, transport_kind, request_json, response_json, intent_json, discovered_at)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (request_id, sync_id) DO NOTHING
"""
_REPLACE = """
    UPDATE v1_exchanges SET transport_kind = ?3, request_json = ?4, response_json = ?5, intent_json = ?6,
        discovered_at = ?7
    WHERE request_id = ?1 AND sync_id = ?2 AND discovered_at < ?7
"""
_Numbered = tuple[int, Row]


@dataclass(slots=True)
class Merged:
    """What came of one sidecar: of its `exchanges`, how many were added, replaced an older one, were
    refused (into the quarantine); the others were there. And how many entries were new in ledger and
    quarantine, how many watermarks moved.

    `unknown_syncs` are those in it that the target's own sync runs do not name: a later save may take
    their exchanges away.
    """

    exchanges: int = 0
    added: int = 0
    replaced: int = 0
    refused: int = 0
    quarantined: int = 0
    gaps: int = 0
    watermarks: int = 0
    unknown_syncs: tuple[str, ...] = ()

    @property
    def present(self) -> int:
        """Exchanges of which the target had the same, or a newer one."""
        return self.exchanges - self.added - self.replaced - self.refused


def merge(into: Store, sidecars: Sequence[Store]) -> list[Merged]:
    """Take over what these stores hold, in one transaction; returns what came of each. Not saved yet.

    Memory is bounded by a page of rows, whatever the sidecars hold. The sidecars stay as they are.

    Raises:
        ReadOnlyStore: `into` was opened for reading.
        UnsupportedStore: A later version of this package has written one of the files.
        StoreError: A file refuses, or is hostile; nothing was merged.
    """
    with into.transaction() as target:
        merges = [_Merge(target, str(into.path)) for _ in sidecars]
        for one, sidecar in zip(merges, sidecars, strict=True):
            with sidecar.snapshot() as source:
                one.run(source, str(sidecar.path))
        into.exchanges().adopt(sync_id for one in merges for sync_id in one.syncs)
        return [one.merged for one in merges]


@dataclass(slots=True)
class _Merge:
    """One sidecar on its way into the target's transaction."""

    target: sqlite3.Connection
    name: str
    merged: Merged = field(default_factory=Merged)
    syncs: set[str] = field(default_factory=set)

    def run(self, source: sqlite3.Connection, name: str) -> None:
        """Take over all of it."""
        require_known(source, name)
        self._exchanges(source)
        if any(exists(source, table.name) for table in OURS):
            self._bookkeeping(source)
        self.merged.unknown_syncs = self._unknown()

    def _exchanges(self, source: sqlite3.Connection) -> None:
        if not is_readable(source, EXCHANGES.name, COLUMNS):
            return
        with _exact_text(source):
            for page in _pages(map(_numbered, source.execute(_READ))):
                if not self.merged.exchanges:
                    prepare_exchanges(self.target)
                self._page(page)

    def _page(self, page: Sequence[_Numbered]) -> None:
        rows = [row for _, row in page]
        before = self.target.total_changes
        refused = write_each(self.target, rows, _ADD)
        added = self.target.total_changes - before
        if added + len(refused) < len(rows):
            write_each(self.target, rows, _REPLACE)
        self.merged.exchanges += len(rows)
        self.merged.added += added
        self.merged.replaced += self.target.total_changes - before - added
        self.merged.refused += len(refused)
        self.syncs.update(row[1] for row in rows)
        if refused:
            self._quarantine([_aside(*page[refusal.index], refusal.reason) for refusal in refused])

    def _quarantine(self, entries: Sequence[Quarantined]) -> None:
        migrate_within(self.target, self.name)
        self.merged.quarantined += bookkeeping.enter_quarantine(self.target, entries)

    def _bookkeeping(self, source: sqlite3.Connection) -> None:
        migrate_within(self.target, self.name)
        self.merged.gaps = bookkeeping.carry_gaps(source, self.target, self.syncs)
        self.merged.quarantined += bookkeeping.carry_quarantine(source, self.target, self.syncs)
        bookkeeping.carry_arrivals(source, self.target, self.syncs)
        self.merged.watermarks = bookkeeping.carry_watermarks(source, self.target)

    def _unknown(self) -> tuple[str, ...]:
        known = known_syncs(self.target)
        late = late_arrivals(self.target, known)
        return tuple(sorted(self.syncs - known - late - {""})) if known else ()


@contextmanager
def _exact_text(connection: sqlite3.Connection) -> Iterator[None]:
    """Text as its bytes: what is no UTF-8 crosses unchanged."""
    before = connection.text_factory
    connection.text_factory = bytes
    try:
        yield
    finally:
        connection.text_factory = before


def _numbered(found: Sequence[Value]) -> _Numbered:
    entry, request_id, sync_id, kind, request, response, intent, moment = found
    row = (
        _name(request_id) or None,
        _name(sync_id),
        _name(kind),
        document(request),
        document(response),
        document(intent),
        _name(moment),
    )
    return number(entry), row


def _name(value: Value) -> str:
    """As `rows.text`, but no two values become one."""
    if value is None:
        return ""
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def _pages(rows: Iterator[_Numbered]) -> Iterator[list[_Numbered]]:
    page: list[_Numbered] = []
    size = 0
    for numbered in rows:
        page.append(numbered)
        size += sum(len(part) for part in numbered[1] if part)
        if len(page) == _ROWS_A_PAGE or size >= _BYTES_A_PAGE:
            yield page
            page, size = [], 0
    if page:
        yield page


def _aside(entry: int, row: Row, reason: str) -> Quarantined:
    """By its place in the sidecar: the connector's is not known."""
    identified = (row[0] or "", *row[1:])
    return quarantined_row(identified, reason, connector="", epoch="", sequence=entry)
