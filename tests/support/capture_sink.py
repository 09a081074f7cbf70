"""A sink that keeps what adapters tell it, for the tests of capture."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field

from captured_exchanges import telemetry
from captured_exchanges.capture import current_scope
from captured_exchanges.exchange import HttpRequest, HttpResponse, Snapshot, new_request_id


@dataclass
class Recorded:
    """A pending exchange that counts its ends and keeps what was known at the first one."""

    snapshot: Snapshot
    transport_kind: str
    scope: object
    request_id: str = field(default_factory=new_request_id)
    finishes: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    request: HttpRequest | None = None
    response: HttpResponse | None = None
    thread: int = 0

    def finish(self) -> None:
        """Take the snapshot, the first time."""
        self.finishes += 1
        if self.finishes == 1:
            self.thread = threading.get_ident()
            self.request, self.response = self.snapshot()
        self.over.set()


class RecordingSink:
    """Keeps every exchange in the order of their starts."""

    def __init__(self) -> None:
        self.exchanges: list[Recorded] = []

    def begin(self, transport_kind: str, snapshot: Snapshot) -> Recorded:
        """Keep it."""
        recorded = Recorded(snapshot, transport_kind, current_scope())
        self.exchanges.append(recorded)
        return recorded

    @property
    def only(self) -> Recorded:
        """The one exchange, which has ended exactly once."""
        (recorded,) = self.finished
        return recorded

    @property
    def finished(self) -> list[Recorded]:
        """All exchanges, each of which has ended exactly once."""
        assert [recorded.finishes for recorded in self.exchanges] == [1] * len(self.exchanges)
        return self.exchanges


class BrokenSink:
    """Raises where it is told to; what it raises quotes what it was given, as bad code does."""

    def __init__(self, *, at: str) -> None:
        self.at = at
        self.request_id = new_request_id()
        self.calls: list[str] = []

    def begin(self, _transport_kind: str, snapshot: Snapshot) -> BrokenSink:
        """Break, or be the pending exchange."""
        self._call("begin", snapshot)
        self.snapshot = snapshot
        return self

    def finish(self) -> None:
        """Break, or do nothing."""
        self._call("finish", self.snapshot)

    def _call(self, name: str, snapshot: Snapshot) -> None:
        self.calls.append(name)
        if self.at == name:
            raise RuntimeError(f"broken at {name}: {snapshot()[0].url}")


@contextmanager
def hook_failures(expected: int | None):
    """The block fails this many hooks (None: at least one), by the counter."""
    before = telemetry.counters().get("capture.hook_failed", 0)
    yield
    failed = telemetry.counters().get("capture.hook_failed", 0) - before
    assert failed > 0 if expected is None else failed == expected
