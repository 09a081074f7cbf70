"""Rules 4, 5, 6, 9, 13 and 16: what an owner is sent, and what its acks do."""

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.exchange import (
    MAX_EXCHANGE_BYTES,
    MAX_SEQUENCE,
    Ack,
    Drain,
    Drained,
    Dropped,
    Heartbeat,
    Limits,
    Open,
    Opened,
    OutgoingBatch,
    ResumePosition,
)
from captured_exchanges.handoff import Status
from captured_exchanges.handoff.serving import Keep, Read, Release, ServerStream
from captured_exchanges.wire import encode_response
from support.handoff_connector import Connector


def test_rule_4_only_an_ack_releases():
    """What is sent stays retained until it is acked."""
    connector = Connector()
    connector.capture(5)
    owner = connector.owner()
    connector.advance(1)
    assert owner.sequences == [1, 2, 3, 4, 5]
    assert connector.buffer.facts().retained_exchanges == 5
    owner.ack(3)
    assert connector.buffer.facts().retained_exchanges == 2
    assert connector.counters().acked == 3


def test_rule_4_a_repeated_ack_is_harmless():
    """An ack is cumulative: the same one, and an older one, change nothing."""
    connector = Connector()
    connector.capture(5)
    owner = connector.owner()
    connector.advance(1)
    for through in (3, 3, 1, 0):
        owner.ack(through)
    assert owner.ended is None
    assert owner.closing is None
    assert connector.counters().acked == 3


def test_rule_4_an_ack_for_another_epoch_is_refused():
    """An ack that names another epoch ends the stream and releases nothing."""
    connector = Connector()
    connector.capture(2)
    owner = connector.owner()
    connector.advance(1)
    owner.ack(2, epoch="elsewhere")
    assert owner.closing.code == Status.INVALID_ARGUMENT
    assert "ack.epoch is 'elsewhere'" in owner.closing.reason
    assert connector.counters().acked == 0


def test_rule_4_an_ack_beyond_what_was_ever_sent_is_refused():
    """An ack for what no owner was ever sent ends the stream and releases nothing."""
    connector = Connector()
    connector.capture(5)
    owner = connector.owner(limits=Limits(max_outstanding_exchanges=2))
    connector.advance(1)
    owner.ack(3)
    assert owner.closing.code == Status.INVALID_ARGUMENT
    assert "the highest sent to an owner is 2" in owner.closing.reason
    assert connector.counters().acked == 0


def test_rule_4_an_ack_for_what_an_earlier_stream_was_sent_is_accepted():
    """What counts is what the epoch sent to any owner; the stream goes on after it."""
    connector = Connector()
    connector.capture(4)
    first = connector.owner()
    connector.advance(1)
    first.cut()
    second = connector.owner(limits=Limits(max_outstanding_exchanges=1))
    second.ack(3)
    connector.advance(1)
    assert connector.counters().acked == 3
    assert second.sequences[-1] == 4
    assert second.gaps == []


def test_rule_4_a_gap_counts_as_sent_and_is_acked_through_its_end():
    """The owner acks a gap's last sequence once the gap is in its ledger."""
    connector = Connector(max_bytes=200)
    connector.capture(5)
    owner = connector.owner()
    connector.advance(1)
    assert owner.gaps == [(3, 5, "overflow")]
    owner.ack(5)
    assert owner.closing is None
    assert connector.buffer.facts().acked_through == 5
    assert connector.counters().acked == 2


def test_rule_4_acked_through_is_echoed():
    """Batches and heartbeats say how far the server has heard acks."""
    connector = Connector()
    owner = connector.owner()
    connector.capture(2)
    connector.advance(1)
    owner.ack(2)
    connector.capture(1)
    connector.advance(10)
    assert owner.of(OutgoingBatch)[-1].acked_through == 2
    assert owner.heartbeats[-1].acked_through == 2


def test_rule_5_unacked_exchanges_never_exceed_the_allowance():
    """No more exchanges than agreed are out, and each ack lets as many follow."""
    connector = Connector()
    connector.capture(10)
    owner = connector.owner(limits=Limits(max_outstanding_exchanges=4))
    connector.advance(10)
    assert owner.sequences == [1, 2, 3, 4]
    owner.ack(1)
    connector.advance(10)
    assert owner.sequences == [1, 2, 3, 4, 5]


def test_rule_5_unacked_bytes_never_exceed_the_allowance():
    """The next exchange waits until its bytes fit."""
    connector = Connector()
    connector.capture(5, size=400)
    owner = connector.owner(limits=Limits(max_outstanding_bytes=1000))
    connector.advance(10)
    assert owner.sequences == [1, 2]
    owner.ack(1)
    connector.advance(10)
    assert owner.sequences == [1, 2, 3]


def test_rule_5_a_single_larger_exchange_passes_alone():
    """An exchange above the whole allowance goes when nothing else is out, and nothing beside it."""
    connector = Connector()
    for size in (300, 5000, 300):
        connector.capture(size=size)
    owner = connector.owner(limits=Limits(max_outstanding_bytes=1000))
    connector.advance(10)
    assert owner.sequences == [1]
    owner.ack(1)
    connector.advance(10)
    assert owner.sequences == [1, 2]
    owner.ack(2)
    connector.advance(10)
    assert owner.sequences == [1, 2, 3]


def test_rule_6_batches_keep_their_bounds():
    """No batch holds more exchanges or bytes than agreed; a larger exchange is a batch of its own."""
    connector = Connector()
    connector.capture(7, size=100)
    connector.capture(1, size=900)
    owner = connector.owner(limits=Limits(max_batch_exchanges=3, max_batch_bytes=250))
    connector.advance(1)
    assert owner.batches == [[1, 2], [3, 4], [5, 6], [7], [8]]


def test_rule_6_messages_stay_below_a_mebibyte_where_they_can():
    """Whatever a consumer asks for, a batch is below 1 MiB, and one largest exchange below 4 MiB."""
    connector = Connector(max_bytes=32 << 20)
    greedy = Limits(2**32 - 1, 2**63, 2**32 - 1, 2**63, 1000.0)
    connector.capture_at_once(40, size=90_000)
    connector.capture_at_once(1, size=MAX_EXCHANGE_BYTES - 1)
    owner = connector.owner(limits=greedy)
    connector.advance(10)
    sizes = [len(encode_response(batch)) for batch in owner.of(OutgoingBatch)]
    assert owner.sequences == list(range(1, 42))
    assert owner.opened.limits.max_batch_bytes < 1 << 20
    assert sizes.pop() < 4 << 20
    assert 900_000 < max(sizes) < 1 << 20


def test_rule_9_a_half_closed_owner_receives_what_was_retained_then():
    """After a half-close the owner gets what is there, nothing newer, and OK."""
    connector = Connector()
    connector.capture(3)
    owner = connector.owner()
    owner.stalled = True
    connector.advance(1)
    owner.half_close()
    connector.capture(2)
    owner.take()
    assert owner.sequences == [1, 2, 3]
    assert owner.closing.code == Status.OK
    assert owner.ended.code == Status.OK


def test_rule_9_a_half_closed_owner_receives_up_to_its_allowance():
    """No ack can come any more, so the used-up allowance is the end."""
    connector = Connector()
    connector.capture(5)
    owner = connector.owner(limits=Limits(max_outstanding_exchanges=2))
    owner.half_close()
    assert owner.sequences == [1, 2]
    assert owner.ended.code == Status.OK
    assert connector.buffer.facts().retained_exchanges == 5


def test_rule_9_half_close_drops_an_unanswered_drain():
    """A drain that waits is never answered after a half-close, and abandons nothing."""
    connector = Connector()
    connector.begin()
    connector.capture(1)
    owner = connector.owner()
    owner.drain(timeout=1)
    owner.half_close()
    connector.advance(5)
    assert owner.sequences == [1]
    assert owner.of(Drained) == []
    assert connector.buffer.facts().pending == 1


def test_rule_13_resume_past_the_gap_counts_once():
    """Captured is acked, retained and dropped together, before and after a resume over a gap."""
    connector = Connector(max_bytes=300)
    connector.capture(5)
    owner = connector.owner()
    connector.advance(1)
    owner.cut()
    connector.owner(resume=(ResumePosition(connector.epoch, 5),))
    counters = connector.counters()
    assert (counters.captured, counters.acked, counters.dropped[0].count) == (5, 3, 2)
    assert connector.buffer.facts().retained_exchanges == 0


def sent_and_cut(connector):
    """An owner is sent all there is, and cut off before it can ack."""
    owner = connector.owner()
    connector.advance(1)
    owner.cut()


def test_rule_13_what_was_sent_stays_while_its_owner_stays():
    """An owner that does not ack keeps what it was sent from growing too old, and nothing else."""
    connector = Connector(max_age=60)
    connector.capture(3)
    owner = connector.owner(limits=Limits(max_outstanding_exchanges=2))
    for _ in range(20):
        connector.advance(10)
        owner.say(Heartbeat())
    assert owner.sequences == [1, 2]
    assert connector.counters().dropped == (Dropped("retention", 1, 100),)
    owner.ack(2)
    connector.advance(1)
    assert owner.gaps == [(3, 3, "retention")]


def test_rule_13_what_was_sent_stays_in_flight_until_ownership_lapses():
    """For the 30 s in which the owner may come back; then it may be dropped."""
    connector = Connector(max_age=5)
    connector.capture(3)
    sent_and_cut(connector)
    connector.advance(29.9)
    assert connector.buffer.facts().retained_exchanges == 3
    connector.advance(0.1)
    assert connector.counters().dropped == (Dropped("retention", 3, 300),)


def test_rule_13_an_owner_that_comes_back_in_time_finds_it():
    """For as long as it stays, though it acks nothing."""
    connector = Connector(max_age=5)
    connector.capture(3)
    sent_and_cut(connector)
    connector.advance(20)
    owner = connector.owner(take_over=True)
    for _ in range(10):
        connector.advance(10)
        owner.say(Heartbeat())
    assert owner.sequences == [1, 2, 3]
    assert connector.counters().dropped == ()


def test_rule_13_an_observer_that_leaves_ends_no_ownership():
    """Only the owner's own end lets anything lapse."""
    connector = Connector(max_age=5)
    connector.capture(3)
    owner = connector.owner()
    connector.advance(1)
    connector.observer(follow=True).cut()
    for _ in range(10):
        connector.advance(10)
        owner.say(Heartbeat())
    assert connector.buffer.facts().retained_exchanges == 3


def test_rule_13_ownership_that_is_given_up_lapses_at_once():
    """After `drained` and a half-close nobody comes back for what was sent since."""
    connector = Connector(max_age=5)
    owner = connector.owner()
    owner.drain()
    connector.capture_at_once(1)
    connector.advance(4)
    owner.half_close()
    connector.advance(1)
    assert connector.counters().dropped == (Dropped("retention", 1, 100),)


def test_rule_13_a_resume_past_what_was_dropped_after_sending_moves_it_to_acked():
    """The owner had committed two of three: those were not lost, and it is told of the third alone."""
    connector = Connector(max_age=5)
    connector.capture(3)
    sent_and_cut(connector)
    connector.advance(40)
    assert connector.counters().dropped == (Dropped("retention", 3, 300),)
    owner = connector.owner(resume=(ResumePosition(connector.epoch, 2),))
    connector.advance(1)
    assert owner.gaps == [(3, 3, "retention")]
    owner.ack(3)
    counters = connector.counters()
    assert (counters.captured, counters.acked, counters.dropped) == (3, 2, (Dropped("retention", 1, 100),))


def test_rule_13_an_ack_for_what_an_earlier_stream_was_sent_moves_it_too():
    """A commit that lands after the consumer has opened again is as good as a resume: but for what this
    stream was told to be lost.
    """
    for told_first in (False, True):
        connector = Connector(max_age=5)
        connector.capture(3)
        sent_and_cut(connector)
        connector.advance(40)
        owner = connector.connect()
        owner.stalled = not told_first
        owner.say(Open(consumer_id="c1"))
        connector.advance(1)
        assert owner.gaps == ([(1, 3, "retention")] if told_first else [])
        owner.ack(3)
        assert connector.counters().acked == (0 if told_first else 3)


def test_rule_16_an_owner_takes_exchanges_of_every_sync():
    """Nothing is held back for belonging to another sync."""
    connector = Connector()
    for sync_id in ("a", "b", "", "a"):
        connector.capture(sync_id=sync_id)
    owner = connector.owner(sync_id="b")
    connector.advance(1)
    assert owner.sequences == [1, 2, 3, 4]


def test_rule_1_a_buffer_in_a_new_epoch_ends_the_stream_so_that_it_opens_again():
    """When the buffer begins another epoch the owner is told to open again, and finds it there."""
    buffer = CaptureBuffer(first_sequence=MAX_SEQUENCE)
    connector = Connector(buffer=buffer)
    owner = connector.owner()
    connector.capture(2)
    connector.advance(1)
    assert owner.sequences == [MAX_SEQUENCE]
    owner.ack(MAX_SEQUENCE)
    assert owner.closing.code == Status.UNAVAILABLE
    owner.ack(MAX_SEQUENCE, epoch=owner.opened.epoch)
    again = connector.owner(resume=(ResumePosition(owner.opened.epoch, MAX_SEQUENCE),))
    connector.advance(1)
    assert again.opened.epoch != owner.opened.epoch
    assert again.sequences == [1]
    again.ack(1)
    assert connector.counters().acked == 2


def test_rule_1_a_late_ack_of_an_epoch_that_is_over_is_a_repeat():
    """What the buffer has left is all acked: an ack for it is no violation, and releases nothing newer."""
    connector = Connector(buffer=CaptureBuffer(first_sequence=MAX_SEQUENCE))
    owner = connector.owner()
    connector.capture(2)
    connector.advance(1)
    epoch = connector.epoch
    connector.buffer.release(MAX_SEQUENCE)
    owner.stream.receive(Ack(epoch, MAX_SEQUENCE), connector.buffer.facts(), connector.now)
    connector.settle()
    assert owner.closing.code == Status.UNAVAILABLE
    assert connector.buffer.facts().retained_exchanges == 1


def test_rule_4_what_was_sent_of_one_epoch_allows_no_ack_in_the_next():
    """The highest sequence ever sent belongs to its epoch."""
    connector = Connector(buffer=CaptureBuffer(first_sequence=MAX_SEQUENCE))
    owner = connector.owner()
    connector.capture(2)
    connector.advance(1)
    owner.ack(MAX_SEQUENCE)
    again = connector.owner(limits=Limits(max_batch_delay=5))
    again.ack(1)
    assert again.closing.code == Status.INVALID_ARGUMENT
    assert "the highest sent to an owner is 0" in again.closing.reason


def test_rule_4_a_read_that_an_ack_overtook_is_done_again():
    """An ack for an earlier stream's exchanges, while a read is in progress, makes the read void."""
    connector = Connector()
    connector.capture(4)
    first = connector.owner()
    connector.advance(1)
    first.cut()
    buffer, now = connector.buffer, connector.now
    stream = ServerStream(connector.handoff, now)
    stream.receive(Open(consumer_id="c1"), buffer.facts(), now)
    assert stream.next_action(buffer.facts(), now) == Keep(None)
    assert isinstance(stream.next_action(buffer.facts(), now).message, Opened)
    stream.written(now)
    stream.receive(Drain(), buffer.facts(), now)
    read = stream.next_action(buffer.facts(), now)
    assert isinstance(read, Read)
    items = buffer.read(read.after_sequence, max_exchanges=read.max_exchanges, max_bytes=read.max_bytes)
    stream.receive(Ack(connector.epoch, 3), buffer.facts(), now)
    assert stream.next_action(buffer.facts(), now) == Release(3)
    buffer.release(3)
    stream.items(items, buffer.facts())
    assert stream.next_action(buffer.facts(), now).after_sequence == 3
