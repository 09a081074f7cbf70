"""Rules 3, 8, 14 and 15: what a stream may open with."""

import pytest

from captured_exchanges.exchange import MAX_SEQUENCE, Filter, Limits, Open, ResumePosition
from captured_exchanges.handoff import Status
from support.handoff_connector import Connector

LONG = "é" * 129
OWNER = "c1"


@pytest.mark.parametrize(
    ("open_", "code", "words"),
    [
        (Open(protocol_version=2), Status.FAILED_PRECONDITION, ["open.protocol_version is 2", "speaks 1"]),
        (Open(consumer_id=LONG), Status.INVALID_ARGUMENT, ["open.consumer_id", "258 bytes", "256"]),
        (Open(consumer_id=OWNER, sync_id=LONG), Status.INVALID_ARGUMENT, ["open.sync_id", "258", "256"]),
        (
            Open(consumer_id=OWNER, resume=(ResumePosition("e", 1),) * 65),
            Status.INVALID_ARGUMENT,
            ["open.resume has 65", "64"],
        ),
        (
            Open(consumer_id=OWNER, resume=(ResumePosition("e", 1), ResumePosition("", 1))),
            Status.INVALID_ARGUMENT,
            ["open.resume[1].epoch is empty"],
        ),
        (
            Open(consumer_id=OWNER, resume=(ResumePosition("e", MAX_SEQUENCE + 1),)),
            Status.INVALID_ARGUMENT,
            ["open.resume[0].after_sequence", str(MAX_SEQUENCE)],
        ),
        (
            Open(consumer_id=OWNER, limits=Limits(max_batch_delay=-0.5)),
            Status.INVALID_ARGUMENT,
            ["open.max_batch_delay is -0.5 s"],
        ),
        (Open(consumer_id=OWNER, follow=True), Status.INVALID_ARGUMENT, ["open.follow is for observers"]),
        (Open(consumer_id=OWNER, from_sequence=1), Status.INVALID_ARGUMENT, ["open.from_sequence"]),
        (
            Open(consumer_id=OWNER, filter=Filter(surfaces=("x",))),
            Status.INVALID_ARGUMENT,
            ["open.filter is for observers"],
        ),
        (Open(take_over=True), Status.INVALID_ARGUMENT, ["open.take_over is for owners"]),
        (Open(sync_id="s"), Status.INVALID_ARGUMENT, ["open.sync_id is for owners"]),
        (Open(resume=(ResumePosition("e", 1),)), Status.INVALID_ARGUMENT, ["open.resume is for owners"]),
        (Open(from_sequence=MAX_SEQUENCE + 1), Status.INVALID_ARGUMENT, ["open.from_sequence"]),
        (
            Open(filter=Filter(sync_ids=("s",) * 65)),
            Status.INVALID_ARGUMENT,
            ["open.filter.sync_ids has 65 values", "64"],
        ),
        (
            Open(filter=Filter(transport_kinds=("http", LONG))),
            Status.INVALID_ARGUMENT,
            ["open.filter.transport_kinds[1]", "256"],
        ),
    ],
)
def test_rule_14_bad_open_gets_a_status_and_a_sentence_with_field_and_bound(open_, code, words):
    """A bad open is refused before `opened`, and the sentence names the field and its bound."""
    connector = Connector()
    peer = connector.connect(open_)
    assert peer.sent == []
    assert peer.ended.code == code
    assert all(word in peer.ended.details for word in words)
    assert connector.owner().opened.role == "owner"


@pytest.mark.parametrize("version", [0, 1])
def test_rule_15_version_spoken_or_left_to_the_server(version):
    """A consumer that speaks version 1, or leaves it to the server, is told version 1."""
    assert Connector().owner(protocol_version=version).opened.protocol_version == 1


def test_rule_3_resume_in_the_current_epoch_starts_right_after_it_and_acks():
    """The watermark of a lost ack releases what it covers, and the stream goes on right after it."""
    connector = Connector()
    connector.capture(10)
    first = connector.owner()
    connector.advance(1)
    assert first.sequences == list(range(1, 11))
    first.cut()
    again = connector.owner(resume=(ResumePosition("old", 99), ResumePosition(connector.epoch, 7)))
    connector.advance(1)
    assert again.opened.acked_through == 7
    assert again.opened.oldest_sequence == 8
    assert again.sequences == [8, 9, 10]
    assert connector.counters().acked == 7


def test_rule_3_newest_of_several_positions_in_the_epoch_counts():
    """Where a store names the epoch twice, nothing that it holds is sent again."""
    connector = Connector()
    connector.capture(5)
    connector.owner().cut()
    positions = (ResumePosition(connector.epoch, 0), ResumePosition(connector.epoch, 0))
    assert connector.owner(resume=positions).opened.acked_through == 0


def test_rule_3_without_a_match_the_stream_starts_after_what_was_acked():
    """A store that does not know the epoch gets what is retained, the untold gaps included."""
    connector = Connector(max_bytes=500)
    first = connector.owner("one")
    connector.capture(3)
    connector.advance(1)
    first.ack(2)
    connector.capture(6)  # five fit, so one is dropped, and then there is no room
    first.drain()
    first.cut()
    connector.advance(31)
    second = connector.owner("two", resume=(ResumePosition("another", 5),))
    connector.advance(1)
    assert second.opened.acked_through == 2
    assert second.sequences == [3, 4, 5, 6, 7]
    assert second.gaps == [(8, 9, "overflow")]


def test_rule_3_position_before_what_was_acked_gets_a_released_elsewhere_gap():
    """What another store committed is told as released elsewhere, exactly."""
    connector = Connector()
    connector.capture(6)
    first = connector.owner("one")
    connector.advance(1)
    first.ack(4)
    first.cut()
    second = connector.owner("two", take_over=True, resume=(ResumePosition(connector.epoch, 1),))
    connector.advance(1)
    assert second.gaps == [(2, 4, "released_elsewhere")]
    assert second.sequences == [5, 6]


def test_rule_3_gap_never_covers_what_the_resume_position_covers():
    """A gap that grew after it was acked is told from after the resume position on."""
    connector = Connector(max_bytes=100)
    connector.capture(3)
    first = connector.owner()
    connector.advance(1)
    assert first.gaps == [(2, 3, "overflow")]
    connector.capture(2)
    first.cut()
    second = connector.owner(resume=(ResumePosition(connector.epoch, 3),))
    connector.advance(1)
    assert second.gaps == [(4, 5, "overflow")]


def test_rule_3_position_beyond_what_was_ever_sent_is_refused_and_takes_nothing():
    """A store that claims more than was sent is refused, with nothing released and no owner changed."""
    connector = Connector()
    connector.capture(5)
    owner = connector.owner("one", limits=Limits(max_outstanding_exchanges=2))
    connector.advance(1)
    thief = connector.owner("two", take_over=True, resume=(ResumePosition(connector.epoch, 3),))
    assert thief.ended.code == Status.INVALID_ARGUMENT
    assert "ever sent to an owner is 2" in thief.ended.details
    assert connector.counters().acked == 0
    owner.ack(2)
    connector.advance(1)
    assert owner.ended is None
    assert owner.sequences == [1, 2, 3, 4]
