"""Rule 3: where a stream starts, what of the past is told, and what the consumer makes of a new epoch."""

from __future__ import annotations

import shutil

import pytest
from grpc import StatusCode

from captured_exchanges.exchange import MAX_SEQUENCE, Ack, Gap, Limits, Open, ResumePosition
from captured_exchanges.store import Delivery, open_store
from support.conformance_exchanges import OWNER, exchange, filled
from support.conformance_script import answer_drain
from support.syncer_messages import CONNECTOR, captured, drained, gap, opened
from support.syncer_server import outgoing
from support.threaded_calls import until


def leave(connector, count, *, acked=0):
    """An owner takes so many exchanges, acks some, and is cut off."""
    owner, opened_ = connector.opened(OWNER)
    owner.exchanges(count)
    if acked:
        owner.say(Ack(opened_.epoch, acked))
        connector.until_acked(acked)
    owner.cancel()
    connector.alone()


def resumed(connector, *positions, consumer_id="c1", **named):
    """A stream that opens with these positions of other and of this epoch."""
    return connector.opened(Open(consumer_id=consumer_id, resume=positions, **named))


def test_rule_03_resume_starts_right_after_the_position_and_counts_as_an_ack(pairing):
    """What the store holds is released, and only what follows is sent."""
    with pairing.connector(filled(10)) as connector:
        leave(connector, 10)
        owner, opened_ = resumed(connector, ResumePosition("another", 99), ResumePosition(connector.epoch, 6))
        connector.until_acked(6)
        assert owner.exchanges(4) == [7, 8, 9, 10]
        assert connector.account().acked == 6
        assert opened_.acked_through == 6


def test_rule_03_resume_without_a_match_starts_right_after_what_is_acked(pairing):
    """From 0 in a new epoch, from `acked_through` in one that goes on, with the gaps nobody was told."""
    with pairing.connector(filled(5, max_bytes=3 * exchange("r1").size)) as connector:
        owner, _ = resumed(connector, ResumePosition("another", 99))
        assert owner.exchanges(3) == [1, 2, 3]
        assert owner.until(Gap).last_sequence == 5
        owner.say(Ack(connector.epoch, 2))
        connector.until_acked(2)
        other, opened_ = resumed(connector, consumer_id="c2", take_over=True)
        assert opened_.acked_through == 2
        assert [each.sequence for each in other.hear().exchanges] == [3]
        gap_ = other.hear()
        assert (gap_.first_sequence, gap_.last_sequence) == (4, 5)


def test_rule_03_resume_before_what_is_acked_is_told_that_another_store_has_it(pairing):
    """`released_elsewhere` up to what was acked, no loss; then what is retained."""
    with pairing.connector(filled(8)) as connector:
        leave(connector, 8, acked=5)
        owner, _ = resumed(connector, ResumePosition(connector.epoch, 2))
        gap_ = owner.until(Gap)
        assert (gap_.first_sequence, gap_.last_sequence, gap_.count) == (3, 5, 3)
        assert gap_.reason == "released_elsewhere"
        assert owner.exchanges(3) == [6, 7, 8]


def test_rule_03_resume_past_a_hole_is_told_of_the_rest_of_it_alone(pairing):
    """A gap never covers what the resume position covers."""
    with pairing.connector(filled(2)) as connector:
        for _ in range(4):
            connector.buffer.drop("s", 10, "retention")
        connector.capture()
        owner, opened_ = connector.opened(OWNER)
        assert owner.exchanges(3) == [1, 2, 7]
        owner.cancel()
        connector.alone()
        again, _ = resumed(connector, ResumePosition(opened_.epoch, 4))
        assert isinstance(told := again.hear(), Gap)
        assert (told.first_sequence, told.last_sequence, told.count) == (5, 6, 2)
        assert again.exchanges(1) == [7]


def test_rule_03_resume_beyond_what_was_sent_to_an_owner_is_invalid(pairing):
    """A store cannot hold what never left; nothing is released, and nobody loses ownership by it."""
    with pairing.connector(filled(10)) as connector:
        owner, _ = connector.opened(Open(consumer_id="c1", limits=Limits(max_outstanding_exchanges=3)))
        assert owner.exchanges(3) == [1, 2, 3]
        code, detail = connector.refused(Open(consumer_id="c1", resume=connector.resume(4)))
        assert (code, "open.resume" in detail) == (StatusCode.INVALID_ARGUMENT, True), detail
        assert connector.retained == 10
        owner.say(Ack(connector.epoch, 1))
        assert owner.exchanges(1) == [4]


def test_rule_03_resume_takes_sixty_four_positions_at_most(pairing):
    """The sixty-fifth is refused, with the bound in the sentence."""
    positions = tuple(ResumePosition(f"epoch-{number}", 1) for number in range(65))
    with pairing.connector() as connector:
        assert resumed(connector, *positions[:64])[1].role == "owner"
        code, detail = connector.refused(Open(consumer_id="c1", resume=positions))
        assert (code, "at most 64" in detail) == (StatusCode.INVALID_ARGUMENT, True), detail


def stored(store, epoch, through, *, connector=CONNECTOR, attested=False):
    """An earlier run committed an epoch up to there."""
    rows = [captured(number, epoch=epoch) for number in range(1, through + 1)]
    answer = drained(through, epoch=epoch) if attested else None
    store.exchanges().commit(Delivery(connector, epoch, 0, through, rows, drained=answer))


@pytest.fixture(scope="package")
def old_file(tmp_path_factory):
    """A store that has seen seventy epochs."""
    path = tmp_path_factory.mktemp("old") / "sync.db"
    with open_store(path, "rw") as store:
        for number in range(70):
            stored(store, f"epoch-{number}", 1, attested=True)
    return path


def test_rule_03_resume_says_what_the_store_holds_newest_first(pairing, old_file, tmp_path):
    """The watermarks of at most sixty-four epochs."""
    heard = []

    def script(peer):
        heard.extend(peer.open_with(opened(epoch="new")).resume)
        peer.hang()

    path = shutil.copy(old_file, tmp_path)
    with (
        open_store(path, "rw") as store,
        pairing.scripted(script) as connector,
        pairing.consumer(connector, store),
    ):
        until(lambda: len(heard) == 64)
    assert heard == [ResumePosition(f"epoch-{number}", 1) for number in range(69, 5, -1)]


def test_rule_03_resume_in_a_new_epoch_records_what_earlier_ones_may_have_lost(pairing, store):
    """`unknown_loss` after the last watermark of each of this connector that was never drained; once."""
    stored(store, "undrained", 3)
    stored(store, "drained", 4, attested=True)
    stored(store, "of another connector", 5, connector="other")

    def script(peer):
        peer.open_with(opened(epoch="new"))
        peer.send(outgoing(1, epoch="new"))
        answer_drain(peer, 1, epoch="new")

    for turn in (1, 2):
        with pairing.scripted(script) as connector, pairing.consumer(connector, store) as consumer:
            report = consumer.drain()
        assert report.unknown_losses == (1 if turn == 1 else 0)
    entries = [entry.gap for entry in store.exchanges().ledger()]
    assert entries == [gap(4, MAX_SEQUENCE, epoch="undrained", count=0, reason="unknown_loss")]


def test_rule_03_resume_of_a_known_epoch_records_no_loss(pairing, store):
    """The epoch goes on: nothing is unknown, and nothing is written twice."""
    stored(store, "known", 2)

    def script(peer):
        assert peer.open_with(opened(epoch="known", acked=2)).resume == (ResumePosition("known", 2),)
        peer.send(outgoing(3, epoch="known"))
        answer_drain(peer, 3, epoch="known")

    with pairing.scripted(script) as connector, pairing.consumer(connector, store) as consumer:
        assert consumer.drain().unknown_losses == 0
    assert store.exchanges().count() == 3
    assert list(store.exchanges().ledger()) == []


def test_rule_03_resume_into_an_epoch_that_another_store_began_loses_nothing(pairing, store):
    """A second file of a connector starts after what the first one has: `released_elsewhere`, not a loss."""
    with pairing.connector(filled(6)) as connector:
        leave(connector, 6, acked=4)
        with pairing.consumer(connector, store, take_over=True) as consumer:
            report = consumer.drain()
    assert (report.committed, report.released_elsewhere, report.lost) == (2, 4, 0)
    assert report.consistent, report.findings
