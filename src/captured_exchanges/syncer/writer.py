"""The one thread on which consumers read and write their store.

SQLite stays off the event loop, and one thread settles the order: watermarks are read after the last
transaction, whatever came of it. Several consumers may share it: each has but one job here at a time, so
they take turns. A fault that may pass (a lock, the disk) is tried again for a while;
after that, and after any other, the consumer stops with its state kept.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import stamina

from captured_exchanges.errors import (
    CorruptStore,
    ReadOnlyStore,
    StoreError,
    UnsupportedStore,
    WatermarkMoved,
)
from captured_exchanges.exchange import Watermark
from captured_exchanges.handoff.consuming import Commit
from captured_exchanges.store import Delivery, RecordedGap
from captured_exchanges.syncer.stores import DeliveryStore
from captured_exchanges.telemetry import count

__all__ = ["Failed", "Landed", "Moved", "Outcome", "Patience", "Standing", "StoreWriter"]

_T = TypeVar("_T")
_PERMANENT = (CorruptStore, ReadOnlyStore, UnsupportedStore, WatermarkMoved)
_LEDGER_PAGE = 1000
_MAX_WATERMARKS = 1024
"""More than `open` may tell, so that of many connectors the one that rested longest is still known here."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to try again what the store refuses: so many attempts, within so many seconds."""

    attempts: int = 8
    seconds: float = 30.0
    first_wait: float = 0.05
    longest_wait: float = 2.0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the store stands. `losses`: epoch and first sequence of each `unknown_loss` in its ledger."""

    watermarks: tuple[Watermark, ...]
    losses: frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Landed:
    """A delivery is in the store."""

    quarantined: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A delivery was rolled back: the watermark is not what it assumed."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The store refused, retries included; `message` is for people and holds no captured data."""

    message: str


Outcome = Standing | Landed | Moved | Failed


class StoreWriter:
    """Works on a store in a thread of its own. Nothing here raises; every fault is an Outcome."""

    def __init__(self, store: DeliveryStore, sync_id: str, patience: Patience) -> None:
        self._store = store
        self._sync_id = sync_id
        self._patience = patience
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="exchange-writer")
        self._losses: frozenset[tuple[str, int]] | None = None
        self._trouble = ""

    @property
    def trouble(self) -> str:
        """What the store said when it last refused; empty: it takes what comes. From any thread."""
        return self._trouble

    def read_standing(self) -> Future[Outcome]:
        """Read the watermarks, after all that was submitted before."""
        return self._thread.submit(self._outcome, self._stand)

    def commit(self, commit: Commit) -> Future[Outcome]:
        """Commit a delivery, after all that was submitted before."""
        return self._thread.submit(self._outcome, lambda: self._land(commit))

    @property
    def open(self) -> bool:
        """Whether it takes work: not after `close`, and not in an interpreter that ends."""
        try:
            self._thread.submit(_nothing)
        except RuntimeError:
            return False
        return True

    def close(self) -> None:
        """Join the thread. Blocks until what was submitted is done."""
        self._thread.shutdown(wait=True)

    def _outcome(self, work: Callable[[], Outcome]) -> Outcome:
        try:
            return self._persistently(work)
        except WatermarkMoved:
            count("syncer.watermark_moved")
            return Moved()
        except Exception as error:  # noqa: BLE001 - a host's store may raise anything; the sync must not end by it
            count("syncer.store_failed")
            _log.debug("the exchange store failed: %s", type(error).__name__)
            return Failed(_sentence(error))

    def _persistently(self, work: Callable[[], _T]) -> _T:
        patience = self._patience
        for attempt in stamina.retry_context(
            on=_may_pass,
            attempts=patience.attempts,
            timeout=patience.seconds,
            wait_initial=patience.first_wait,
            wait_max=patience.longest_wait,
            wait_jitter=patience.first_wait,
        ):
            with attempt, self._noting():
                return work()
        raise AssertionError("unreachable: the last attempt raises")

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except WatermarkMoved:
            raise
        except Exception as error:
            if not self._trouble:
                _log.warning(
                    "the exchange store refuses, and is asked again if it may heal: %s", _sentence(error)
                )
            self._trouble = _sentence(error)
            raise
        if self._trouble:
            _log.warning("the exchange store takes exchanges again")
            self._trouble = ""

    def _stand(self) -> Standing:
        return Standing(tuple(self._store.watermarks(limit=_MAX_WATERMARKS)), self._ledger_losses())

    def _ledger_losses(self) -> frozenset[tuple[str, int]]:
        if self._losses is None:
            self._losses = frozenset(_read_losses(self._store))
        return self._losses

    def _land(self, commit: Commit) -> Landed:
        committed = self._store.commit(
            Delivery(
                connector=commit.connector,
                epoch=commit.epoch,
                after_sequence=commit.after_sequence,
                through_sequence=commit.through_sequence,
                exchanges=commit.exchanges,
                gaps=commit.gaps,
                sync_id=self._sync_id,
                drained=commit.drained,
            )
        )
        return Landed(committed.quarantined if committed else 0)


def _read_losses(store: DeliveryStore) -> set[tuple[str, int]]:
    """The unknown losses in the ledger, if the store has one: told once, over all runs."""
    read_page: Callable[..., Sequence[RecordedGap]] | None = getattr(store, "ledger", None)
    losses: set[tuple[str, int]] = set()
    after = 0
    while read_page is not None and (page := read_page(after_id=after, limit=_LEDGER_PAGE)):
        gaps = [entry.gap for entry in page]
        losses.update((gap.epoch, gap.first_sequence) for gap in gaps if gap.reason == "unknown_loss")
        after = page[-1].id
    return losses


def _nothing() -> None:
    """Work that tells whether work is taken."""


def _may_pass(error: Exception) -> bool:
    if isinstance(error, StoreError):
        return not isinstance(error, _PERMANENT)
    return isinstance(error, sqlite3.OperationalError | OSError)


def _sentence(error: Exception) -> str:
    if isinstance(error, StoreError):
        return str(error)
    return f"the exchange store failed with {type(error).__name__}"
