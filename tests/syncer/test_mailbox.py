"""What waits to be written, without a call."""

from captured_exchanges.exchange import Ack, Closing, Drain, Heartbeat
from captured_exchanges.syncer.mailbox import Garbage, Message, Outbox, understood
from captured_exchanges.wire import encode_response


def taken(outbox):
    requests = []
    while (request := outbox.take()) is not None:
        requests.append(request)
    return requests


def test_the_newest_ack_stands_for_those_that_wait():
    """Acks are cumulative; what stands between two of them is not overtaken."""
    outbox = Outbox()
    for request in (Ack("e", 1), Ack("e", 2), Drain(), Ack("e", 3), Ack("e", 4)):
        outbox.put(request)
    assert taken(outbox) == [Ack("e", 2), Drain(), Ack("e", 4)]


def test_a_heartbeat_is_written_only_where_nothing_else_is():
    """Anything is a sign of life."""
    outbox = Outbox()
    outbox.put(Heartbeat())
    assert taken(outbox) == [Heartbeat()]
    outbox.put(Drain())
    outbox.put(Heartbeat())
    assert taken(outbox) == [Drain()]


def test_a_closed_outbox_keeps_or_drops_what_waits_and_takes_nothing_more():
    """After `closing` what is queued must not be written; at a half-close it must."""
    for flush, left in ((True, [Drain()]), (False, [])):
        outbox = Outbox()
        assert not outbox.ready
        outbox.put(Drain())
        outbox.close(flush=flush)
        outbox.put(Ack("e", 1))
        assert outbox.ready
        assert taken(outbox) == left
        assert outbox.ready, "whoever asks learns that there will be none"


def test_bytes_are_a_message_or_garbage():
    """Nothing is raised for what a peer sends."""
    closing = Closing("e", 14, "restarting")
    assert understood(encode_response(closing)) == Message(closing)
    assert understood(b"\xfa\x7d\x02hi") == Message(None)
    assert isinstance(understood(b"\xff\xff\xff"), Garbage)
