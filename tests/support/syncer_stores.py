"""Real stores with a fault before them."""

import threading
from dataclasses import replace

from captured_exchanges.errors import StoreLocked
from support.syncer_server import PATIENCE


class SlowStore:
    """A real store whose commits stand still until `release` is set."""

    def __init__(self, inner, *, blocked_after):
        self._inner = inner
        self._free = blocked_after
        self.blocked = threading.Event()
        self.release = threading.Event()
        self.threads = set()

    def commit(self, delivery):
        self.threads.add(threading.current_thread().name)
        if self._free:
            self._free -= 1
            return self._inner.commit(delivery)
        self.blocked.set()
        assert self.release.wait(PATIENCE)
        return self._inner.commit(delivery)

    def watermarks(self, connector=None, limit=64):
        return self._inner.watermarks(connector, limit)


class FlakyStore:
    """A real store that is locked for some of its commits."""

    def __init__(self, inner, *, faults, after=0):
        self._inner = inner
        self._faults = faults
        self._after = after
        self.refused = 0

    def commit(self, delivery):
        if self._after:
            self._after -= 1
        elif self.refused < self._faults:
            self.refused += 1
            raise StoreLocked("sync.db: another program is writing it")
        return self._inner.commit(delivery)

    def watermarks(self, connector=None, limit=64):
        return self._inner.watermarks(connector, limit)


class PoisoningStore:
    """A real store, handed one row that SQLite cannot take: text with a lone surrogate."""

    def __init__(self, inner, *, sequence):
        self._inner = inner
        self._sequence = sequence

    def commit(self, delivery):
        return self._inner.commit(
            replace(delivery, exchanges=[self._spoil(row) for row in delivery.exchanges])
        )

    def _spoil(self, row):
        if row.sequence != self._sequence:
            return row
        return replace(row, exchange=replace(row.exchange, request_id="\ud800"))

    def watermarks(self, connector=None, limit=64):
        return self._inner.watermarks(connector, limit)


class CountingStore:
    """A real store that notes every row that reaches it."""

    def __init__(self, inner):
        self._inner = inner
        self.written = []

    def commit(self, delivery):
        committed = self._inner.commit(delivery)
        self.written += [row.exchange.request_id for row in delivery.exchanges]
        return committed

    def watermarks(self, connector=None, limit=64):
        return self._inner.watermarks(connector, limit)
