"""Contender: this package, as hosts use it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path

import grpc

from benchmarks.handoff_side import SYNC, Contender
from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.connector import ExchangeServicer
from captured_exchanges.exchange import ConnectorInfo, PolicyInfo, RedactedExchange
from captured_exchanges.store import Delivery, open_store
from captured_exchanges.syncer import ExchangeConsumer
from captured_exchanges.wire import encode_exchange

__all__ = ["OURS"]

_LOOK_SECONDS = 0.005
_DRAIN_AT = 0.98


class _Connector:
    def __init__(self) -> None:
        self._buffer = CaptureBuffer()

    def handler(self) -> grpc.GenericRpcHandler:
        info, policy = ConnectorInfo("bench", "1"), PolicyInfo("default", "1", "0" * 64)
        return ExchangeServicer(self._buffer, connector=info, policy=policy).handler()

    def fill(self, captured: Iterable[RedactedExchange]) -> None:
        for exchange in captured:
            assert self._buffer.accept(encode_exchange(exchange)) is not None, "the buffer is full"


async def _consume(target: str, path: Path, count: int) -> float:
    with open_store(path, "rw") as store:
        store.exchanges().commit(Delivery("setup", "setup", 0, 0))
        began = time.perf_counter()
        async with ExchangeConsumer(target, store, sync_id=SYNC) as consumer:
            # As at the end of a sync: an earlier drain would hurry every commit, and without one the last
            # batch, which is not full, would wait for company (`max_batch_delay`).
            while (report := consumer.report).received < count * _DRAIN_AT and report.error is None:  # noqa: ASYNC110 - the report tells no one
                await asyncio.sleep(_LOOK_SECONDS)
            report = await consumer.drain()
            taken = time.perf_counter() - began
        assert report.consistent and report.committed == count, report  # noqa: PT018 - one sentence
    return taken


OURS = Contender(_Connector, _consume)
