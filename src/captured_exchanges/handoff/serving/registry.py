"""What the streams of one connector share: its owner, its places, its end.

No I/O, no clock, no locks: every call on a Handoff and on all of its streams must be serialised by the
shell. An asyncio shell makes them all on its loop; a threaded one holds a single lock around each call,
and never while it reads, writes or waits.
"""

from __future__ import annotations

from dataclasses import dataclass

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import BufferFacts, ConnectorInfo, Open, PolicyInfo
from captured_exchanges.handoff.serving.opening import check_open, resume_position
from captured_exchanges.handoff.serving.ownership import Member, Ownership
from captured_exchanges.handoff.serving.pace import ObserverShare
from captured_exchanges.handoff.serving.terms import Terms
from captured_exchanges.handoff.status import Status

__all__ = ["Handoff", "Standing"]


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is attached at one moment. `owner` is empty where nobody owns; `attached`: it has a stream."""

    owner: str
    attached: bool
    streams: int
    observers: int
    stopping: bool


class Handoff:
    """The registry of a connector's streams. One for each capture buffer, whatever number of servers."""

    def __init__(
        self,
        *,
        connector: ConnectorInfo,
        policy: PolicyInfo,
        terms: Terms | None = None,
    ) -> None:
        self.connector = connector
        self.policy = policy
        self.terms = terms or Terms()
        self._ownership = Ownership(self.terms.reservation)
        self._share = ObserverShare()
        self._members: set[Member] = set()
        self._unopened: dict[Member, None] = {}  # in the order of their coming
        self._observers: set[Member] = set()
        self._sent: tuple[str, int] | None = None
        self._stops_at: float | None = None

    @property
    def stops_at(self) -> float | None:
        """When the attached owner must have drained; None: the connector is not stopping."""
        return self._stops_at

    def standing(self, now: float) -> Standing:
        """Who is attached, for people and metrics."""
        owner, attached = self._ownership.owner(now), self._ownership.stream is not None
        return Standing(owner, attached, len(self._members), len(self._observers), self._stops_at is not None)

    def stop(self, deadline: float) -> None:
        """Refuse new owners; the attached one may drain until this time, then every stream ends (rule 11)."""
        self._stops_at = deadline if self._stops_at is None else min(deadline, self._stops_at)

    def stopped(self, now: float) -> bool:
        """Whether every stream must end now."""
        return self._stops_at is not None and (now >= self._stops_at or self._ownership.stream is None)

    def join(self, member: Member) -> bool:
        """A stream begins; whether another one has made way for it.

        Where all places are taken the one that has waited longest without an open makes way: else whoever
        opens calls and says nothing would keep everybody out. Raises ProtocolViolation (RESOURCE_EXHAUSTED)
        where all have opened.
        """
        full = len(self._members) >= self.terms.max_streams
        if full:
            self._make_room()
        self._members.add(member)
        self._unopened[member] = None
        return full

    def _make_room(self) -> None:
        waiting = next(iter(self._unopened), None)
        if waiting is None:
            raise ProtocolViolation(
                f"{len(self._members)} streams are open, as many as are allowed: close one and retry",
                code=Status.RESOURCE_EXHAUSTED,
            )
        del self._unopened[waiting]
        self._members.discard(waiting)
        waiting.make_way(
            f"no open had come when all {self.terms.max_streams} streams that are allowed were taken: retry"
        )

    def ended(self, member: Member, now: float) -> None:
        """A stream will neither send nor hear any more. Repeats are harmless."""
        self._unopened.pop(member, None)
        self._ownership.ended(member, now)

    def leave(self, member: Member, now: float) -> None:
        """A stream has given up its place. Repeats are harmless."""
        self.ended(member, now)
        self._members.discard(member)
        self._observers.discard(member)

    def observe(self, open_: Open, member: Member) -> None:
        """Admit an observer; raises ProtocolViolation."""
        check_open(open_)
        if len(self._observers) >= self.terms.max_observers:
            raise ProtocolViolation(
                f"{len(self._observers)} observers are attached, as many as are allowed: close one and retry",
                code=Status.RESOURCE_EXHAUSTED,
            )
        self._observers.add(member)
        self._unopened.pop(member, None)

    def own(self, open_: Open, member: Member, facts: BufferFacts, now: float) -> tuple[int | None, bool]:
        """Make a stream the owner's, or raise ProtocolViolation and change nothing.

        Answers with the position at which its store resumes (None: nowhere in this epoch) and with
        whether another stream was superseded.
        """
        check_open(open_)
        self._check_stopping(open_, now)
        resumed = resume_position(open_, facts, self.sent_through(facts))
        self._ownership.check(open_, now)
        self._unopened.pop(member, None)
        return resumed, self._ownership.claim(open_, member)

    def owns(self, member: Member) -> bool:
        """Whether this stream is the owner's."""
        return self._ownership.stream is member

    def kept_for(self, now: float) -> float | None:
        """For how many seconds what was sent stays in flight (rule 13); None: the owner has a stream."""
        return self._ownership.kept_for(now)

    def give_up(self, member: Member) -> None:
        """The owner has drained and half-closed: its ownership ends at once."""
        self._ownership.give_up(member)

    def sent_through(self, facts: BufferFacts) -> int:
        """The highest sequence of the epoch that was ever sent, or told as a gap, to an owner."""
        if self._sent is None or self._sent[0] != facts.epoch:
            self._sent = (facts.epoch, 0)
        return max(self._sent[1], facts.acked_through, facts.sent_before)

    def sent(self, facts: BufferFacts, through_sequence: int) -> None:
        """Everything through this sequence goes out to an owner."""
        self._sent = (facts.epoch, max(self.sent_through(facts), through_sequence))
        self._share.owner_sent()

    def observer_may_read(self, facts: BufferFacts, now: float) -> bool:
        """Whether an observer's turn has come (rule 8)."""
        owner = self._ownership.stream
        return self._share.take(now, owner_busy=owner is not None and owner.busy(facts))

    @property
    def observer_retry(self) -> float:
        """Seconds after which an observer whose turn has not come should ask again."""
        return self._share.retry

    def _check_stopping(self, open_: Open, now: float) -> None:
        if self._stops_at is None:
            return
        attached = self._ownership.stream is not None and self._ownership.owner(now) == open_.consumer_id
        if not attached or now >= self._stops_at:
            raise ProtocolViolation(
                "the connector is stopping: no new owner is admitted", code=Status.UNAVAILABLE
            )
