"""A connector's end without a network: a real CaptureBuffer, a Handoff, and peers that are driven by hand.

Every input is followed by all the actions that it brings, so a test says what happens and then looks at
what was sent. Time stands still unless a test advances it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.connector.peer_input import completed
from captured_exchanges.exchange import (
    Ack,
    Closing,
    ConnectorInfo,
    Drain,
    EncodedExchange,
    Gap,
    Open,
    Opened,
    OutgoingBatch,
    PolicyInfo,
    Request,
    ServerHeartbeat,
    ServerMessage,
    SyncCounters,
)
from captured_exchanges.handoff.serving import (
    Abandon,
    End,
    Handoff,
    Keep,
    Nudge,
    Read,
    Release,
    ServerStream,
    Terms,
)
from captured_exchanges.handoff.serving import Action as ServerAction
from captured_exchanges.handoff.serving import Send as ServerSend

CONNECTOR = ConnectorInfo("acme", "1.2.3")
MANY = 20_000
"""Turns after which somebody is spinning."""
POLICY = PolicyInfo("default", "1", "ab" * 32)


def encoded(name: str = "", *, size: int = 100, sync_id: str = "s", kind: str = "http", surface: str = ""):
    """An exchange of exactly `size` bytes, as the buffer counts them."""
    empty = EncodedExchange(name, sync_id, kind, surface, b"")
    return replace(empty, data=b"x" * (size - empty.size))


class Connector:
    """One connector process, as far as the handoff goes."""

    def __init__(
        self,
        *,
        max_bytes: int = 1 << 20,
        max_age: float | None = None,
        buffer: CaptureBuffer | None = None,
        **terms,
    ) -> None:
        self.now = 1000.0
        self.buffer = buffer or CaptureBuffer(max_bytes=max_bytes, max_age=max_age, clock=lambda: self.now)
        self.handoff = Handoff(connector=CONNECTOR, policy=POLICY, terms=Terms(**terms))
        self.peers: list[Peer] = []

    @property
    def epoch(self) -> str:
        """The buffer's current one."""
        return self.buffer.facts().epoch

    def capture(self, count: int = 1, **exchange) -> None:
        """Capture exchanges one after another and let the streams see each."""
        for _ in range(count):
            self.buffer.accept(encoded(**exchange))
            self.settle()

    def capture_at_once(self, count: int, **exchange) -> None:
        """Capture exchanges before any stream looks."""
        for _ in range(count):
            self.buffer.accept(encoded(**exchange))
        self.settle()

    def begin(self, **exchange) -> Callable[[], None]:
        """An exchange starts; the call that finishes it. A drain that gives up records it as it stands."""
        ticket = 0
        ended = False

        def end(*, abandoned: bool) -> None:
            nonlocal ended
            if not ended:
                ended = True
                self.buffer.accept(encoded(**exchange), abandoned=abandoned)
                self.buffer.end(ticket)

        def finish() -> None:
            end(abandoned=False)
            self.settle()

        ticket = self.buffer.start(lambda: end(abandoned=True))
        return finish

    def connect(self, *requests: Request | None, observers_only: bool = False, stalled: bool = False) -> Peer:
        """A stream begins; `stalled`: from the first message on nothing is taken."""
        peer = Peer(self, ServerStream(self.handoff, self.now, observers_only=observers_only))
        peer.stalled = stalled
        self.peers.append(peer)
        self.settle()
        for request in requests:
            peer.say(request)
        return peer

    def owner(self, consumer_id: str = "c1", **open_) -> Peer:
        """A consumer opens."""
        return self.connect(Open(consumer_id=consumer_id, **open_))

    def observer(self, **open_) -> Peer:
        """An observer opens."""
        return self.connect(Open(**open_))

    def settle(self) -> None:
        """Perform every action of every stream until none has any."""
        for _ in range(MANY):
            if not sum(peer.step() for peer in self.peers):
                return
        raise AssertionError("the streams never come to rest")

    def advance(self, seconds: float) -> None:
        """Let time pass, stopping wherever a stream asked to be asked."""
        end = self.now + seconds
        while True:
            times = [p.stream.wake_at for p in self.peers if p.stream.wake_at is not None]
            self.now = max(self.now, min([end, *times]))
            self.settle()
            if self.now >= end:
                return

    def counters(self, sync_id: str = "s") -> SyncCounters:
        """The buffer's account of a sync."""
        return next((c for c in self.buffer.counters() if c.sync_id == sync_id), SyncCounters(sync_id))


class Peer:
    """The other end of one stream, and all that was sent to it."""

    def __init__(self, connector: Connector, stream: ServerStream) -> None:
        self.connector = connector
        self.stream = stream
        self.sent: list[ServerMessage] = []
        self.actions: list[ServerAction] = []
        self.ended: End | None = None
        self.stalled = False

    def say(self, request: Request | None) -> None:
        """Send a request."""
        self.stream.receive(request, self.connector.buffer.facts(), self.connector.now)
        self.connector.settle()

    def ack(self, through_sequence: int, epoch: str | None = None) -> None:
        """Send an ack, for the buffer's epoch unless told otherwise."""
        self.say(Ack(self.connector.epoch if epoch is None else epoch, through_sequence))

    def drain(self, timeout: float = 0.0) -> None:
        """Send a drain."""
        self.say(Drain(timeout))

    def half_close(self) -> None:
        """Write no more."""
        self.stream.half_closed(self.connector.buffer.facts(), self.connector.now)
        self.connector.settle()

    def cut(self) -> None:
        """The connection breaks."""
        self._gone()
        self.connector.settle()

    def take(self) -> None:
        """A stalled peer takes what is in the air, and everything after it."""
        self.stalled = False
        self.stream.written(self.connector.now)
        self.connector.settle()

    def step(self) -> bool:
        """Perform one action; whether there was one."""
        buffer, now = self.connector.buffer, self.connector.now
        action = self.stream.next_action(buffer.facts(), now)
        if action is None:
            return False
        self.actions.append(action)
        self._perform(action, buffer, now)
        return True

    def _perform(self, action: ServerAction, buffer: CaptureBuffer, now: float) -> None:
        match action:
            case ServerSend():
                self.sent.append(completed(action, buffer))
                if not self.stalled:
                    self.stream.written(now)
            case Read(after, exchanges, size, hold):
                items = buffer.read(after, max_exchanges=exchanges, max_bytes=size, hold=hold)
                self.stream.items(items, buffer.facts())
            case Keep(seconds):
                buffer.keep(seconds)
            case Release(through):
                buffer.release(through)
            case Abandon(ticket):
                buffer.abandon(ticket)
            case End():
                self.ended = action
                self._gone()
            case Nudge():
                pass  # `settle` asks every stream again anyway

    def _gone(self) -> None:
        self.connector.buffer.keep(self.stream.gone(self.connector.now).seconds)

    def of(self, kind: type) -> list:
        """The messages of a kind that were sent."""
        return [message for message in self.sent if isinstance(message, kind)]

    @property
    def opened(self) -> Opened:
        """The one `opened` that was sent."""
        (opened,) = self.of(Opened)
        return opened

    @property
    def sequences(self) -> list[int]:
        """Those of all exchanges that were sent."""
        return [entry.sequence for batch in self.of(OutgoingBatch) for entry in batch.entries]

    @property
    def batches(self) -> list[list[int]]:
        """The sequences of each batch."""
        return [[entry.sequence for entry in batch.entries] for batch in self.of(OutgoingBatch)]

    @property
    def gaps(self) -> list[tuple[int, int, str]]:
        """First, last and reason of each gap."""
        return [(gap.first_sequence, gap.last_sequence, gap.reason) for gap in self.of(Gap)]

    @property
    def heartbeats(self) -> list[ServerHeartbeat]:
        """All that were sent."""
        return self.of(ServerHeartbeat)

    @property
    def closing(self) -> Closing | None:
        """The `closing` that was sent, if one was."""
        return next(iter(self.of(Closing)), None)
