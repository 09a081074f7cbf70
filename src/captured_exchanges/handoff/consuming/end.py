"""The consumer's end of the handoff, decided without I/O: PROTOCOL.md's rules for a syncer.

A shell (syncer.performer) tells what happened and at what time (`now`: float seconds, monotonic) and
performs the actions that come back, in order. Nothing here knows sockets, threads or tables.

How it works: every input changes the state, then `_advance` looks at the state as a whole and says what
can be done next, so no action is tied to the input that happened to make it possible. The one rule behind
resuming: watermarks are read, and a stream opened, only when nothing is held or in flight. What a broken
stream had delivered is committed first, for the connector may be gone for good.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import (
    PROTOCOL_VERSION,
    Ack,
    Batch,
    Closing,
    Drain,
    Drained,
    Gap,
    Heartbeat,
    Open,
    Opened,
    Response,
    ServerHeartbeat,
    Watermark,
)
from captured_exchanges.handoff.consuming.actions import (
    Action,
    Cancel,
    ClientSettings,
    Commit,
    Dial,
    HalfClose,
    ReadWatermarks,
    Send,
    Stop,
    Stopped,
)
from captured_exchanges.handoff.consuming.beginning import Loss, first_commits, losses_in
from captured_exchanges.handoff.consuming.deliveries import Deliveries, bytes_of
from captured_exchanges.handoff.consuming.drains import Drains
from captured_exchanges.handoff.consuming.intake import Intake
from captured_exchanges.handoff.consuming.reconnection import Reconnection
from captured_exchanges.handoff.consuming.stream import ClientStream, resume_positions
from captured_exchanges.handoff.consuming.tally import Tally
from captured_exchanges.handoff.status import Status

__all__ = ["ConsumerEnd"]

Actions: TypeAlias = Sequence[Action]


class ConsumerEnd:
    """Decides what a consumer does. Every input returns the actions to perform. Not thread-safe.

    `stopped` is None while it runs. `drains.done` says which of the host's drains are answered.
    """

    def __init__(self, settings: ClientSettings, *, rng: random.Random) -> None:
        self._settings = settings
        self._reconnection = Reconnection(settings, rng)
        self._deliveries = Deliveries(settings)
        self._stream: ClientStream | None = None
        self._reading = False
        self._take_over = settings.take_over
        self._losses_told: set[Loss] = set()
        self._closing = False
        self._stop: Stopped | None = None
        self._actions: list[Action] = []
        self.tally = Tally(settings.sync_id)
        self.drains = Drains()
        self.stopped: Stopped | None = None

    # inputs from the host

    def start(self, now: float) -> Actions:
        """Begin: once."""
        self._reconnection.start(now)
        return self._advance(now)

    def drain(self, settle: float, now: float) -> Actions:
        """The host wants an attestation; `settle` is how long the connector waits for unfinished exchanges
        (0: its default). It is number `drains.wanted`.
        """
        self.drains.want(settle)
        return self._advance(now)

    def close(self, now: float) -> Actions:
        """The host is done: take nothing more, commit what arrived, give up ownership if drained, stop."""
        self._closing = True
        return self._advance(now)

    def tick(self, now: float) -> Actions:
        """`deadline` has come."""
        return self._advance(now)

    def overslept(self, now: float) -> None:
        """The shell was kept from asking (its loop stood still): the silence up to now is no death."""
        if self._stream is not None:
            self._stream.heard(now)

    # inputs from the stream

    def received(self, response: Response, now: float) -> Actions:
        """A message arrived on the current call."""
        stream = self._stream
        if stream is not None:
            stream.heard(now)
            if not stream.half_closed and (not self._closing or isinstance(response, Closing)):
                self._take(stream, response, now)
        return self._advance(now)

    def received_unknown(self, now: float) -> Actions:
        """A message of an unknown variant arrived: a sign of life, and nothing else."""
        self.overslept(now)
        return self._advance(now)

    def received_garbage(self, message: str, now: float) -> Actions:
        """Bytes arrived that are no response; `message` says so."""
        if self._stream is not None:
            self._violated(message, now)
        return self._advance(now)

    def ended(self, code: int, detail: str, now: float) -> Actions:
        """The current call ended with this gRPC status."""
        if self._stream is not None:
            self._ended(self._stream, code, detail, now)
        return self._advance(now)

    # inputs from the store

    def watermarks_read(
        self, watermarks: Iterable[Watermark], now: float, *, losses: Iterable[Loss] = ()
    ) -> Actions:
        """What the store holds, newest first. `losses`: epoch and first sequence of each `unknown_loss` that
        its ledger has already.
        """
        self._reading = False
        self._losses_told.update(losses)
        if self._stop is None and not self._closing:
            self._dial(tuple(watermarks), now)
        return self._advance(now)

    def committed(self, now: float, *, quarantined: int = 0) -> Actions:
        """The commit in flight is in the store, so many of its exchanges in the quarantine."""
        self.tally.quarantined += quarantined
        if not self.wants_input:
            self.overslept(now)
        commit = self._deliveries.settled()
        if commit is not None:
            self._landed(commit, now)
        return self._advance(now)

    def watermark_moved(self, now: float) -> Actions:
        """The commit in flight was rolled back: somebody else writes this store. Read it again."""
        self._discard()
        self._hang_up("the store's watermark moved under this consumer", now)
        return self._advance(now)

    def store_failed(self, message: str, now: float) -> Actions:
        """The store could not be read or written, retries included; `message` names the error."""
        self._reading = False
        self._discard()
        self._stop = self._stop or Stopped("store", message)
        return self._advance(now)

    # what a shell may ask

    @property
    def wants_input(self) -> bool:
        """Whether to hand over the next message. While False, leave it where it is."""
        return not self._deliveries.crowded

    @property
    def connected(self) -> bool:
        """Whether a stream is open."""
        return self._stream is not None and self._stream.opened is not None

    @property
    def trouble(self) -> str:
        """Why the last stream ended; empty: none has."""
        return self._reconnection.trouble

    def deadline(self) -> float | None:
        """When to call `tick` at the latest; None: only another input can change anything."""
        if self.stopped is not None:
            return None
        moments = [self._deliveries.due_at()]
        stream = self._stream
        if stream is None and self._deliveries.idle and not self._reading:
            moments.append(self._reconnection.at)
        if stream is not None and self.wants_input:
            moments.append(stream.dead_at)
        if stream is not None and stream.writable:
            moments.append(stream.heartbeat_at)
        return min((moment for moment in moments if moment is not None), default=None)

    # what messages mean

    def _take(self, stream: ClientStream, response: Response, now: float) -> None:
        try:
            if isinstance(response, Opened):
                self._opened(stream, response, now)
            else:
                self._arrived(stream, stream.require_intake(), response, now)
        except ProtocolViolation as violation:
            self._violated(str(violation), now)

    def _opened(self, stream: ClientStream, opened: Opened, now: float) -> None:
        matched = stream.open(opened, now)
        self._take_over = False  # once is enough: a taker who is cut off later must not take it back
        self._reconnection.opened()
        named = self._settings.connector_name or opened.connector.name
        connector = matched.connector if matched else named
        after = matched.through_sequence if matched else opened.acked_through
        self.tally.opened(opened.epoch, matched.through_sequence if matched else 0)
        first = () if matched else first_commits(opened, named, stream.watermarks, self._losses_told)
        self._deliveries.begin(connector, opened.epoch, after, stream.limits, first)

    def _arrived(
        self,
        stream: ClientStream,
        intake: Intake,
        response: Batch | Gap | Drained | ServerHeartbeat | Closing,
        now: float,
    ) -> None:
        match response:
            case Batch():
                fresh = intake.batch(response)
                self.tally.received += len(fresh)
                self.tally.duplicates += len(response.exchanges) - len(fresh)
                self._deliveries.add_rows(fresh, now)
            case Gap():
                gap = intake.gap(response)
                if gap is not None:
                    self._deliveries.add(gap, now)
            case Drained():
                intake.drained(response)
                if not self.drains.attested():
                    raise ProtocolViolation("drained arrived and no drain was asked for")
                self._deliveries.add(response, now)
            case ServerHeartbeat():
                intake.check_epoch(response.epoch)
                self.tally.heartbeat = response
            case Closing():
                stream.closing = response
                self._half_close(stream, flush=False)

    # what outcomes mean

    def _landed(self, commit: Commit, now: float) -> None:
        self.tally.landed(commit)
        self._losses_told |= losses_in(commit)
        stream = self._stream
        if commit.drained is not None:
            self.drains.committed()
        if stream is None or stream.intake is None or stream.intake.epoch != commit.epoch:
            return
        stream.attested = stream.attested or commit.drained is not None
        stream.intake.acked(len(commit.exchanges), bytes_of(commit.exchanges))
        if commit.through_sequence > commit.after_sequence:
            stream.progressed = True
            self._send(stream, Ack(commit.epoch, commit.through_sequence), now)

    def _discard(self) -> None:
        self._deliveries.settled()
        self._deliveries.discard()
        self.drains.discarded()

    # how streams end

    def _violated(self, message: str, now: float) -> None:
        self.tally.violations += 1
        self._hang_up(f"the connector broke the protocol: {message}", now)

    def _hang_up(self, trouble: str, now: float, *, silent: bool = False) -> None:
        stream = self._stream
        if stream is not None:
            self._actions.append(Cancel(silent))
            self._forget_stream()
            self._stop = self._stop or self._reconnection.lost(trouble, now, fruitful=stream.fruitful(now))

    def _ended(self, stream: ClientStream, code: int, detail: str, now: float) -> None:
        self._forget_stream()
        if stream.closing is not None:
            code, detail = stream.closing.code, stream.closing.reason
        if self._closing:
            return
        if code == Status.ABORTED:  # whoever took our place gets these rows from the connector
            self._deliveries.discard()
        self._stop = self._stop or self._reconnection.ended(code, detail, now, fruitful=stream.fruitful(now))

    def _forget_stream(self) -> None:
        self._stream = None
        self.drains.stream_over()

    # what can be done next

    def _advance(self, now: float) -> Actions:
        if self.stopped is None:
            self._mourn(now)
            self._commit(now)
            self._part()
            self._finish()
            self._speak(now)
            self._reopen(now)
        actions, self._actions = self._actions, []
        return actions

    def _mourn(self, now: float) -> None:
        """Give up a silent server, and one that does not end after `closing` or our half-close."""
        stream = self._stream
        if stream is None or now < stream.dead_at or not self.wants_input:
            return
        if stream.half_closed:
            self._actions.append(Cancel(silent=True))
            self._ended(stream, Status.OK, "the stream did not end", now)
        else:
            self._hang_up("the connector fell silent", now, silent=True)

    def _commit(self, now: float) -> None:
        commit = self._deliveries.next(now, hurry=self._hurried)
        if commit is not None:
            self._actions.append(commit)

    @property
    def _hurried(self) -> bool:
        over = self._stream is None or self._stream.half_closed
        return over or self._closing or self._stop is not None or self.drains.pending

    def _part(self) -> None:
        """The host is done. A half-close has the last ack heard before the stream ends: were it lost, and
        were we never to return, whoever owns next would store these rows a second time. After an attestation
        it gives ownership up; else that is kept for our return.
        """
        stream = self._stream
        if not self._closing or self._stop is not None:
            return
        if stream is None:
            self._stop = Stopped("finished")
        elif self._deliveries.idle and not stream.half_closed:
            if stream.attested or stream.progressed:
                self._half_close(stream, flush=True)
            else:
                self._stop = Stopped("finished")

    def _finish(self) -> None:
        if self._stop is not None and self._deliveries.idle:
            self.stopped = self._stop
            self._forget_stream()
            self._actions.append(Stop(self._stop))

    def _speak(self, now: float) -> None:
        stream = self._stream
        if stream is None or not stream.writable:
            return
        settle = self.drains.ask()
        if settle is not None:
            self._send(stream, Drain(settle), now)
        if now >= stream.heartbeat_at:
            self._send(stream, Heartbeat(), now)

    def _send(self, stream: ClientStream, request: Ack | Drain | Heartbeat, now: float) -> None:
        if stream.writable:
            stream.sent(now)
            self._actions.append(Send(request))

    def _half_close(self, stream: ClientStream, *, flush: bool) -> None:
        stream.half_closed = True
        self._actions.append(HalfClose(flush))

    def _reopen(self, now: float) -> None:
        at = self._reconnection.at
        free = self._stream is None and not self._reading and self._stop is None and self._deliveries.idle
        if free and at is not None and now >= at:
            self._reading = True
            self._actions.append(ReadWatermarks())

    def _dial(self, watermarks: tuple[Watermark, ...], now: float) -> None:
        settings = self._settings
        self._stream = ClientStream(settings, watermarks, now)
        opening = Open(
            protocol_version=PROTOCOL_VERSION,
            consumer_id=settings.consumer_id,
            sync_id=settings.sync_id,
            resume=resume_positions(watermarks),
            limits=settings.limits,
            take_over=self._take_over,
        )
        self._actions.append(Dial(opening))
