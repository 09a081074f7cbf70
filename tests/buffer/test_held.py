import pytest
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.buffer.accounts import Account
from captured_exchanges.buffer.held import Held, Run, StoredBlock
from captured_exchanges.buffer.spool.segments import Segment
from captured_exchanges.exchange import MAX_SEQUENCE, Entry
from support.buffer_exchanges import encoded

ACCOUNTS = {name: Account() for name in "abc"}
SEQUENCES = st.lists(st.integers(MAX_SEQUENCE - 40, MAX_SEQUENCE), min_size=1, unique=True).map(sorted)


def held(sequence: int, size: int = 100, sync_id: str = "a", at: float = 0.0) -> Held:
    return Held(Entry(sequence, encoded(size, sync_id)), ACCOUNTS[sync_id], at)


def block(items: list[Held]) -> StoredBlock:
    return StoredBlock(items, Segment(1, "e", 0, None, 0), 0, 0)


@given(SEQUENCES, st.data())
def test_a_block_answers_as_its_entries_did(sequences, data):
    """Place, size, sync, account and age of each are kept, consecutive or not."""
    items = [
        held(
            each,
            data.draw(st.integers(30, 5_000)),
            data.draw(st.sampled_from("abc")),
            float(index),
        )
        for index, each in enumerate(sequences)
    ]
    run = Run(block(items), 0, len(items))
    assert list(run.parts()) == [part for item in items for part in item.parts()]
    assert (run.first, run.last, run.count) == (sequences[0], sequences[-1], len(items))
    assert run.size == sum(item.size for item in items)
    through = data.draw(st.sampled_from(sequences[:-1])) if len(sequences) > 1 else None
    if through is not None:
        head = run.split(through)
        assert [part.sequence for part in head.parts()] == [s for s in sequences if s <= through]
        assert [part.sequence for part in run.parts()] == [s for s in sequences if s > through]
        assert run.at == float(sequences.index(run.first))


@pytest.mark.parametrize(("horizon", "last"), [(1.0, 5), (1.5, 5), (2.0, 7), (9.0, 7)])
def test_the_aged_are_the_first(horizon, last):
    """How far a run has waited too long, up to and including the horizon."""
    run = Run(block([held(5, at=1.0), held(6, at=2.0), held(7, at=2.0)]), 0, 3)
    assert run.aged(horizon) == last


def test_entries_are_there_while_they_are_loaded():
    """Only those of the run, after a sequence; None while they are on the disk alone."""
    items = [held(sequence) for sequence in (5, 6, 7, 8)]
    run = Run(block(items), 1, 3)
    assert run.entries(0) is None
    run.block.entries = [item.entry for item in items]
    assert [entry.sequence for entry in run.entries(0)] == [6, 7]
    assert [entry.sequence for entry in run.entries(6)] == [7]


def test_consecutive_sequences_take_no_room():
    """A block that has no holes remembers two of them."""
    assert block([held(5), held(6)]).sequences == range(5, 7)
    assert list(block([held(5), held(7)]).sequences) == [5, 7]
