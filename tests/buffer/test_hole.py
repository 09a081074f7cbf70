from collections import Counter

from captured_exchanges.buffer.accounts import Account
from captured_exchanges.buffer.hole import MAX_RUNS, MAX_SYNCS, Hole
from captured_exchanges.buffer.sent_drops import SentDrop
from captured_exchanges.exchange import Gap, SyncCount


def test_neighbours_of_one_reason_are_one_gap():
    """Drops in a row for the same reason are told as one gap with its bytes and syncs."""
    hole = Hole()
    hole.add(4, "a", 10, "overflow")
    hole.add(5, "b", 20, "overflow")
    hole.add(6, "a", 30, "overflow")
    assert hole.gaps("e", 3) == [Gap("e", 4, 6, 3, 60, "overflow", (SyncCount("a", 2), SyncCount("b", 1)))]


def test_reasons_are_told_apart():
    """Another reason begins another gap."""
    hole = Hole()
    hole.add(1, "", 10, "overflow")
    hole.add(2, "", 20, "oversize")
    assert [(gap.first_sequence, gap.reason) for gap in hole.gaps("e", 0)] == [
        (1, "overflow"),
        (2, "oversize"),
    ]


def test_a_gap_that_was_told_does_not_grow():
    """What is dropped after a reader was told comes as a gap of its own, exact in its counts."""
    hole = Hole()
    hole.add(1, "a", 10, "overflow")
    hole.gaps("e", 0)
    hole.add(2, "b", 20, "overflow")
    assert hole.gaps("e", 1) == [Gap("e", 2, 2, 1, 20, "overflow", (SyncCount("b", 1),))]


def test_a_reader_inside_a_run_is_told_the_rest():
    """From the middle of a run on, the count is exact and the earlier syncs are taken as known."""
    hole = Hole()
    for sequence, sync_id in enumerate("aab", start=1):
        hole.add(sequence, sync_id, 10, "overflow")
    rest = hole.gaps("e", 1)
    assert rest == [Gap("e", 2, 3, 2, 20, "overflow", (SyncCount("a", 1), SyncCount("b", 1)))]


def test_forgetting_cuts_a_run():
    """What was released is gone, be it in the middle of a run."""
    hole = Hole()
    for sequence in range(1, 5):
        hole.add(sequence, "a", 10, "overflow")
    hole.forget(2)
    assert hole.gaps("e", 0) == [Gap("e", 3, 4, 2, 20, "overflow", (SyncCount("a", 2),))]


def test_a_long_hole_stays_small_and_exact_in_sum():
    """However often reasons alternate and readers look, runs are bounded and no count or byte is lost."""
    hole = Hole()
    expected: Counter[tuple[str, str]] = Counter()
    for sequence in range(1, 5001):
        reason, sync_id = ("overflow", "oversize")[sequence % 2], ("a", "b", "c")[sequence % 3]
        hole.add(sequence, sync_id, sequence, reason)
        hole.gaps("e", sequence - 1)
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
        hole.add(sequence, "a", 1, ("overflow", "oversize")[sequence % 2])
    edge = 1
    for gap in hole.gaps("e", 0):
        assert gap.first_sequence == edge
        assert gap.count == gap.last_sequence - gap.first_sequence + 1
        edge = gap.last_sequence + 1
    assert edge == 1001


def test_a_gap_names_a_bounded_number_of_syncs():
    """Another sync begins another gap, so that none grows beyond a message; all are exact."""
    hole = Hole()
    for sequence in range(1, 3 * MAX_SYNCS + 1):
        hole.add(sequence, f"sync-{sequence}", 1, "overflow")
    gaps = hole.gaps("e", 0)
    assert [len(gap.syncs) for gap in gaps] == [MAX_SYNCS] * 3
    assert [each.sync_id for gap in gaps for each in gap.syncs] == [
        f"sync-{n}" for n in range(1, 3 * MAX_SYNCS + 1)
    ]


def test_thousands_of_syncs_keep_a_hole_small():
    """Joined runs name as many syncs as one and count the exchanges of all."""
    hole = Hole()
    for sequence in range(1, 10_001):
        hole.add(sequence, f"sync-{sequence}", 2, "retention")
    gaps = hole.gaps("e", 0)
    assert len(gaps) <= MAX_RUNS
    assert max(len(gap.syncs) for gap in gaps) == MAX_SYNCS
    assert (sum(gap.count for gap in gaps), sum(gap.bytes for gap in gaps)) == (10_000, 20_000)
    rest = hole.gaps("e", 100)
    assert (rest[0].first_sequence, sum(gap.count for gap in rest)) == (101, 9_900)


def test_two_holes_become_one():
    """The runs of both follow each other; what a reader was told of the second does not grow either."""
    hole, following = Hole(), Hole()
    hole.add(1, "a", 10, "retention")
    following.add(2, "b", 20, "overflow")
    following.gaps("e", 1)
    hole.absorb(following)
    hole.add(3, "b", 30, "overflow")
    assert [(gap.first_sequence, gap.bytes, gap.reason) for gap in hole.gaps("e", 0)] == [
        (1, 10, "retention"),
        (2, 20, "overflow"),
        (3, 30, "overflow"),
    ]


def test_two_holes_of_one_reason_become_one_gap():
    """Unless a reader was told of either, for then it would not learn what is new."""
    for told in (None, 0, 1):
        holes = Hole(), Hole()
        holes[0].add(1, "a", 10, "retention")
        holes[1].add(2, "b", 20, "retention")
        if told is not None:
            holes[told].gaps("e", 0)
        holes[0].absorb(holes[1])
        gaps = [(gap.first_sequence, gap.last_sequence, gap.bytes) for gap in holes[0].gaps("e", 0)]
        assert gaps == ([(1, 2, 30)] if told is None else [(1, 1, 10), (2, 2, 20)])


def test_a_run_that_is_cut_where_its_exchanges_are_known_stays_exact():
    """A store has some exchanges of a run: the rest of it has the bytes and syncs of the others."""
    hole = Hole()
    sizes = {1: ("a", 10), 2: ("b", 20), 3: ("a", 40)}
    for sequence, (sync_id, size) in sizes.items():
        hole.add(sequence, sync_id, size, "retention")
    known = [
        SentDrop(n, sync_id, size, "retention", Account()) for n, (sync_id, size) in sizes.items() if n < 3
    ]
    hole.forget(2, known)
    assert hole.gaps("e", 0) == [Gap("e", 3, 3, 1, 40, "retention", (SyncCount("a", 1),))]
