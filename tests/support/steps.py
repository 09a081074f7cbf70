"""Buffers and stores that call somebody at chosen steps: what is about to be done to them, or just was."""

import threading

from captured_exchanges.buffer import CaptureBuffer


class Steps:
    """Counts, from any thread, and calls `harm` at these. Only the first run counts."""

    def __init__(self, at, harm):
        self._at = frozenset(at)
        self._harm = harm
        self._lock = threading.Lock()
        self._over = False
        self.in_first_run = 0

    def reached(self):
        """The next step."""
        with self._lock:
            if self._over:
                return
            self.in_first_run += 1
            due = self.in_first_run in self._at
        if due:
            self._harm()

    def end_run(self):
        """Do no more harm."""
        self._over = True


class SteppedBuffer(CaptureBuffer):
    """A real one; a step is whatever a stream asks of it."""

    def __init__(self, steps):
        super().__init__()
        self._steps = steps

    def facts(self):
        """As asked."""
        self._steps.reached()
        return super().facts()

    def read(self, after_sequence, **bounds):
        """As asked, and once more a step when it is done."""
        self._steps.reached()
        items = super().read(after_sequence, **bounds)
        self._steps.reached()
        return items

    def release(self, through_sequence):
        """As asked, likewise."""
        self._steps.reached()
        super().release(through_sequence)
        self._steps.reached()


class SteppedStore:
    """A real one's deliveries; a step is before and after each transaction."""

    def __init__(self, inner, steps):
        self._inner = inner
        self._steps = steps

    def commit(self, delivery):
        """As asked."""
        self._steps.reached()
        committed = self._inner.commit(delivery)
        self._steps.reached()
        return committed

    def watermarks(self, connector=None, limit=64):
        """As asked."""
        self._steps.reached()
        return self._inner.watermarks(connector, limit)

    def ledger(self, *arguments, **named):
        """As asked."""
        return self._inner.ledger(*arguments, **named)
