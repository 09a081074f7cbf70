"""The Recorder: gives each exchange its identity, has it redacted and encoded, and offers it to the buffer.

Everything is settled at the start of an exchange that must not depend on its end: request id, intent, sync
id and its ticket among the pending ones. What was seen is asked for once, at the end, or when a drain gives
up waiting. No raw data outlives that moment, and none is ever logged.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Protocol

from captured_exchanges import telemetry
from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.capture import Scope, current_scope
from captured_exchanges.exchange import (
    MAX_EXCHANGE_BYTES,
    EncodedExchange,
    Exchange,
    Intent,
    PendingExchange,
    RedactedExchange,
    Snapshot,
    new_request_id,
)
from captured_exchanges.wire import encode_exchange

__all__ = ["MAX_SYNC_ID_BYTES", "Recorder", "Redacts"]

MAX_SYNC_ID_BYTES = 256
"""Longer sync ids are none of baton's and are dropped: they travel in counters and gaps."""

log = logging.getLogger(__name__)


class Redacts(Protocol):
    """What makes an exchange fit to be kept: `redaction.Redactor` is one. Thread-safe."""

    def redact(self, exchange: Exchange) -> RedactedExchange:
        """The exchange without its credentials."""
        ...


class _Record(Protocol):
    """What a pending exchange calls when it is over."""

    def __call__(self, pending: _Pending, *, abandoned: bool) -> None: ...


class Recorder:
    """The sink of every capture adapter of a connector. Thread-safe; never raises, never blocks.

    An exchange that cannot be recorded because something here failed is counted
    (`connector.record_failed`) and keeps its place in the ledger, as a gap `unknown_loss`.
    """

    def __init__(self, redactor: Redacts, buffer: CaptureBuffer) -> None:
        self._redactor = redactor
        self._buffer = buffer

    def begin(self, transport_kind: str, snapshot: Snapshot) -> PendingExchange:
        """As `ExchangeSink.begin`: identity, intent and sync are those of this moment and this context."""
        scope = current_scope()
        pending = _Pending(self._record, transport_kind, snapshot, scope)
        if scope is not None:
            scope.add(pending.request_id)
        pending.ticket = self._buffer.start(pending.abandon)
        if pending.claimed:  # a drain abandoned it before its ticket was known here
            self._buffer.end(pending.ticket)
        return pending

    def _record(self, pending: _Pending, *, abandoned: bool) -> None:
        encoded: EncodedExchange | None = None
        try:
            encoded = self._encoded(pending)
        except Exception as failure:  # noqa: BLE001 - nothing of ours may reach the connector's call
            log.warning("an exchange could not be recorded: %s", type(failure).__name__)
            telemetry.count("connector.record_failed")
        finally:  # whatever happened, be it an interrupt: the exchange gets its number
            self._offer(encoded, pending.sync_id, abandoned=abandoned)
            self._buffer.end(pending.ticket)

    def _encoded(self, pending: _Pending) -> EncodedExchange:
        redacted = self._redactor.redact(pending.exchange())
        if pending.scope is not None:
            pending.scope.finished(redacted.request_id, redacted.response_json)
        return encode_exchange(redacted)

    def _offer(self, encoded: EncodedExchange | None, sync_id: str, *, abandoned: bool) -> None:
        if encoded is None:
            self._buffer.drop(sync_id, 0, "unknown_loss", abandoned=abandoned)
        elif encoded.size < MAX_EXCHANGE_BYTES:
            self._buffer.accept(encoded, abandoned=abandoned)
        else:
            telemetry.count("connector.oversize")
            self._buffer.drop(sync_id, encoded.size, "oversize", abandoned=abandoned)


class _Pending:
    """An exchange that has started. Whoever claims it first, its end or a drain, records it; once."""

    __slots__ = (
        "_claim",
        "_record",
        "_snapshot",
        "_transport_kind",
        "request_id",
        "scope",
        "sync_id",
        "ticket",
    )

    def __init__(self, record: _Record, transport_kind: str, snapshot: Snapshot, scope: Scope | None) -> None:
        self.request_id = new_request_id()
        self.scope = scope
        self.sync_id = _sync_id(scope)
        self.ticket = 0
        self._record = record
        self._transport_kind = transport_kind
        self._snapshot = snapshot
        self._claim = threading.Lock()  # taken for good: an atomic test-and-set

    @property
    def claimed(self) -> bool:
        """Whether somebody has begun to record it."""
        return self._claim.locked()

    def finish(self) -> None:
        """The exchange is over."""
        self._end(abandoned=False)

    def abandon(self) -> None:
        """A drain no longer waits for it."""
        self._end(abandoned=True)

    def exchange(self) -> Exchange:
        """The exchange as it is known now; asked once."""
        request, response = self._snapshot()
        intent = self.scope.intent if self.scope is not None else Intent()
        return Exchange(
            self.request_id, self._transport_kind, request, response, intent, time.time_ns(), self.sync_id
        )

    def _end(self, *, abandoned: bool) -> None:
        if not self._claim.acquire(blocking=False):
            return
        try:
            self._record(self, abandoned=abandoned)
        finally:
            # However long the caller keeps its response: the raw bodies and the scope's memory go now.
            del self._snapshot, self.scope


def _sync_id(scope: Scope | None) -> str:
    sync_id = scope.sync_id if scope is not None else ""
    if len(sync_id.encode(errors="replace")) <= MAX_SYNC_ID_BYTES:
        return sync_id
    telemetry.count("connector.sync_id_too_long")
    return ""
