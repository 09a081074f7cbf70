"""One stream at the connector's end, as decisions without I/O.

    shell                                     ServerStream
    a request arrived, or a half-close   ->   receive, violated, half_closed
    what shall I do now?                 ->   next_action(facts, now) -> Action | None
    a Read was performed                 ->   items
    a Send was performed                 ->   written
    the call is over                     ->   gone -> Keep

A shell asks `next_action` after every input, whenever the buffer has changed, at `wake_at`, and after a
Nudge; it performs each action and asks again, with fresh facts, until the answer is None. At most one Read
and one Send are in progress at any time; while a write is pending the shell goes on feeding inputs. Times
are seconds of one monotonic clock. What must be serialised is told in `registry`.

The order of `next_action` is the order of rules: what frees exchanges comes first, then what ends the
stream, then what is sent; nothing is read from the buffer that cannot be sent at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import (
    BufferFacts,
    Closing,
    Entry,
    Gap,
    Heartbeat,
    Open,
    Opened,
    Request,
    ServerHeartbeat,
    ServerMessage,
)
from captured_exchanges.handoff.serving.actions import Action, End, Keep, Nudge, Read, Send
from captured_exchanges.handoff.serving.ending import Ending
from captured_exchanges.handoff.serving.liveness import Liveness
from captured_exchanges.handoff.serving.observer import ObserverSide
from captured_exchanges.handoff.serving.owner import OwnerSide
from captured_exchanges.handoff.serving.registry import Handoff
from captured_exchanges.handoff.serving.side import Side
from captured_exchanges.handoff.serving.terms import agree
from captured_exchanges.handoff.status import Status

__all__ = ["ServerStream"]

_MAX_REASON = 500
"""Characters of a status detail: sentences quote what peers say, and trailers must stay below 8 KiB."""


class ServerStream:
    """One stream. With `observers_only` (a debug socket) nobody may own through it.

    Where `handoff` has no place left, the first action is its End. Not thread-safe: see `registry`.
    """

    def __init__(self, handoff: Handoff, now: float, *, observers_only: bool = False) -> None:
        self._handoff = handoff
        self._terms = handoff.terms
        self._observers_only = observers_only
        self._begun_at = now
        self._live = Liveness(self._terms.heartbeat_interval, self._terms.patience, now)
        self._side: Side | None = None
        self._epoch = ""
        self._opened = False
        self._outbox: deque[ServerMessage] = deque()
        self._reading: Read | None = None
        self._first: deque[Action] = deque()
        self._half_closed = False
        self._ending: Ending | None = None
        self._over = False
        self.wake_at: float | None = None
        """When to ask `next_action` again though nothing has happened; None: no need."""
        self._guarded(self._join)

    def receive(self, request: Request | None, facts: BufferFacts, now: float) -> None:
        """A request arrived; None stands for a message with neither variant nor unknown fields."""
        self._live.heard(now)
        self._guarded(lambda: self._hear(request, facts, now))

    def violated(self, violation: ProtocolViolation) -> None:
        """Bytes arrived that are no request."""
        self._close(violation.code, str(violation))

    def half_closed(self, facts: BufferFacts, now: float) -> None:
        """The peer will write no more. Before any request this is an observer's open (a look)."""
        if self._side is None and self._ending is None:
            self.receive(None, facts, now)
        self._half_closed = True
        reason = self._side.half_closed(facts) if self._side and not self._ending else ""
        if reason:
            self._close(Status.OK, reason)

    def items(self, items: Sequence[Entry | Gap], facts: BufferFacts) -> None:
        """What the Read in progress has brought."""
        read, self._reading = self._reading, None
        if read and self._side and not self._ending:
            self._outbox.extend(self._side.take(read, items, facts))

    def written(self, now: float) -> None:
        """The Send in progress is done."""
        self._live.write_ends(now)

    def gone(self, now: float) -> Keep:
        """The call is over, whoever ended it: the stream gives up its place, and the answer is to be
        performed. Repeats are harmless.
        """
        self._over = True
        self.wake_at = None
        self._handoff.leave(self, now)
        return Keep(self._handoff.kept_for(now))

    def supersede(self, reason: str) -> None:
        """Another stream owns now (rule 7). Called by the registry."""
        self._close(Status.ABORTED, reason)

    def make_way(self, reason: str) -> None:
        """Another stream gets this one's place. Called by the registry."""
        self._close(Status.RESOURCE_EXHAUSTED, reason)

    def busy(self, facts: BufferFacts) -> bool:
        """Whether there is something that this stream may be sent. Called by the registry."""
        return self._side is not None and self._ending is None and self._side.busy(facts)

    def next_action(self, facts: BufferFacts, now: float) -> Action | None:
        """What to do now; None: nothing until the next input, or until `wake_at`."""
        if self._over:
            return None
        if self.wake_at is not None and now > self.wake_at:
            self._live.excuse(now - self.wake_at)
        self.wake_at = None
        action = self._decide(facts, now)
        if action is None:
            self.wake_at = min((time for time in self._deadlines() if time is not None), default=None)
        return action

    def _decide(self, facts: BufferFacts, now: float) -> Action | None:
        if self._first:
            return self._first.popleft()
        freed = self._side.free(facts, now) if self._side else None
        if freed:
            return freed
        if self._ending is None:
            self._check(facts, now)
        if self._ending is None and self._side and not self._live.writing:
            return self._proceed(self._side, facts, now)
        return self._finish(self._ending, now) if self._ending else None

    def _join(self) -> None:
        if self._handoff.join(self):
            self._first.append(Nudge())

    # What is heard

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except ProtocolViolation as violation:
            self._close(violation.code, str(violation))

    def _hear(self, request: Request | None, facts: BufferFacts, now: float) -> None:
        if self._side is None:
            self._open(request, facts, now)
        elif request is None:
            raise ProtocolViolation("the request has no variant; send one of ack, drain, heartbeat")
        elif isinstance(request, Open):
            raise ProtocolViolation("open was sent twice; it comes first, and once")
        elif not isinstance(request, Heartbeat):
            self._side.hear(request, facts, now)

    def _open(self, request: Request | None, facts: BufferFacts, now: float) -> None:
        if self._ending:
            return
        open_ = Open() if request is None else request
        if not isinstance(open_, Open):
            raise ProtocolViolation(f"{type(open_).__name__.lower()} came first; open comes first")
        self._epoch = facts.epoch
        if open_.consumer_id:
            self._own(open_, facts, now)
        else:
            self._observe(open_, facts)

    def _own(self, open_: Open, facts: BufferFacts, now: float) -> None:
        if self._observers_only:
            raise ProtocolViolation(
                "only observers are admitted here: leave out open.consumer_id", code=Status.PERMISSION_DENIED
            )
        resumed, superseded = self._handoff.own(open_, self, facts, now)
        if superseded:
            self._first.append(Nudge())
        if self._handoff.sent_through(facts) > facts.acked_through:  # earlier; and it must not lapse now
            self._first.append(Keep(None))
        limits = agree(open_.limits, self._terms.owner_default, self._terms.owner_maximum)
        self._side = OwnerSide(self._handoff, self, facts, resumed, limits)

    def _observe(self, open_: Open, facts: BufferFacts) -> None:
        self._handoff.observe(open_, self)
        limits = agree(open_.limits, self._terms.observer_default, self._terms.observer_maximum)
        self._side = ObserverSide(self._handoff, open_, facts, limits)

    # What ends the stream

    def _check(self, facts: BufferFacts, now: float) -> None:
        dead_at = self._dead_at()
        if self._handoff.stopped(now):
            self._close(Status.UNAVAILABLE, "the connector is stopping")
        elif self._side and facts.epoch != self._epoch:
            self._close(Status.UNAVAILABLE, "the capture buffer has begun another epoch: open again")
        elif dead_at is not None and now >= dead_at:
            self._close(*self._death())

    def _dead_at(self) -> float | None:
        if self._side is None:
            return self._begun_at + self._terms.open_timeout
        return self._live.silent_at if self._side.owes_heartbeats else self._live.stuck_at

    def _death(self) -> tuple[Status, str]:
        if self._side is None:
            return Status.DEADLINE_EXCEEDED, f"no open came for {self._terms.open_timeout:g} s"
        sign = "nothing was heard" if self._side.owes_heartbeats else "nothing was taken"
        return Status.UNAVAILABLE, f"{sign} for {self._terms.patience:g} s: the peer counts as dead"

    def _close(self, code: int, reason: str) -> None:
        if self._ending is None:
            closing = Closing(self._epoch, code, reason[:_MAX_REASON])
            self._ending = Ending(closing, announced=self._opened, wait=self._terms.closing_wait)

    def _finish(self, ending: Ending, now: float) -> Action | None:
        action = ending.next_action(self._live, now, half_closed=self._half_closed)
        if isinstance(action, Send):
            self._live.write_begins(now)
        elif isinstance(action, End):
            self._over = True
            if self._side:
                self._side.ended()
            self._handoff.ended(self, now)
        return action

    # What is sent

    def _proceed(self, side: Side, facts: BufferFacts, now: float) -> Action | None:
        if not self._opened:
            self._opened = True
            return self._send(self._opened_message(side, facts), now)
        if self._outbox:
            message = self._outbox.popleft()
            side.sent(message, facts)
            return self._send(message, now)
        if self._reading is None and (action := self._advance(side, facts, now)):
            return action
        if now >= self._live.heartbeat_at:
            return self._send(self._heartbeat(facts), now, with_counters=True)
        return None

    def _advance(self, side: Side, facts: BufferFacts, now: float) -> Action | None:
        if answer := side.answer(facts):
            return self._send(answer, now, with_counters=True)
        if reason := side.finished():
            self._close(Status.OK, reason)
            return self._decide(facts, now)
        self._reading = side.plan(facts, now)
        return self._reading

    def _send(self, message: ServerMessage, now: float, *, with_counters: bool = False) -> Send:
        self._live.write_begins(now)
        return Send(message, with_counters)

    def _opened_message(self, side: Side, facts: BufferFacts) -> Opened:
        return Opened(
            role=side.role,
            epoch=facts.epoch,
            oldest_sequence=facts.oldest_sequence,
            next_sequence=facts.next_sequence,
            acked_through=facts.acked_through,
            heartbeat_interval=self._terms.heartbeat_interval,
            limits=side.limits,
            connector=self._handoff.connector,
            redaction_policy=self._handoff.policy,
        )

    def _heartbeat(self, facts: BufferFacts) -> ServerHeartbeat:
        return ServerHeartbeat(
            facts.epoch, facts.acked_through, facts.retained_exchanges, facts.retained_bytes, facts.pending
        )

    def _deadlines(self) -> Iterator[float | None]:
        if self._ending:
            yield self._ending.wake_at(self._live)
            return
        yield self._handoff.stops_at
        yield self._dead_at()
        if self._side is None:
            return
        yield self._side.drain_deadline
        if not self._live.writing:
            yield self._live.heartbeat_at
            yield None if self._reading else self._side.wake_at
