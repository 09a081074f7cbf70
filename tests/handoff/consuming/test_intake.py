"""What may arrive on an owner's stream, and in which order."""

import pytest

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import MAX_SEQUENCE, Batch, Drained, Limits, SyncCount
from captured_exchanges.handoff.consuming.intake import Intake
from support.syncer_messages import EPOCH, batch, gap


def intake(position=0, *, acked=0, exchanges=100, size=10_000):
    return Intake(EPOCH, position, acked, Limits(exchanges, size))


def sequences(rows):
    return [row.sequence for row in rows]


def test_consecutive_sequences_are_taken_in_order():
    """Rows that follow each other, over batches too, pass unchanged."""
    taken = intake()
    assert sequences(taken.batch(batch(1, 2, 3))) == [1, 2, 3]
    assert sequences(taken.batch(batch(4))) == [4]
    assert taken.position == 4


def test_a_hole_passes_only_after_a_gap_told_it():
    """A batch may go on behind a gap, and nowhere else."""
    taken = intake()
    taken.batch(batch(1))
    assert taken.gap(gap(2, 4)) == gap(2, 4)
    assert sequences(taken.batch(batch(5))) == [5]
    with pytest.raises(ProtocolViolation, match="no gap"):
        taken.batch(batch(7))


@pytest.mark.parametrize("second", [batch(2), batch(1), batch(3, 3), batch(4, 3), batch(0)])
def test_sequences_that_do_not_ascend_are_a_violation(second):
    """What came in this stream does not come again, nor backwards, and there is no sequence 0."""
    taken = intake()
    taken.batch(batch(1, 2))
    with pytest.raises(ProtocolViolation):
        taken.batch(second)


def test_nothing_of_a_violating_batch_is_taken():
    """A batch that breaks the order in its middle leaves the position where it was."""
    taken = intake()
    with pytest.raises(ProtocolViolation):
        taken.batch(batch(1, 2, 5))
    assert taken.position == 0


def test_rows_below_the_resume_position_are_dropped():
    """Redelivered rows never reach a table; what follows them does."""
    taken = intake(position=5)
    assert sequences(taken.batch(batch(3, 4, 5, 6, 7))) == [6, 7]
    assert taken.position == 7


def test_a_gap_below_the_resume_position_is_dropped_and_one_across_it_is_a_violation():
    """A gap never covers what the resume position covers."""
    assert intake(position=5).gap(gap(2, 4)) is None
    with pytest.raises(ProtocolViolation):
        intake(position=5).gap(gap(4, 8))


@pytest.mark.parametrize(
    "bad",
    [
        gap(2, 3),
        gap(3, 2),
        gap(0, 1),
        gap(1, MAX_SEQUENCE + 1),
        gap(1, 3, count=4),
        gap(1, 3, size=MAX_SEQUENCE + 1),
        gap(1, 3, syncs=(SyncCount("s", 2**64 - 1),)),
    ],
)
def test_gaps_that_make_no_sense_are_violations(bad):
    """Holes before a gap, reversed ends, and counts that no ledger can hold are refused."""
    with pytest.raises(ProtocolViolation):
        intake().gap(bad)


def test_another_epoch_is_a_violation():
    """Every message of a stream is of the epoch that `opened` named."""
    taken = intake()
    with pytest.raises(ProtocolViolation):
        taken.batch(Batch("another", batch(1).exchanges, 0))
    with pytest.raises(ProtocolViolation):
        taken.gap(gap(1, 1, epoch="another"))
    with pytest.raises(ProtocolViolation):
        taken.drained(Drained("another", 0, 0))


def test_an_empty_batch_is_a_violation():
    """A batch holds at least one exchange."""
    with pytest.raises(ProtocolViolation, match="empty"):
        intake().batch(Batch(EPOCH, (), 0))


def test_more_than_the_allowance_is_a_violation_until_acks_go_out():
    """Memory is bounded by what this side opened with, whatever the server sends."""
    taken = intake(exchanges=3)
    taken.batch(batch(1, 2, 3))
    with pytest.raises(ProtocolViolation, match="allowance"):
        taken.batch(batch(4))
    taken.acked(2, 0)
    assert sequences(taken.batch(batch(4, 5))) == [4, 5]


def test_bytes_count_against_the_allowance_and_one_larger_exchange_passes_alone():
    """The bound is in bytes too; an exchange above it is taken when nothing else is unacked."""
    taken = intake(size=100)
    assert sequences(taken.batch(batch(1, size=500))) == [1]
    with pytest.raises(ProtocolViolation, match="allowance"):
        taken.batch(batch(2, size=1))
    taken.acked(1, 500)
    assert sequences(taken.batch(batch(2, 3, size=50))) == [2, 3]


@pytest.mark.parametrize(("through", "acked"), [(4, 3), (3, 4), (9, 9)])
def test_an_attestation_beyond_what_arrived_is_a_violation(through, acked):
    """`drained` covers what was acked, and only what arrived can have been."""
    taken = intake()
    taken.batch(batch(1, 2, 3))
    with pytest.raises(ProtocolViolation):
        taken.drained(Drained(EPOCH, through, acked))


def test_an_attestation_may_cover_what_others_acked_before():
    """Where another store took the epoch further, the attestation reaches as far as that."""
    intake(position=2, acked=7).drained(Drained(EPOCH, 7, 7))
