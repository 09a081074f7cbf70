"""Exchanges that were dropped after they had been sent."""

from captured_exchanges.buffer.accounts import Account
from captured_exchanges.buffer.sent_drops import SentDrop, SentDrops
from captured_exchanges.exchange import Dropped


def dropped(*sequences):
    """An account that has lost these, and what remembers it."""
    account, drops = Account(), SentDrops()
    for sequence in sequences:
        account.capture(abandoned=False)
        account.drop("retention", 10)
        drops.add(SentDrop(sequence, "s", 10, "retention", account))
    return account, drops


def test_a_store_that_has_them_moves_them_to_acked():
    """What lies at or before the position was not lost; what lies after it still is."""
    account, drops = dropped(4, 2, 3)
    assert [drop.sequence for drop in drops.recall(3)] == [2, 3]
    counters = account.counters("s")
    assert (counters.captured, counters.acked, counters.dropped) == (3, 2, (Dropped("retention", 1, 10),))


def test_they_are_counted_once():
    """A position that comes again recalls nothing more; and no reason is left that counts nothing."""
    account, drops = dropped(1, 2)
    drops.recall(2)
    assert drops.recall(2) == []
    counters = account.counters("s")
    assert (counters.acked, counters.dropped) == (2, ())


def test_what_an_owner_was_told_stays_lost():
    """Once a gap was told, no position changes the account any more."""
    account, drops = dropped(1, 2, 3)
    drops.settle(2)
    drops.recall(3)
    assert account.counters("s").acked == 1


def test_an_account_in_dispute_is_not_settled():
    """Nobody forgets an account that may yet change."""
    account, drops = dropped(1, 2)
    assert not account.settled
    drops.settle(1)
    assert not account.settled
    drops.recall(2)
    assert account.settled
