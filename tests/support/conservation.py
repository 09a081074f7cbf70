"""The account of a buffer, looked at while others work on it: captured = acked + retained + Σ dropped.

    with conserving(buffer) as watch:       in a thread of its own, once a second
        ...                                 whatever may happen to a buffer
    # leaving fails where the account was ever wrong; watch.samples says how often it was looked at

At every look, whatever goes on meanwhile: no sync has let go of more than it captured, what all of them
still hold is what the buffer holds, and no number has ever gone down. Where nothing moved while we looked,
and memory bears it, what the buffer gives to a reader is counted too, sync by sync.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.exchange import BufferFacts, Entry, SyncCounters
from support.buffer_account import lost

__all__ = ["Conservation", "conserving"]

_READABLE = 64 << 20
"""Bytes that are read at once to be counted."""


class Conservation:
    """The account of one buffer. `samples`: looks so far; `still`: those at which nothing moved. Where a
    spool holds a part on the disk, a reader has to come again for it: `spooled`, and none is asked.
    """

    def __init__(self, buffer: CaptureBuffer, *, spooled: bool = False) -> None:
        self._buffer = buffer
        self._spooled = spooled
        self._before: dict[str, SyncCounters] = {}
        self.samples = 0
        self.still = 0

    def look(self) -> None:
        """Fail where the account is wrong at this moment."""
        facts, counters = before = self._buffer.snapshot()
        held = Counter({each.sync_id: each.captured - each.acked - lost(each) for each in counters})
        assert min(held.values(), default=0) >= 0, f"more let go than captured: {counters}"
        assert held.total() == facts.retained_exchanges, f"{facts} holds another number than {counters}"
        self._check_growth({each.sync_id: each for each in counters})
        self.samples += 1
        if facts.retained_bytes < _READABLE and not self._spooled:
            seen = self._read(facts)
            if self._buffer.snapshot() == before:
                self.still += 1
                assert seen == +held, f"a reader gets {seen}, the account says {+held}"

    def _read(self, facts: BufferFacts) -> Counter[str]:
        """What a reader is given of each sync: by the buffer itself, whatever a test has put around it."""
        items = CaptureBuffer.read(
            self._buffer,
            facts.acked_through,
            max_exchanges=facts.retained_exchanges + 1,
            max_bytes=2 * _READABLE,
        )
        return Counter(item.exchange.sync_id for item in items if isinstance(item, Entry))

    def _check_growth(self, now: dict[str, SyncCounters]) -> None:
        for sync_id, earlier in self._before.items():
            if (later := now.get(sync_id)) is not None:  # else it is settled, and added up with others
                assert later.captured >= earlier.captured, f"captured went down: {earlier}, {later}"
                assert later.acked >= earlier.acked, f"acked went down: {earlier}, {later}"
        self._before = now


@contextmanager
def conserving(buffer: CaptureBuffer, every: float = 1.0, *, spooled: bool = False) -> Iterator[Conservation]:
    """Look at the account every so many seconds, and at the end, until the block is left."""
    watch, over, failures = Conservation(buffer, spooled=spooled), threading.Event(), []

    def look_on() -> None:
        while not failures:
            _noted(watch.look, failures)
            if over.wait(every):
                return

    thread = threading.Thread(target=look_on, name="conservation")
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()
    if failures:
        raise failures[0]
    watch.look()


def _noted(step: Callable[[], None], failures: list[AssertionError]) -> None:
    try:
        step()
    except AssertionError as failure:
        failures.append(failure)
