from collections import Counter

from captured_exchanges.buffer.hole import MAX_RUNS, Hole
from captured_exchanges.exchange import Gap, SyncCount


def test_neighbours_of_one_reason_are_one_gap():
    """Drops in a row for the same reason are told as one gap with its bytes and syncs."""
    hole = Hole()
    hole.add(4, "a", 10, "overflow", told=0)
    hole.add(5, "b", 20, "overflow", told=0)
    hole.add(6, "a", 30, "overflow", told=0)
    assert hole.gaps("e", 3) == [Gap("e", 4, 6, 3, 60, "overflow", (SyncCount("a", 2), SyncCount("b", 1)))]


def test_reasons_are_told_apart():
    """Another reason begins another gap."""
    hole = Hole()
    hole.add(1, "", 10, "overflow", told=0)
    hole.add(2, "", 20, "oversize", told=0)
    assert [(gap.first_sequence, gap.reason) for gap in hole.gaps("e", 0)] == [
        (1, "overflow"),
        (2, "oversize"),
    ]


def test_a_gap_that_was_told_does_not_grow():
    """What is dropped after a reader was told comes as a gap of its own, exact in its counts."""
    hole = Hole()
    hole.add(1, "a", 10, "overflow", told=0)
    hole.add(2, "b", 20, "overflow", told=1)
    assert hole.gaps("e", 1) == [Gap("e", 2, 2, 1, 20, "overflow", (SyncCount("b", 1),))]


def test_a_reader_inside_a_run_is_told_the_rest():
    """From the middle of a run on, the count is exact and the earlier syncs are taken as known."""
    hole = Hole()
    for sequence, sync_id in enumerate("aab", start=1):
        hole.add(sequence, sync_id, 10, "overflow", told=0)
    rest = hole.gaps("e", 1)
    assert rest == [Gap("e", 2, 3, 2, 20, "overflow", (SyncCount("a", 1), SyncCount("b", 1)))]


def test_forgetting_cuts_a_run():
    """What was released is gone, be it in the middle of a run."""
    hole = Hole()
    for sequence in range(1, 5):
        hole.add(sequence, "a", 10, "overflow", told=0)
    hole.forget(2)
    assert hole.gaps("e", 0) == [Gap("e", 3, 4, 2, 20, "overflow", (SyncCount("a", 2),))]


def test_a_long_hole_stays_small_and_exact_in_sum():
    """However often reasons alternate and readers look, runs are bounded and no count or byte is lost."""
    hole = Hole()
    expected: Counter[tuple[str, str]] = Counter()
    for sequence in range(1, 5001):
        reason, sync_id = ("overflow", "oversize")[sequence % 2], ("a", "b", "c")[sequence % 3]
        hole.add(sequence, sync_id, sequence, reason, told=sequence - 1)
        expected[reason, sync_id] += 1
    gaps = hole.gaps("e", 0)
    told: Counter[tuple[str, str]] = Counter()
    for gap in gaps:
        told.update({(gap.reason, each.sync_id): each.count for each in gap.syncs})
    assert len(gaps) <= MAX_RUNS
    assert told == expected
    assert sum(gap.bytes for gap in gaps) == sum(range(1, 5001))


def test_a_joined_hole_has_no_seams():
    """After joining, the gaps still cover every sequence exactly once and count what they cover."""
    hole = Hole()
    for sequence in range(1, 1001):
        hole.add(sequence, "a", 1, ("overflow", "oversize")[sequence % 2], told=0)
    edge = 1
    for gap in hole.gaps("e", 0):
        assert gap.first_sequence == edge
        assert gap.count == gap.last_sequence - gap.first_sequence + 1
        edge = gap.last_sequence + 1
    assert edge == 1001
