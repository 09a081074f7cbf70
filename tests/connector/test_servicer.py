import asyncio
import logging
import threading
from dataclasses import replace

import grpc
import grpc.aio
import pytest

from captured_exchanges import telemetry
from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.exchange import (
    MAX_EXCHANGE_BYTES,
    Ack,
    Batch,
    Closing,
    Drained,
    Gap,
    Heartbeat,
    Limits,
    Open,
    RedactedExchange,
    ResumePosition,
    ServerHeartbeat,
)
from captured_exchanges.wire import METHOD, encode_exchange, encode_request
from support.connector_server import unary
from support.handoff_calls import PATIENCE, Caller, serving, until
from support.handoff_connector import CONNECTOR, POLICY, encoded

OWNER = Open(consumer_id="c1", sync_id="s")
LOOK = Open(follow=True)
LIST = "/host.Directory/List"


def exchange(name: str = "r", *, body: int = 100, sync_id: str = "s"):
    """An encoded exchange as capture makes it."""
    request = b'{"method":"GET","body":"%s"}' % (b"b" * body)
    return encode_exchange(RedactedExchange(name, sync_id, "http", request, None, None, 1))


def filled(count: int, **kwargs) -> CaptureBuffer:
    """A buffer with exchanges r1, r2, …."""
    buffer = CaptureBuffer(**kwargs)
    for number in range(1, count + 1):
        buffer.accept(exchange(f"r{number}"))
    return buffer


async def test_an_owner_takes_acks_drains_and_leaves(tmp_path):
    """The whole of a sync's handoff, over a real socket, byte for byte as captured."""
    async with serving(tmp_path, buffer=filled(1000)) as served:
        owner, opened = await served.opened(OWNER)
        assert (opened.role, opened.connector, opened.redaction_policy) == ("owner", CONNECTOR, POLICY)
        await owner.drain()
        assert await owner.exchanges(1000, ack=True) == list(range(1, 1001))
        drained = await owner.until(Drained)
        assert (drained.through_sequence, drained.acked_through) == (1000, 1000)
        assert (drained.counters[0].captured, drained.counters[0].acked) == (1000, 1000)
        await owner.half_close()
        assert [type(message) for message in await owner.rest()] == [Closing]
        assert (await owner.status())[0] == grpc.StatusCode.OK
        names = [e.exchange.request_id for b in owner.heard if isinstance(b, Batch) for e in b.exchanges]
        assert names == [f"r{number}" for number in range(1, 1001)]
        assert served.buffer.facts().retained_exchanges == 0


async def test_what_is_captured_in_other_threads_wakes_the_stream(tmp_path):
    """An idle stream is sent what any thread captures, without polling."""
    async with serving(tmp_path, heartbeat_interval=1000.0) as served:
        owner, opened = await served.opened(OWNER)
        threads = [
            threading.Thread(target=lambda: [served.buffer.accept(exchange()) for _ in range(50)])
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        assert await owner.exchanges(200) == list(range(1, 201))
        for thread in threads:
            thread.join()
        await owner.say(Ack(opened.epoch, 200))
        await until(lambda: served.buffer.facts().retained_exchanges == 0)  # the stream rests now
        await asyncio.to_thread(served.buffer.accept, exchange())
        assert await owner.exchanges(1) == [201]


async def test_the_largest_exchange_passes_a_stock_client(tmp_path):
    """One exchange just below 3 MiB fits gRPC's default limit of 4 MiB."""
    buffer = CaptureBuffer()
    big = exchange(body=MAX_EXCHANGE_BYTES - 1000)
    assert MAX_EXCHANGE_BYTES - 1000 < big.size < MAX_EXCHANGE_BYTES
    buffer.accept(big)
    async with serving(tmp_path, buffer=buffer) as served:
        owner, _ = await served.opened(OWNER)
        assert await owner.exchanges(1) == [1]


async def test_gaps_arrive_in_place(tmp_path):
    """What was dropped is told between the batches it was dropped between."""
    async with serving(tmp_path, buffer=filled(5, max_bytes=3 * exchange("r1").size)) as served:
        owner, _ = await served.opened(OWNER)
        gap = await owner.until(Gap)
        assert (gap.first_sequence, gap.last_sequence, gap.count, gap.reason) == (4, 5, 2, "overflow")
        assert gap.bytes == 2 * exchange("r1").size


async def test_rule_13_what_an_owner_was_sent_is_not_dropped_before_its_ownership_lapses(tmp_path):
    """The buffer's time stands still but for what the test adds: far more than `max_age` while the owner
    stays, and more than the 30 s for which ownership is kept after it has gone.
    """
    added = 0.0
    buffer = filled(3, max_age=1.0, clock=lambda: added)
    async with serving(tmp_path, buffer=buffer) as served:
        owner, _ = await served.opened(replace(OWNER, limits=Limits(max_outstanding_exchanges=3)))
        assert await owner.exchanges(3) == [1, 2, 3]
        added = 1e6
        buffer.accept(exchange())
        owner.call.cancel()
        await until(lambda: not served.servicer.standing().attached)
        assert buffer.facts().retained_exchanges == 4
        added += 29.0
        assert buffer.facts().retained_exchanges == 3
        added += 2.0
        assert buffer.facts().retained_exchanges == 0
        late, _ = await served.opened(replace(OWNER, resume=(ResumePosition(buffer.facts().epoch, 2),)))
        gap = await late.until(Gap)
    assert (gap.first_sequence, gap.last_sequence, gap.reason) == (3, 4, "retention")
    counters = buffer.counters()[0]
    assert (counters.captured, counters.acked, counters.dropped[0].count) == (4, 2, 2)


@pytest.mark.parametrize("way", ["empty message", "half-close"])
async def test_grpcurls_empty_looks_change_nothing(tmp_path, way):
    """An empty message, and a half-close alone, are a look: everything retained, then OK, nothing changed."""
    async with serving(tmp_path, buffer=filled(300)) as served:
        before = served.buffer.snapshot()
        looker = served.caller()
        if way == "empty message":
            await looker.say(b"")
        await looker.half_close()
        assert await looker.exchanges(300) == list(range(1, 301))
        assert isinstance((await looker.rest())[-1], Closing)
        assert (await looker.status())[0] == grpc.StatusCode.OK
        assert served.buffer.snapshot() == before


async def test_rule_14_garbage_gets_a_sentence_and_harms_nobody(tmp_path):
    """Bytes that are no request end their own stream INVALID_ARGUMENT; the owner's goes on."""
    async with serving(tmp_path) as served:
        owner, _ = await served.opened(OWNER)
        long = encode_request(Open(consumer_id="c" * 200_000))
        bad = {
            b"\xff\xff\xff": "no StreamCapturedExchangesRequest",
            b"\x98\x06\x01": "a variant",
            long: "131072",
        }
        for first, words in bad.items():
            caller = served.caller()
            await caller.say(first)
            assert await caller.rest() == []
            code, details = await caller.status()
            assert code == grpc.StatusCode.INVALID_ARGUMENT
            assert words in details
        served.buffer.accept(exchange())
        assert await owner.exchanges(1) == [1]


async def test_a_flood_of_requests_is_heard_to_the_last(tmp_path):
    """Requests that come faster than they are heard wait their turn, and none is lost."""
    async with serving(tmp_path, buffer=filled(1)) as served:
        owner, opened = await served.opened(OWNER)
        await owner.exchanges(1)
        await owner.say(*[Ack(opened.epoch, 0)] * 500, Ack(opened.epoch, 1))
        await owner.drain()
        assert (await owner.until(Drained)).acked_through == 1


async def test_rule_14_what_a_peer_says_is_quoted_in_bounds(tmp_path):
    """A long and exotic epoch in an ack does not burst the status that quotes it."""
    async with serving(tmp_path) as served:
        owner, _ = await served.opened(OWNER)
        await owner.say(Ack("\U0001f5dd" * 20_000, 1))
        await owner.rest()
        code, details = await owner.status()
        assert code == grpc.StatusCode.INVALID_ARGUMENT
        assert details.startswith("ack.epoch is")


async def test_rule_14_closing_comes_before_the_status_and_waits_for_the_half_close(tmp_path):
    """A refused ack is announced; what the client reads is complete, closing last, status after it."""
    async with serving(tmp_path, buffer=filled(3)) as served:
        owner, opened = await served.opened(OWNER)
        await owner.exchanges(3)
        await owner.say(Ack(opened.epoch, 99))
        closing = await owner.until(Closing)
        assert closing.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
        await owner.half_close()
        assert await owner.rest() == []
        assert await owner.status() == (grpc.StatusCode.INVALID_ARGUMENT, closing.reason)
        assert served.buffer.facts().retained_exchanges == 3


async def test_rule_14_a_client_that_never_half_closes_gets_its_status_all_the_same(tmp_path):
    """The server reads on for closing_wait seconds, and then ends the call."""
    async with serving(tmp_path, closing_wait=0.1) as served:
        owner, _ = await served.opened(OWNER)
        await owner.say(OWNER)
        await owner.until(Closing)
        assert await owner.hear() is None
        assert (await owner.status())[0] == grpc.StatusCode.INVALID_ARGUMENT


async def test_rule_14_clients_that_write_all_the_time_still_read_everything(tmp_path):
    """Fifty times a client goes on writing until it reads `closing`: it never loses message or status."""
    async with serving(tmp_path) as served:
        for _ in range(50):
            owner, opened = await served.opened(OWNER)
            writer = asyncio.create_task(_write_until_closing(owner, Ack(opened.epoch, 1)))
            await owner.until(Closing)
            await writer
            await owner.half_close()
            assert (await owner.status())[0] == grpc.StatusCode.INVALID_ARGUMENT


async def _write_until_closing(owner: Caller, first: Ack) -> None:
    await owner.say(first)
    while not owner.heard or not isinstance(owner.heard[-1], Closing):
        await owner.say(Heartbeat())
        await asyncio.sleep(0)


async def test_rule_7_replaced_and_taken_over_are_told(tmp_path):
    """The older stream of a consumer is REPLACED, and that of a robbed one TAKEN_OVER."""
    async with serving(tmp_path, heartbeat_interval=1000.0) as served:
        first, _ = await served.opened(OWNER)
        second, _ = await served.opened(OWNER)
        assert isinstance((await first.rest())[-1], Closing)
        code, details = await first.status()
        assert (code, details[:8]) == (grpc.StatusCode.ABORTED, "REPLACED")
        refused = served.caller()
        await refused.say(Open(consumer_id="c2"))
        assert await refused.rest() == []
        code, details = await refused.status()
        assert code == grpc.StatusCode.FAILED_PRECONDITION
        assert "'c1'" in details
        await served.opened(Open(consumer_id="c2", take_over=True))
        await second.rest()
        code, details = await second.status()
        assert (code, details[:10]) == (grpc.StatusCode.ABORTED, "TAKEN_OVER")


@pytest.mark.parametrize("cut", ["cancel", "close"])
async def test_rule_7_a_cut_owner_is_waited_for_and_resumes(tmp_path, cut):
    """A cancelled call and a closed connection keep the ownership; the next stream resumes."""
    async with serving(tmp_path, buffer=filled(10)) as served:
        owner, opened = await served.opened(OWNER)
        await owner.exchanges(10)
        if cut == "cancel":
            owner.call.cancel()
        else:
            await served.channels[0].close()
        await until(lambda: not served.servicer.standing().attached)
        assert served.servicer.standing().owner == "c1"
        resume = (ResumePosition(opened.epoch, 6),)
        again, reopened = await served.opened(Open(consumer_id="c1", resume=resume))
        assert reopened.acked_through == 6
        assert await again.exchanges(4) == [7, 8, 9, 10]


async def test_rule_8_observers_and_streams_are_limited(tmp_path):
    """The ninth observer is RESOURCE_EXHAUSTED, and for each stream beyond 64 one that has not opened; all
    others are unharmed, and so are the host's list calls.
    """

    async def listing(request, _context):
        return b"listed " + request

    async with serving(tmp_path, handlers=[unary(LIST, listing)]) as served:
        owner, _ = await served.opened(OWNER)
        observers = [(await served.opened(LOOK))[0] for _ in range(8)]
        ninth = served.caller()
        await ninth.say(LOOK)
        await ninth.rest()
        assert (await ninth.status())[0] == grpc.StatusCode.RESOURCE_EXHAUSTED
        await until(lambda: served.servicer.standing().streams == 9)
        channel = served.channels[0]
        held = [channel.stream_stream(METHOD)() for _ in range(55)]
        await asyncio.gather(*(call.wait_for_connection() for call in held))
        await until(lambda: served.servicer.standing().streams == 64)
        late = [channel.stream_stream(METHOD)() for _ in range(10)]
        await until(lambda: sum(call.done() for call in held) == 10)
        ended = [await call.code() for call in held if call.done()]
        assert ended == [grpc.StatusCode.RESOURCE_EXHAUSTED] * 10
        ask = channel.unary_unary(LIST)
        answers = await asyncio.gather(*(ask(b"%d" % number, timeout=PATIENCE) for number in range(40)))
        assert answers == [b"listed %d" % number for number in range(40)]
        served.buffer.accept(exchange())
        assert [await caller.exchanges(1) for caller in (owner, *observers)] == [[1]] * 9
        for call in (*held, *late):
            call.cancel()
        await until(lambda: served.servicer.standing().streams == 9)


async def test_rule_8_an_observer_follows_and_touches_nothing(tmp_path):
    """A following observer sees what the owner takes, and the account does not show it."""
    async with serving(tmp_path) as served:
        observer, opened = await served.opened(LOOK)
        assert opened.role == "observer"
        await observer.half_close()
        owner, _ = await served.opened(OWNER)
        served.buffer.accept(exchange())
        assert await observer.exchanges(1) == [1]
        assert await owner.exchanges(1, ack=True) == [1]
        await until(lambda: served.buffer.facts().retained_exchanges == 0)
        (account,) = served.buffer.counters()
        assert (account.captured, account.acked) == (1, 1)


async def test_rule_8_a_debug_socket_admits_observers_only(tmp_path):
    """Through a handler for observers nobody can own."""
    async with serving(tmp_path, observers_only=True) as served:
        caller = served.caller()
        await caller.say(OWNER)
        assert await caller.rest() == []
        assert (await caller.status())[0] == grpc.StatusCode.PERMISSION_DENIED
        assert (await served.opened(LOOK))[1].role == "observer"


async def test_rule_8_an_observer_that_does_not_read_costs_one_write(tmp_path):
    """While an observer sleeps, the owner takes everything; the observer finds gaps when it wakes."""
    buffer = CaptureBuffer(max_bytes=64 << 20)
    for _ in range(400):
        buffer.accept(exchange(body=100_000))
    async with serving(tmp_path, buffer=buffer) as served:
        sleeper = served.caller()
        await sleeper.say(LOOK)
        await until(lambda: served.servicer.standing().observers == 1)
        owner, _ = await served.opened(OWNER)
        assert await owner.exchanges(400, ack=True) == list(range(1, 401))
        await until(lambda: served.buffer.facts().retained_exchanges == 0)
        seen = 0
        while seen < 400:
            message = await sleeper.hear()
            if isinstance(message, Batch | Gap):
                seen += message.count if isinstance(message, Gap) else len(message.exchanges)
        gaps = [message for message in sleeper.heard if isinstance(message, Gap)]
        assert seen == 400
        assert sum(gap.count for gap in gaps) > 200
        assert {gap.reason for gap in gaps} == {"observer_lag"}


async def test_rule_10_a_drain_abandons_off_the_event_loop(tmp_path):
    """What does not finish is recorded as it stands, in a thread that is not the loop's."""
    buffer = CaptureBuffer()
    threads = []

    def abandon() -> None:
        threads.append(threading.current_thread())
        buffer.accept(exchange(), abandoned=True)
        buffer.end(ticket)

    ticket = buffer.start(abandon)
    async with serving(tmp_path, buffer=buffer) as served:
        owner, _ = await served.opened(OWNER)
        await owner.drain(0.05)
        assert await owner.exchanges(1, ack=True) == [1]
        drained = await owner.until(Drained)
        assert (drained.through_sequence, drained.counters[0].abandoned) == (1, 1)
        assert threads != [threading.current_thread()]


async def test_rule_11_stop_lets_the_attached_owner_drain(tmp_path, caplog):
    """During a stop new owners are UNAVAILABLE, the attached one drains; then nothing is left."""
    async with serving(tmp_path, buffer=filled(10)) as served:
        owner, _ = await served.opened(OWNER)
        observer, _ = await served.opened(LOOK)
        stopping = asyncio.create_task(served.servicer.stop(PATIENCE))
        await until(lambda: served.servicer.standing().stopping)
        late = served.caller()
        await late.say(Open(consumer_id="late", take_over=True))
        await late.rest()
        assert (await late.status())[0] == grpc.StatusCode.UNAVAILABLE
        await owner.drain()
        await owner.exchanges(10, ack=True)
        await owner.until(Drained)
        await owner.half_close()
        await owner.rest()
        assert (await owner.status())[0] == grpc.StatusCode.OK
        assert isinstance((await observer.rest())[-1], Closing)
        assert (await observer.status())[0] == grpc.StatusCode.UNAVAILABLE
        assert (await stopping).retained_exchanges == 0
        assert caplog.records == []


async def test_rule_11_observers_leave_with_the_owner(tmp_path):
    """Once the owner has drained and gone, a stop does not wait for its deadline."""
    async with serving(tmp_path, heartbeat_interval=1000.0) as served:
        owner, _ = await served.opened(OWNER)
        observer, _ = await served.opened(LOOK)
        stopping = asyncio.create_task(served.servicer.stop(1000))
        await until(lambda: served.servicer.standing().stopping)
        await owner.half_close()
        await owner.rest()
        assert isinstance((await observer.rest())[-1], Closing)
        await stopping


async def test_rule_11_at_the_deadline_every_stream_ends_and_what_is_left_is_logged(tmp_path, caplog):
    """An owner that does not drain ends UNAVAILABLE, announced, and the log says what nobody acked."""
    caplog.set_level(logging.WARNING)
    async with serving(tmp_path, buffer=filled(10)) as served:
        owner, _ = await served.opened(OWNER)
        stopping = asyncio.create_task(served.servicer.stop(0.1))
        assert isinstance((await owner.rest())[-1], Closing)
        assert (await owner.status())[0] == grpc.StatusCode.UNAVAILABLE
        assert (await stopping).retained_exchanges == 10
        assert "10 exchanges" in caplog.text
        assert served.servicer.standing().streams == 0


async def test_rule_12_heartbeats_flow_and_the_silent_owner_dies(tmp_path):
    """The server's heartbeats tell its fill; an owner that says nothing ends UNAVAILABLE."""
    async with serving(tmp_path, buffer=filled(3), heartbeat_interval=0.1) as served:
        owner, opened = await served.opened(OWNER)
        assert opened.heartbeat_interval == pytest.approx(0.1)
        beat = await owner.until(ServerHeartbeat)
        assert (beat.retained_exchanges, beat.counters[0].captured) == (3, 3)
        assert isinstance((await owner.rest())[-1], Closing)
        assert (await owner.status())[0] == grpc.StatusCode.UNAVAILABLE


async def test_rule_12_an_observer_that_takes_nothing_is_let_go(tmp_path):
    """A pending write that does not move ends the stream and frees its place."""
    buffer = CaptureBuffer()
    for _ in range(200):
        buffer.accept(exchange(body=100_000))
    async with serving(tmp_path, buffer=buffer, heartbeat_interval=0.1) as served:
        dead = served.caller()
        await dead.say(LOOK)
        await until(lambda: served.servicer.standing().observers == 1)
        await until(lambda: served.servicer.standing().streams == 0)


async def test_nothing_is_left_behind_when_streams_have_ended(tmp_path):
    """Every task of a stream ends with its call, and an idle servicer costs capture nothing."""
    async with serving(tmp_path, buffer=filled(10), closing_wait=0.05) as served:
        for ending in ("cancel", "half-close", "violate"):
            owner, _ = await served.opened(OWNER)
            await owner.exchanges(1)
            if ending == "cancel":
                owner.call.cancel()
            elif ending == "violate":
                await owner.say(b"\xff")
                await owner.until(Closing)
                await owner.status()
            else:
                await owner.half_close()
                await owner.rest()
            await until(lambda: served.servicer.standing().streams == 0)
        await until(lambda: not served.servicer._tasks)
        assert served.buffer._subscriptions._wakes == ()


async def test_a_fault_of_ours_ends_one_stream_without_telling_data(tmp_path, caplog):
    """A buffer that fails makes its streams INTERNAL, counted, and quotes nothing."""

    class Broken(CaptureBuffer):
        def read(self, *_args, **_kwargs):
            raise RuntimeError("Bearer of secrets")

    buffer = Broken()
    buffer.accept(exchange())
    before = telemetry.counters().get("connector.stream_failed", 0)
    async with serving(tmp_path, buffer=buffer) as served:
        owner, _ = await served.opened(OWNER)
        await owner.rest()
        code, details = await owner.status()
        assert code == grpc.StatusCode.INTERNAL
        assert "Bearer" not in details + caplog.text
    assert telemetry.counters()["connector.stream_failed"] == before + 1


async def test_capture_outlives_the_event_loop_that_served(tmp_path):
    """Capture that goes on after the serving loop is closed is not disturbed."""
    buffer = CaptureBuffer()

    def serve_and_vanish() -> None:
        loop = asyncio.new_event_loop()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        servicer._loop = loop

    async with serving(tmp_path, buffer=buffer) as served:
        servicer = served.servicer
        await served.opened(OWNER)
        thread = threading.Thread(target=serve_and_vanish)
        thread.start()
        thread.join()
        servicer._waking = False
        assert buffer.accept(encoded()) == 1


async def test_a_small_allowance_holds_over_the_wire(tmp_path):
    """No more than what was asked for is out, whatever the transport would take."""
    async with serving(tmp_path, buffer=filled(20), heartbeat_interval=0.2) as served:
        owner, opened = await served.opened(
            Open(consumer_id="c1", limits=Limits(max_outstanding_exchanges=3))
        )
        assert opened.limits.max_outstanding_exchanges == 3
        assert await owner.exchanges(3) == [1, 2, 3]
        assert isinstance(await owner.hear(), ServerHeartbeat)
        await owner.say(Ack(opened.epoch, 1))
        assert await owner.exchanges(1) == [4]
