import itertools

import pytest

from captured_exchanges.buffer.accounts import Account
from captured_exchanges.buffer.shelf import Shelf
from captured_exchanges.exchange import MAX_SEQUENCE, Entry, Gap, SyncCount
from support.buffer_exchanges import encoded

EVERYTHING = {"max_exchanges": 10_000, "max_bytes": 10**9}


def filled(count: int, first_sequence: int = 1) -> Shelf:
    shelf = Shelf("e", first_sequence)
    for _ in range(count):
        shelf.put(encoded(), Account())
    return shelf


def sequences(told: list[Entry | Gap]) -> list[int]:
    return [each.sequence for each in told if isinstance(each, Entry)]


def test_entries_come_after_the_position():
    """A reader gets what follows its position, in order, and nothing at the end."""
    shelf = filled(5)
    assert sequences(shelf.read(2, **EVERYTHING)) == [3, 4, 5]
    assert shelf.read(5, **EVERYTHING) == []
    assert shelf.read(99, **EVERYTHING) == []


@pytest.mark.parametrize(("bound", "expected"), [(99, [1]), (100, [1]), (299, [1, 2]), (300, [1, 2, 3])])
def test_bytes_bound_a_read(bound, expected):
    """A read stays within its bytes, but one larger entry passes alone."""
    assert sequences(filled(5).read(0, max_exchanges=10, max_bytes=bound)) == expected


def test_a_count_bounds_a_read():
    """A read stays within its number of exchanges; zero allows none."""
    assert sequences(filled(5).read(0, max_exchanges=2, max_bytes=10**9)) == [1, 2]
    assert filled(5).read(0, max_exchanges=0, max_bytes=10**9) == []


def test_holes_lie_between_entries():
    """A hole is told at its place, whatever bounds the entries."""
    shelf = filled(1)
    shelf.skip("a", 10, "overflow")
    shelf.put(encoded(), Account())
    told = shelf.read(0, max_exchanges=1, max_bytes=10**9)
    assert [type(each) for each in told] == [Entry, Gap]
    assert told[1].last_sequence == 2
    assert sequences(shelf.read(2, **EVERYTHING)) == [3]


def test_what_was_released_is_told_as_such():
    """A position before the release gets a gap that is no loss, then goes on."""
    shelf = filled(5)
    shelf.release(3)
    assert shelf.read(1, **EVERYTHING)[0] == Gap("e", 2, 3, 2, 0, "released_elsewhere")
    assert sequences(shelf.read(1, **EVERYTHING)) == [4, 5]
    assert sequences(shelf.read(3, **EVERYTHING)) == [4, 5]


def test_sequences_before_the_first_were_never_given_out():
    """A buffer that begins later tells the sequences before as a gap that counts nothing."""
    shelf = filled(1, first_sequence=100)
    assert shelf.read(0, **EVERYTHING)[0] == Gap("e", 1, 99, 0, 0, "released_elsewhere")
    shelf.release(100)
    assert shelf.read(50, **EVERYTHING) == [Gap("e", 51, 100, 1, 0, "released_elsewhere")]


def test_a_release_may_cut_a_hole():
    """An ack inside a hole leaves its rest to be told."""
    shelf = Shelf("e")
    for _ in range(4):
        shelf.skip("a", 10, "overflow")
    assert shelf.release(2) == []
    (gap,) = shelf.read(2, **EVERYTHING)
    assert (gap.first_sequence, gap.last_sequence, gap.count) == (3, 4, 2)
    shelf.release(4)
    assert shelf.settled


def test_a_release_never_goes_back_or_ahead():
    """Repeats and older acks change nothing; one beyond what was given out stops there."""
    shelf = filled(3)
    assert len(shelf.release(2)) == 2
    assert shelf.release(1) == []
    assert shelf.acked_through == 2
    assert len(shelf.release(99)) == 1
    assert shelf.acked_through == 3


def test_the_oldest_entry_stands_behind_a_hole():
    """The oldest sequence is that of an entry, or the next one where none is retained."""
    shelf = Shelf("e")
    shelf.skip("a", 10, "overflow")
    assert shelf.oldest_sequence == 2
    shelf.put(encoded(), Account())
    assert shelf.oldest_sequence == 2
    shelf.release(1)
    assert shelf.oldest_sequence == 2


def test_the_last_sequence_fills_the_epoch():
    """MAX_SEQUENCE is given out, and then the shelf is full."""
    shelf = Shelf("e", MAX_SEQUENCE)
    assert not shelf.full
    assert shelf.put(encoded(), Account()) == MAX_SEQUENCE
    assert shelf.full


def drop(shelf: Shelf, *dropped: int) -> None:
    for sequence in dropped:
        held = shelf.oldest(sequence - 1)
        assert held is not None
        assert held.last == sequence
        shelf.drop(held, "retention")


def test_an_entry_dropped_from_the_middle_is_told_at_its_place():
    """Its neighbours stay where they were, and readers are told a gap between them."""
    shelf = filled(5)
    drop(shelf, 3)
    told = shelf.read(0, **EVERYTHING)
    assert sequences(told) == [1, 2, 4, 5]
    assert told[2] == Gap("e", 3, 3, 1, 100, "retention", (SyncCount("sync-1", 1),))
    assert shelf.oldest_sequence == 1


def test_neighbours_that_are_dropped_are_one_gap():
    """In whatever order they go."""
    for order in itertools.permutations((2, 3, 4)):
        shelf = filled(5)
        drop(shelf, *order)
        told = shelf.read(0, **EVERYTHING)
        assert sequences(told) == [1, 5]
        gaps = [each for each in told if isinstance(each, Gap)]
        assert sum(gap.count for gap in gaps) == 3
        assert (gaps[0].first_sequence, gaps[-1].last_sequence) == (2, 4)
        assert len(set(map(id, shelf._items[1:4]))) == 1


def test_a_release_may_end_within_a_hole_of_many_slots():
    """What lies after it is still told, exactly where it was."""
    for through in range(1, 7):
        shelf = filled(7)
        drop(shelf, 2, 3, 4, 5)
        freed = shelf.release(through)
        assert len(freed) == len({1, 6} & set(range(1, through + 1)))
        told = shelf.read(through, **EVERYTHING)
        assert sequences(told) == [n for n in (1, 6, 7) if n > through]
        assert sum(each.count for each in told if isinstance(each, Gap)) == max(0, 5 - max(through, 1))
        for later in range(through, 8):
            assert [each for each in sequences(shelf.read(later, **EVERYTHING)) if each <= later] == []


def test_a_shelf_that_loses_all_it_gets_stays_small():
    """However many entries come and go, what is kept of them does not grow."""
    shelf = filled(10)
    for sequence in range(11, 5_001):
        shelf.put(encoded(), Account())
        drop(shelf, sequence - 5)
    assert sequences(shelf.read(0, **EVERYTHING)) == [*range(1, 6), *range(4_996, 5_001)]
    assert len(shelf._items) < 120
    assert len(shelf._items) == len(shelf._firsts)


def test_a_long_run_dropped_from_the_middle_is_one_gap():
    """Five thousand entries dropped one by one between others, which are released as ever."""
    shelf = filled(10_000)
    drop(shelf, *range(101, 5_101))
    (gap,) = shelf.read(100, max_exchanges=0, max_bytes=0)
    assert (gap.first_sequence, gap.last_sequence, gap.count) == (101, 5_100, 5_000)
    assert len(shelf.release(10_000)) == 5_000
    assert shelf.settled
