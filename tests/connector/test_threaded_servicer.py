import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import grpc
import pytest

from captured_exchanges import telemetry
from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.connector import ThreadedExchangeServicer
from captured_exchanges.exchange import (
    Ack,
    Batch,
    Closing,
    Drain,
    Drained,
    Gap,
    Heartbeat,
    Limits,
    Open,
    RedactedExchange,
    ResumePosition,
    ServerHeartbeat,
)
from captured_exchanges.wire import encode_exchange
from support.connector_server import unary
from support.handoff_connector import CONNECTOR, POLICY
from support.threaded_calls import PATIENCE, Caller, serving, until

OWNER = Open(consumer_id="c1", sync_id="s")
LOOK = Open(follow=True)
LIST = "/host.Directory/List"


def exchange(name: str = "r", *, body: int = 100):
    """An encoded exchange as capture makes it."""
    request = b'{"method":"GET","body":"%s"}' % (b"b" * body)
    return encode_exchange(RedactedExchange(name, "s", "http", request, None, None, 1))


def filled(count: int, *, body: int = 100, **kwargs) -> CaptureBuffer:
    """A buffer with exchanges r1, r2, …."""
    buffer = CaptureBuffer(**kwargs)
    for number in range(1, count + 1):
        buffer.accept(exchange(f"r{number}", body=body))
    return buffer


def listing() -> grpc.GenericRpcHandler:
    """A list call of the host's."""
    return unary(LIST, lambda request, _context: b"listed " + request)


def threads_of_streams() -> list[str]:
    """Threads that are there for a stream and no longer than it; a pool keeps its own."""
    names = ("exchange-stream", "exchange-requests", "exchange-abandon")
    return [thread.name for thread in threading.enumerate() if thread.name in names]


def test_an_owner_takes_acks_drains_and_leaves(tmp_path):
    """The whole of a sync's handoff, over a real socket, in order and complete."""
    with serving(tmp_path, buffer=filled(1000)) as served:
        owner, opened = served.opened(OWNER)
        assert (opened.role, opened.connector, opened.redaction_policy) == ("owner", CONNECTOR, POLICY)
        owner.say(Drain(0.0))
        assert owner.exchanges(1000, ack=True) == list(range(1, 1001))
        drained = owner.until(Drained)
        assert (drained.through_sequence, drained.acked_through) == (1000, 1000)
        assert (drained.counters[0].captured, drained.counters[0].acked) == (1000, 1000)
        owner.half_close()
        assert [type(message) for message in owner.rest()] == [Closing]
        assert owner.status()[0] == grpc.StatusCode.OK
        names = [e.exchange.request_id for b in owner.heard if isinstance(b, Batch) for e in b.exchanges]
        assert names == [f"r{number}" for number in range(1, 1001)]
        assert served.buffer.facts().retained_exchanges == 0
        assert served.servicer.standing().owner == ""


def test_rule_13_what_an_owner_was_sent_is_not_dropped_before_its_ownership_lapses(tmp_path):
    """The buffer's time stands still but for what the test adds: far more than `max_age` while the owner
    stays, and more than the 30 s for which ownership is kept after it has gone.
    """
    added = 0.0
    buffer = filled(3, max_age=1.0, clock=lambda: added)
    with serving(tmp_path, buffer=buffer) as served:
        owner, _ = served.opened(replace(OWNER, limits=Limits(max_outstanding_exchanges=3)))
        assert owner.exchanges(3) == [1, 2, 3]
        added = 1e6
        buffer.accept(exchange())
        owner.give_up()
        until(lambda: not served.servicer.standing().attached)
        assert buffer.facts().retained_exchanges == 4
        added += 29.0
        assert buffer.facts().retained_exchanges == 3
        added += 2.0
        assert buffer.facts().retained_exchanges == 0
        late, _ = served.opened(replace(OWNER, resume=(ResumePosition(buffer.facts().epoch, 2),)))
        gap = late.until(Gap)
    assert (gap.first_sequence, gap.last_sequence, gap.reason) == (3, 4, "retention")
    counters = buffer.counters()[0]
    assert (counters.captured, counters.acked, counters.dropped[0].count) == (4, 2, 2)


@pytest.mark.parametrize("way", ["empty message", "half-close"])
def test_grpcurls_empty_looks_change_nothing(tmp_path, way):
    """An empty message, and a half-close alone, are a look: everything retained, then OK, nothing changed."""
    with serving(tmp_path, buffer=filled(300)) as served:
        before = served.buffer.snapshot()
        looker = served.caller()
        if way == "empty message":
            looker.say(b"")
        looker.half_close()
        assert looker.exchanges(300) == list(range(1, 301))
        assert isinstance(looker.rest()[-1], Closing)
        assert looker.status()[0] == grpc.StatusCode.OK
        assert served.buffer.snapshot() == before


def test_what_is_captured_in_other_threads_wakes_the_stream(tmp_path):
    """An idle stream is sent what any thread captures, without polling."""
    with serving(tmp_path, heartbeat_interval=1000.0) as served:
        owner, opened = served.opened(OWNER)
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _: served.buffer.accept(exchange()), range(200)))
        assert owner.exchanges(200) == list(range(1, 201))
        owner.say(Ack(opened.epoch, 200))
        until(lambda: served.buffer.facts().retained_exchanges == 0)  # the stream rests now
        served.buffer.accept(exchange())
        assert owner.exchanges(1) == [201]


@pytest.mark.parametrize("streams", [4, 6])
def test_open_streams_leave_the_host_its_workers(tmp_path, streams):
    """As many open streams as the server has workers, or more: list calls answer, and so do the streams."""
    before = telemetry.counters().get("connector.stream_on_host_pool", 0)
    with serving(tmp_path, workers=4, handlers=[listing()]) as served:
        owner, _ = served.opened(OWNER)
        observers = [served.opened(LOOK)[0] for _ in range(streams - 1)]
        ask = served.channel().unary_unary(LIST)
        answers = [ask.future(b"%d" % number, timeout=PATIENCE) for number in range(40)]
        assert [each.result() for each in answers] == [b"listed %d" % number for number in range(40)]
        served.buffer.accept(exchange())
        assert [caller.exchanges(1) for caller in (owner, *observers)] == [[1]] * streams
    assert telemetry.counters().get("connector.stream_on_host_pool", 0) == before


def test_busy_workers_of_the_host_keep_no_stream_waiting(tmp_path):
    """While the only worker is in a list call, an owner opens, takes and acks."""
    entered, leave = threading.Event(), threading.Event()

    def slow(request: bytes, _context: object) -> bytes:
        entered.set()
        leave.wait(PATIENCE)
        return request

    with serving(tmp_path, buffer=filled(3), workers=1, handlers=[unary(LIST, slow)]) as served:
        answer = served.channel().unary_unary(LIST).future(b"x", timeout=PATIENCE)
        try:
            assert entered.wait(PATIENCE)
            owner, _ = served.opened(OWNER)
            assert owner.exchanges(3, ack=True) == [1, 2, 3]
            until(lambda: served.buffer.facts().retained_exchanges == 0)
            assert not answer.done()
        finally:
            leave.set()
        assert answer.result() == b"x"


def test_a_stream_in_the_hosts_pool_is_told(tmp_path, caplog):
    """Where a host's interceptor loses the pool, the stream still works, and the log says what it costs."""

    class Forgetful(grpc.ServerInterceptor):
        """Wraps streams as tracing libraries do."""

        def intercept_service(self, continuation: object, details: object) -> object:
            """Wrap the behaviour."""
            handler = continuation(details)

            def behave(requests: object, context: object) -> object:
                return handler.stream_stream(requests, context)

            return grpc.stream_stream_rpc_method_handler(behave)

    before = telemetry.counters().get("connector.stream_on_host_pool", 0)
    with serving(tmp_path, buffer=filled(3), interceptors=[Forgetful()]) as served:
        assert served.opened(OWNER)[0].exchanges(3) == [1, 2, 3]
    assert telemetry.counters()["connector.stream_on_host_pool"] == before + 1
    assert "experimental_thread_pool" in caplog.text


def test_rule_4_a_refused_ack_is_announced_and_releases_nothing(tmp_path):
    """`closing` comes first, the half-close is waited for, then the status; the buffer is as it was."""
    with serving(tmp_path, buffer=filled(3)) as served:
        owner, opened = served.opened(OWNER)
        owner.exchanges(3)
        owner.say(Ack(opened.epoch, 99))
        closing = owner.until(Closing)
        owner.half_close()
        assert owner.rest() == []
        assert owner.status() == (grpc.StatusCode.INVALID_ARGUMENT, closing.reason)
        assert served.buffer.facts().retained_exchanges == 3


def test_rule_5_a_small_allowance_holds_over_the_wire(tmp_path):
    """No more than what was asked for is out, whatever the transport would take."""
    with serving(tmp_path, buffer=filled(20), heartbeat_interval=0.2) as served:
        owner, opened = served.opened(replace(OWNER, limits=Limits(max_outstanding_exchanges=3)))
        assert owner.exchanges(3) == [1, 2, 3]
        assert isinstance(owner.hear(), ServerHeartbeat)
        owner.say(Ack(opened.epoch, 1))
        assert owner.exchanges(1) == [4]


def test_rule_7_replaced_and_taken_over_are_told(tmp_path):
    """The older stream of a consumer is REPLACED, and that of a robbed one TAKEN_OVER."""
    with serving(tmp_path, heartbeat_interval=1000.0) as served:
        first, _ = served.opened(OWNER)
        second, _ = served.opened(OWNER)
        assert isinstance(first.rest()[-1], Closing)
        code, details = first.status()
        assert (code, details[:8]) == (grpc.StatusCode.ABORTED, "REPLACED")
        refused = served.caller()
        refused.say(Open(consumer_id="c2"))
        assert refused.rest() == []
        code, details = refused.status()
        assert code == grpc.StatusCode.FAILED_PRECONDITION
        assert "'c1'" in details
        served.opened(Open(consumer_id="c2", take_over=True))
        second.rest()
        code, details = second.status()
        assert (code, details[:10]) == (grpc.StatusCode.ABORTED, "TAKEN_OVER")


@pytest.mark.parametrize("cut", ["cancel", "close"])
def test_rule_7_a_cut_owner_is_waited_for_and_resumes(tmp_path, cut):
    """A cancelled call and a closed connection keep the ownership; the next stream resumes."""
    with serving(tmp_path, buffer=filled(10)) as served:
        channel = served.channel()
        owner = served.caller(channel)
        owner.say(OWNER)
        owner.exchanges(10)
        if cut == "cancel":
            owner.call.cancel()
        else:
            channel.close()
        until(lambda: not served.servicer.standing().attached)
        assert served.servicer.standing().owner == "c1"
        epoch = served.buffer.facts().epoch
        again, reopened = served.opened(Open(consumer_id="c1", resume=(ResumePosition(epoch, 6),)))
        assert reopened.acked_through == 6
        assert again.exchanges(4) == [7, 8, 9, 10]


def test_rule_8_observers_and_streams_are_limited(tmp_path):
    """The ninth observer is RESOURCE_EXHAUSTED, and for each stream beyond 64 one that has not opened; all
    others are unharmed.
    """
    with serving(tmp_path, handlers=[listing()]) as served:
        owner, _ = served.opened(OWNER)
        observers = [served.opened(LOOK)[0] for _ in range(8)]
        ninth = served.caller()
        ninth.say(LOOK)
        ninth.rest()
        assert ninth.status()[0] == grpc.StatusCode.RESOURCE_EXHAUSTED
        until(lambda: served.servicer.standing().streams == 9)
        channel = served.channel()
        held = [served.caller(channel) for _ in range(55)]
        until(lambda: served.servicer.standing().streams == 64)
        late = [served.caller(channel) for _ in range(10)]
        until(lambda: sum(not caller.call.is_active() for caller in held) == 10)
        ended = [caller.status()[0] for caller in held if not caller.call.is_active()]
        assert ended == [grpc.StatusCode.RESOURCE_EXHAUSTED] * 10
        assert served.channel().unary_unary(LIST)(b"x", timeout=PATIENCE) == b"listed x"
        served.buffer.accept(exchange())
        assert [caller.exchanges(1) for caller in (owner, *observers)] == [[1]] * 9
        for caller in (*held, *late):
            caller.give_up()
        until(lambda: served.servicer.standing().streams == 9)


def test_rule_8_a_debug_socket_admits_observers_only(tmp_path):
    """Through a handler for observers nobody can own."""
    with serving(tmp_path, observers_only=True) as served:
        caller = served.caller()
        caller.say(OWNER)
        assert caller.rest() == []
        assert caller.status()[0] == grpc.StatusCode.PERMISSION_DENIED
        assert served.opened(LOOK)[1].role == "observer"


def test_rule_10_a_drain_abandons_what_does_not_finish(tmp_path):
    """It is recorded as it stands, in a thread that serves no stream meanwhile."""
    buffer = CaptureBuffer()
    threads = []

    def abandon() -> None:
        threads.append(threading.current_thread().name)
        buffer.accept(exchange(), abandoned=True)
        buffer.end(ticket)

    ticket = buffer.start(abandon)
    with serving(tmp_path, buffer=buffer) as served:
        owner, _ = served.opened(OWNER)
        owner.say(Drain(0.05))
        assert owner.exchanges(1, ack=True) == [1]
        drained = owner.until(Drained)
        assert (drained.through_sequence, drained.counters[0].abandoned) == (1, 1)
    assert threads == ["exchange-abandon"]


def test_rule_11_stop_lets_the_attached_owner_drain(tmp_path, caplog):
    """During a stop new owners are UNAVAILABLE, the attached one drains; then nothing is left."""
    with serving(tmp_path, buffer=filled(10)) as served, ThreadPoolExecutor(1) as other:
        owner, _ = served.opened(OWNER)
        observer, _ = served.opened(LOOK)
        stopping = other.submit(served.servicer.stop, PATIENCE)
        until(lambda: served.servicer.standing().stopping)
        late = served.caller()
        late.say(Open(consumer_id="late", take_over=True))
        late.rest()
        assert late.status()[0] == grpc.StatusCode.UNAVAILABLE
        owner.say(Drain(0.0))
        owner.exchanges(10, ack=True)
        owner.until(Drained)
        owner.half_close()
        owner.rest()
        assert owner.status()[0] == grpc.StatusCode.OK
        assert isinstance(observer.rest()[-1], Closing)
        assert observer.status()[0] == grpc.StatusCode.UNAVAILABLE
        assert stopping.result(PATIENCE).retained_exchanges == 0
        assert caplog.records == []


def test_rule_11_at_the_deadline_every_stream_ends_and_what_is_left_is_logged(tmp_path, caplog):
    """An owner that does not drain ends UNAVAILABLE, announced, and the log says what nobody acked."""
    caplog.set_level(logging.WARNING)
    with serving(tmp_path, buffer=filled(10)) as served, ThreadPoolExecutor(1) as other:
        owner, _ = served.opened(OWNER)
        stopping = other.submit(served.servicer.stop, 0.1)
        assert isinstance(owner.rest()[-1], Closing)
        assert owner.status()[0] == grpc.StatusCode.UNAVAILABLE
        assert stopping.result(PATIENCE).retained_exchanges == 10
        assert "10 exchanges" in caplog.text
        assert served.servicer.standing().streams == 0


def test_rule_12_heartbeats_flow_and_the_silent_owner_dies(tmp_path):
    """The server's heartbeats tell its fill; an owner that says nothing ends UNAVAILABLE."""
    with serving(tmp_path, buffer=filled(3), heartbeat_interval=0.1) as served:
        owner, opened = served.opened(OWNER)
        assert opened.heartbeat_interval == pytest.approx(0.1)
        beat = owner.until(ServerHeartbeat)
        assert (beat.retained_exchanges, beat.counters[0].captured) == (3, 3)
        assert isinstance(owner.rest()[-1], Closing)
        assert owner.status()[0] == grpc.StatusCode.UNAVAILABLE


def test_rule_12_an_observer_that_takes_nothing_is_let_go(tmp_path):
    """A pending write that does not move ends the stream, frees its place and its threads."""
    with serving(tmp_path, buffer=filled(200, body=100_000), heartbeat_interval=0.1) as served:
        dead = served.caller()
        dead.say(LOOK)
        until(lambda: served.servicer.standing().observers == 1)
        until(lambda: served.servicer.standing().streams == 0)
        until(lambda: not served.servicer._shells)
        assert dead.call.is_active() or dead.status()[0] != grpc.StatusCode.OK


def test_rule_14_clients_that_write_all_the_time_still_read_everything(tmp_path):
    """Fifty times a client goes on writing until it reads `closing`: it never loses message or status."""
    with serving(tmp_path) as served:
        for _ in range(50):
            owner, opened = served.opened(OWNER)
            owner.say(Ack(opened.epoch, 1))
            writer = threading.Thread(target=_write_until_closing, args=(owner,))
            writer.start()
            owner.until(Closing)
            writer.join()
            owner.half_close()
            assert owner.rest() == []
            assert owner.status()[0] == grpc.StatusCode.INVALID_ARGUMENT


def _write_until_closing(owner: Caller) -> None:
    while not isinstance(owner.heard[-1], Closing):
        owner.say_next(Heartbeat())


def test_nothing_is_left_behind_when_streams_have_ended(tmp_path):
    """Every thread of a stream ends with its call, and an idle servicer costs capture nothing."""
    with serving(tmp_path, buffer=filled(10), closing_wait=0.05) as served:
        for ending in ("cancel", "half-close", "violate"):
            owner, _ = served.opened(OWNER)
            owner.exchanges(1)
            if ending == "cancel":
                owner.call.cancel()
            elif ending == "violate":
                owner.say(b"\xff")
                owner.until(Closing)
                assert owner.status()[0] == grpc.StatusCode.INVALID_ARGUMENT
            else:
                owner.half_close()
                owner.rest()
            until(lambda: not served.servicer._shells)
        until(lambda: not threads_of_streams())
        assert served.buffer._subscriptions._wakes == ()


def test_a_fault_of_ours_ends_one_stream_without_telling_data(tmp_path, caplog):
    """A buffer that fails makes its streams INTERNAL, counted, and quotes nothing."""

    class Broken(CaptureBuffer):
        def read(self, *_args, **_kwargs):
            raise RuntimeError("Bearer of secrets")

    buffer = Broken()
    buffer.accept(exchange())
    before = telemetry.counters().get("connector.stream_failed", 0)
    with serving(tmp_path, buffer=buffer) as served:
        owner, _ = served.opened(OWNER)
        owner.rest()
        code, details = owner.status()
        assert code == grpc.StatusCode.INTERNAL
        assert "Bearer" not in details + caplog.text
    assert telemetry.counters()["connector.stream_failed"] == before + 1


def test_a_flood_of_requests_is_read_no_faster_than_it_is_heard(tmp_path):
    """While the stream is held up, at most 64 requests are in memory; afterwards all are heard."""
    held, go_on = threading.Event(), threading.Event()

    class Slow(CaptureBuffer):
        def read(self, *args, **kwargs):
            held.set()
            go_on.wait(PATIENCE)
            return super().read(*args, **kwargs)

    buffer = Slow()
    buffer.accept(exchange())
    with serving(tmp_path, buffer=buffer) as served:
        try:
            owner, opened = served.opened(OWNER)
            assert held.wait(PATIENCE)
            (shell,) = served.servicer._shells
            owner.say(*[Heartbeat()] * 1000)
            until(lambda: len(shell._inbox) == 64)
        finally:
            go_on.set()
        owner.say(Ack(opened.epoch, 99))
        assert "99" in owner.until(Closing).reason


def test_a_heartbeat_interval_is_a_short_way_to_its_terms():
    """The argument wins over the terms, and a nonsensical one is refused."""
    with pytest.raises(ValueError, match="heartbeat_interval"):
        ThreadedExchangeServicer(CaptureBuffer(), connector=CONNECTOR, policy=POLICY, heartbeat_interval=0)
