"""What only an observer without an event loop must answer for; test_observer has the rest."""

import threading

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.exchange import Batch
from captured_exchanges.syncer import observe_threaded
from captured_exchanges.wire import encode_exchange
from support.syncer_messages import captured
from support.threaded_calls import serving, until


def test_a_loop_that_is_left_ends_the_call_and_its_threads(tmp_path):
    """Following goes on until the caller has enough; then the connector sees the observer go."""
    buffer = CaptureBuffer()
    with serving(tmp_path, buffer=buffer) as served:
        responses = observe_threaded(served.address, follow=True)
        for number in range(1, 4):
            buffer.accept(encode_exchange(captured(number).exchange))
            batch = next(response for response in responses if isinstance(response, Batch))
            assert [row.sequence for row in batch.exchanges] == [number]
        assert served.servicer.standing().observers == 1
        responses.close()
        assert not [thread for thread in threading.enumerate() if thread.name == "exchange-stream-reader"]
        until(lambda: served.servicer.standing().observers == 0)
        assert buffer.facts().retained_exchanges == 3


def test_a_channel_of_the_caller_is_left_open(tmp_path):
    """Two looks over one connection."""
    buffer = CaptureBuffer()
    buffer.accept(encode_exchange(captured(1).exchange))
    with serving(tmp_path, buffer=buffer) as served:
        channel = served.channel()
        seen = [[type(response) for response in observe_threaded(channel)] for _ in range(2)]
    assert seen[0] == seen[1]
    assert Batch in seen[0]
