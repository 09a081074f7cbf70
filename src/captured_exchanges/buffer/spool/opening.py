"""How a buffer gets its spool: the folder claimed, what an earlier process left found, the first lease taken.

Opening a durable spool reads all of its files, in the thread that makes the buffer. What forbids its use is
raised: another process, a folder that others may enter. What fails in it is not: the buffer begins in memory.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from captured_exchanges.buffer.sent_drops import SentDrop
from captured_exchanges.buffer.spool.folder import claim
from captured_exchanges.buffer.spool.ledger import Ledger
from captured_exchanges.buffer.spool.options import SpoolOptions
from captured_exchanges.buffer.spool.recovery import discard, recover
from captured_exchanges.buffer.spool.segments import Segments
from captured_exchanges.buffer.spool.work import Signals, Work
from captured_exchanges.buffer.stock import Stock
from captured_exchanges.buffer.turns import Turns

__all__ = ["open_spool"]

log = logging.getLogger(__name__)


def open_spool(
    options: SpoolOptions,
    turns: Turns,
    stock: Stock,
    signals: Signals,
    *,
    above: int,
    clock: Callable[[], float],
) -> Work:
    """The work of a buffer's spool; a durable one's stock is what was left. Raises SpoolRefused."""
    durable = options.folder if options.durable else None
    segments = Segments(options.disk, options.folder, options.max_bytes, named=options.durable)
    ledger = Ledger(options.disk, durable, claim(durable)) if durable else None
    work = Work(
        turns,
        stock,
        segments,
        signals,
        above=above,
        clock=clock,
        ledger=ledger,
        flush_interval=options.flush_interval,
    )
    if ledger and durable:
        try:
            _restore(ledger, durable, options, segments, stock, at=clock())
        except OSError as failure:
            work.failed(failure)
        work.begin()
    return work


def _restore(
    ledger: Ledger, folder: Path, options: SpoolOptions, segments: Segments, stock: Stock, *, at: float
) -> None:
    image = ledger.last_image()
    if image is None:
        discard(folder, options.disk)
        return
    recovered = recover(folder, segments, options.disk, image, max_syncs=stock.accounts.max_syncs, at=at)
    stock.adopt(recovered.shelves, recovered.accounts)
    if stock.shelf.epoch == image.shelves[0].epoch:
        stock.flight.handed_through = image.handed_through
        for sequence, sync_id, size, reason, name in image.sent_drops:
            account = recovered.accounts.of(name)
            stock.sent_drops.add(SentDrop(sequence, sync_id, size, reason, account))
    log.info(
        "the spool has %d exchanges of an earlier process, and has lost %d", recovered.found, recovered.lost
    )
