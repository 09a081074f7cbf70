"""What only a pump of threads must answer for; test_pump has the rest."""

import random
import threading

import grpc

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.handoff.consuming import ClientSettings, ConsumerEnd
from captured_exchanges.store import open_store
from captured_exchanges.syncer import Patience
from captured_exchanges.syncer.connection import ThreadedConnection
from captured_exchanges.syncer.threaded_pump import ThreadedPump
from captured_exchanges.syncer.writer import StoreWriter
from captured_exchanges.wire import encode_exchange
from support.syncer_messages import captured
from support.syncer_stores import SlowStore
from support.threaded_calls import PATIENCE, serving, until


def test_an_abandoned_pump_lets_the_transaction_in_flight_settle(tmp_path):
    """It ends, unfailed, when the store has answered and not before; what came later is left."""
    buffer = CaptureBuffer()
    buffer.accept(encode_exchange(captured(1).exchange))
    with open_store(tmp_path / "sync.db", "rw") as store, serving(tmp_path, buffer=buffer) as served:
        slow = SlowStore(store.exchanges(), blocked_after=1)
        writer = StoreWriter(slow, "ours", Patience())
        end = ConsumerEnd(ClientSettings(consumer_id="c"), rng=random.Random(0))
        pump = ThreadedPump(end, ThreadedConnection(served.channel()), writer)
        running = threading.Thread(target=pump.run)
        running.start()
        assert slow.blocked.wait(PATIENCE)
        pump.abandon()
        until(lambda: pump.stopped is not None)
        assert running.is_alive(), "the store is still busy"
        slow.release.set()
        running.join(PATIENCE)
        assert not running.is_alive()
        writer.close()
        assert store.exchanges().count() == 1
    assert (pump.stopped.kind, pump.stopped.failed) == ("finished", False)


def test_a_writer_that_takes_no_more_work_ends_the_pump_in_silence(tmp_path):
    """As executors do in an interpreter that ends: that is no bug of ours, and nobody is told of one."""
    writer = StoreWriter(object(), "ours", Patience())
    writer.close()
    end = ConsumerEnd(ClientSettings(consumer_id="c"), rng=random.Random(0))
    with grpc.insecure_channel(f"unix:{tmp_path}/nobody") as channel:
        pump = ThreadedPump(end, ThreadedConnection(channel), writer)
        pump.run()
    assert (pump.stopped.kind, pump.stopped.message) == ("finished", "")
