"""Rule 1. What a durable buffer owes beside (leases, `unclean_restart`) waits until there is one."""

from __future__ import annotations

from grpc import StatusCode

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.exchange import MAX_SEQUENCE, Ack, Batch, Gap
from support.conformance_callers import ending
from support.conformance_exchanges import LOOK, OWNER, exchange, filled


def test_rule_01_sequences_ascend_from_one_and_drops_leave_numbered_gaps(pairing):
    """What is dropped has its numbers too: they are told in place, between the batches."""
    with pairing.connector(filled(5, max_bytes=3 * exchange("r1").size)) as connector:
        owner, opened = connector.opened(OWNER)
        assert owner.exchanges(3) == [1, 2, 3]
        gap = owner.hear()
        assert isinstance(gap, Gap)
        assert (gap.first_sequence, gap.last_sequence, gap.count, gap.reason) == (4, 5, 2, "overflow")
        owner.say(Ack(opened.epoch, 3))
        connector.until_retained(0)
        connector.capture()
        assert owner.exchanges(1) == [6]


def test_rule_01_sequences_name_one_exchange_each(pairing):
    """Over owners, observers and releases: what an (epoch, sequence) named once it names for ever."""
    named: dict[tuple[str, int], str] = {}
    with pairing.connector() as connector:
        for turn in range(3):
            for number in range(5):
                connector.buffer.accept(exchange(f"turn {turn}, number {number}"))
            for open_ in (OWNER, LOOK):
                caller, opened = connector.opened(open_)
                caller.exchanges(5)
                for captured in (each for b in caller.heard if isinstance(b, Batch) for each in b.exchanges):
                    place = opened.epoch, captured.sequence
                    assert (
                        named.setdefault(place, captured.exchange.request_id) == captured.exchange.request_id
                    )
            again, opened = connector.opened(OWNER)
            again.say(Ack(opened.epoch, 5 * (turn + 1)))
            connector.until_retained(0)
    assert [sequence for _, sequence in named] == list(range(1, 16))


def test_rule_01_sequences_a_buffer_that_would_pass_the_last_one_begins_a_new_epoch(pairing):
    """2^63−1 is given; what comes after it is number 1 of another epoch, which starts another stream."""
    with pairing.connector(CaptureBuffer(first_sequence=MAX_SEQUENCE)) as connector:
        connector.capture(2)
        owner, opened = connector.opened(OWNER)
        assert owner.exchanges(1, ack=True) == [MAX_SEQUENCE]
        assert ending(owner)[0] is StatusCode.UNAVAILABLE
        again, reopened = connector.opened(OWNER)
        assert again.exchanges(1) == [1]
        assert reopened.epoch != opened.epoch
