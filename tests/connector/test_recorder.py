import asyncio
import gc
import logging
import threading
import weakref
from collections.abc import Callable

import pytest

from captured_exchanges import telemetry
from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.capture import intent
from captured_exchanges.connector import Recorder
from captured_exchanges.exchange import (
    MAX_EXCHANGE_BYTES,
    Batch,
    CapturedExchange,
    Dropped,
    Entry,
    Exchange,
    OutgoingBatch,
    RedactedExchange,
    SyncCounters,
)
from captured_exchanges.wire import decode_response, encode_response
from support.connector_snapshots import PlainRedactor, response, seen


def recording(redactor: object = None, **bounds: int) -> tuple[Recorder, CaptureBuffer]:
    """A recorder and the buffer it fills."""
    buffer = CaptureBuffer(**bounds)
    return Recorder(redactor or PlainRedactor(), buffer), buffer


def recorded(buffer: CaptureBuffer) -> list[CapturedExchange]:
    """What a consumer would receive."""
    entries = [
        each for each in buffer.read(0, max_exchanges=10**6, max_bytes=10**9) if isinstance(each, Entry)
    ]
    received: list[CapturedExchange] = []
    for entry in entries:
        batch = decode_response(encode_response(OutgoingBatch("e", [entry], 0)))
        assert isinstance(batch, Batch)
        received += batch.exchanges
    return received


def account(buffer: CaptureBuffer) -> SyncCounters:
    """The only account of a buffer that saw one sync."""
    (counters,) = buffer.counters()
    return counters


class Failing:
    """A redactor with a bug, whose error quotes what it should not."""

    def redact(self, exchange: Exchange) -> RedactedExchange:
        """Fail."""
        raise RuntimeError(f"cannot handle {exchange.request.url}")


def test_a_finished_exchange_is_in_the_buffer():
    """What the snapshot shows at the end arrives, under the id that was given at the start."""
    recorder, buffer = recording()
    pending = recorder.begin("http", seen(response(b'{"id":"u-1"}')))
    assert recorded(buffer) == []
    pending.finish()
    (arrived,) = recorded(buffer)
    assert arrived.exchange.request_id == pending.request_id
    assert arrived.exchange.transport_kind == "http"
    assert arrived.exchange.response_json == b'{"status":200,"body":"{\\"id\\":\\"u-1\\"}"}'


def test_the_scope_of_the_start_is_the_exchanges():
    """Intent, sync id and request id belong to the scope it began in, wherever it ends."""
    recorder, buffer = recording()
    with intent("sync", "ListUsers", "user", sync_id="s-1") as scope:
        pending = recorder.begin("http", seen(response()))
    with intent("other", sync_id="s-2"):
        pending.finish()
    (arrived,) = recorded(buffer)
    assert arrived.exchange.sync_id == "s-1"
    assert (
        arrived.exchange.intent_json == b'{"surface":"sync","entrypoint":"ListUsers","resourceType":"user"}'
    )
    assert scope.request_ids == (pending.request_id,)


def test_without_a_scope_it_is_recorded_all_the_same():
    """An exchange outside every scope has no sync id and no intent."""
    recorder, buffer = recording()
    recorder.begin("http", seen(None)).finish()
    assert recorded(buffer)[0].exchange.sync_id == ""
    assert account(buffer) == SyncCounters("", captured=1)


def test_the_scope_learns_the_redacted_response():
    """After the end, the scope knows which exchange mentions an object."""
    recorder, _ = recording()
    with intent() as scope:
        pending = recorder.begin("http", seen(response(b'{"id":"u-77"}')))
        pending.finish()
    assert scope.mentions(["u-77", "u-78"]) == {"u-77": (pending.request_id,)}


async def test_tasks_record_into_their_own_scopes():
    """Two tasks at once keep their exchanges apart."""
    recorder, buffer = recording()

    async def crawl(name: str) -> tuple[str, ...]:
        with intent("sync", sync_id=name) as scope:
            pending = recorder.begin("http", seen(response()))
            await asyncio.sleep(0)
            pending.finish()
            return scope.request_ids

    first, second = await asyncio.gather(crawl("a"), crawl("b"))
    by_sync = {each.exchange.sync_id: (each.exchange.request_id,) for each in recorded(buffer)}
    assert by_sync == {"a": first, "b": second}


def test_ending_twice_records_once():
    """Only the first end counts."""
    recorder, buffer = recording()
    pending = recorder.begin("http", seen(None))
    pending.finish()
    pending.finish()
    assert account(buffer).captured == 1


def test_a_drain_abandons_what_is_unfinished():
    """An abandoned exchange is recorded with what is known; its later end is ignored."""
    recorder, buffer = recording()
    pending = recorder.begin("http", seen(None))
    assert buffer.facts().pending == 1
    buffer.abandon(buffer.facts().next_ticket)
    pending.finish()
    assert account(buffer) == SyncCounters("", captured=1, abandoned=1)
    assert recorded(buffer)[0].exchange.response_json is None
    assert buffer.facts().pending == 0


def test_end_and_abandon_at_once_record_once():
    """Whoever comes first, from whichever thread, each exchange is captured exactly once."""
    recorder, buffer = recording()
    started = [recorder.begin("http", seen(None)) for _ in range(500)]
    both = threading.Barrier(2)

    def drain() -> None:
        both.wait(10)
        buffer.abandon(buffer.facts().next_ticket)

    thread = threading.Thread(target=drain)
    thread.start()
    both.wait(10)
    for pending in reversed(started):
        pending.finish()
    thread.join(10)
    assert account(buffer).captured == 500
    assert sorted(each.exchange.request_id for each in recorded(buffer)) == sorted(
        p.request_id for p in started
    )
    assert buffer.facts().pending == 0


def test_a_drain_right_at_the_start_leaves_no_ticket_behind():
    """An exchange that is abandoned before its ticket is known is recorded, and no drain waits for it."""

    class Hasty(CaptureBuffer):
        """A buffer whose drain gives up the moment an exchange starts."""

        def start(self, abandon: Callable[[], None]) -> int:
            """Start, and abandon at once."""
            ticket = super().start(abandon)
            self.abandon(ticket + 1)
            return ticket

    buffer = Hasty()
    Recorder(PlainRedactor(), buffer).begin("http", seen(None)).finish()
    assert account(buffer) == SyncCounters("", captured=1, abandoned=1)
    assert buffer.facts().pending == 0


def test_a_failure_leaves_a_numbered_drop(caplog):
    """Where redaction fails nothing is raised and nothing is stored, but the loss has a number, is
    counted, and is logged without a word of the data.
    """
    recorder, buffer = recording(Failing())
    before = telemetry.counters().get("connector.record_failed", 0)
    with caplog.at_level(logging.WARNING), intent(sync_id="s-1"):
        recorder.begin("http", seen(response())).finish()
    assert account(buffer) == SyncCounters("s-1", captured=1, dropped=(Dropped("unknown_loss", 1, 0),))
    assert buffer.facts().next_sequence == 2
    assert buffer.facts().pending == 0
    assert telemetry.counters()["connector.record_failed"] == before + 1
    assert "RuntimeError" in caplog.text
    assert "directory.example" not in caplog.text


def test_a_snapshot_that_raises_is_a_numbered_drop():
    """An adapter's bug is treated as our own."""
    recorder, buffer = recording()
    recorder.begin("http", lambda: 1 // 0).finish()
    assert account(buffer).dropped == (Dropped("unknown_loss", 1, 0),)


def test_an_interrupt_is_passed_on_and_numbered():
    """Ctrl-C in the middle of recording reaches the caller; the exchange still has its number."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    recorder, buffer = recording()
    pending = recorder.begin("http", interrupted)
    with pytest.raises(KeyboardInterrupt):
        pending.finish()
    assert account(buffer).dropped == (Dropped("unknown_loss", 1, 0),)
    assert buffer.facts().pending == 0


def test_what_is_too_large_for_a_message_is_dropped():
    """An exchange that could never be sent is dropped as oversize, with its size."""
    recorder, buffer = recording()
    recorder.begin("http", seen(response(b"x" * MAX_EXCHANGE_BYTES))).finish()
    (dropped,) = account(buffer).dropped
    assert (dropped.reason, dropped.count) == ("oversize", 1)
    assert dropped.bytes > MAX_EXCHANGE_BYTES


def test_a_full_buffer_is_no_error():
    """Where the buffer has no room the exchange is dropped there."""
    recorder, buffer = recording(max_bytes=10)
    recorder.begin("http", seen(None)).finish()
    assert account(buffer).captured == 1
    assert buffer.facts().retained_exchanges == 0


def test_an_absurd_sync_id_is_left_out():
    """A sync id that no baton would send does not get into counters and gaps."""
    recorder, buffer = recording()
    with intent(sync_id="s" * 257):
        recorder.begin("http", seen(None)).finish()
    with intent(sync_id="s" * 256):
        recorder.begin("http", seen(None)).finish()
    assert [len(each.sync_id) for each in buffer.counters()] == [256, 0]


def test_nothing_raw_outlives_the_end():
    """Once recorded, a pending exchange that its caller keeps holds neither bodies nor scope."""

    class Bodies:
        """What a snapshot holds on to."""

        def __call__(self) -> tuple[object, None]:
            """The snapshot."""
            return seen(None)()

    recorder, _ = recording()
    bodies = Bodies()
    gone = weakref.ref(bodies)
    with intent() as scope:
        pending = recorder.begin("http", bodies)
    scope_gone = weakref.ref(scope)
    del bodies, scope
    pending.finish()
    gc.collect()
    assert gone() is None
    assert scope_gone() is None
    assert pending.request_id
