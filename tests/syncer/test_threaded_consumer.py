"""What only a consumer without an event loop must answer for; test_consumer and test_pump have the rest."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.store import open_store
from captured_exchanges.syncer import ClientSettings, ThreadedExchangeConsumer
from captured_exchanges.wire import encode_exchange
from support.syncer_messages import captured
from support.syncer_stores import SlowStore
from support.threaded_calls import PATIENCE, serving, until

QUICK = ClientSettings(delivery_delay=0.02, backoff_max=0.1)
TESTS = Path(__file__).parents[1]


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "sync.db", "rw") as store:
        yield store


def capture(buffer, first, last):
    for number in range(first, last + 1):
        buffer.accept(encode_exchange(captured(number, epoch="x", sync_id="ours").exchange))


def filled(count):
    buffer = CaptureBuffer()
    capture(buffer, 1, count)
    return buffer


def rows(store):
    return [row.request_id for row in store.exchanges().iterate(limit=100_000)]


def ids(last):
    return [f"x/{number}" for number in range(1, last + 1)]


def test_a_whole_sync_needs_no_event_loop(tmp_path, store, monkeypatch):
    """Connect, take, drain and leave, where nobody may make a loop."""

    def refuse():
        raise AssertionError("an event loop is made")

    monkeypatch.setattr(asyncio, "new_event_loop", refuse)
    with serving(tmp_path, buffer=filled(500)) as served:
        with ThreadedExchangeConsumer(served.address, store, sync_id="ours") as consumer:
            report = consumer.drain()
        assert served.servicer.standing().owner == "", "ownership is given up"
    assert (report.consistent, report.committed) == (True, 500)
    assert consumer.report.error is None
    assert rows(store) == ids(500)


def test_no_thread_is_left(tmp_path, store):
    """Neither ours nor gRPC's, however it ended, and however often."""
    with serving(tmp_path, buffer=filled(10)) as served:
        before = set(threading.enumerate())
        for drained in (True, False) * 3:
            with ThreadedExchangeConsumer(served.address, store, settings=QUICK) as consumer:
                until(lambda: consumer.report.state == "connected")
                if drained:
                    consumer.drain()
            left = [thread for thread in threading.enumerate() if thread.name.startswith("exchange-consumer")]
            assert not left
        until(lambda: not [thread for thread in set(threading.enumerate()) - before if not _serves(thread)])


def _serves(thread):
    """Whether a thread is of the server in this process: its pools keep theirs."""
    return thread.name.startswith(("exchange-streams", "ThreadPoolExecutor"))


def test_no_thread_is_left_of_a_connector_that_is_not_there(tmp_path, store):
    """Attempts in vain leave nothing either."""
    before = set(threading.enumerate())
    with ThreadedExchangeConsumer(f"unix:{tmp_path}/nobody", store, settings=QUICK) as consumer:
        until(lambda: consumer.report.trouble)
        assert consumer.drain(0.3).timed_out
    until(lambda: set(threading.enumerate()) <= before)


def test_an_interpreter_ends_though_its_consumer_was_forgotten(tmp_path):
    """It neither hangs nor complains, and the next run goes on behind what was committed."""
    path = tmp_path / "sync.db"
    with serving(tmp_path, buffer=filled(20)) as served:
        ended = subprocess.run(
            (sys.executable, "-m", "support.forgetful_syncer", served.address, path, "20"),
            cwd=TESTS,
            timeout=60,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
        capture(served.buffer, 21, 30)
        with open_store(path, "rw") as store:
            with ThreadedExchangeConsumer(served.address, store, sync_id="ours") as consumer:
                report = consumer.drain()
            assert rows(store) == ids(30)
    assert (report.duplicates, report.unknown_losses, report.consistent) == (0, 0, True)


def test_an_interrupted_host_leaves_a_settled_store(tmp_path, store):
    """Ctrl-C while leaving lets the transaction in flight settle, drops the rest, and passes through."""
    slow = SlowStore(store.exchanges(), blocked_after=1)

    def interrupt():
        assert slow.blocked.wait(PATIENCE)
        until(lambda: consumer._link._end._closing)
        os.kill(os.getpid(), signal.SIGINT)
        until(lambda: consumer._link._pump._abandoned)
        slow.release.set()

    with serving(tmp_path, buffer=filled(3)) as served, ThreadPoolExecutor(1) as other:
        consumer = ThreadedExchangeConsumer(served.address, slow, settings=QUICK)
        interrupting = other.submit(interrupt)
        with pytest.raises(KeyboardInterrupt):
            _leave_at_once(consumer, slow)
        interrupting.result(PATIENCE)
    assert rows(store) == ids(3)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("exchange-consumer")]


def _leave_at_once(consumer, slow):
    with consumer:
        assert slow.blocked.wait(PATIENCE)


def test_any_thread_may_ask_and_drain(tmp_path, store):
    """Eight threads drain while a ninth looks at the report without end: all are answered in full."""
    over = threading.Event()

    def look():
        looks = 0
        while not over.is_set():
            assert consumer.report.committed <= 2000
            looks += 1
        return looks

    with serving(tmp_path) as served, ThreadPoolExecutor(9) as threads:
        with ThreadedExchangeConsumer(served.address, store, sync_id="ours", settings=QUICK) as consumer:
            looking = threads.submit(look)
            try:
                capture(served.buffer, 1, 2000)
                reports = list(threads.map(lambda _: consumer.drain(), range(8)))
            finally:
                over.set()
        assert looking.result(PATIENCE) > 0
    assert [(report.consistent, report.committed) for report in reports] == [(True, 2000)] * 8


def test_a_machine_without_threads_to_spare_harms_nobody(tmp_path, store, monkeypatch):
    """Where no thread can be started the consumer says so, and every question is answered at once."""

    def refuse(_thread):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        consumer = ThreadedExchangeConsumer(f"unix:{tmp_path}/nobody", store).__enter__()
    assert not consumer.drain(PATIENCE).timed_out
    consumer.__exit__(None, None, None)
    assert "starting failed with RuntimeError" in str(consumer.report.error)


def test_a_channel_of_the_host_is_used_and_left_open(tmp_path, store):
    """The consumer closes only what it opened: the host's calls go on."""
    with serving(tmp_path, buffer=filled(2)) as served:
        channel = served.channel()
        for _ in range(2):
            with ThreadedExchangeConsumer(channel, store, settings=QUICK) as consumer:
                assert consumer.drain().consistent
    assert rows(store) == ids(2)


def test_a_channel_that_its_host_has_closed_harms_nobody(store, tmp_path):
    """The consumer stops and says so."""
    channel = grpc.insecure_channel(f"unix:{tmp_path}/nobody")
    channel.close()
    with ThreadedExchangeConsumer(channel, store) as consumer:
        report = consumer.drain()
    assert report.state == "stopped"
    assert "its host has closed" in str(report.error)
