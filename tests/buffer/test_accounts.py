from captured_exchanges.buffer.accounts import Accounts
from captured_exchanges.exchange import Dropped, SyncCounters


def test_syncs_are_counted_apart():
    """Each sync has an account of its own, and the empty sync id one that is told last."""
    accounts = Accounts()
    accounts.of("").capture(abandoned=False)
    accounts.of("a").capture(abandoned=True)
    accounts.of("b").capture(abandoned=False)
    accounts.of("b").drop("overflow", 7)
    assert accounts.counters() == (
        SyncCounters("a", captured=1, abandoned=1),
        SyncCounters("b", captured=1, dropped=(Dropped("overflow", 1, 7),)),
        SyncCounters("", captured=1),
    )


def test_reasons_are_counted_apart():
    """Drops add up by reason, in exchanges and bytes."""
    accounts = Accounts()
    for reason, size in (("overflow", 5), ("oversize", 9), ("overflow", 6)):
        accounts.of("a").drop(reason, size)
    assert accounts.counters()[0].dropped == (Dropped("overflow", 2, 11), Dropped("oversize", 1, 9))


def test_the_oldest_settled_sync_is_forgotten_first():
    """Beyond the bound the oldest account without anything retained joins that of the empty sync id."""
    accounts = Accounts(max_syncs=2)
    busy, settled = accounts.of("busy"), accounts.of("settled")
    busy.capture(abandoned=False)
    busy.retained = 1
    settled.capture(abandoned=False)
    settled.acked = 1
    accounts.of("new").capture(abandoned=False)
    assert [each.sync_id for each in accounts.counters()] == ["busy", "new", ""]
    assert accounts.counters()[-1] == SyncCounters("", captured=1, acked=1)


def test_where_nothing_is_settled_new_syncs_share_the_nameless_account():
    """The table never grows past its bound, and what is counted in the nameless account stays there."""
    accounts = Accounts(max_syncs=1)
    accounts.of("busy").retained = 1
    late = accounts.of("late")
    assert late is accounts.of("")
    accounts.of("busy").retained = 0
    assert accounts.of("late") is not late


def test_forgetting_keeps_the_sum():
    """Over any number of syncs the sum of all accounts is what was captured."""
    accounts = Accounts(max_syncs=3)
    for number in range(50):
        account = accounts.of(f"sync-{number}")
        account.capture(abandoned=number % 2 == 0)
        account.drop("overflow", 1)
    counters = accounts.counters()
    assert len(counters) == 4
    assert sum(each.captured for each in counters) == 50
    assert sum(each.abandoned for each in counters) == 25
    assert sum(dropped.count for each in counters for dropped in each.dropped) == 50
