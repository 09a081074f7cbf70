from types import SimpleNamespace

from captured_exchanges.buffer.loads import Loads


def block(size: int = 100, live: int = 1) -> SimpleNamespace:
    """As much of a block as is looked at."""
    return _Block(size=size, live=live, entries=None)


class _Block(SimpleNamespace):
    __hash__ = object.__hash__


def test_an_owners_wish_comes_first():
    """Observers wait for the owner, and among themselves for who came first."""
    loads, blocks = Loads(10_000), [block() for _ in range(3)]
    loads.want(blocks[0], urgent=False)
    loads.want(blocks[1], urgent=False)
    loads.want(blocks[2], urgent=True)
    assert [loads.next() for _ in range(4)] == [blocks[2], blocks[0], blocks[1], None]
    assert not loads.wished


def test_what_nobody_needs_any_more_is_not_brought():
    """A block that was released, or brought meanwhile, is no wish."""
    loads, gone, there = Loads(10_000), block(live=0), block()
    loads.bring(there, [])
    loads.want(gone, urgent=False)
    loads.want(there, urgent=True)
    assert loads.next() is None


def test_few_blocks_are_in_memory_the_first_goes_first():
    """What was brought stays within the bound."""
    loads, blocks = Loads(1_000), [block() for _ in range(3)]
    for each in blocks:
        loads.bring(each, ["entry"])
    assert [each.entries for each in blocks] == [None, ["entry"], ["entry"]]
    assert (loads.bytes, loads.count) == (200, 3)


def test_a_larger_block_passes_alone():
    """Whoever waits for it gets it."""
    loads, large = Loads(100), block(5_000)
    loads.bring(large, ["entry"])
    assert large.entries == ["entry"]
    loads.bring(block(), [])
    assert (large.entries, loads.bytes) == (None, 100)


def test_what_was_just_written_stays_where_there_is_room():
    """It takes the place of nothing that a reader has asked for."""
    loads, first, second = Loads(400), block(), block()
    loads.bring(first, ["entry"])
    loads.offer(second, ["entry"])
    assert (first.entries, second.entries, loads.count) == (["entry"], None, 1)
    loads.forget(first)
    loads.offer(second, ["entry"])
    assert second.entries == ["entry"]
