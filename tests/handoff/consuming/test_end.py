"""The duties of a consumer, one by one, without I/O."""

import pytest

from captured_exchanges.exchange import (
    MAX_SEQUENCE,
    Ack,
    Closing,
    Drain,
    Heartbeat,
    Limits,
    ResumePosition,
    ServerHeartbeat,
)
from captured_exchanges.handoff import Status
from support.syncer_driver import (
    Cancel,
    Commit,
    Dial,
    Driver,
    HalfClose,
    ReadWatermarks,
    Stop,
    all_of,
    only,
    sent,
)
from support.syncer_messages import EPOCH, batch, drained, gap, opened, watermark


def sequences(commit):
    return [row.sequence for row in commit.exchanges]


def alive(**named):
    """A consumer on an open stream of a known epoch."""
    driver = Driver(**named)
    driver.open(opened(), watermark(0))
    return driver


# opening


def test_the_first_thing_is_to_read_watermarks_then_to_open_with_them():
    """`open` says who the consumer is, its bounds, and up to where its store holds each epoch."""
    driver = Driver(consumer_id="c", sync_id="s")
    assert driver.actions == [ReadWatermarks()]
    opening = driver.dial(watermark(7, epoch="b"), watermark(3, epoch="a"))
    assert (opening.consumer_id, opening.sync_id, opening.protocol_version) == ("c", "s", 1)
    assert opening.resume == (ResumePosition("b", 7), ResumePosition("a", 3))
    assert opening.limits.max_outstanding_exchanges > 0
    assert opening.limits.max_outstanding_bytes > 0


def test_at_most_64_positions_are_sent_the_newest_and_each_epoch_once():
    """Older watermarks, and an epoch's second one, are left out."""
    marks = [watermark(9, epoch="0", connector="other"), *(watermark(n, epoch=str(n)) for n in range(100))]
    opening = Driver().dial(*marks)
    assert opening.resume == (ResumePosition("0", 9), *(ResumePosition(str(n), n) for n in range(1, 64)))


def test_ownership_is_taken_over_once():
    """A consumer that took over and is cut off later does not take over again."""
    driver = Driver(take_over=True)
    assert driver.dial().take_over
    driver.ended(Status.UNAVAILABLE)
    assert driver.dial().take_over
    driver.say(opened())
    driver.committed()
    driver.ended(Status.UNAVAILABLE)
    assert not driver.dial().take_over


def test_a_known_epoch_goes_on_after_its_watermark():
    """After a match the first commit assumes the stored watermark."""
    driver = Driver()
    driver.open(opened(acked=5, next_sequence=9), watermark(5))
    driver.say(batch(6, 7))
    commit = only(driver.commit_all(), Commit)
    assert (commit.after_sequence, commit.through_sequence, sequences(commit)) == (5, 7, [6, 7])


def test_a_new_epoch_is_stored_at_once():
    """The watermark of a new epoch lands before any row: an epoch that dies young can be missed later."""
    driver = Driver()
    driver.dial()
    assert driver.say(opened()) == [Commit("acme", EPOCH, 0, 0, gaps=[])]


def test_what_others_took_before_us_is_told_in_the_ledger():
    """Where another store took the beginning of the epoch, ours says so and goes on behind it."""
    driver = Driver()
    driver.dial()
    start = only(driver.say(opened(acked=4)), Commit)
    assert (start.after_sequence, start.through_sequence) == (0, 4)
    assert start.gaps == [gap(1, 4, reason="released_elsewhere")]
    driver.committed()
    driver.say(batch(5))
    assert only(driver.commit_all(), Commit).after_sequence == 4


def test_an_undrained_earlier_epoch_of_the_connector_is_an_unknown_loss():
    """Without a match, what followed the last watermark of an epoch that never drained is told as lost."""
    driver = Driver()
    driver.dial(
        watermark(7, epoch="old"),
        watermark(8, epoch="done", drained=True),
        watermark(9, epoch="x", connector="other"),
    )
    loss = only(driver.say(opened()), Commit)
    assert (loss.connector, loss.epoch, loss.after_sequence, loss.through_sequence) == ("acme", "old", 7, 7)
    assert loss.gaps == [gap(8, MAX_SEQUENCE, epoch="old", count=0, reason="unknown_loss")]
    start = only(driver.committed(), Commit)
    assert (start.epoch, start.gaps) == (EPOCH, [])
    driver.committed()
    assert driver.end.tally.unknown_losses == 1


def test_a_matched_epoch_tells_no_unknown_loss():
    """A resume is no new beginning, whatever else the store holds."""
    driver = Driver()
    driver.dial(watermark(5), watermark(7, epoch="old"))
    assert not all_of(driver.say(opened()), Commit)


def test_an_unknown_loss_is_told_once():
    """Neither a later epoch nor a later run repeats what the ledger has."""
    driver = Driver()
    driver.open(opened(), watermark(7, epoch="old"))
    driver.ended(Status.UNAVAILABLE)
    driver.dial(watermark(0, drained=True), watermark(7, epoch="old"))
    assert only(driver.say(opened(epoch="third")), Commit).epoch == "third"
    another = Driver()
    another.dial(watermark(7, epoch="old"), losses=[("old", 8)])
    assert only(another.say(opened()), Commit).epoch == EPOCH


@pytest.mark.parametrize(
    "bad",
    [
        opened(role="observer"),
        opened(epoch=""),
        opened(acked=MAX_SEQUENCE + 1),
        batch(1),
        drained(0),
        Closing(EPOCH, 14, "early"),
    ],
)
def test_a_stream_that_does_not_begin_well_is_left(bad):
    """The first message is an owner's `opened`, or the stream is closed and opened again."""
    driver = Driver()
    driver.dial()
    assert Cancel() in driver.say(bad)
    driver.dial()


# commits and acks


def test_an_ack_follows_the_commit_and_never_precedes_it():
    """Arrival sends nothing; only the outcome of the commit does."""
    driver = alive()
    arrived = driver.say(batch(1, 2)) + driver.advance(1.0)
    assert only(arrived, Commit).through_sequence == 2
    assert sent(arrived) == []
    assert sent(driver.committed()) == [Ack(EPOCH, 2)]


def test_one_commit_is_in_flight_at_a_time():
    """What arrives during a commit goes into the next one, which assumes the first one's watermark."""
    driver = alive()
    driver.say(batch(1))
    first = only(driver.advance(1.0), Commit)
    assert not all_of(driver.say(batch(2), gap(3, 5), batch(6)) + driver.advance(3.0), Commit)
    second = only(driver.committed(), Commit)
    assert (first.after_sequence, first.through_sequence) == (0, 1)
    assert (second.after_sequence, second.through_sequence, sequences(second)) == (1, 6, [2, 6])
    assert second.gaps == [gap(3, 5)]


def test_batches_and_gaps_are_coalesced_for_a_moment():
    """Small batches wait `delivery_delay` for company and land in one transaction."""
    driver = alive(delivery_delay=0.25)
    for sequence in range(1, 11):
        assert not driver.say(batch(sequence))
        assert not driver.advance(0.02)
    assert sequences(only(driver.advance(0.1), Commit)) == list(range(1, 11))


def test_a_commit_is_bounded_in_count_and_bytes():
    """However much waits, one transaction takes its bound and the next the rest."""
    by_count = alive(delivery_exchanges=4)
    by_count.say(batch(*range(1, 11)))
    assert [len(commit.exchanges) for commit in by_count.commit_all()] == [4, 4, 2]
    by_bytes = alive(delivery_bytes=100)
    by_bytes.say(batch(*range(1, 8), size=40))
    assert [len(commit.exchanges) for commit in by_bytes.commit_all()] == [2, 2, 2, 1]


def test_half_an_allowance_is_committed_without_waiting():
    """The server must not run out of allowance while we wait for company."""
    driver = Driver(limits=Limits(10, 1000, 10, 1000, 0.05))
    driver.open(opened(limits=Limits(4, 1000, 4, 1000, 0.05)), watermark(0))
    assert not driver.say(batch(1))
    assert sequences(only(driver.say(batch(2)), Commit)) == [1, 2]


def test_a_gap_alone_moves_the_watermark_and_is_acked():
    """A gap counts as delivered once it is in the ledger."""
    driver = alive()
    driver.say(gap(1, 9))
    assert only(driver.advance(1.0), Commit).through_sequence == 9
    assert sent(driver.committed()) == [Ack(EPOCH, 9)]


def test_duplicates_below_the_watermark_never_reach_a_commit():
    """A redelivered row is dropped and counted."""
    driver = Driver()
    driver.open(opened(acked=2), watermark(5))
    driver.say(batch(3, 4, 5, 6))
    assert sequences(only(driver.commit_all(), Commit)) == [6]
    assert driver.end.tally.duplicates == 3


def test_many_gaps_stop_the_reading_until_they_are_committed():
    """Gaps count against no allowance: a flood of them is left with the transport."""
    driver = alive()
    first = 1
    while driver.end.wants_input:
        driver.say(gap(first, first, syncs=()))
        first += 1
        assert first < 10_000
    assert not all_of(driver.advance(60.0), Cancel), "the silence is of our making"
    driver.committed()
    assert driver.end.wants_input
    assert not all_of(driver.advance(12.0), Cancel), "now the server has its time again"


# violations, conflicts, failures


@pytest.mark.parametrize(
    "bad", [batch(1), batch(4), gap(1, 2), gap(5, 6), batch(3, epoch="e"), opened(), drained(0)]
)
def test_a_violation_closes_and_reopens_from_the_watermark(bad):
    """What was right is committed first, then the watermarks are read again."""
    driver = alive()
    driver.say(batch(1, 2))
    actions = driver.say(bad)
    assert actions[0] == Cancel()
    assert sequences(only(actions, Commit)) == [1, 2]
    assert not all_of(driver.advance(60.0), ReadWatermarks), "the transaction has not settled"
    driver.committed()
    assert driver.dial(watermark(2)).resume == (ResumePosition(EPOCH, 2),)
    assert driver.end.tally.violations == 1


def test_bytes_that_are_no_message_are_a_violation():
    """Garbage closes the stream and opens another."""
    driver = alive()
    assert driver.do(driver.end.received_garbage, "no message") == [Cancel()]
    driver.dial(watermark(0))
    assert "no message" in driver.end.trouble


def test_a_moved_watermark_drops_what_is_held_and_reopens():
    """Somebody else wrote the store: nothing that assumed the old watermark is tried again."""
    driver = alive()
    driver.say(batch(1))
    driver.advance(1.0)
    driver.say(batch(2))
    driver.in_flight = None
    assert driver.do(driver.end.watermark_moved) == [Cancel()]
    assert driver.dial(watermark(9)).resume == (ResumePosition(EPOCH, 9),)
    driver.say(opened(acked=0))
    driver.say(batch(10))
    assert only(driver.commit_all(), Commit).after_sequence == 9


def test_a_watermark_that_moved_under_the_first_commits_drops_them_all():
    """What a new epoch wanted to store first is decided anew on the next stream."""
    driver = Driver()
    driver.dial(watermark(7, epoch="old"))
    assert only(driver.say(opened()), Commit).epoch == "old"
    assert not all_of(driver.do(driver.end.watermark_moved), Commit)
    driver.in_flight = None
    driver.dial(watermark(0), watermark(9, epoch="old"))
    assert not all_of(driver.say(opened()), Commit)


def test_a_store_that_stays_broken_stops_the_consumer():
    """No ack, no retry here: the sentence is kept and the stream ends."""
    driver = alive()
    driver.say(batch(1))
    driver.advance(1.0)
    stop = only(driver.do(driver.end.store_failed, "disk full"), Stop).stopped
    assert (stop.kind, stop.message, stop.failed) == ("store", "disk full", True)
    assert driver.end.deadline() is None
    assert driver.say(batch(2)) == []


def test_watermarks_that_cannot_be_read_stop_the_consumer():
    """Without knowing where the store stands nothing is opened."""
    driver = Driver()
    assert only(driver.do(driver.end.store_failed, "gone"), Stop).stopped.kind == "store"


# heartbeats and silence


def test_a_heartbeat_is_sent_when_silent_for_an_interval():
    """Only silence owes one: an ack puts it off."""
    driver = alive()
    assert sent(driver.advance(4.9)) == []
    assert sent(driver.advance(0.2)) == [Heartbeat()]
    driver.say(ServerHeartbeat(EPOCH, 0), batch(1))
    driver.advance(0.3)
    assert sent(driver.committed()) == [Ack(EPOCH, 1)]
    assert sent(driver.advance(4.9)) == []
    assert sent(driver.advance(0.2)) == [Heartbeat()]


def test_a_server_silent_for_two_and_a_half_intervals_is_dead():
    """Its stream is cancelled, its connection not trusted, and another opened; any message puts it off."""
    driver = alive()
    assert not all_of(driver.advance(12.4), Cancel)
    driver.say(ServerHeartbeat(EPOCH, 0))
    assert not all_of(driver.advance(12.4), Cancel)
    driver.do(driver.end.received_unknown)
    assert not all_of(driver.advance(12.4), Cancel)
    assert all_of(driver.advance(0.2), Cancel) == [Cancel(silent=True)]
    driver.dial(watermark(0))


def test_the_servers_interval_counts_within_reason():
    """A short interval is kept; a useless one is replaced by the default."""
    short, useless = Driver(), Driver()
    short.open(opened(interval=0.1), watermark(0))
    assert all_of(short.advance(0.3), Cancel)
    useless.open(opened(interval=0.0), watermark(0))
    assert not all_of(useless.advance(12.4), Cancel)


def test_our_own_sleep_is_not_the_servers_silence():
    """Where the host's event loop stood still, the server gets its time again."""
    driver = alive()
    driver.now += 60
    driver.end.overslept(driver.now)
    assert not all_of(driver.do(driver.end.tick), Cancel)
    assert all_of(driver.advance(12.6), Cancel)


def test_a_server_that_never_answers_open_is_dead_too():
    """The wait for `opened` is bounded."""
    driver = Driver()
    driver.dial()
    assert all_of(driver.advance(12.6), Cancel)
    driver.dial()


# ends of streams


@pytest.mark.parametrize("code", [0, 1, 2, 8, 13, 14])
def test_an_ended_stream_is_opened_again_without_end(code):
    """By default nothing that may heal ever stops the consumer."""
    driver = Driver()
    waits = []
    for _ in range(50):
        driver.dial()
        before = driver.now
        driver.ended(code)
        driver.wait_for(ReadWatermarks)
        waits.append(driver.now - before)
        driver.actions.append(ReadWatermarks())
    assert max(waits) <= 10.0
    assert max(waits[:3]) <= 0.4
    assert driver.end.stopped is None


def test_backoff_begins_anew_after_a_stream_that_brought_something():
    """A stream that carried rows is a good connector; one that only opened is not."""
    driver = Driver()
    for _ in range(20):
        driver.dial(watermark(0))
        driver.say(opened())
        driver.ended(14)
    assert driver.end.deadline() - driver.now > 0.1
    driver.dial(watermark(0))
    driver.say(opened(), batch(1))
    driver.commit_all()
    driver.ended(14)
    assert driver.end.deadline() - driver.now <= 0.1


def test_a_reconnect_timeout_ends_the_trying():
    """Where the host wants an end, it comes with the last reason."""
    driver = Driver(reconnect_timeout=30.0)
    while driver.end.stopped is None:
        driver.dial()
        driver.ended(14, "nobody there")
        assert driver.now < 1050
    assert driver.end.stopped.kind == "gave_up"
    assert "nobody there" in driver.end.stopped.message


def test_what_a_broken_stream_brought_is_committed_before_the_next():
    """The connector may be gone for good; the watermarks are read when the transaction has settled."""
    driver = alive()
    driver.say(batch(1, 2))
    assert sequences(only(driver.ended(14), Commit)) == [1, 2]
    assert not all_of(driver.advance(60.0), ReadWatermarks)
    assert ReadWatermarks() in driver.committed()
    assert sent(driver.actions) == [], "the stream is gone: the next open's resume tells"


@pytest.mark.parametrize("code", [3, 7, 16])
def test_a_status_that_cannot_heal_stops(code):
    """INVALID_ARGUMENT, PERMISSION_DENIED and UNAUTHENTICATED end the consumer with a sentence."""
    driver = Driver()
    driver.dial()
    stop = only(driver.ended(code, "because"), Stop).stopped
    assert (stop.kind, stop.code) == ("refused", code)
    assert "because" in stop.message


def test_a_replaced_consumer_stops_and_says_so():
    """ABORTED is the end: it does not retry, and leaves its rows to the one who came."""
    driver = alive()
    driver.say(batch(1))
    stop = only(driver.ended(10, "REPLACED: this consumer opened another stream"), Stop).stopped
    assert stop.kind == "replaced"
    assert "REPLACED" in stop.message


def test_the_end_waits_for_the_transaction_in_flight():
    """Whatever stops the consumer, the store has settled when it is over."""
    driver = alive()
    driver.say(batch(1))
    driver.advance(1.0)
    assert not all_of(driver.ended(10, "TAKEN_OVER"), Stop)
    assert only(driver.committed(), Stop)


def test_a_connector_without_provenance_ends_the_consumer_without_error():
    """UNIMPLEMENTED is no failure."""
    driver = Driver()
    driver.dial()
    assert not only(driver.ended(12), Stop).stopped.failed


def test_another_owner_is_waited_for_then_it_stops():
    """FAILED_PRECONDITION is retried with backoff for `ownership_timeout`, then it is the end."""
    driver = Driver(ownership_timeout=60.0)
    started, attempts = driver.now, 0
    while driver.end.stopped is None:
        driver.dial()
        driver.ended(9, "consumer 'other' owns this connector's exchanges")
        attempts += 1
    assert 60.0 <= driver.now - started <= 60.1
    assert attempts > 5
    assert driver.end.stopped.kind == "owned_elsewhere"
    assert "'other'" in driver.end.stopped.message


def test_the_patience_with_another_owner_begins_anew_once_we_owned():
    """What counts is one uninterrupted refusal."""
    driver = Driver(ownership_timeout=60.0)
    driver.dial()
    driver.ended(9)
    driver.advance(50.0)
    driver.do(driver.end.watermarks_read, [watermark(0)])
    driver.say(opened())
    driver.advance(11.0)
    driver.ended(14)
    driver.dial(watermark(0))
    driver.ended(9)
    assert driver.end.stopped is None


def test_closing_is_obeyed_whatever_status_follows():
    """The announced end counts: here a replacement, although the status was lost."""
    driver = alive()
    assert driver.say(Closing(EPOCH, 10, "REPLACED: gone")) == [HalfClose(flush=False)]
    assert only(driver.ended(13, "lost"), Stop).stopped.kind == "replaced"


def test_nothing_is_written_after_closing():
    """Neither ack nor drain nor heartbeat follows: only the half-close."""
    driver = alive()
    driver.say(batch(1), Closing(EPOCH, 14, "stopping"))
    assert sent(driver.committed()) == []
    assert sent(driver.do(driver.end.drain, 0.0)) == []
    assert sent(driver.advance(4.0)) == []


def test_a_closing_whose_status_never_comes_ends_all_the_same():
    """The announced end takes effect after a bounded wait."""
    driver = alive()
    driver.say(Closing(EPOCH, 14, "stopping"))
    assert all_of(driver.advance(5.1), Cancel)
    assert "stopping" in driver.end.trouble
    driver.dial(watermark(0))


# drain and close


def test_a_drain_is_done_when_its_attestation_is_committed():
    """`drained` is recorded with the watermark before anybody hears of it."""
    driver = alive()
    driver.say(batch(1, 2))
    assert sent(driver.do(driver.end.drain, 2.5)) == [Drain(2.5)]
    driver.committed()
    commit = only(driver.say(drained(2)), Commit)
    assert (commit.after_sequence, commit.through_sequence, commit.drained) == (2, 2, drained(2))
    assert driver.end.drains.done == 0
    driver.committed()
    assert driver.end.drains.done == 1
    assert driver.end.tally.attestation == drained(2)


def test_what_follows_an_attestation_is_committed_apart_from_it():
    """The watermark stored as drained is the drained one; later rows end that state with their own."""
    driver = alive()
    driver.do(driver.end.drain, 0.0)
    driver.say(batch(1))
    driver.say(batch(2), drained(2, acked=2), batch(3))
    attested = only(driver.committed(), Commit)
    assert (sequences(attested), attested.drained) == ([2], drained(2))
    later = only(driver.committed() + driver.advance(1.0), Commit)
    assert (sequences(later), later.drained) == ([3], None)


def test_a_drain_makes_commits_hurry():
    """While somebody waits for the attestation nothing waits for company."""
    driver = alive()
    driver.do(driver.end.drain, 0.0)
    assert sequences(only(driver.say(batch(1)), Commit)) == [1]


def test_a_drain_asked_while_disconnected_is_sent_with_the_next_stream():
    """It waits for `opened`."""
    driver = Driver()
    driver.dial()
    assert sent(driver.do(driver.end.drain, 1.0)) == []
    driver.say(opened())
    assert Drain(1.0) in sent(driver.actions)


def test_a_drain_dies_with_its_stream_and_is_asked_for_again():
    """Reconnecting repeats it until it is answered."""
    driver = alive()
    driver.do(driver.end.drain, 1.0)
    driver.ended(14)
    driver.dial(watermark(0))
    assert sent(driver.say(opened())) == [Drain(1.0)]
    driver.say(drained(0))
    driver.committed()
    assert driver.end.drains.done == 1
    driver.ended(14)
    driver.dial(watermark(0, drained=True))
    assert sent(driver.say(opened())) == []


def test_a_drain_whose_attestation_could_not_be_committed_is_asked_for_again():
    """A moved watermark throws the attestation away with all that was held."""
    driver = alive()
    driver.do(driver.end.drain, 1.0)
    driver.say(drained(0))
    driver.in_flight = None
    driver.do(driver.end.watermark_moved)
    driver.dial(watermark(4))
    assert sent(driver.say(opened(acked=4))) == [Drain(1.0)]


def test_a_second_drain_waits_for_the_answer_to_the_first():
    """So each attestation covers all that was captured before its drain."""
    driver = alive()
    driver.do(driver.end.drain, 1.0)
    assert sent(driver.do(driver.end.drain, 1.0)) == []
    assert sent(driver.say(drained(0))) == [Drain(1.0)]
    driver.committed()
    assert (driver.end.drains.done, driver.end.drains.pending) == (1, True)
    driver.say(drained(0))
    driver.committed()
    assert driver.end.drains.done == 2


def test_after_an_attestation_close_half_closes_and_waits_for_the_end():
    """Half-closing after `drained` gives ownership up at once."""
    driver = alive()
    driver.do(driver.end.drain, 0.0)
    driver.say(drained(0))
    driver.committed()
    assert driver.do(driver.end.close) == [HalfClose(flush=True)]
    assert not driver.say(batch(1)), "what comes later stays with the connector"
    assert only(driver.ended(0), Stop).stopped.kind == "finished"


def test_a_half_closed_stream_that_does_not_end_is_left():
    """Exit is bounded."""
    driver = alive()
    driver.do(driver.end.drain, 0.0)
    driver.say(drained(0))
    driver.committed()
    driver.do(driver.end.close)
    assert only(driver.advance(5.1), Stop).stopped.kind == "finished"


def test_close_without_an_attestation_commits_what_arrived_and_has_the_ack_heard():
    """The half-close lets the last ack through; undrained, it leaves the place to us at the connector."""
    driver = alive()
    driver.say(batch(1))
    actions = driver.do(driver.end.close)
    assert sequences(only(actions, Commit)) == [1]
    assert not all_of(driver.say(batch(2)), Commit)
    last = driver.committed()
    assert sent(last) == [Ack(EPOCH, 1)]
    assert last[-1] == HalfClose(flush=True)
    assert not driver.say(batch(3)), "what comes later stays with the connector"
    assert only(driver.ended(0), Stop).stopped.kind == "finished"


def test_close_of_a_stream_that_brought_nothing_ends_at_once():
    """There is no ack to be heard: nobody is waited for."""
    driver = alive()
    assert only(driver.do(driver.end.close), Stop).stopped.kind == "finished"


def test_close_while_waiting_or_reading_ends_at_once():
    """No stream is opened any more."""
    waiting = Driver()
    waiting.dial()
    waiting.ended(14)
    assert only(waiting.do(waiting.end.close), Stop)
    reading = Driver()
    assert only(reading.do(reading.end.close), Stop)
    assert not all_of(reading.do(reading.end.watermarks_read, []), Dial)
