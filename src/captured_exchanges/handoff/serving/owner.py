"""The owner's side of a stream: allowance, acks, drain (rules 4, 5, 9 and 10)."""

from __future__ import annotations

from collections.abc import Sequence

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import (
    Ack,
    BufferFacts,
    Drain,
    Drained,
    Entry,
    Gap,
    Limits,
    OutgoingBatch,
    Role,
    ServerMessage,
)
from captured_exchanges.handoff.serving.actions import Abandon, Read, Release
from captured_exchanges.handoff.serving.allowance import Allowance
from captured_exchanges.handoff.serving.draining import Draining
from captured_exchanges.handoff.serving.loading import Loading
from captured_exchanges.handoff.serving.ownership import Member
from captured_exchanges.handoff.serving.pace import Pace
from captured_exchanges.handoff.serving.registry import Handoff
from captured_exchanges.handoff.serving.side import last_of, messages, until
from captured_exchanges.handoff.status import Status

__all__ = ["OwnerSide"]


class OwnerSide:
    """Everything after the resume position, in order, within the allowance.

    `resumed` is up to where the consumer's store holds the epoch of `facts`; None: it knows nothing of it,
    and the stream starts after what was acked. Not thread-safe.
    """

    role: Role = "owner"

    def __init__(
        self, handoff: Handoff, member: Member, facts: BufferFacts, resumed: int | None, limits: Limits
    ) -> None:
        self.limits = limits
        self.wake_at: float | None = None
        self._handoff = handoff
        self._member = member
        self._epoch = facts.epoch
        self._position = facts.acked_through if resumed is None else resumed
        self._release_through = self._position
        self._allowance = Allowance(limits.max_outstanding_exchanges, limits.max_outstanding_bytes)
        full = min(limits.max_batch_exchanges, limits.max_outstanding_exchanges)
        self._pace = Pace(full, limits.max_batch_delay)
        self._loading = Loading()
        self._next_size = 1
        self._end: int | None = None
        self._draining: Draining | None = None
        self._drained = False
        self._parts = False

    @property
    def owes_heartbeats(self) -> bool:
        """Until it has half-closed."""
        return self._end is None

    @property
    def drain_deadline(self) -> float | None:
        """As in Side."""
        return self._draining.wake_at if self._draining else None

    def hear(self, request: Ack | Drain, facts: BufferFacts, now: float) -> None:
        """As in Side."""
        if not self._handoff.owns(self._member):
            raise ProtocolViolation("this stream owns no more: nothing is released", code=Status.ABORTED)
        if isinstance(request, Ack):
            self._ack(request, facts)
        else:
            self._drain(request, facts, now)

    def half_closed(self, facts: BufferFacts) -> str:
        """As in Side. After `drained` nothing more is sent: whoever owns next would get it again."""
        if self._end is not None:
            return ""
        self._end = facts.next_sequence - 1
        self._parts = self._drained and self._draining is None
        self._draining = None
        return "drained: ownership is given up" if self._parts else ""

    def ended(self) -> None:
        """As in Side. Not sooner: a connection that breaks looks like a half-close to grpc.aio."""
        if self._parts:
            self._handoff.give_up(self._member)

    def free(self, facts: BufferFacts, now: float) -> Release | Abandon | None:
        """As in Side."""
        if facts.epoch != self._epoch:
            return None  # all of this epoch is released: the buffer has left it
        if self._release_through > facts.acked_through:
            return Release(self._release_through)
        draining = self._draining if self._handoff.owns(self._member) else None
        ticket = draining.gives_up(facts, now) if draining else None
        return None if ticket is None else Abandon(ticket)

    def answer(self, facts: BufferFacts) -> Drained | None:
        """As in Side. A consumer that resumed before what was acked is told of the difference first."""
        through = self._draining.through(facts) if self._draining else None
        if through is None or self._position < through:
            return None
        self._draining, self._drained = None, True
        return Drained(self._epoch, through, facts.acked_through)

    def plan(self, facts: BufferFacts, now: float) -> Read | None:
        """As in Side."""
        self.wake_at = None
        if self._blocked or self.finished() or self._loading.waits(facts):
            return None
        urgent = self._draining is not None or self._end is not None or self._handoff.stops_at is not None
        room = self._allowance.room_exchanges
        if not self._pace.due(self._position, facts.next_sequence - 1, room, now, urgent=urgent):
            self.wake_at = self._pace.wake_at
            return None
        self._loading.asks(facts)
        return Read(
            self._position,
            min(self.limits.max_batch_exchanges, room),
            min(self.limits.max_batch_bytes, self._allowance.room_bytes),
            hold=True,
        )

    def take(self, read: Read, items: Sequence[Entry | Gap], facts: BufferFacts) -> list[OutgoingBatch | Gap]:
        """As in Side. Where an ack for an earlier stream's exchanges came meanwhile, it is read again."""
        if read.after_sequence != self._position:
            return []
        self._loading.answered(anything=bool(items))
        fitting = self._fitting(until(items, self._end))
        if fitting:
            self._position = last_of(fitting[-1])
        return messages(fitting, facts)

    def sent(self, message: ServerMessage, facts: BufferFacts) -> None:
        """As in Side. A gap counts as sent: the owner acks it once it is in the ledger."""
        if isinstance(message, OutgoingBatch):
            self._handoff.sent(facts, message.entries[-1].sequence)
        elif isinstance(message, Gap):
            self._handoff.sent(facts, message.last_sequence)

    def busy(self, facts: BufferFacts) -> bool:
        """As in Side."""
        return not self._blocked and self._position < facts.next_sequence - 1

    def finished(self) -> str:
        """As in Side. After a half-close no ack can come, so a used-up allowance is the end too."""
        if self._end is None or not (self._position >= self._end or self._blocked):
            return ""
        return "half-closed: all that was retained then is sent, as far as the allowance went"

    @property
    def _blocked(self) -> bool:
        return not self._allowance.admits(self._next_size)

    def _fitting(self, items: Sequence[Entry | Gap]) -> list[Entry | Gap]:
        fitting: list[Entry | Gap] = []
        self._next_size = 1
        for item in items:
            if isinstance(item, Entry):
                size = item.size
                if not self._allowance.admits(size):
                    self._next_size = size
                    break
                self._allowance.sent(item.sequence, size)
            fitting.append(item)
        return fitting

    def _ack(self, ack: Ack, facts: BufferFacts) -> None:
        if ack.epoch != self._epoch:
            raise ProtocolViolation(f"ack.epoch is {ack.epoch!r}; this stream's epoch is {self._epoch}")
        if facts.epoch != self._epoch:
            return  # the buffer leaves an epoch when all of it is acked: a repeat
        sent = self._handoff.sent_through(facts)
        if ack.through_sequence > sent:
            raise ProtocolViolation(
                f"ack.through_sequence is {ack.through_sequence}; the highest sent to an owner is {sent}"
            )
        self._allowance.acked(ack.through_sequence)
        self._position = max(self._position, ack.through_sequence)
        self._release_through = max(self._release_through, ack.through_sequence)

    def _drain(self, drain: Drain, facts: BufferFacts, now: float) -> None:
        if not drain.timeout >= 0:
            raise ProtocolViolation(f"drain.timeout is {drain.timeout} s; it must not be negative")
        terms = self._handoff.terms
        deadline = now + min(drain.timeout or terms.drain_timeout, terms.max_drain_timeout)
        if self._draining is None:
            self._draining = Draining(facts.next_ticket, deadline)
        else:
            self._draining.extend(facts.next_ticket, deadline)
