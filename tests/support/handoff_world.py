"""Connector and syncers without a network: both real ends, a real buffer, and lines that break.

A Line carries the bytes of one stream and keeps them in flight until it is told to deliver them. What the
world does is checked against `handoff_model`; nothing here judges by itself, but for what must hold on a
line: the allowance, and that an observer touches nothing.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence

from captured_exchanges.buffer import CaptureBuffer, SpoolOptions
from captured_exchanges.connector.peer_input import completed
from captured_exchanges.exchange import (
    Ack,
    BufferFacts,
    EncodedExchange,
    Entry,
    Gap,
    Limits,
    Open,
    Opened,
    OutgoingBatch,
    RedactedExchange,
)
from captured_exchanges.handoff import Status
from captured_exchanges.handoff.consuming import Action as ClientAction
from captured_exchanges.handoff.consuming import (
    Cancel,
    ClientSettings,
    Commit,
    ConsumerEnd,
    Dial,
    HalfClose,
    ReadWatermarks,
    Stop,
)
from captured_exchanges.handoff.consuming import Send as ClientSend
from captured_exchanges.handoff.serving import Abandon, End, Handoff, Keep, Nudge, Read, Release, ServerStream
from captured_exchanges.handoff.serving import Action as ServerAction
from captured_exchanges.handoff.serving import Send as ServerSend
from captured_exchanges.handoff.serving.side import last_of
from captured_exchanges.wire import (
    decode_request,
    decode_response,
    encode_exchange,
    encode_request,
    encode_response,
)
from support.buffer_spooled import by_hand
from support.handoff_connector import CONNECTOR, POLICY
from support.handoff_model import Capture, Model, ModelStore

LIMITS = Limits(6, 3000, 3, 1500, 0.05)
MAX_BYTES = 4000
SPOOL_BYTES = 20_000
MANY = 5000
"""Turns after which somebody is spinning."""
IN_FLIGHT = 4
"""Messages that a line takes before a write on it has to wait."""


class World:
    """One connector, which may be restarted, and whoever talks to it. What is not committed for `max_age`
    seconds is lost. With `spooled` a disk holds what memory cannot, up to SPOOL_BYTES.
    """

    def __init__(self, max_age: float | None = None, *, spooled: bool = False) -> None:
        self.spooled = spooled
        self.now = 100.0
        self.max_age = max_age
        self.in_flight = 0
        self.model = Model()
        self.lines: list[Line] = []
        self.syncers: list[Syncer] = []
        self.unfinished: list[Callable[[], None]] = []
        self.names = 0
        self.buffer: CaptureBuffer | None = None
        self.restart()

    def restart(self) -> None:
        """The connector dies with all it holds, and another one starts."""
        for line in list(self.lines):
            line.cut()
        self.close()
        self.buffer = self._buffer()
        self.in_flight = 0
        self.handoff = Handoff(connector=CONNECTOR, policy=POLICY)
        self.unfinished = []
        self.model.begin_epoch(self.buffer.facts().epoch)

    def close(self) -> None:
        """Files go with their buffer."""
        if self.buffer:
            self.buffer.close()

    def _buffer(self) -> CaptureBuffer:
        how = {"max_bytes": MAX_BYTES, "max_age": self.max_age, "clock": lambda: self.now}
        return (
            by_hand(spool=SpoolOptions(max_bytes=SPOOL_BYTES), **how)
            if self.spooled
            else CaptureBuffer(**how)
        )

    def work(self) -> bool:
        """The spool's thread does a round; whether a reader has more than before."""
        loads = self.buffer.facts().loads
        if self.spooled:
            self.buffer._work.round()
        return self.buffer.facts().loads != loads

    def capture(self, sync_id: str, body: int, *, abandoned: bool = False) -> None:
        """An exchange is captured; the model is told what became of it."""
        self.look()
        self.names += 1
        exchange = _encoded(f"r{self.names}", sync_id, body)
        sequence = self.buffer.accept(exchange, abandoned=abandoned)
        dropped = "" if sequence else ("oversize" if exchange.size > MAX_BYTES else "overflow")
        sequence = sequence or self.buffer.facts().next_sequence - 1
        self.model.captured(
            sequence, Capture(exchange.request_id, sync_id, exchange.size, dropped, abandoned, self.now)
        )

    def look(self) -> BufferFacts:
        """The buffer's facts; and it has just now lost what is too old and not in flight, nothing else."""
        facts, model = self.buffer.facts(), self.model
        if not self.handoff.standing(self.now).owner:
            self.in_flight = 0
        if self.max_age is None:
            return facts
        captures = model.epochs[facts.epoch]
        expected = {s for s in range(facts.acked_through + 1, len(captures) + 1) if not captures[s].dropped}
        held = {part.sequence for item in self.buffer._stock.shelf.kept() for part in item.parts()}
        horizon = self.now - self.max_age
        assert expected - held == {s for s in expected if captures[s].at <= horizon and s > self.in_flight}
        model.expire(expected - held)
        return facts

    def handed(self, after: int, items: Sequence[Entry | Gap]) -> None:
        """An owner was given this."""
        through = last_of(items[-1]) if items else 0
        self.in_flight = max(self.in_flight, through)
        self.model.handed(after, through)

    def release(self, through: int, syncer: Syncer | None) -> None:
        """An owner has committed that much. What it had been given before it was dropped is in its store."""
        after = self.buffer.facts().acked_through
        self.buffer.release(through)
        there = self.model.recall(after, through)
        if syncer:
            epoch = self.buffer.facts().epoch
            assert there == there & set(syncer.store.rows.get(epoch, []))

    def begin(self, sync_id: str, body: int) -> None:
        """An exchange starts; it ends by one of `unfinished`, or when a drain gives up waiting."""
        buffer, ended = self.buffer, False

        def end(*, abandoned: bool) -> None:
            nonlocal ended
            if not ended and buffer is self.buffer:
                ended = True
                self.capture(sync_id, body, abandoned=abandoned)
                buffer.end(ticket)

        ticket = buffer.start(lambda: end(abandoned=True))
        self.unfinished.append(lambda: end(abandoned=False))

    def dial(self, client: Syncer | None) -> Line:
        """A stream begins."""
        line = Line(self, client)
        self.lines.append(line)
        return line

    def serve(self) -> bool:
        """One action of every stream at the connector's end, and the spool's; whether there was any."""
        return sum(line.serve() for line in list(self.lines)) + self.work() > 0

    def flow(self) -> None:
        """Everything that can happen without time passing happens."""
        for _ in range(MANY):
            moved = self.serve()
            moved |= sum(line.deliver_up() + line.deliver_down() for line in list(self.lines)) > 0
            moved |= sum(syncer.work() for syncer in self.syncers) > 0
            if not moved:
                return
        raise AssertionError("the ends never come to rest")

    def carry(self) -> None:
        """Everything happens but that a store works: what arrives is not committed."""
        for _ in range(MANY):
            moved = self.serve()
            if not sum(line.deliver_up() + line.deliver_down() for line in list(self.lines)) + moved:
                return
        raise AssertionError("the ends never come to rest")

    def elapse(self, seconds: float, *, flowing: bool) -> None:
        """Time passes, with the lines open or clogged; nobody sleeps past the time it asked for."""
        until, turns = self.now + seconds, 0
        while True:
            times = [line.stream.wake_at for line in self.lines]
            times += [syncer.end.deadline() for syncer in self.syncers]
            self.now = max(self.now, min([until, *(time for time in times if time is not None)]))
            for syncer in list(self.syncers):
                syncer.perform(syncer.end.tick(self.now))
            while self.serve():
                pass
            if flowing:
                self.flow()
            if self.now >= until:
                return
            if (turns := turns + 1) > MANY:
                raise AssertionError("somebody asks to be asked all the time")


class Line:
    """The wire of one stream. Without a client it is an observer's, and what it hears is checked here."""

    def __init__(self, world: World, client: Syncer | None) -> None:
        self.world = world
        self.client = client
        self._observer = client is None
        self._oldest = 0
        self.stream = ServerStream(world.handoff, world.now)
        self.up: deque[bytes | None] = deque()
        self.down: deque[bytes] = deque()
        self.ended: End | None = None
        self.seen: int | None = None
        self.deaf = False
        self._waiting = False
        self._out: dict[int, int] = {}

    def serve(self) -> bool:
        """One action at the connector's end."""
        world = self.world
        world.look()
        before = world.buffer.snapshot() if self._observer else None
        action = self.stream.next_action(world.look(), world.now)
        if action is None:
            return False
        self._perform(action)
        assert before is None or world.buffer.snapshot() == before
        return True

    def say(self, request) -> None:
        """Put a request on the line."""
        self.up.append(None if request is None else encode_request(request))

    def deliver_up(self) -> bool:
        """One request arrives at the connector."""
        if not self.up or self.deaf:
            return False
        raw, facts = self.up.popleft(), self.world.look()
        if raw is None:
            self.stream.half_closed(facts, self.world.now)
            return True
        request = decode_request(raw)
        if isinstance(request, Ack):
            self._out = {s: size for s, size in self._out.items() if s > request.through_sequence}
        self.stream.receive(request, facts, self.world.now)
        return True

    def deliver_down(self) -> bool:
        """One message, or the end, arrives at the other side."""
        if self.down:
            raw = self.down.popleft()
            if self._waiting:
                self._waiting = False
                self.stream.written(self.world.now)
            self._hear(raw)
            return True
        if self.ended is None:
            return False
        self._drop()
        if self.client:
            self.client.call_ended(self, self.ended.code, self.ended.details)
        return True

    def cut(self) -> None:
        """The connection breaks, and both sides see it; what is in flight is lost."""
        self._drop()
        if self.client:
            self.client.call_ended(self, Status.UNAVAILABLE, "cut")

    def vanish(self) -> None:
        """The client's side breaks and the connector does not see it."""
        self.deaf = True
        self.up.clear()
        client, self.client = self.client, None
        if client:
            client.call_ended(self, Status.UNAVAILABLE, "vanished")

    def _drop(self) -> None:
        if self in self.world.lines:
            self.world.lines.remove(self)
        self._gone()

    def _gone(self) -> None:
        self.world.buffer.keep(self.stream.gone(self.world.now).seconds)

    def _perform(self, action: ServerAction) -> None:
        buffer = self.world.buffer
        match action:
            case ServerSend(message):
                self._check_allowance(message)
                self.down.append(encode_response(completed(action, buffer)))
                self._waiting = len(self.down) >= IN_FLIGHT
                if not self._waiting:
                    self.stream.written(self.world.now)
            case Read(after, exchanges, size, hold):
                items = buffer.read(after, max_exchanges=exchanges, max_bytes=size, hold=hold)
                if hold:
                    self.world.handed(after, items)
                self.stream.items(items, buffer.facts())
            case Keep(seconds):
                buffer.keep(seconds)
            case Release(through):
                self.world.release(through, self.client)
            case Abandon(ticket):
                buffer.abandon(ticket)
            case End():
                self.ended = action
                self._gone()
            case Nudge():
                pass

    def _check_allowance(self, message: object) -> None:
        if isinstance(message, OutgoingBatch):
            self._out.update({entry.sequence: entry.size for entry in message.entries})
            within = len(self._out) <= 6 and sum(self._out.values()) <= 3000  # as LIMITS
            assert self._observer or within or len(self._out) == 1

    def _hear(self, raw: bytes) -> None:
        response = decode_response(raw)
        if self.client:
            self.client.heard(self, response)
        elif self._observer:
            self._observe(response)

    def _observe(self, response) -> None:
        """An observer sees everything from where it began, or is told why not."""
        if isinstance(response, Opened):
            assert response.role == "observer"
            self._oldest = response.oldest_sequence
        for item in getattr(response, "exchanges", [response] if isinstance(response, Gap) else []):
            first = item.first_sequence if isinstance(item, Gap) else item.sequence
            if self.seen is None:  # what was released or dropped since it asked comes before the oldest
                assert first <= self._oldest
            else:
                assert first == self.seen + 1
            self.world.model.check_seen(response.epoch, item)
            self.seen = last_of(item)


class Syncer:
    """A consumer process: the real consumer's end over a model store, and one line at most."""

    def __init__(self, world: World, consumer_id: str, *, take_over: bool = False) -> None:
        self.world = world
        self.consumer_id = consumer_id
        self.store: ModelStore = world.model.store(consumer_id)
        self.line: Line | None = None
        self.task: Commit | ReadWatermarks | None = None
        self._opening = Open()
        settings = ClientSettings(
            consumer_id=consumer_id, sync_id="own", take_over=take_over, limits=LIMITS, delivery_delay=0.2
        )
        self.end = ConsumerEnd(settings, rng=random.Random(7))
        world.syncers.append(self)
        self.perform(self.end.start(world.now))

    def perform(self, actions) -> None:
        """Do what the consumer's end wants."""
        for action in actions:
            self._perform(action)

    def heard(self, line: Line, response) -> None:
        """A message arrived."""
        if line is not self.line:
            return
        if isinstance(response, Opened):  # what the store held at the open counts as acked
            held = {position.epoch: position.after_sequence for position in self._opening.resume}
            assert response.acked_through >= held.get(response.epoch, 0)
        self.perform(self.end.received(response, self.world.now))

    def call_ended(self, line: Line, code: int, detail: str) -> None:
        """The call is over."""
        if line is self.line:
            self.line = None
            self.perform(self.end.ended(code, detail, self.world.now))

    def work(self) -> bool:
        """The store does what is asked of it; whether there was anything."""
        task, self.task = self.task, None
        match task:
            case Commit() if self.store.commit(task):
                self.perform(self.end.committed(self.world.now))
            case Commit():
                self.perform(self.end.watermark_moved(self.world.now))
            case ReadWatermarks():
                marks, losses = self.store.watermarks(), self.store.losses()
                self.perform(self.end.watermarks_read(marks, self.world.now, losses=losses))
        return task is not None

    def kill(self, *, after_commit: bool) -> None:
        """The process dies, before or after what it was committing is in the store."""
        if after_commit and isinstance(self.task, Commit):
            self.store.commit(self.task)
        self._gone()
        if self.line:
            line, self.line = self.line, None
            line.cut()

    def _gone(self) -> None:
        if self in self.world.syncers:
            self.world.syncers.remove(self)

    def _perform(self, action: ClientAction) -> None:
        match action:
            case ReadWatermarks() | Commit():
                assert self.task is None
                self.task = action
            case Dial(open_):
                self._opening = open_
                self.line = self.world.dial(self)
                self.line.say(open_)
            case ClientSend(request):
                self._line.say(request)
            case HalfClose(flush):
                if not flush:
                    self._line.up.clear()
                self._line.say(None)
            case Cancel():
                line, self.line = self._line, None
                line.cut()
            case Stop(stopped):
                assert stopped.kind in ("finished", "replaced", "owned_elsewhere"), stopped
                self.kill(after_commit=False)

    @property
    def _line(self) -> Line:
        assert self.line is not None
        return self.line


def observe(world: World, *, follow: bool) -> Line:
    """An observer opens."""
    line = world.dial(None)
    line.say(Open(follow=follow))
    if not follow:
        line.say(None)
    return line


def _encoded(name: str, sync_id: str, body: int) -> EncodedExchange:
    request = b'{"body":"%s"}' % (b"b" * body)
    return encode_exchange(RedactedExchange(name, sync_id, "http", request, None, None, 1))
